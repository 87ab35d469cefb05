#include "CXML.h"

#include <libxml/parser.h>
#include <stdlib.h>

struct catalog_xml {
    xmlParserCtxtPtr parser;
    void *context;
    catalog_xml_element start, end;
    catalog_xml_text text;
    int has_document_type;
};

static void start_element(void *self, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespace_count,
                          const xmlChar **namespaces, int attribute_count, int defaulted, const xmlChar **attributes) {
    (void)prefix, (void)namespace_count, (void)namespaces, (void)attribute_count, (void)defaulted, (void)attributes;
    catalog_xml *xml = self;
    xml->start(xml->context, (const char *)name, (const char *)uri);
}

static void end_element(void *self, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {
    (void)prefix;
    catalog_xml *xml = self;
    xml->end(xml->context, (const char *)name, (const char *)uri);
}

static void characters(void *self, const xmlChar *bytes, int size) {
    catalog_xml *xml = self;
    xml->text(xml->context, (const char *)bytes, size);
}

static void document_type(void *self, const xmlChar *name, const xmlChar *external, const xmlChar *system) {
    (void)name, (void)external, (void)system;
    catalog_xml *xml = self;
    xml->has_document_type = 1;
    xmlStopParser(xml->parser);
}

catalog_xml *catalog_xml_open(void *context, catalog_xml_element start, catalog_xml_text text, catalog_xml_element end) {
    catalog_xml *xml = calloc(1, sizeof *xml);
    if (xml == NULL) return NULL;
    xml->context = context;
    xml->start = start;
    xml->text = text;
    xml->end = end;
    xmlSAXHandler handler = {
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = start_element,
        .endElementNs = end_element,
        .characters = characters,
        .cdataBlock = characters,
        .internalSubset = document_type,
    };
    xml->parser = xmlCreatePushParserCtxt(&handler, xml, NULL, 0, NULL);
    if (xml->parser == NULL) {
        free(xml);
        return NULL;
    }
    xmlCtxtUseOptions(xml->parser, XML_PARSE_NONET);
    return xml;
}

int catalog_xml_take(catalog_xml *xml, const char *bytes, int size, int is_last) {
    int result = xmlParseChunk(xml->parser, bytes, size, is_last);
    return xml->has_document_type ? XML_ERR_DOCTYPE_NOT_FINISHED : result;
}

void catalog_xml_stop(catalog_xml *xml) { xmlStopParser(xml->parser); }

void catalog_xml_close(catalog_xml *xml) {
    xmlFreeParserCtxt(xml->parser);
    free(xml);
}
