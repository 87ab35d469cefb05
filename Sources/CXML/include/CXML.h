// Reading of XML as it comes, by libxml2. Its own headers bring the system's ICU along, which the one of Foundation does not stand.
#ifndef CATALOGIZER_CXML_H
#define CATALOGIZER_CXML_H

typedef struct catalog_xml catalog_xml;

/// An element begins or ends; `uri` is that of its namespace, or NULL.
typedef void (*catalog_xml_element)(void *context, const char *name, const char *uri);
/// A piece of text.
typedef void (*catalog_xml_text)(void *context, const char *bytes, int size);

/// NULL without memory. A document type, the door to entities that grow or reach out, is an error.
catalog_xml *catalog_xml_open(void *context, catalog_xml_element start, catalog_xml_text text, catalog_xml_element end);

/// Takes the next bytes, the last ones when `is_last`. 0, or the number of what was wrong; the callbacks run meanwhile.
int catalog_xml_take(catalog_xml *parser, const char *bytes, int size, int is_last);

/// Called from a callback: no other one follows.
void catalog_xml_stop(catalog_xml *parser);

void catalog_xml_close(catalog_xml *parser);

#endif
