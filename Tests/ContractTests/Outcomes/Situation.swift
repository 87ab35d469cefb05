import CatalogCore
import CatalogDatabase
import CatalogServer
import CatalogTestSupport
import Foundation
import HTTPTypes
import Testing

/// What has happened before a request.
struct Situation: Sendable {
    let arrange: @Sendable (Scene) async throws -> Void

    // MARK: The server

    /// Every question to the database fails from now on.
    static let databaseAway = Situation { try await $0.api.server.database.close() }

    /// No password is looked at any more.
    static let stopping = Situation { try await $0.api.server.hasher.close() }

    /// Strangers may make no account.
    static let registrationClosed = Situation {
        $0.api.server.authentication.settings.value.registrationEnabled = false
    }

    /// The administrator follows the events as often as one user may.
    static let streamsOpen = Situation { scene in
        for _ in 0..<Limits.eventStreamsPerUser {
            let connection = try RawConnection(port: scene.api.port)
            try await connection.send(
                "GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(scene.api.admin)\r\n\r\n")
            _ = try await connection.receiveAll { $0.contains("retry:") }
            scene.keep(connection)
        }
    }

    // MARK: Accounts

    /// Ada may not log in.
    static let adaDisabled = Situation { try await $0.execute("UPDATE users SET is_active = 0 WHERE username = 'ada'") }

    /// Somebody has guessed at Ada's password.
    static let adaLocked = wrongLogins(of: "ada")

    /// Somebody has guessed at the administrator's password.
    static let administratorLocked = wrongLogins(of: "admin")

