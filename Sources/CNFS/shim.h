#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>
#include <nfsc/libnfs.h>
