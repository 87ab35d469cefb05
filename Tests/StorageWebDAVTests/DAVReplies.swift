import CatalogTestSupport

// What the servers of these tests say.

/// Answers a PROPFIND.
func reply(_ client: FakeServer.Client, _ body: String) {
    client.send("HTTP/1.1 207 Multi-Status\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
}

/// The document around entries.
func multistatus(_ responses: String) -> String {
    "<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\">\(responses)</D:multistatus>"
}

/// One entry.
func response(
    _ href: String, isCollection: Bool = false, size: String = "5", modified: String = "Thu, 26 Nov 2026 22:13:06 GMT"
) -> String {
    let type = isCollection ? "<D:resourcetype><D:collection/></D:resourcetype>" : "<D:resourcetype/>"
    return """
        <D:response><D:href>\(href)</D:href><D:propstat><D:prop>\(type)<D:getcontentlength>\(size)</D:getcontentlength>\
        <D:getlastmodified>\(modified)</D:getlastmodified></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>\
        </D:response>
        """
}
