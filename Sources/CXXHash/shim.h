#include <stddef.h>
#include <string.h>

/* The shape of a state is no promise of the library: whoever uses it compares versions first. */
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

/* Bytes of a state that can be kept: all but the address of a secret, which is another one in each process. */
static const size_t catalogizer_xxh3_kept_bytes = offsetof(XXH3_state_t, extSecret);

/* The version that this program was compiled with; that of the library is XXH_versionNumber(). */
static const unsigned catalogizer_xxh3_version = XXH_VERSION_NUMBER;

/* Copies what can be kept of a state that was reset without a seed. */
static inline void catalogizer_xxh3_keep(const XXH3_state_t *state, void *kept) {
    memcpy(kept, state, catalogizer_xxh3_kept_bytes);
    /* Of a seed only, and so never written. */
    memset((char *)kept + offsetof(XXH3_state_t, customSecret), 0, sizeof state->customSecret);
}

/* Makes a state again of what was kept of one. */
static inline void catalogizer_xxh3_resume(XXH3_state_t *state, const void *kept) {
    XXH3_128bits_reset(state);
    memcpy(state, kept, catalogizer_xxh3_kept_bytes);
}
