/* 密封 · who reported a clue (程序规定173: kept secret, also from those who get copies). The broker forwards a record
 * byte for byte and the ledger keeps it for ever, so the identity leaves the agency only sealed under a key that never
 * does: `.reporter.key` in the spool (64 hex digits, mode 600, made at the first start; whoever loses it loses what is
 * sealed). AES-256-GCM as for chunks; each record has a key of its own, SHA-256(key ‖ message id), so that nothing
 * sealed can be moved to another record, and sealing is a pure function of its input. The length says nothing: filled
 * up to 256 bytes. Threads: any. */
#ifndef ECOCASE_ADAPTERS_CHUNKS_SEAL_H
#define ECOCASE_ADAPTERS_CHUNKS_SEAL_H
#include "base/arena.h"
#include "base/fault.h"
#include "base/uuid.h"
#include "wire/digest.h"

#define SEAL_KEY       32u
#define SEAL_ID        17u /* 16 hex digits of the key's SHA-256 */
#define SEAL_FILE      ".reporter.key"
#define SEAL_ALGORITHM "AES-256-GCM-SHA256"
struct seal {
    uint8_t key[SEAL_KEY];
    char id[SEAL_ID];
};
struct seal_place {
    const char *sender;
    struct uuid message_id;
}; /* of the record */
/* Of the spool; `make`: where there is none yet. REFUSE/"SEAL_KEY": no such file, or not as it was written;
 * RETRY/"FILE_WRITE". */
MUST_USE enum outcome seal_load(const char *spool, bool make, struct seal *ret, struct fault *fault);
struct bytes seal_close(const struct seal *seal, const struct seal_place *place, struct bytes plain,
                        struct arena *arena);
/* False: sealed under another key, or for another record, or damaged. */
bool seal_open(const struct seal *seal, const struct seal_place *place, struct bytes sealed, struct arena *arena,
               struct bytes *ret_plain);
#endif
