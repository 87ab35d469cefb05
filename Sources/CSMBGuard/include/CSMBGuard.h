#ifndef CSMBGUARD_H
#define CSMBGUARD_H

#include <stddef.h>
#include <stdint.h>

// From now on this process connects to one address only, whatever its libraries want: a server may send its clients to another
// machine (DFS), and libsmbclient goes there without asking. Connections within this machine's own kernel, such as Unix sockets,
// stay free.
//
// address: 4 or 16 bytes in network order; any other count forbids every address.
void catalog_pin_connections(const uint8_t *address, size_t count);

#endif
