#include "CSQLiteSetup.h"

#include <sqlite3.h>

enum { STATEMENT_JOURNAL_BYTES = 1 << 20 };

int catalogizer_sqlite_configure(void) {
    int result = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (result != SQLITE_OK) return result;
    return sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, (int)STATEMENT_JOURNAL_BYTES);
}
