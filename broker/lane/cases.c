/* The case states of a lane: an open-addressing table from case id to state, all in one arena. */
#include "broker/lane/session_inside.h"
#include <stdlib.h>

#define PLACES    8192u      /* a power of two; at most half of them used */
#define MAX_BYTES (2u * MIB) /* a referral takes some 2 KiB; a batch may go beyond it once */
struct cases {
    struct arena *keep;
    size_t count;
    struct case_state *places[PLACES];
};

struct cases *cases_new(void) {
    struct cases *cases = calloc(1, sizeof *cases);
    INVARIANT(cases);
    cases->keep = arena_new(256u * KIB, 512u * MIB);
    return cases;
}
void cases_free(struct cases *cases) {
    if (!cases) return;
    arena_free(cases->keep);
    free(cases);
}
void cases_drop(struct cases *cases) {
    arena_reset(cases->keep);
    memset(cases->places, 0, sizeof cases->places);
    cases->count = 0;
}
bool cases_full(const struct cases *cases) {
    return cases->count + LIMIT_BATCH > PLACES / 2 || arena_used(cases->keep) > MAX_BYTES;
}
struct arena *cases_keep(struct cases *cases) { return cases->keep; }

static size_t place_of(const struct uuid *id) {
    uint64_t a, b;
    memcpy(&a, id->b, 8);
    memcpy(&b, id->b + 8, 8);
    return (size_t)((a ^ b * UINT64_C(0x9e3779b97f4a7c15)) >> 20);
}
struct case_state *cases_find(const struct cases *cases, const struct uuid *id) {
    for (size_t i = place_of(id);; i++) {
        struct case_state *state = cases->places[i % PLACES];
        if (!state || uuid_equal(&state->case_id, id)) return state;
    }
}
struct case_state *cases_add(struct cases *cases, const struct case_state *state) {
    INVARIANT(cases->count < PLACES - 1);
    struct case_state *kept = arena_alloc(cases->keep, sizeof *kept);
    *kept = *state;
    size_t i = place_of(&state->case_id);
    while (cases->places[i % PLACES]) i++;
    cases->places[i % PLACES] = kept;
    cases->count++;
    return kept;
}
