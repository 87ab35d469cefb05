#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stddef.h>

int catalog_start_helper(const char *path, int descriptor, pid_t *process) {
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
    // A descriptor that is 3 already would keep its flag to be closed: so it goes by way of another number.
    if (result == 0) result = posix_spawn_file_actions_adddup2(&actions, descriptor, 4);
    if (result == 0) result = posix_spawn_file_actions_adddup2(&actions, 4, 3);
    if (result == 0) result = posix_spawn_file_actions_addclosefrom_np(&actions, 4);
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
