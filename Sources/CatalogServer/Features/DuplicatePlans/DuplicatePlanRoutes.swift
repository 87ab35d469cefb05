import CatalogCore
import CatalogJobs
import Hummingbird

/// Plans to remove duplicates over HTTP.
struct DuplicatePlanRoutes: Sendable {
    let plans: DuplicatePlanService
    /// Told about new jobs, and about those to stop.
    let worker: JobWorker

    var handlers: [EndpointHandler] {
        [
            EndpointHandler("duplicates.plan.create", create), EndpointHandler("duplicates.plan", plan),
            EndpointHandler("duplicates.plan.apply", apply), EndpointHandler("duplicates.plan.cancel", cancel),
            EndpointHandler("duplicates.plan.delete", delete),
        ]
    }

    @Sendable private func create(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let payload = try await request.json(DuplicatePlanPayload.self, context)
        let plan = try await plans.create(payload, by: try context.requireAuthor())
        return try await answer(plan, context, status: .created)
    }

    @Sendable private func plan(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let id = try context.path.id("id", of: "plan")
        return try await answer(plans.find(id, for: context.requireCaller()), context, status: .ok)
    }

    private func answer(
        _ plan: DuplicatePlan, _ context: AppRequestContext, status: HTTPResponse.Status
    ) async throws -> Response {
        let filter = try PlannedFiles.Filter(context.query["state"])
        let files = try await plans.store.files(of: plan, filter, context.query.page())
        var json = JSONWriter()
        json.duplicatePlan(plan, files)
        return json.response(status: status)
    }

    @Sendable private func apply(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let id = try context.path.id("id", of: "plan")
        let job = try await plans.apply(id, for: context.requireCaller(), by: try context.requireAuthor())
        worker.wake()
        var json = JSONWriter()
        json.beginObject()
        json.field("message", "Removal queued")
        json.field("id", id)
        json.field("job_id", job)
        json.field("status", "queued")
        json.endObject()
        return json.response(status: .accepted)
    }

    @Sendable private func cancel(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let job = try await plans.cancel(context.path.id("id", of: "plan"), for: context.requireCaller())
        await worker.noteCancelled(job)
        return .message("Removal cancelled")
    }

    @Sendable private func delete(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        try await plans.delete(context.path.id("id", of: "plan"), for: context.requireCaller())
        return .message("Plan deleted")
    }
}
