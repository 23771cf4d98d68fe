/* An open-addressing table of cases; everything is copied together when too much of the arena is superseded. */
#include "broker/replay/states_inside.h"
#include "base/fault.h"
#include <stdlib.h>

#define FIRST_PLACES 4096u /* a power of two; at most half of them used */
#define FIRST_BYTES  (64u * MIB)
#define MAX_BYTES    ((size_t)64u << 30)

struct states {
    struct arena *keep;
    struct past_case **places;
    size_t capacity, count, compact_at;
};

struct states *states_new(void) {
    struct states *states = calloc(1, sizeof *states);
    INVARIANT(states);
    states->keep = arena_new(1u * MIB, MAX_BYTES);
    states->capacity = FIRST_PLACES;
    states->compact_at = FIRST_BYTES;
    states->places = calloc(states->capacity, sizeof(struct past_case *));
    INVARIANT(states->places);
    return states;
}

void states_free(struct states *states) {
    if (!states) return;
    arena_free(states->keep);
    free(states->places);
    free(states);
}

struct arena *states_keep(struct states *states) { return states->keep; }

static size_t place_of(const struct states *states, const struct uuid *id) {
    uint64_t a, b;
    memcpy(&a, id->b, 8);
    memcpy(&b, id->b + 8, 8);
    size_t at = (size_t)((a ^ b * UINT64_C(0x9e3779b97f4a7c15)) >> 20);
    for (;; at++) {
        const struct past_case *past = states->places[at & (states->capacity - 1)];
        if (!past || uuid_equal(&past->state.case_id, id)) return at & (states->capacity - 1);
    }
}

static void grow(struct states *states) {
    struct past_case **old = states->places;
    size_t capacity = states->capacity;
    states->capacity *= 2;
    states->places = calloc(states->capacity, sizeof *old);
    INVARIANT(states->places);
    for (size_t i = 0; i < capacity; i++) {
        if (old[i]) states->places[place_of(states, &old[i]->state.case_id)] = old[i];
    }
    free(old);
}

static struct past_case *copied(struct arena *into, const struct past_case *past) {
    struct past_case *copy = arena_alloc(into, sizeof *copy);
    *copy = *past;
    for (size_t i = 0; i < copy->state.count; i++) {
        struct referral *r = arena_alloc(into, sizeof *r);
        *r = *past->state.referrals[i];
        struct bytes *const texts[] = {&r->countersign, &r->manual_service, &r->roster, &r->facts,
                                       &r->hints,       &r->title,          &r->numbers};
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) *texts[t] = arena_copy(into, *texts[t]);
        copy->state.referrals[i] = r;
    }
    return copy;
}

static void compact(struct states *states) {
    struct arena *into = arena_new(1u * MIB, MAX_BYTES);
    for (size_t i = 0; i < states->capacity; i++) {
        if (states->places[i]) states->places[i] = copied(into, states->places[i]);
    }
    arena_free(states->keep);
    states->keep = into;
    states->compact_at = arena_used(into) * 2 > FIRST_BYTES ? arena_used(into) * 2 : FIRST_BYTES;
}

struct past_case *states_find(const struct states *states, const struct uuid *id) {
    return states->places[place_of(states, id)];
}

struct past_case *states_find_or_add(struct states *states, const struct uuid *id) {
    if (arena_used(states->keep) > states->compact_at) compact(states);
    struct past_case *known = states_find(states, id);
    if (known) return known;
    if (++states->count > states->capacity / 2) grow(states);
    struct past_case *past = arena_alloc(states->keep, sizeof *past);
    past->state.case_id = *id;
    states->places[place_of(states, id)] = past;
    return past;
}

struct past_case *states_next(const struct states *states, size_t *place) {
    while (*place < states->capacity && !states->places[*place]) ++*place;
    return *place < states->capacity ? states->places[(*place)++] : NULL;
}

struct referral *past_case_referral(const struct past_case *past, const struct uuid *id, size_t *ret_place) {
    for (size_t i = 0; past && i < past->state.count; i++) {
        if (!uuid_equal(&past->state.referrals[i]->id, id)) continue;
        *ret_place = i;
        return past->state.referrals[i];
    }
    return NULL;
}

void mentions_add(struct mentions *mentions, int64_t serial) {
    mentions->count++;
    mentions->digest = (mentions->digest ^ (uint64_t)serial) * UINT64_C(0x100000001b3);
}
