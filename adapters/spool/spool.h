/* 交换目录: a transport over folders. The agency writes outbox/ and takes from inbox/ (moving what it handled on to
 * done/); ours are sent/, failed/ and the hidden .stage/. Taken is a regular file that was renamed in, or that nobody
 * holds open for writing and whose size and time stood still for SPOOL_QUIET_MS; names that name_passed_over
 * (name.h) knows never. Links, folders, devices are handed on as unreadable papers and end in failed/. One
 * adapter per spool: .lock. Ignores SIGIO (leases). */
#ifndef ECOCASE_ADAPTERS_SPOOL_SPOOL_H
#define ECOCASE_ADAPTERS_SPOOL_SPOOL_H
#include "adapters/spool/transport.h"

#define SPOOL_QUIET_MS  300    /* long enough for a slow writer's next write, short enough not to be felt */
#define SPOOL_RESCAN_MS 5000   /* safety net where inotify is not served (network file systems) */
#define SPOOL_SEEN_MAX  20000u /* papers known at one time; more wait in the folder for their turn */
/* Makes what is missing of the folders. FATAL when the spool cannot be used or another adapter has it. */
MUST_USE enum outcome spool_open(const char *folder, struct transport **ret, struct fault *fault);
#endif
