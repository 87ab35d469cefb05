#include "TextSearch.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <string.h>

long catalog_find_padded(const uint8_t *haystack, size_t size, const uint8_t *needle, size_t needle_size) {
    if (needle_size == 0 || needle_size > size) return needle_size == 0 ? 0 : -1;
#ifdef __SSE2__
    // Sixteen places at once: where both the first and the last byte of the needle stand, the rest is compared.
    const __m128i first = _mm_set1_epi8((char)needle[0]);
    const __m128i last = _mm_set1_epi8((char)needle[needle_size - 1]);
    const size_t places = size - needle_size + 1;
    for (size_t at = 0; at < places; at += 16) {
        __m128i heads = _mm_cmpeq_epi8(first, _mm_loadu_si128((const __m128i *)(haystack + at)));
        __m128i tails = _mm_cmpeq_epi8(last, _mm_loadu_si128((const __m128i *)(haystack + at + needle_size - 1)));
        unsigned found = (unsigned)_mm_movemask_epi8(_mm_and_si128(heads, tails));
        for (; found; found &= found - 1) {
            size_t place = at + (size_t)__builtin_ctz(found);
            if (place >= places) return -1;
            if (needle_size <= 2 || memcmp(haystack + place + 1, needle + 1, needle_size - 2) == 0) return (long)place;
        }
    }
    return -1;
#else
    const uint8_t *at = memmem(haystack, size, needle, needle_size);
    return at ? at - haystack : -1;
#endif
}

// So many bytes, and which of them are something; the compiler makes of both what the processor has.
enum { LANES = 64 };
typedef uint8_t lanes __attribute__((ext_vector_type(LANES), aligned(1)));
typedef _Bool lane_marks __attribute__((ext_vector_type(LANES)));

/// One bit for each of `LANES` bytes: whether it is `byte`.
static inline __attribute__((always_inline)) uint64_t equal(const uint8_t *at, uint8_t byte) {
    const lane_marks marks = __builtin_convertvector(*(const lanes *)at == (lanes)byte, lane_marks);
    uint64_t word;
    memcpy(&word, &marks, sizeof word);
    return word;
}

/// Texts that are told of; those behind them share one more word.
enum { TEXTS = 128 };
struct text_marks {
    uint64_t words[TEXTS / 64 + 1];
};

static inline __attribute__((always_inline)) void mark(struct text_marks *marks, size_t number, uint64_t bit) {
    const size_t word = number / 64 < TEXTS / 64 ? number / 64 : TEXTS / 64;
    marks->words[word] |= bit << (number % 64);
}

/// The same for a needle that leaves no room to look at so many bytes at once.
static struct catalog_marks find_long(const uint8_t *texts, size_t size, const uint8_t *needle, size_t needle_size) {
    struct text_marks found = {{0}};
    size_t number = 0;
    for (size_t at = 0; at < size; number++) {
        const size_t length = strnlen((const char *)texts + at, size - at);
        mark(&found, number, memmem(texts + at, length, needle, needle_size) != NULL);
        at += length + 1;
    }
    return (struct catalog_marks){found.words[0], found.words[1]};
}

/// Where the needle stands among the places `heads` behind `at`, whose first and last bytes are its own.
static inline __attribute__((always_inline)) uint64_t verified(
    const uint8_t *at, uint64_t heads, const uint8_t *needle, size_t needle_size) {
    // So many bytes are compared for all places at once.
    const size_t together = needle_size - 1 < 16 ? needle_size - 1 : 16;
    for (size_t index = 1; index < together && heads; index++) heads &= equal(at + index, needle[index]);
    if (needle_size - 1 <= 16) return heads;
    for (uint64_t left = heads; left; left &= left - 1) {
        const int place = __builtin_ctzll(left);
        if (memcmp(at + place + 16, needle + 16, needle_size - 17) != 0) heads &= ~(left & -left);
    }
    return heads;
}

#ifdef __x86_64__
__attribute__((target_clones("avx2", "default")))
#endif
struct catalog_marks catalog_find_in_texts(
    const uint8_t *texts, size_t size, size_t readable, const uint8_t *needle, size_t needle_size) {
    if (needle_size == 0 || needle_size > size) return (struct catalog_marks){0, 0};
    if (needle_size + LANES - 1 > readable) return find_long(texts, size, needle, needle_size);
    struct text_marks found = {{0}};
    const size_t last_start = readable - (needle_size + LANES - 1);
    const size_t places = size - needle_size + 1;
    size_t number = 0;
    // Whether the needle stands in the part of a text that was seen already.
    uint64_t begun = 0;
    for (size_t next = 0; next < places;) {
        // At the end it steps back, and leaves out what it has seen.
        const size_t at = next < last_start ? next : last_start;
        const uint64_t unseen = ~0ULL << (next - at);
        uint64_t ends = equal(texts + at, 0) & unseen;
        uint64_t heads = equal(texts + at, needle[0]) & unseen;
        if (places - at < LANES) heads &= (1ULL << (places - at)) - 1;
        if (heads) heads &= equal(texts + at + needle_size - 1, needle[needle_size - 1]);
        if (heads && needle_size > 2) heads = verified(texts + at, heads, needle, needle_size);
        // A text is a row of ones up to its end. A head in it, added, carries over to that end; beyond the last bit, to what
        // comes next.
        const uint64_t inside = ~ends;
        const uint64_t sum = inside + (heads | begun);
        begun = sum < inside;
        if (sum & ends) {
            for (; ends; ends &= ends - 1) mark(&found, number++, (sum >> __builtin_ctzll(ends)) & 1);
        } else {
            number += (size_t)__builtin_popcountll(ends);
        }
        next = at + LANES;
    }
    if (begun) mark(&found, number, 1);
    return (struct catalog_marks){found.words[0], found.words[1]};
}
