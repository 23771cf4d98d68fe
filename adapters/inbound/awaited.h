/* 待齐附件: the papers in chunks that an inbox record names and that are not delivered yet. A record that nobody can
 * read, or that was delivered before, or whose papers the profile's mask hides, awaits none. Memory: the caller's
 * arena. RETRY: the journal. */
#ifndef ECOCASE_ADAPTERS_INBOUND_AWAITED_H
#define ECOCASE_ADAPTERS_INBOUND_AWAITED_H
#include "adapters/inbound/delivery.h"

struct awaited {
    const struct native_file *papers;
    size_t count;
    struct bytes sender;
};
MUST_USE enum outcome awaited_by(const struct engine *engine, const struct arrival *arrival, struct arena *arena,
                                 struct awaited *ret, struct fault *fault);
/* *ret_any: one of them is not whole here yet, nor lost; it is begun to be fetched. */
MUST_USE enum outcome awaited_any(const struct engine *engine, const struct arrival *arrival, struct arena *arena,
                                  bool *ret_any, struct fault *fault);
/* Delivered: the store need not have them any longer. */
void awaited_release(const struct engine *engine, const struct awaited *awaited);
#endif
