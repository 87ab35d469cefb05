// Linux calls that Swift's Glibc module does not offer. Each function returns what the system call returns: a value of
// zero or more, or a negative errno, so that no caller has to read the thread's errno across a Swift call.
#ifndef CATALOGIZER_CLINUX_H
#define CATALOGIZER_CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "TextSearch.h"

/// What `statx` says of one name, in the units of the catalog: bytes and nanoseconds since 1970.
struct catalog_stat {
    uint64_t size;
    uint64_t inode;
    uint64_t device;
    int64_t modified_ns;
    int64_t changed_ns;
    /// 0 where the file system does not keep it.
    int64_t birth_ns;
    uint32_t mode;
    uint32_t link_count;
    /// 1 when the name is the root of a mounted file system.
    uint32_t is_mount_root;
};

/// A mounted file system, as `statfs` describes it.
struct catalog_file_system {
    /// Magic number of its kind, as in `linux/magic.h`.
    uint64_t type;
    /// `f_fsid`: made from the UUID of the file system where it has one, 0 where it says nothing.
    uint64_t id;
    uint64_t free_bytes;
    uint64_t total_bytes;
};

/// From now on `catalog_give_way` does something: a process that answers requests wants that, one that only scans does not.
void catalog_background_gives_way(void);

/// Makes the calling thread one that works on its own (`SCHED_BATCH`): when it wakes, it does not push another one aside. A niceness
/// of all threads of a scan would give others more, but nice threads crowd on one processor while another has nothing to do: a first
/// scan took a sixth longer on an idle machine.
void catalog_give_way(void);

/// `O_PATH`: opens a place without the right to read it.
extern const int catalog_open_place;

/// Opens `path` below `directory` (a descriptor); neither `..`, an absolute path nor a symbolic link may leave it, and
/// magic links (/proc) are refused. `follow_links` 0 refuses every symbolic link. -EAGAIN: another program holds a
/// lease on the file.
int catalog_open_beneath(int directory, const char *path, int flags, int follow_links);

/// `statx` of `name` below `directory` without following a symbolic link in the last component; an empty name means the
/// descriptor itself.
int catalog_statx(int directory, const char *name, struct catalog_stat *out);

/// The same for an open file; a file system across a network asks its server, whatever memory holds.
int catalog_statx_asking(int descriptor, struct catalog_stat *out);

/// The same for an open file, from what memory holds: a file system across a network is not asked, so it does not wait.
int catalog_statx_cached(int descriptor, struct catalog_stat *out);

/// Fills `buffer` with raw `linux_dirent64` records; 0 at the end.
long catalog_getdents(int directory, void *buffer, size_t size);

/// Reads without waiting for a disk: what the page cache holds now, -EAGAIN when nothing is cached.
long catalog_read_cached(int descriptor, void *buffer, size_t size, off_t offset);

/// Renames without replacing: -EEXIST when `to` exists.
int catalog_rename_new(int from_directory, const char *from, int to_directory, const char *to);

/// Bytes that a TCP connection has got from the other side, read or not.
int64_t catalog_bytes_received(int socket);

/// Keeps the process alive when a mapped file is cut off or its disk fails (SIGBUS): from the place that cannot be read on,
/// the mapping holds zeros of its own then. Returns a number for the two functions below, or -1 when too many mappings are
/// guarded; the memory stays mapped until it is no longer guarded.
int catalog_guard_mapping(void *start, size_t size);

/// 1 when that has happened to a guarded mapping.
int catalog_mapping_is_lost(int guard);

/// To be called before the mapping is unmapped.
void catalog_unguard_mapping(int guard);

/// The file system's magic number at `path` (`statfs`), or a negative errno.
long catalog_file_system_type(const char *path);

/// The file system that holds an open `descriptor`, which may be one of `O_PATH`.
int catalog_file_system_of(int descriptor, struct catalog_file_system *out);

/// Free and total bytes of the file system at `path`.
int catalog_file_system_space(const char *path, uint64_t *free_bytes, uint64_t *total_bytes);

/// A descriptor of new memory of `size` bytes that can be handed to another process, and that nobody can make smaller; or a negative errno.
int catalog_make_shared_memory(size_t size);

/// Starts the program at `path` in a session of its own, with `descriptor` as its number 3 and `memory` as its number 4, nothing behind
/// its standard streams, and no other open file. Writes its number to `process`, whom the caller has to wait for.
int catalog_start_helper(const char *path, int descriptor, int memory, pid_t *process);

/// Adds to what a child does before it runs its program: it goes to `directory`, unless that is NULL, and closes every file but its
/// three standard streams. `actions` is a `posix_spawn_file_actions_t`, whose header would change where Swift finds others.
int catalog_spawn_apart(void *actions, const char *directory);

/// Makes the heap give memory back: at most `arenas` heaps beside each other, and large blocks return to the system when
/// they are freed. Call before the first thread starts.
void catalog_bound_heap(int arenas);

/// Makes the heap keep large blocks for the next one who wants such: for a process that allocates one for each read, where a fresh
/// page for every four kilobytes costs more than the read itself.
void catalog_keep_large_blocks(void);

/// Gives the free pages of all heaps back to the system. Takes milliseconds, and holds up whoever allocates meanwhile.
void catalog_trim_heap(void);

#endif