    private static func wrongLogins(of name: String) -> Situation {
        Situation { scene in
            for _ in 0..<AuthenticationSettings().lockoutFailures {
                let guess = try await scene.api.post(
                    "auth/login", #"{"username":"\#(name)","password":"a guess"}"#, token: "")
                try #require(guess.status == 401)
            }
        }
    }

    /// Ada has logged in once more, and has `{refresh}`.
    static let adaLoggedIn = Situation { scene in
        let answer = try await scene.api.post(
            "auth/login", #"{"username":"ada","password":"password of ada"}"#, token: "")
        scene.know("refresh", try #require(try answer.object()["refresh_token"] as? String))
    }

    /// There is a role `{role}` that nobody has, called `Editor`.
    static let roleMade = Situation { scene in
        let answer = try await scene.api.post("roles", #"{"name":"Editor","permissions":["media.view","media.edit"]}"#)
        scene.know("role", "\(try #require(try answer.object()["id"] as? Int))")
    }

    /// The same, and Ada has it.
    static let roleGiven = Situation { scene in
        try await roleMade.arrange(scene)
        try await scene.execute(scene.filled("UPDATE users SET role_id = {role} WHERE username = 'ada'"))
    }

    /// Ada has another role again.
    static let roleFree = Situation { try await $0.execute("UPDATE users SET role_id = 4 WHERE username = 'ada'") }

    /// Ada's role allows to make, change and delete users, and nothing else.
    static let adaManagesUsers = Situation {
        try await $0.execute(#"UPDATE roles SET permissions = '["user.manage","profile.view"]' WHERE id = 4"#)
        $0.forgetCallers()
    }

    /// Ada's role allows everything, without being the administrator's.
    static let adaMayDoEverything = Situation {
        try await $0.execute(#"UPDATE roles SET permissions = '["*"]' WHERE id = 4"#)
        $0.forgetCallers()
    }

    /// Ada is an administrator too.
    static let adaAdministrates = Situation {
        try #require(try await $0.api.send(.put, "users/2", #"{"role_id":1}"#).status == 200)
    }

    /// Somebody with the token `{manager}` may look after users, and do nothing else.
    static let managerThere = Situation { scene in
        let role = #"{"name":"Manager","permissions":["user.manage"]}"#
        try #require(try await scene.api.post("roles", role).status == 201)
        scene.know("manager", try await scene.api.token(ofNew: "manager", role: "Manager"))
    }

    /// The same person may do everything now.
    static let managerMayDoEverything = Situation { scene in
        try await scene.execute(#"UPDATE roles SET permissions = '["*"]' WHERE name = 'Manager'"#)
        scene.forgetCallers()
    }

    // MARK: Sessions and keys

    /// Ada has a second session, `{session}`.
    static let adaSessionKnown = Situation { scene in
        try await adaLoggedIn.arrange(scene)
        let sessions = try await scene.api.get("auth/sessions", token: scene.api.viewer).objects("sessions")
        let other = sessions.first { $0["is_current"] as? Bool == false }
        scene.know("session", try #require(other?["id"] as? String))
    }

    /// The administrator has the key `{key}`, number 1, for `media.view`.
    static let keyMade = Situation { scene in
        let answer = try await scene.api.post("auth/api-keys", #"{"name":"script","permissions":["media.view"]}"#)
        scene.know("key", try #require(try answer.object()["key"] as? String))
    }

    /// The administrator has as many keys as one user may.
    static let keysUsedUp = Situation { scene in
        while try await scene.api.post("auth/api-keys", #"{"name":"one more"}"#).status == 201 {}
    }

    // MARK: Storage

    /// The directory of the root is not where it was.
    static let storageAway = Situation { scene in
        try FileManager.default.moveItem(atPath: scene.filled("{tree}"), toPath: scene.filled("{tree}.away"))
    }

    /// `films/a.txt` is no longer on the storage.
    static let fileRemoved = Situation { scene in
        try FileManager.default.removeItem(atPath: scene.filled("{tree}/films/a.txt"))
    }

    /// There is a root `other` at the same place.
    static let secondRoot = Situation { scene in
        let body = #"{"name":"other","protocol":"local","path":"{tree}","allow_overlap":true}"#
        try #require(try await scene.api.post("storage/roots", scene.filled(body)).status == 201)
    }

    /// Nobody may scan `media`.
    static let rootDisabled = Situation { scene in
        try #require(try await scene.api.send(.put, "storage/roots/media", #"{"enabled":false}"#).status == 200)
    }

    /// An SMB server listens at `{smb}`; in its share `media` is the directory `{found}` with `films/a.txt` of ten bytes.
    static let shareServerThere = Situation { scene in
        let server = try await TestStorageServer.shared(.smb)
        let scratch = try ScratchDirectory(in: server.share)
        try scratch.makeDirectory(["films"])
        try scratch.writeFile(["films", "a.txt"], Array("0123456789".utf8))
        scene.know("smb", String(server.url.dropFirst("smb://127.0.0.1:".count).prefix { $0 != "/" }))
        scene.know("found", String(scratch.path.dropFirst(server.share.count + 1)))
        scene.keep(scratch)
    }

    /// Nothing more can be written.
    static let storageFull = Situation { $0.api.server.faults.leaveRoom(0) }

    /// The root may be used again, but is not where it was.
    static let rootEnabledAndAway = Situation { scene in
        try #require(try await scene.api.send(.put, "storage/roots/media", #"{"enabled":true}"#).status == 200)
        try await storageAway.arrange(scene)
    }

    // MARK: Copies

    private static func queueCopy(_ scene: Scene, to name: String) async throws -> Int {
        let body = #"{"source_path":"media:films/a.txt","dest_path":"\#(name)","storage_id":"media","async":true}"#
        let job = try #require(try await scene.api.post("copy/storage", body).object()["job_id"] as? Int)
        scene.know("copy", "\(job)")
        return job
    }

    /// A copy, `{copy}`, was a job of the administrator and is over.
    static let copyMade = Situation { scene in
        _ = try await scene.api.waitForCopy(try await queueCopy(scene, to: "made.txt"))
    }

    /// A copy, `{copy}`, waits for a worker.
    static let copyWaiting = Situation { scene in
        let job = try await queueCopy(scene, to: "waiting.txt")
        _ = try await scene.api.waitForCopy(job)
        try await scene.execute("UPDATE jobs SET status = 'pending', run_at_us = \(never) WHERE id = \(job)")
    }

    // MARK: Plans

    /// There is a plan `{plan}` of the administrator.
    static let planMade = Situation { scene in
        let answer = try await scene.api.post("duplicates/plan", #"{"keep":[{"rule":"newest"}]}"#)
        scene.know("plan", "\(try #require(try answer.object()["id"] as? Int))")
    }

    /// The same, and what it says is done.
    static let planApplied = Situation { scene in
        try await planMade.arrange(scene)
        let plan = try #require(Int(scene.filled("{plan}")))
        try #require(try await scene.api.post("duplicates/plan/\(plan)/apply").status == 202)
        try #require(try await scene.api.waitForPlan(plan).status == "completed")
    }

    /// The same, but it waits for a worker.
    static let planWaiting = Situation { scene in
        try await planApplied.arrange(scene)
        try await scene.execute(
            "UPDATE jobs SET status = 'pending', run_at_us = \(never) WHERE kind = 'duplicates'")
    }

    // MARK: Scans

    /// A time that no worker lives to see.
    private static let never = Int64.max

    /// The scan of `media`, number 1, waits for a worker again.
    static let scanWaiting = Situation {
        try await $0.execute("UPDATE jobs SET status = 'pending', run_at_us = \(never) WHERE id = 1")
    }

    /// The scan of `media` runs somewhere else, where nobody listens.
    static let scanDeaf = Situation {
        try await $0.execute(
            "UPDATE jobs SET status = 'running', lease_owner = 'elsewhere', heartbeat_us = \(never) WHERE id = 1")
    }

    /// As many scans wait as may.
    static let queueFull = Situation {
        try await $0.execute(
            """
            WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < \(Limits.scanQueue))
            INSERT INTO jobs (kind, payload, status, priority, run_at_us, attempts, attempts_max, cancel_requested,
                created_at_us)
            SELECT 'scan', '{}', 'pending', 0, \(never), 0, 1, 0, 0 FROM number
            """)
    }

    /// A scan, `{parked}`, has found that everything is gone, and asks.
    static let removalsParked = Situation { scene in
        try FileManager.default.removeItem(atPath: scene.filled("{tree}/films"))
        let scan = try await scene.api.scan().object()
        try #require(scan["status"] as? String == "needs_confirmation")
        scene.know("parked", "\(try #require(scan["job_id"] as? Int))")
    }

    // MARK: Download links

    /// The administrator has a link to the file: number 1, with the secret `{link}`.
    static let linkMade = Situation { scene in
        let answer = try await scene.api.post("download/links", scene.filled(#"{"file_id":{file}}"#))
        let url = try #require(try answer.object()["url"] as? String)
        scene.know("link", String(try #require(url.split(separator: "/").last)))
    }

    /// The administrator has as many links as one user may.
    static let linksUsedUp = Situation {
        try await $0.api.server.database.fillDownloadLinks(
            of: 1, count: Limits.downloadLinksPerUser, createdAt: 0, expiresAt: never)
    }
}
