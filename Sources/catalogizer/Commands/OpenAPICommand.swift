import ArgumentParser

/// The description of the API.
struct OpenAPICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi",
        abstract: "Print the OpenAPI 3.1 document of the REST API.",
        discussion: "  catalogizer openapi > openapi.json")

    func run() async throws {
        try Console.standard.print(try Composition.openAPIDocument())
    }
}
