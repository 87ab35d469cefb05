import CatalogCore
import CatalogDatabase
import CatalogSQLite
import CatalogSettings
import Glibc

/// Looks at everything that an installation needs, and changes nothing.
struct Doctor {
    private let loaded: LoadedSettings
    private let log: ProgramLog

    init(_ loaded: LoadedSettings, log: ProgramLog) {
        self.loaded = loaded
        self.log = log
    }

    /// In the order in which things depend on each other; what cannot be checked after a failure is left out.
    func checks() async -> [DoctorCheck] {
        var checks = [settings]
        if access(loaded.settings.dataDirectory, F_OK) == 0 {
            checks.append(dataDirectory)
            checks.append(server)
            checks += secrets
            checks += await catalog()
        } else {
            checks.append(
                .note(
                    "data directory", "\(loaded.settings.dataDirectory) does not exist yet",
                    remedy: "The first `catalogizer serve` makes it."))
        }
        return checks + [OpenFileLimit.check(hard: OpenFileLimit.hard)].compactMap(\.self) + tools
    }

    private var settings: DoctorCheck {
        let files =
            loaded.files.isEmpty ? "no file; flags, environment and defaults" : loaded.files.joined(separator: ", ")
        return .fine("settings", files)
    }

    private var dataDirectory: DoctorCheck {
        do {
            return .fine(
                "data directory", "\(try DataDirectory.prepare(loaded.settings.dataDirectory).path) is writable")
        } catch {
            return broken("data directory", error)
        }
    }

    private var server: DoctorCheck {
        guard let directory = try? DataDirectory.existing(loaded.settings.dataDirectory),
            let holder = ServeLock.holder(of: directory)
        else { return .note("server", "not running", remedy: "Start it with `catalogizer serve`.") }
        return .fine("server", holder.process.map { "running as process \($0)" } ?? "running")
    }

    private var secrets: [DoctorCheck] {
        let files = [
            ("auth.jwt_secret", loaded.settings.authentication.jwtSecret, InstanceSecrets.jwtSecretFileName),
            ("secrets.master_key", loaded.settings.masterKey, InstanceSecrets.masterKeyFileName),
        ]
        return files.map { key, chosen, name in
            if chosen != nil { return .fine(key, "set") }
            let path = loaded.settings.dataDirectory + "/" + name
            do {
                guard try SecretFile.load(path) != nil else {
                    return .note(key, "not made yet", remedy: "The first `catalogizer serve` makes \(path).")
                }
                return .fine(key, path)
            } catch {
                return broken(key, error)
            }
        }
    }

    private func catalog() async -> [DoctorCheck] {
        guard case .sqlite(let path) = loaded.settings.database, access(path, F_OK) == 0 else {
            return [.note("database", "not made yet", remedy: "The first `catalogizer serve` makes it.")]
        }
        let application: Application
        do {
            application = try await Application.open(loaded, for: .read, log: log)
        } catch {
            return [broken("database", error)]
        }
        do {
            let found = try await application.whileOpen { try await roots(application) }
            return [.fine("database", path)] + found
        } catch {
            return [.fine("database", path), broken("storage roots", error)]
        }
    }

    private func roots(_ application: Application) async throws -> [DoctorCheck] {
        let services = try Composition.services(application)
        let roots = try await services.storageRoots.roots()
        guard !roots.isEmpty else {
            return [
                .note(
                    "storage roots", "none yet",
                    remedy: "Add one with `catalogizer storage add NAME file:///directory`.")
            ]
        }
        var checks: [DoctorCheck] = []
        for root in roots {
            let outcome = try await services.storageRoots.test(root.name)
            let check = "storage root \(root.name)"
            checks.append(
                outcome.isReachable
                    ? .fine(check, outcome.message)
                    : .broken(check, outcome.message, remedy: "Check \(root.url), or remove it from the catalog."))
        }
        return checks
    }

    /// Programs that parts of the product start; this version needs none of them to serve.
    private var tools: [DoctorCheck] {
        [("ffmpeg", "ffmpeg"), ("libreoffice", "soffice")].map { name, program in
            guard let path = ProcessEnvironment.program(program) else {
                return .note(name, "not installed; nothing in this version needs it")
            }
            return .fine(name, path)
        }
    }

    private func broken(_ check: String, _ error: any Error) -> DoctorCheck {
        .broken(check, (error as? CatalogError)?.message ?? "\(error)")
    }
}
