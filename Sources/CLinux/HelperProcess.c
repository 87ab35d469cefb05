#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

int catalog_make_shared_memory(size_t size) {
    const char *name = "catalogizer-smb";
    // Some systems refuse memory that could be run; older ones do not know what says that this cannot.
    int descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
    if (descriptor < 0 && errno == EINVAL) descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0) return -errno;
    // Memory that the other side made smaller would end whoever reads it.
    if (ftruncate(descriptor, (off_t)size) != 0 ||
        fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        int number = errno;
        close(descriptor);
        return -number;
    }
    return descriptor;
}

int catalog_start_helper(const char *path, int descriptor, int memory, pid_t *process) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int result = posix_spawn_file_actions_init(&actions);
    if (result != 0) return -result;
    result = posix_spawnattr_init(&attributes);
    if (result != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return -result;
    }
    for (int standard = 0; standard < 3 && result == 0; standard++)
        result = posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0);
    // One that has its new number already would keep its flag to be closed, and one may have the number of the other: so both go by way of
    // numbers that nobody has.
    int spare = (descriptor > memory ? descriptor : memory) + 1;
    if (result == 0) result = posix_spawn_file_actions_adddup2(&actions, descriptor, spare);
    if (result == 0) result = posix_spawn_file_actions_adddup2(&actions, memory, spare + 1);
    if (result == 0) result = posix_spawn_file_actions_adddup2(&actions, spare, 3);
    if (result == 0) result = posix_spawn_file_actions_adddup2(&actions, spare + 1, 4);
    if (result == 0) result = posix_spawn_file_actions_addclosefrom_np(&actions, 5);
    // A session of its own: Ctrl-C is for the server, which ends its helpers itself.
    if (result == 0) result = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    if (result == 0) {
        char *const arguments[] = {(char *)path, NULL};
        // No home: a library would read somebody's settings there.
        char *const environment[] = {"HOME=/nonexistent", "LC_ALL=C.UTF-8", NULL};
        result = posix_spawn(process, path, &actions, &attributes, arguments, environment);
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return -result;
}

int catalog_spawn_apart(void *actions, const char *directory) {
    int result = directory == NULL ? 0 : posix_spawn_file_actions_addchdir_np(actions, directory);
    if (result == 0) result = posix_spawn_file_actions_addclosefrom_np(actions, 3);
    return -result;
}
