/* Which papers in chunks a record still waits for. */
#include "adapters/inbound/delivery_inside.h"
#include "adapters/transfer/transfer.h"
#include "base/failpoint.h"

enum outcome awaited_by(const struct delivery *d, const struct arrival *arrival, struct arena *arena,
                        struct awaited *ret, struct fault *fault) {
    struct submission said;
    struct fault ignored;
    enum delivered before = DELIVERED_NEVER;
    int64_t generation = 0;
    *ret = (struct awaited){0};
    if (record_read(d->catalogue, arrival->value, &said, &ignored) != OK || !said.document_count || !said.chunked_form)
        return OK;
    struct digest meaning = arrival_meaning(arrival, &said);
    TRY(journal_delivered(d->journal, &said.message_id, &meaning, &before, &generation, fault));
    if (before == DELIVERED_SAME || conversion_attachments(d->profile, arrival->value, arrival->role, arena,
                                                           &ret->papers, &ret->count, &ignored) != OK)
        ret->count = 0;
    ret->sender = said.sender;
    return OK;
}

enum outcome awaited_any(const struct delivery *d, const struct arrival *arrival, struct arena *arena, bool *ret_any,
                         struct fault *fault) {
    struct awaited awaited;
    struct fault why;
    *ret_any = false;
    TRY(awaited_by(d, arrival, arena, &awaited, fault));
    for (size_t i = 0; i < awaited.count && !*ret_any; i++) {
        const struct chunked *what = awaited.papers[i].chunked;
        *ret_any = what && downloads_state(d->downloads, awaited.sender, what, &why) == FETCH_WAITING;
    }
    return OK;
}

void awaited_release(const struct delivery *d, const struct awaited *awaited) {
    for (size_t i = 0; i < awaited->count; i++) {
        if (!awaited->papers[i].chunked) continue;
        FAILPOINT("fetch.releasing");
        downloads_release(d->downloads, awaited->papers[i].chunked);
    }
}
