#ifndef CSQLITESETUP_H
#define CSQLITESETUP_H

/* Sets what holds for the whole library, and has to be called before its use. The calls are C's alone, since they take a variable
 * number of arguments.
 *
 * - SQLite counts its memory for statistics that nobody here reads, under one lock that all connections share: without them a
 *   first scan is some percent faster.
 * - What a statement that may fail in its middle changes is kept until its end. From 64 KiB on, which is four pages of ours, that
 *   goes to a file in /var/tmp: twenty thousand hashes, each in statements of few pages, wrote 650 MB there. It stays in memory
 *   up to a megabyte.
 *
 * Returns SQLITE_OK, or SQLITE_MISUSE when the library was in use already and goes on as it was. */
int catalogizer_sqlite_configure(void);

#endif
