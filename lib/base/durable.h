/* Files that outlive a power cut. Job: write, sync and rename inside folders given by descriptor, never following a
 * symbolic link. Threads: any. Failures: RETRY/"FILE_WRITE" (disk full, permissions: they may pass). */
#ifndef ECOCASE_BASE_DURABLE_H
#define ECOCASE_BASE_DURABLE_H
#include "base/bytes.h"
#include "base/fault.h"

/* `name` gets another content at once, through `spare`, which stays beside it and takes turns with it: filled up with
 * blanks to whole blocks, either is written over, so that a full disk has room for it. Not synced. */
MUST_USE enum outcome durable_replace(int folder, const char *name, const char *spare, struct bytes content,
                                      struct fault *fault);
/* Creates or empties `name` and writes it; write-back is begun, not waited for. */
MUST_USE enum outcome durable_write(int folder, const char *name, struct bytes content, struct fault *fault);
MUST_USE enum outcome durable_sync_file(int folder, const char *name, struct fault *fault);
MUST_USE enum outcome durable_sync_folder(int folder, struct fault *fault);
/* Everything on the folder's file system: cheaper than many single files. */
MUST_USE enum outcome durable_sync_all(int folder, struct fault *fault);
enum moved { MOVED, MOVE_GONE, MOVE_TAKEN, MOVE_FAILED };
/* RENAME_NOREPLACE; MOVE_GONE: there is no `from`; MOVE_TAKEN: `to` exists. Not yet durable: sync both folders. */
enum moved durable_move(int from_folder, const char *from, int to_folder, const char *to, struct fault *fault);
#endif
