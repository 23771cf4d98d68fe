/* The client's inbox: what it has acknowledged goes on to done/. */
#include "adapters/gateway/gateway.h"
#include "base/durable.h"
#include "base/failpoint.h"

enum outcome gateway_put_away(const struct gateway *gateway, const struct message *m, struct arena *arena,
                              struct fault *fault) {
    for (size_t i = m->file_count; i-- > 0;) {
        const char *name = arena_cstr(arena, m->files[i]);
        if (durable_move(gateway->folders[AT_INBOX], name, gateway->folders[AT_DONE], name, fault) == MOVE_FAILED)
            return RETRY;
    }
    FAILPOINT("front.acknowledging");
    TRY(durable_sync_folder(gateway->folders[AT_DONE], fault));
    TRY(durable_sync_folder(gateway->folders[AT_INBOX], fault));
    TRY(store_acknowledge(gateway->store, m->id, fault));
    FAILPOINT("front.acknowledged");
    return OK;
}

/* File names begin with the event code, see name_stem. */
struct bytes gateway_event(const struct message *m) {
    struct bytes name = m->file_count ? m->files[m->file_count - 1] : BYTES_NONE;
    size_t event = 0;
    while (event < name.count &&
           !(name.at[event] == '_' && event + 1 < name.count && (name.at[event + 1] < 'A' || name.at[event + 1] > 'Z')))
        event++;
    return bytes_of(name.at, event);
}
