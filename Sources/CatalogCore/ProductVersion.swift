/// The version of this program, and so of the API that it serves.
package enum ProductVersion {
    /// As in `--version` and in the OpenAPI document.
    package static let text = "0.1.0"
}
