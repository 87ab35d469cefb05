// Searching bytes, as many at a time as the processor takes.
#ifndef CATALOGIZER_TEXT_SEARCH_H
#define CATALOGIZER_TEXT_SEARCH_H

#include <stddef.h>
#include <stdint.h>

/// First place of `needle` in `haystack`, or -1. Twice as fast as `memmem` for short needles, but the 15 bytes behind the
/// haystack must be readable.
long catalog_find_padded(const uint8_t *haystack, size_t size, const uint8_t *needle, size_t needle_size);

/// One bit for each of 128 texts, the first one the lowest of `low`.
struct catalog_marks {
    uint64_t low;
    uint64_t high;
};

/// Which of the texts have `needle` in them, which has no NUL; texts behind the 128th are not told of. The texts stand one behind
/// the other in `size` bytes, each with a NUL at its end. `readable` bytes may be read from their start: 16 more than `size` at least.
struct catalog_marks catalog_find_in_texts(
    const uint8_t *texts, size_t size, size_t readable, const uint8_t *needle, size_t needle_size);

/// Has memory on its way that is read soon, without waiting for it: `lines` pieces of 64 bytes from `place` on.
static inline void catalog_fetch_ahead(const void *place, int lines) {
    for (int line = 0; line < lines; line++) __builtin_prefetch((const char *)place + line * 64);
}

#endif
