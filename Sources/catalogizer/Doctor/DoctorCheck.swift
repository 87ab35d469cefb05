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
    @NullWhenMissing var remedy: String?

    private init(_ check: String, _ status: Status, _ message: String, remedy: String?) {
        self.check = check
        self.status = status
        self.message = message
        self.remedy = remedy
    }

    static func fine(_ check: String, _ message: String) -> DoctorCheck {
        DoctorCheck(check, .fine, message, remedy: nil)
    }

    static func note(_ check: String, _ message: String, remedy: String? = nil) -> DoctorCheck {
        DoctorCheck(check, .note, message, remedy: remedy)
    }

    static func broken(_ check: String, _ message: String, remedy: String? = nil) -> DoctorCheck {
        DoctorCheck(check, .broken, message, remedy: remedy)
    }
}
