#include "CSMBGuard.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// Written once, before the library is first called; the helper has one thread.
static int is_pinned;
static uint8_t pinned[16];
static size_t pinned_count;

void catalog_pin_connections(const uint8_t *address, size_t count) {
    pinned_count = count == 4 || count == 16 ? count : 0;
    memcpy(pinned, address, pinned_count);
    is_pinned = 1;
}

static int is_allowed(const struct sockaddr *address, socklen_t size) {
    if (!is_pinned || size < sizeof(sa_family_t)) return 1;
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)address;
        return size >= sizeof(*four) && pinned_count == 4 && memcmp(&four->sin_addr, pinned, 4) == 0;
    }
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
        return size >= sizeof(*six) && pinned_count == 16 && memcmp(&six->sin6_addr, pinned, 16) == 0;
    }
    return 1;
}

// Stands in front of the C library's function of this name for everything in the program, its shared libraries too.
int connect(int descriptor, const struct sockaddr *address, socklen_t size) {
    if (!is_allowed(address, size)) {
        errno = ENETUNREACH;
        return -1;
    }
    return (int)syscall(SYS_connect, descriptor, address, size);
}
