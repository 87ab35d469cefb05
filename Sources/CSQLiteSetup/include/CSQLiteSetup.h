#ifndef CSQLITESETUP_H
#define CSQLITESETUP_H

/* SQLite counts its memory for statistics that nobody here reads, under one lock that all connections share: without them a first
 * scan is some percent faster. Has to be called before the library is used; the call is C's alone, since it takes a variable
 * number of arguments.
 *
 * Returns SQLITE_OK, or SQLITE_MISUSE when the library was in use already and goes on counting. */
int catalogizer_sqlite_without_memory_statistics(void);

#endif
