#include "CLinux.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

// A pack of a million names has 22 segments, and two packs are mapped while one is written anew.
#define GUARDS_MAX 16384

struct guard {
    atomic_int used;
    atomic_uintptr_t start;
    atomic_size_t size;
    atomic_int lost;
};

static struct guard guards[GUARDS_MAX];
// No guard from here on was ever used.
static atomic_int guards_end;
static struct sigaction previous;
// Clears the part of an address that lies within its page; not every processor has pages of 4 KiB.
static uintptr_t page_mask;
static pthread_once_t installed = PTHREAD_ONCE_INIT;

// Runs in the middle of whatever touched the page, so it calls nothing but system calls.
static void on_bus_error(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)context;
    const int kept_errno = errno;
    const uintptr_t at = (uintptr_t)info->si_addr;
    const int end = atomic_load(&guards_end);
    for (int i = 0; i < end; i++) {
        const uintptr_t start = atomic_load(&guards[i].start);
        const size_t size = atomic_load(&guards[i].size);
        if (start == 0 || at < start || at - start >= size) continue;
        // What follows in the file is mostly gone too; one call is cheaper than a signal for each page.
        const uintptr_t page = at & page_mask;
        void *zeros = mmap((void *)page, start + size - page, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
        if (zeros == MAP_FAILED) break;
        atomic_store(&guards[i].lost, 1);
        errno = kept_errno;
        return;
    }
    // Not ours: the access is tried again and ends the process as it would have without us.
    sigaction(SIGBUS, &previous, NULL);
}

static void install(void) {
    page_mask = ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &previous);
}

int catalog_guard_mapping(void *start, size_t size) {
    pthread_once(&installed, install);
    for (int i = 0; i < GUARDS_MAX; i++) {
        int unused = 0;
        if (!atomic_compare_exchange_strong(&guards[i].used, &unused, 1)) continue;
        atomic_store(&guards[i].lost, 0);
        atomic_store(&guards[i].size, size);
        atomic_store(&guards[i].start, (uintptr_t)start);
        int end = atomic_load(&guards_end);
        while (end <= i && !atomic_compare_exchange_weak(&guards_end, &end, i + 1)) {}
        return i;
    }
    return -1;
}

int catalog_mapping_is_lost(int guard) { return guard >= 0 && atomic_load(&guards[guard].lost); }

void catalog_unguard_mapping(int guard) {
    if (guard < 0) return;
    atomic_store(&guards[guard].start, 0);
    atomic_store(&guards[guard].used, 0);
}
