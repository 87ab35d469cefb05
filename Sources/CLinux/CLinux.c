#include "CLinux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <malloc.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

static int64_t nanoseconds(struct statx_timestamp t) {
    // A time beyond the range of 64-bit nanoseconds (years 1678 to 2262) is cut to its end, not wrapped.
    if (t.tv_sec > 9223372035LL) return INT64_MAX;
    if (t.tv_sec < -9223372035LL) return INT64_MIN;
    return (int64_t)t.tv_sec * 1000000000LL + t.tv_nsec;
}

const int catalog_open_place = O_PATH;

int catalog_open_beneath(int directory, const char *path, int flags, int follow_links) {
    struct open_how how;
    memset(&how, 0, sizeof how);
    how.flags = (uint64_t)(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | (follow_links ? 0 : RESOLVE_NO_SYMLINKS);
    // EAGAIN: a rename somewhere raced with the resolution, and the manual says to try again. It also says that another
    // program holds a lease on the file, which may last; so the tries end.
    for (int tries = 0;; tries++) {
        long fd = syscall(SYS_openat2, directory, path, &how, sizeof how);
        if (fd >= 0) return (int)fd;
        if (errno != EINTR && (errno != EAGAIN || tries >= 128)) return -errno;
    }
}

static int look(int directory, const char *name, int flags, struct catalog_stat *out) {
    struct statx s;
    if (statx(directory, name, flags, STATX_BASIC_STATS | STATX_BTIME, &s) != 0) return -errno;
    out->size = s.stx_size;
    out->inode = s.stx_ino;
    out->device = (uint64_t)makedev(s.stx_dev_major, s.stx_dev_minor);
    out->modified_ns = nanoseconds(s.stx_mtime);
    out->changed_ns = nanoseconds(s.stx_ctime);
    out->birth_ns = (s.stx_mask & STATX_BTIME) ? nanoseconds(s.stx_btime) : 0;
    out->mode = s.stx_mode;
    out->link_count = s.stx_nlink;
    out->is_mount_root = (s.stx_attributes & STATX_ATTR_MOUNT_ROOT) ? 1 : 0;
    return 0;
}

int catalog_statx(int directory, const char *name, struct catalog_stat *out) {
    return look(directory, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (name[0] ? 0 : AT_EMPTY_PATH), out);
}

int catalog_statx_asking(int descriptor, struct catalog_stat *out) {
    return look(descriptor, "", AT_EMPTY_PATH | AT_STATX_FORCE_SYNC, out);
}

int catalog_statx_cached(int descriptor, struct catalog_stat *out) {
    return look(descriptor, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, out);
}

long catalog_getdents(int directory, void *buffer, size_t size) {
    long n = syscall(SYS_getdents64, directory, buffer, size);
    return n >= 0 ? n : -errno;
}

long catalog_read_cached(int descriptor, void *buffer, size_t size, off_t offset) {
    struct iovec part = {buffer, size};
    ssize_t n = preadv2(descriptor, &part, 1, offset, RWF_NOWAIT);
    return n >= 0 ? n : -errno;
}

int catalog_rename_new(int from_directory, const char *from, int to_directory, const char *to) {
    return renameat2(from_directory, from, to_directory, to, RENAME_NOREPLACE) == 0 ? 0 : -errno;
}

long catalog_file_system_type(const char *path) {
    struct statfs s;
    return statfs(path, &s) == 0 ? (long)s.f_type : -errno;
}

int catalog_file_system_of(int descriptor, struct catalog_file_system *out) {
    struct statfs s;
    if (fstatfs(descriptor, &s) != 0) return -errno;
    uint32_t id[2];
    memcpy(id, &s.f_fsid, sizeof id);
    uint64_t block = s.f_frsize ? (uint64_t)s.f_frsize : (uint64_t)s.f_bsize;
    out->type = (uint64_t)s.f_type;
    out->id = (uint64_t)id[0] << 32 | id[1];
    out->free_bytes = s.f_bavail * block;
    out->total_bytes = s.f_blocks * block;
    return 0;
}

int catalog_file_system_space(const char *path, uint64_t *free_bytes, uint64_t *total_bytes) {
    struct statvfs s;
    if (statvfs(path, &s) != 0) return -errno;
    *free_bytes = (uint64_t)s.f_bavail * s.f_frsize;
    *total_bytes = (uint64_t)s.f_blocks * s.f_frsize;
    return 0;
}

void catalog_bound_heap(int arenas) {
    // Setting them also turns off that glibc raises both thresholds (up to 32 MiB) with the first large block it frees.
    mallopt(M_MMAP_THRESHOLD, 8 << 20);
    mallopt(M_TRIM_THRESHOLD, 8 << 20);
    mallopt(M_ARENA_MAX, arenas);
}

void catalog_keep_large_blocks(void) {
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

void catalog_trim_heap(void) { malloc_trim(0); }

static atomic_int background_gives_way;

void catalog_background_gives_way(void) { atomic_store(&background_gives_way, 1); }

void catalog_give_way(void) {
    if (!atomic_load(&background_gives_way)) return;
    /* Without the right to it, the thread stays as it was. */
    struct sched_param none = {0};
    (void)sched_setscheduler(0, SCHED_BATCH, &none);
}
