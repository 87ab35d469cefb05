// libcurl for Swift, which imports no function with a variable number of arguments: one setter and getter for each type. Options
// are numbers of `CURLoption`, answers those of `CURLcode`.
#ifndef CATALOGIZER_CCURL_H
#define CATALOGIZER_CCURL_H

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

/// Called with bytes: of the answer, or one line of its head. Returns how many of them it took, or `CURL_WRITEFUNC_PAUSE`.
typedef size_t (*catalog_curl_sink)(char *bytes, size_t size, size_t count, void *context);
/// Called for bytes to send. Returns how many it wrote to `bytes`, 0 at the end, or `CURL_READFUNC_PAUSE`.
typedef size_t (*catalog_curl_source)(char *bytes, size_t size, size_t count, void *context);

/// Called to open and to close a socket, in place of the system's calls.
typedef curl_socket_t (*catalog_curl_open_socket)(void *context, curlsocktype purpose, struct curl_sockaddr *address);
typedef int (*catalog_curl_close_socket)(void *context, curl_socket_t socket);

CURLcode catalog_curl_set_long(CURL *handle, CURLoption option, long value);
CURLcode catalog_curl_set_offset(CURL *handle, CURLoption option, int64_t value);
/// libcurl copies the text, but for `CURLOPT_POSTFIELDS`.
CURLcode catalog_curl_set_text(CURL *handle, CURLoption option, const char *value);
CURLcode catalog_curl_set_pointer(CURL *handle, CURLoption option, void *value);
CURLcode catalog_curl_set_sink(CURL *handle, CURLoption option, catalog_curl_sink sink);
CURLcode catalog_curl_set_source(CURL *handle, CURLoption option, catalog_curl_source source);
CURLcode catalog_curl_set_sockets(CURL *handle, catalog_curl_open_socket open, catalog_curl_close_socket close, void *context);
/// The certificates of authorities that count beside nothing else, as PEM text; libcurl copies it.
CURLcode catalog_curl_set_authorities(CURL *handle, const char *pem, size_t size);

CURLcode catalog_curl_get_long(CURL *handle, CURLINFO info, long *value);
/// The text belongs to the handle, until its next transfer.
CURLcode catalog_curl_get_text(CURL *handle, CURLINFO info, const char **value);

/// Believes a server that shows the certificate with this SHA-256 (32 bytes, which must live as long as the handle), whoever signed
/// it, and no other.
CURLcode catalog_curl_pin(CURL *handle, const uint8_t *sha256);

/// The next transfer that has ended: 1, with its result, or 0.
int catalog_curl_next_done(CURLM *multi, CURLcode *result);

#endif
