#include "CCurl.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>

CURLcode catalog_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode catalog_curl_set_offset(CURL *handle, CURLoption option, int64_t value) {
    return curl_easy_setopt(handle, option, (curl_off_t)value);
}

CURLcode catalog_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode catalog_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode catalog_curl_set_sink(CURL *handle, CURLoption option, catalog_curl_sink sink) {
    return curl_easy_setopt(handle, option, sink);
}

CURLcode catalog_curl_set_source(CURL *handle, CURLoption option, catalog_curl_source source) {
    return curl_easy_setopt(handle, option, source);
}

CURLcode catalog_curl_set_sockets(CURL *handle, catalog_curl_open_socket open, catalog_curl_close_socket close, void *context) {
    CURLcode result = curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open);
    if (result == CURLE_OK) result = curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, context);
    if (result == CURLE_OK) result = curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, close);
    if (result == CURLE_OK) result = curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, context);
    return result;
}

CURLcode catalog_curl_set_authorities(CURL *handle, const char *pem, size_t size) {
    struct curl_blob blob = {.data = (void *)pem, .len = size, .flags = CURL_BLOB_COPY};
    // The system's folder of authorities would be believed beside them.
    CURLcode code = curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_CAINFO_BLOB, &blob) : code;
}

CURLcode catalog_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

CURLcode catalog_curl_get_text(CURL *handle, CURLINFO info, const char **value) {
    return curl_easy_getinfo(handle, info, value);
}

// Called by OpenSSL in place of its own look at the chain.
static int verify_pin(X509_STORE_CTX *store, void *expected) {
    X509 *certificate = X509_STORE_CTX_get0_cert(store);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    int is_same = certificate != NULL && X509_digest(certificate, EVP_sha256(), digest, &size) == 1 && size == 32 &&
                  memcmp(digest, expected, 32) == 0;
    X509_STORE_CTX_set_error(store, is_same ? X509_V_OK : X509_V_ERR_CERT_UNTRUSTED);
    return is_same;
}

static CURLcode prepare_tls(CURL *handle, void *context, void *expected) {
    (void)handle;
    SSL_CTX_set_cert_verify_callback(context, verify_pin, expected);
    return CURLE_OK;
}

CURLcode catalog_curl_pin(CURL *handle, const uint8_t *sha256) {
    CURLcode result = curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, (void *)sha256);
    if (result == CURLE_OK) result = curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, prepare_tls);
    // The certificate itself is known, so the name in it says nothing more.
    if (result == CURLE_OK) result = curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
    return result;
}

int catalog_curl_next_done(CURLM *multi, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        return 1;
    }
    return 0;
}
