/// What a check of the installation found.
struct DoctorCheck: Sendable, Encodable, Equatable {
    /// How it went.
    enum Status: String, Sendable, Encodable {
        case fine
        /// Worth knowing; nothing is broken.
        case note
        case broken
    }

    let check: String
    let status: Status
    let message: String
    /// What to do; only where there is something to do.
    let remedy: String?

    static func fine(_ check: String, _ message: String) -> DoctorCheck {
        DoctorCheck(check: check, status: .fine, message: message, remedy: nil)
    }

    static func note(_ check: String, _ message: String, remedy: String? = nil) -> DoctorCheck {
        DoctorCheck(check: check, status: .note, message: message, remedy: remedy)
    }

    static func broken(_ check: String, _ message: String, remedy: String? = nil) -> DoctorCheck {
        DoctorCheck(check: check, status: .broken, message: message, remedy: remedy)
    }
}
