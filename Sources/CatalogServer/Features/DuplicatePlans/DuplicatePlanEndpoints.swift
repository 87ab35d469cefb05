import CatalogCore

/// The endpoints of plans to remove duplicates.
enum DuplicatePlanEndpoints {
    private static let state = QueryParameter(
        "state", .string, "Only files of this state", allowed: PlannedFiles.Filter.words)

    static let all = [
        Endpoint(
            .post, "/api/v1/duplicates/plan", id: "duplicates.plan.create", "Plan which duplicates to remove",
            tag: .duplicates
        )
        .described(
            """
            Of files with the same content in the chosen storage roots, one stays: the one that the first rule of `keep` that tells \
            them apart prefers. `root_order`: those of the storage roots that come first in `roots`; `path`: those at `prefix` or below \
            it (with `root` in that one only); `newest` and `oldest`: by modification time; `resolution`: the one whose name says the \
            most lines (`2160p`, `4K`, `1920x1080`) - equal files have the same picture, and the catalog does not look into them. \
            Where no rule decides, it is the order of storage roots and paths. Files outside of `smb_roots` and `path` take no part: \
            they neither stay for others nor go. A file with several names (hard links) is one file, which goes only when all its \
            names are in the plan, and frees its bytes with the last of them. Nothing is removed before the plan is applied. \
            `is_complete` is false when there is more to remove than one plan holds: apply it and make another.
            """
        )
        .requires("media.view").body("DuplicatePlanRequest").query(.limit, .offset, state)
        .answers(201, "DuplicatePlan").fails(400, 404),
        Endpoint(.get, "/api/v1/duplicates/plan/{id}", id: "duplicates.plan", "Show a plan", tag: .duplicates)
            .described(
                """
                A page of its files, by group; how far it is, once it is applied. Files that stayed although they were to go have the \
                state `skipped` and say why in `note`. People see the plans that they made, as long as they see the same of the catalog; \
                administrators everybody's.
                """
            )
            .requires("media.view").query(.limit, .offset, state).answers(200, "DuplicatePlan").fails(400, 404),
        Endpoint(
            .post, "/api/v1/duplicates/plan/{id}/apply", id: "duplicates.plan.apply", "Remove what a plan says",
            tag: .duplicates
        )
        .described(
            """
            A job; `GET` of the plan tells how far it is. 409 when any file of the plan is not what it was when the plan was made, \
            after a day, and for a plan that was applied. Each file is looked at again on its storage, together with the one that \
            stays, and both are compared byte by byte; what is not as the plan has it stays, and is named by the plan. \
            The last file with a content is never removed. A removal that was cancelled or broke off goes on when it is asked for again.
            """
        )
        .requires("media.delete").answers(202, "DuplicateRemovalQueued").fails(400, 404, 409),
        Endpoint(
            .post, "/api/v1/duplicates/plan/{id}/cancel", id: "duplicates.plan.cancel",
            "Stop the removal of what a plan says", tag: .duplicates
        )
        .requires("media.delete").answers(200, "Message").fails(400, 404, 409),
        Endpoint(
            .delete, "/api/v1/duplicates/plan/{id}", id: "duplicates.plan.delete", "Forget a plan", tag: .duplicates
        )
        .described(
            "Files stay as they are. Plans are forgotten after a week, and when their maker has made five newer ones."
        )
        .requires("media.view").answers(200, "Message").fails(400, 404, 409),
    ]

    static let schemas = [
        SchemaDefinition(
            "DuplicatePlanRequest", "Which duplicates to plan for, and which files stay",
            example:
                #"{"keep":[{"rule":"root_order","roots":["nas","usb"]},{"rule":"path","prefix":"movies"},{"rule":"newest"}],"min_size":1048576}"#,
            .always("keep", .array(of: .named("KeepRule")), "Rules, the most important first; ten at most"),
            .maybe("smb_roots", .array(of: .text), "Storage roots that take part; all of them without it"),
            .maybe("path", .text, "Only files at this place of their root or below it"),
            .maybe("min_size", .integer, "Bytes of one file at least")),
        SchemaDefinition(
            "KeepRule", "A rule that says which file stays",
            .always("rule", .oneOf(["root_order", "path", "newest", "oldest", "resolution"])),
            .maybe("roots", .array(of: .text), "For `root_order`: names, string ids or numbers"),
            .maybe("prefix", .text, "For `path`"), .maybe("root", .text, "For `path`: in this storage root only")),
        SchemaDefinition(
            "DuplicatePlan", "A plan with a page of its files", .always("id", .integer),
            .always("status", .oneOf(DuplicatePlan.Status.allCases.map(\.rawValue))),
            .always("job_id", .nullable(.integer)), .always("error_message", .nullable(.text)),
            .always("created_at", .time), .always("expires_at", .time, "Until when it may be applied"),
            .always("is_complete", .boolean, "Whether every duplicate is in it"),
            .always("totals", .named("DuplicatePlanTotals")),
            .always("progress", .nullable(.integer), "Percent; null before it is applied"),
            .always("groups", .array(of: .named("PlannedGroup")), "Those with the most bytes to spare first"),
            .always("count", .integer, "Files of this page"), .always("total", .integer, "Files of all pages"),
            .always("limit", .integer), .always("offset", .integer)),
        SchemaDefinition(
            "DuplicatePlanTotals", "What a plan comes to", .always("groups", .integer, "Contents"),
            .always("kept_files", .integer, "Names that stay"), .always("files", .integer, "Names to remove"),
            .always("bytes", .integer, "What that frees"), .always("removed_files", .integer, "Names removed so far"),
            .always("removed_bytes", .integer, "What that has freed"),
            .always("skipped_files", .integer, "Names that were to go and stayed")),
        SchemaDefinition(
            "PlannedGroup", "Files with the same content; one that does not fit on a page goes on on the next",
            .always("group_id", .integer), .always("hash", .text, "XXH3-128"),
            .always("size", .integer, "Bytes of one file"), .always("kept_id", .integer, "The file that stays"),
            .always("kept_path", .text), .always("kept_root", .text),
            .always("files", .array(of: .named("PlannedFile")), "The one that stays comes first")),
        SchemaDefinition(
            "PlannedFile", "What becomes of a name of a file", .always("id", .integer),
            .always("storage_root_name", .text), .always("path", .text),
            .always("action", .oneOf(["keep", "remove"])),
            .always("rule", .text, "What decided; `order` when no rule did, `links` for other names of a file"),
            .always("reason", .text), .always("freed_bytes", .integer), .always("modified_at", .time),
            .always("state", .oneOf(PlannedFiles.Filter.words)),
            .always("note", .nullable(.text), "Why it was left where it is")),
        SchemaDefinition(
            "DuplicateRemovalQueued", "A removal that waits", .always("message", .text), .always("id", .integer),
            .always("job_id", .integer), .always("status", .text)),
    ]
}
