import ArgumentParser
import CatalogCore
import CatalogSettings
import Foundation

/// Where a password comes from: never an argument, which every user of the machine could read.
struct PasswordInput: ParsableArguments {
    @Option(help: .init("File whose first line is the password.", valueName: "file"))
    var passwordFile: String?

    @Flag(help: "Read the password from the first line of standard input.")
    var passwordStdin = false

    func validate() throws {
        if passwordFile != nil && passwordStdin {
            throw ValidationError("Give --password-file or --password-stdin, not both.")
        }
    }

    /// The password that was given, or nil when none was.
    ///
    /// - Throws: `CatalogError.invalidArgument` for a file that cannot be read, or an empty password.
    func read() throws -> SecretText? {
        if passwordStdin {
            guard let line = readLine(strippingNewline: true), !line.isEmpty else {
                throw CatalogError(.invalidArgument, "Standard input holds no password.")
            }
            return SecretText(line)
        }
        guard let passwordFile else { return nil }
        return try Self.firstLine(of: passwordFile)
    }

    /// The first line of a file that holds a password.
    static func firstLine(of file: String) throws -> SecretText {
        let text: String
        do {
            text = try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            throw CatalogError(
                .invalidArgument, "The password file \(file) cannot be read: \(error.localizedDescription)")
        }
        // By character, not by byte: to Swift a carriage return and a line feed are one.
        let password =
            text.split(maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: \.isNewline).first ?? ""
        guard !password.isEmpty else {
            throw CatalogError(.invalidArgument, "The first line of the password file \(file) is empty.")
        }
        return SecretText(String(password))
    }
}

/// A password that the program makes itself.
enum GeneratedPassword {
    /// Letters and digits that cannot be mistaken for each other when read from paper.
    private static let alphabet = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")

    /// 20 characters of the system's randomness: 116 bits.
    static func make() -> SecretText {
        var generator = SystemRandomNumberGenerator()
        var text = ""
        for _ in 0..<20 { text.append(alphabet[Int.random(in: alphabet.indices, using: &generator)]) }
        return SecretText(text)
    }
}
