/* From cited numbers to the one referral they are about. */
#include "adapters/outbound/outbound_inside.h"
#include "adapters/outbound/outbound.h"
#include "base/limits.h"

#define CANDIDATES_MAX 20u
/* The referrals still possible, each with its best message. */
struct possible {
    struct number_entry *entries;
    size_t count;
};

static bool better(const struct number_entry *a, const struct number_entry *b) { return a->came_in && !b->came_in; }

/* Entries come newest first: the first of a referral stays unless a later one is better. */
static struct possible by_referral(const struct number_entry *entries, size_t count, struct arena *arena) {
    struct possible ret = {arena_array(arena, count + 1, sizeof *ret.entries), 0};
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < ret.count && !uuid_equal(&ret.entries[at].referral_id, &entries[i].referral_id)) at++;
        if (at == ret.count) ret.entries[ret.count++] = entries[i];
        else if (better(&entries[i], &ret.entries[at])) ret.entries[at] = entries[i];
    }
    return ret;
}

static enum outcome possible_of(struct journal *journal, struct bytes cite, struct arena *arena, struct possible *ret,
                                struct fault *fault) {
    struct number_entry *entries = NULL;
    size_t count = 0;
    struct bytes number = number_normal(cite, arena);
    *ret = (struct possible){NULL, 0};
    if (!number.count) return OK;
    TRY(journal_numbers(journal, number, false, arena, &entries, &count, fault));
    if (!count) TRY(journal_numbers(journal, number, true, arena, &entries, &count, fault));
    *ret = by_referral(entries, count, arena);
    return OK;
}

static bool holds(const struct possible *in, const struct uuid *referral) {
    for (size_t i = 0; i < in->count; i++) {
        if (uuid_equal(&in->entries[i].referral_id, referral)) return true;
    }
    return false;
}

/* Those of `a` whose referral `b` has too. */
static struct possible intersect(const struct possible *a, const struct possible *b, struct arena *arena) {
    struct possible ret = {arena_array(arena, a->count + 1, sizeof *ret.entries), 0};
    for (size_t i = 0; i < a->count; i++) {
        if (holds(b, &a->entries[i].referral_id)) ret.entries[ret.count++] = a->entries[i];
    }
    return ret;
}

/* Those of `a`, and of `b` what `a` does not have. */
static struct possible unite(const struct possible *a, const struct possible *b, struct arena *arena) {
    struct possible ret = {arena_array(arena, a->count + b->count + 1, sizeof *ret.entries), 0};
    for (size_t i = 0; i < a->count; i++) ret.entries[ret.count++] = a->entries[i];
    for (size_t i = 0; i < b->count; i++) {
        if (!holds(a, &b->entries[i].referral_id)) ret.entries[ret.count++] = b->entries[i];
    }
    return ret;
}

static json_t *text(struct bytes from) {
    json_t *value = json_stringn((const char *)from.at, from.count);
    return value ? value : json_string("?");
}
static json_t *id(const struct uuid *uuid) {
    char from[UUID_TEXT + 1];
    uuid_format(uuid, from);
    return json_string(from);
}

static json_t *candidates(const struct possible *possible) {
    json_t *list = json_array();
    for (size_t i = 0; i < possible->count && i < CANDIDATES_MAX; i++) {
        const struct number_entry *e = &possible->entries[i];
        json_t *one = json_object();
        json_object_set_new(one, "number", text(e->number));
        json_object_set_new(one, "event", text(e->event));
        json_object_set_new(one, "other", text(e->other));
        json_object_set_new(one, "direction", json_string(e->came_in ? "in" : "out"));
        json_object_set_new(one, "referralId", id(&e->referral_id));
        json_object_set_new(one, "caseId", id(&e->case_id));
        json_object_set_new(one, "messageId", id(&e->message_id));
        json_array_append_new(list, one);
    }
    return list;
}

static enum outcome refuse(struct fault *fault, const char *code, const char *text) {
    enum outcome outcome = fault_set(fault, REFUSE, code, "%s", text);
    if (fault) fault_place(fault, "cites", fault->line, fault->column);
    return outcome;
}

enum outcome citation_find(struct journal *journal, const struct bytes *cites, size_t count, struct arena *arena,
                           struct number_entry *ret, json_t **ret_candidates, struct fault *fault) {
    struct possible shared = {NULL, 0}, named = {NULL, 0}; /* by all known numbers; by any of them */
    *ret_candidates = NULL;
    if (!count) return refuse(fault, "CITATION_MISSING", "an answer cites no number");
    for (size_t i = 0; i < count; i++) {
        struct possible one;
        TRY(possible_of(journal, cites[i], arena, &one, fault));
        if (!one.count) continue;
        shared = named.count ? intersect(&shared, &one, arena) : one;
        named = named.count ? unite(&named, &one, arena) : one;
    }
    if (!named.count)
        return refuse(fault, "CITATION_UNKNOWN",
                      arena_printf(arena, "the number %.*s is not known here", BYTES_FMT(cites[0])));
    if (shared.count != 1) {
        const struct possible *which = shared.count ? &shared : &named;
        *ret_candidates = candidates(which);
        return refuse(fault, "CITATION_AMBIGUOUS",
                      arena_printf(arena, "the number %.*s belongs to %zu referrals",
                                   BYTES_FMT(which->entries[0].number), which->count));
    }
    *ret = shared.entries[0];
    return OK;
}
