#include "CSMBGuard.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

// What libsmbclient was last told to log in with at other servers. One thread, one login.
static int is_set;
static char *last[3];

static int is_same(const char *one, const char *other) {
    return one && other ? strcmp(one, other) == 0 : one == other;
}

// Stands in front of the library's function of this name, which it calls itself twice in each of its calls, and which goes through all of
// its settings by name each time: a third of what a listing costs. First it sets a login without a user, as the URL has none, and then
// the right one, before anything is asked. So the first of these is left out, and the second one while it is the same.
//
// Source: libsmb_path.c and libsmb_server.c of Samba 4.17, "set the credentials to make DFS work".
void smbc_set_credentials_with_fallback(
    void *context, const char *workgroup, const char *user, const char *password) {
    typedef void (*function)(void *, const char *, const char *, const char *);
    static function real;
    if (!real) real = (function)dlsym(RTLD_NEXT, "smbc_set_credentials_with_fallback");
    if (!real) abort();
    const char *wanted[3] = {workgroup, user, password};
    int is_known = is_set;
    for (int i = 0; i < 3; i++) is_known = is_known && is_same(wanted[i], last[i]);
    if (is_known || (is_set && (!user || !*user))) return;
    for (int i = 0; i < 3; i++) {
        free(last[i]);
        last[i] = wanted[i] ? strdup(wanted[i]) : NULL;
    }
    is_set = 1;
    real(context, workgroup, user, password);
}
