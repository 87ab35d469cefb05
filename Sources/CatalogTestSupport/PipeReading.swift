package import Foundation
import Glibc

extension Pipe {
    /// What another process writes, until it closes its end or has written `enough` bytes.
    ///
    /// Foundation's own reading ends the program when a signal, such as that of a child's end, interrupts it.
    package func readOutput(enough: Int = .max) -> Data {
        var data = Data()
        var part = [UInt8](repeating: 0, count: 4_096)
        while data.count < enough {
            let count = read(fileHandleForReading.fileDescriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            data.append(contentsOf: part[..<count])
        }
        return data
    }
}
