/// What the endpoints of redundancy and of plans to remove duplicates answer.
enum DuplicateOutcomes {
    static let all = [
        EndpointOutcomes(
            "duplicates.redundancy", "duplicates/redundancy",
            [
                .success(200, "a viewer", showing: #"{"redundancy":[{"storage_roots":1,"#).by(.viewer),
                .failure(404, "an unknown root", "Storage root not found").at("duplicates/redundancy?smb_roots=none"),
            ]),
        creating, showing, applying, cancelling, deleting,
    ]

    private static let rules = #"{"keep":[{"rule":"newest"}]}"#

    private static let creating = EndpointOutcomes(
        "duplicates.plan.create", "duplicates/plan",
        [
            .success(201, "a viewer", showing: #""status":"ready","#).sending(rules).by(.viewer),
            .failure(400, "no rules", "Invalid request body", members: #""field":"keep""#).sending("{}"),
            .failure(400, "an empty list of rules", "keep must have 1 to 10 rules").sending(#"{"keep":[]}"#),
            .failure(
                400, "a rule that is none",
                "A rule must be 'root_order', 'path', 'newest', 'oldest' or 'resolution'"
            )
            .sending(#"{"keep":[{"rule":"largest"}]}"#),
            .failure(400, "an order without roots", "The rule root_order needs roots: a list of storage roots")
                .sending(#"{"keep":[{"rule":"root_order"}]}"#),
            .failure(400, "a path without a prefix", "The rule path needs prefix: a path below a storage root")
                .sending(#"{"keep":[{"rule":"path"}]}"#),
            .failure(400, "a state that is none", "state must be 'kept', 'planned', 'removed' or 'skipped'")
                .at("duplicates/plan?state=gone").sending(rules),
            .failure(404, "an unknown root in a rule", "Storage root not found")
                .sending(#"{"keep":[{"rule":"root_order","roots":["none"]}]}"#),
            .failure(404, "an unknown root", "Storage root not found")
                .sending(#"{"keep":[{"rule":"newest"}],"smb_roots":["none"]}"#),
        ])

    private static let showing = EndpointOutcomes(
        "duplicates.plan", "duplicates/plan/{plan}",
        [
            .success(200, "a plan", showing: #""status":"ready","#).after(.planMade),
            .failure(400, "an id that is none", "Invalid plan ID").at("duplicates/plan/x"),
            .failure(400, "a state that is none", "state must be 'kept', 'planned', 'removed' or 'skipped'")
                .at("duplicates/plan/{plan}?state=gone"),
            .failure(404, "a plan of somebody else", "Plan not found").by(.viewer),
            .failure(404, "an unknown plan", "Plan not found").at("duplicates/plan/999"),
        ])

    private static let applying = EndpointOutcomes(
        "duplicates.plan.apply", "duplicates/plan/{plan}/apply",
        [
            .failure(403, "a viewer", "Insufficient permissions").by(.viewer).after(.planMade),
            .failure(400, "an id that is none", "Invalid plan ID").at("duplicates/plan/x/apply"),
            .failure(404, "an unknown plan", "Plan not found").at("duplicates/plan/999/apply"),
            .success(202, "a plan", showing: #""message":"Removal queued""#),
            .failure(409, "a plan that was applied", "The plan was applied already").after(.planApplied),
        ])

    private static let cancelling = EndpointOutcomes(
        "duplicates.plan.cancel", "duplicates/plan/{plan}/cancel",
        [
            .failure(409, "a plan that nobody applies", "The plan is not being applied", members: #""status":"ready""#)
                .after(.planMade),
            .failure(400, "an id that is none", "Invalid plan ID").at("duplicates/plan/x/cancel"),
            .failure(404, "an unknown plan", "Plan not found").at("duplicates/plan/999/cancel"),
            .success(200, "a removal that waits", showing: #"{"message":"Removal cancelled"}"#).after(.planWaiting),
        ])

    private static let deleting = EndpointOutcomes(
        "duplicates.plan.delete", "duplicates/plan/{plan}",
        [
            .failure(409, "a plan that is being applied", "The plan is being applied").after(.planWaiting),
            .failure(400, "an id that is none", "Invalid plan ID").at("duplicates/plan/x"),
            .failure(404, "an unknown plan", "Plan not found").at("duplicates/plan/999"),
            .success(200, "a plan", showing: #"{"message":"Plan deleted"}"#).after(.planMade),
        ])
}
