import CLinux
import CatalogCore
import CatalogDatabase
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
            let place = Result { try DatabasePlace(loaded.settings) }
            let hasCatalog = await self.hasCatalog(place)
            checks += secrets(areNeeded: (try? hasCatalog.get()) ?? false)
            checks += await catalog(hasCatalog)
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
            let directory = try DataDirectory.prepare(loaded.settings.dataDirectory)
            return .fine("data directory", "\(directory.path) is writable, \(Self.free(directory.path)) free")
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

    private func secrets(areNeeded: Bool) -> [DoctorCheck] {
        let files = [
            ("auth.jwt_secret", loaded.settings.authentication.jwtSecret, InstanceSecrets.jwtSecretFileName),
            ("secrets.master_key", loaded.settings.masterKey, InstanceSecrets.masterKeyFileName),
        ]
        return files.map { key, chosen, name in
            if chosen != nil { return .fine(key, "set") }
            let path = loaded.settings.dataDirectory + "/" + name
            do {
                guard try SecretFile.load(path) != nil else {
                    if areNeeded { return broken(key, InstanceSecrets.missing(path, key: key)) }
                    return .note(key, "not made yet", remedy: "The first `catalogizer serve` makes \(path).")
                }
                return .fine(key, path)
            } catch {
                return broken(key, error)
            }
        }
    }

    private func hasCatalog(_ place: Result<DatabasePlace, any Error>) async -> Result<Bool, any Error> {
        do { return .success(try await place.get().hasCatalog()) } catch { return .failure(error) }
    }

    private func catalog(_ hasCatalog: Result<Bool, any Error>) async -> [DoctorCheck] {
        switch hasCatalog {
        case .failure(let error): return [broken("database", error)]
        case .success(false):
            return [.note("database", "not made yet", remedy: "The first `catalogizer serve` makes it.")]
        case .success(true): break
        }
        let application: Application
        do {
            application = try await Application.open(loaded, for: .read, log: log)
        } catch {
            return [broken("database", error)]
        }
        var checks: [DoctorCheck] = []
        do {
            return try await application.whileOpen {
                checks += [try await structure(application), searchIndex].compactMap(\.self)
                return checks + (try await roots(application))
            }
        } catch {
            return checks + [broken(checks.isEmpty ? "database" : "storage roots", error)]
        }
    }

    private func structure(_ application: Application) async throws -> DoctorCheck {
        let path = try DatabasePlace(loaded.settings).description
        guard let damage = try await application.database.damages().first else { return .fine("database", path) }
        return .broken(
            "database", "\(path) is damaged: \(damage)", remedy: "Stop the server and restore the file from a backup.")
    }

    /// The index can always be built again, but only where its files can be.
    private var searchIndex: DoctorCheck? {
        let directory = loaded.settings.dataDirectory + "/" + Application.searchDirectoryName
        var status = stat()
        guard stat(directory, &status) == 0 else { return nil }
        let files = ["names.lock", "names.pack"].map { directory + "/" + $0 }.filter { stat($0, &status) == 0 }
        let isUsable =
            Self.isKind(S_IFDIR, directory) && access(directory, R_OK | W_OK | X_OK) == 0
            && files.allSatisfy { Self.isKind(S_IFREG, $0) && access($0, R_OK | W_OK) == 0 }
        guard isUsable else {
            return .broken(
                "search index", "\(directory) cannot be used by the user with id \(geteuid())",
                remedy: "Remove it; it is built again from the catalog.")
        }
        return .fine("search index", directory)
    }

    private static func isKind(_ kind: mode_t, _ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == kind
    }

    private static func free(_ path: String) -> String {
        var free: UInt64 = 0
        var total: UInt64 = 0
        guard catalog_file_system_space(path, &free, &total) == 0 else { return "an unknown number of bytes" }
        return Quantity.bytes(Int64(clamping: free))
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
