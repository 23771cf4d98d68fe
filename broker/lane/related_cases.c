/* 他案 · What the events of a batch must know of other cases, fetched before it is judged and kept with each event
 * (model/related_cases.h): penalties of the same parties, whichever lane they are in, and the numbers of what grew out
 * of an operation. A batch in which nothing asks pays a look at each event code. What another lane records in the same
 * instant is not seen; what this batch brings is. */
#include "broker/model/related_cases.h"
#include "broker/lane/batch_inside.h"

#define MAX_OF_ONE 32u /* penalties of one party */

struct penalised {
    char key[PERSON_KEY + 1];
    struct uuid case_id;
    struct bytes category, penalty;
};
struct related_cases {
    struct penalised *penalties; /* the ledger's, then this batch's */
    size_t penalty_count, penalty_room;
    struct child_referral *children;
    size_t child_count;
};

static unsigned asks(const struct batch *b, const struct item *item) {
    if (item->examination.what != EXAMINED_SUBMISSION || item->known.found) return 0;
    return rules_asks(b->s->broker->rules, item->examination.submission.event);
}

struct keys {
    const char **at;
    size_t count;
};
static void add_key(struct keys *keys, const char *key) {
    for (size_t i = 0; i < keys->count; i++) {
        if (memcmp(keys->at[i], key, PERSON_KEY) == 0) return;
    }
    keys->at[keys->count++] = key;
}

/* The parties of a case: as kept with its referrals, and as papers of this batch name them. */
static void keys_of_case(const struct batch *b, const struct uuid *case_id, struct keys *ret) {
    const struct case_state *state = cases_find(b->s->cases, case_id);
    for (size_t i = 0; state && i < state->count; i++) {
        struct bytes persons = state->referrals[i]->persons;
        for (size_t at = 0; at + PERSON_KEY <= persons.count; at += PERSON_KEY + 1)
            add_key(ret, arena_cstr(b->s->arena, bytes_of(persons.at + at, PERSON_KEY)));
    }
    for (size_t i = 0; i < b->count; i++) {
        const struct examination *e = &b->items[i].examination;
        if (e->what != EXAMINED_SUBMISSION || !uuid_equal(&e->submission.case_id, case_id)) continue;
        for (size_t k = 0; k < e->persons.count; k++) add_key(ret, e->persons.one[k].key);
    }
}

static enum outcome look_up_penalties(struct batch *b, const struct uuid *cases, size_t count, struct fault *fault) {
    struct arena *arena = b->s->arena;
    struct earlier_penalty *found = NULL;
    size_t found_count = 0;
    size_t capacity = 1;
    for (size_t i = 0; i < b->count; i++)
        capacity += b->items[i].examination.what == EXAMINED_SUBMISSION ? b->items[i].examination.persons.count : 0;
    for (size_t i = 0; i < count; i++) {
        const struct case_state *state = cases_find(b->s->cases, &cases[i]);
        for (size_t r = 0; state && r < state->count; r++)
            capacity += state->referrals[r]->persons.count / PERSON_KEY + 1;
    }
    struct keys keys = {arena_array(arena, capacity, sizeof *keys.at), 0};
    for (size_t i = 0; i < count; i++) keys_of_case(b, &cases[i], &keys);
    TRY(ledger_penalties(b->s->ledger, keys.at, keys.count, MAX_OF_ONE, arena, &found, &found_count, fault));
    struct related_cases *e = b->related_cases;
    e->penalty_room = found_count + b->count * MAX_PERSONS;
    e->penalties = arena_array(arena, e->penalty_room, sizeof *e->penalties);
    for (size_t i = 0; i < found_count; i++) {
        struct penalised *one = &e->penalties[e->penalty_count++];
        *one =
            (struct penalised){.case_id = found[i].case_id, .category = found[i].category, .penalty = found[i].penalty};
        memcpy(one->key, keys.at[found[i].party], PERSON_KEY);
    }
    return OK;
}

enum outcome related_cases_look_up(struct batch *b, struct fault *fault) {
    struct arena *arena = b->s->arena;
    struct uuid *cases = NULL, *operations = NULL;
    size_t case_count = 0, operation_count = 0;
    b->related_cases = NULL;
    for (size_t i = 0; i < b->count; i++) {
        unsigned asked = asks(b, &b->items[i]);
        if (!asked) continue;
        if (!cases)
            cases = arena_array(arena, b->count, sizeof *cases),
            operations = arena_array(arena, b->count, sizeof *operations);
        if (asked & ASKED_PENALTIES) cases[case_count++] = b->items[i].examination.submission.case_id;
        if (asked & ASKED_CHILD_REFERRALS)
            operations[operation_count++] = b->items[i].examination.submission.referral_id;
    }
    if (!cases) return OK;
    b->related_cases = arena_alloc(arena, sizeof *b->related_cases);
    *b->related_cases = (struct related_cases){.penalty_count = 0};
    if (case_count) TRY(look_up_penalties(b, cases, case_count, fault));
    return ledger_child_referrals(b->s->ledger, operations, operation_count, arena, &b->related_cases->children,
                                  &b->related_cases->child_count, fault);
}

/* ---- for one item
 * -------------------------------------------------------------------------------------------------------------- */
static bool party_of(const struct item *item, const struct case_state *state, const char *key) {
    for (size_t i = 0; i < item->examination.persons.count; i++) {
        if (memcmp(item->examination.persons.one[i].key, key, PERSON_KEY) == 0) return true;
    }
    for (size_t i = 0; i < state->count; i++) {
        struct bytes persons = state->referrals[i]->persons;
        for (size_t at = 0; at + PERSON_KEY <= persons.count; at += PERSON_KEY + 1) {
            if (memcmp(persons.at + at, key, PERSON_KEY) == 0) return true;
        }
    }
    return false;
}

struct lines {
    struct arena *arena;
    char *at;
    size_t count;
};
static void add_line(struct lines *lines, const char *line) {
    size_t count = strlen(line);
    if (!lines->at) lines->at = arena_alloc(lines->arena, MAX_RELATED_CASES);
    if (lines->count + count > MAX_RELATED_CASES) return;
    for (size_t i = 0; i + count <= lines->count; i++) { /* of two parties the same penalty */
        if ((i == 0 || lines->at[i - 1] == '\n') && memcmp(lines->at + i, line, count) == 0) return;
    }
    memcpy(lines->at + lines->count, line, count);
    lines->count += count;
}

static void add_penalties(const struct related_cases *e, const struct item *item, const struct case_state *state,
                          struct lines *lines) {
    for (size_t i = 0; i < e->penalty_count; i++) {
        const struct penalised *one = &e->penalties[i];
        char id[UUID_TEXT + 1];
        if (uuid_equal(&one->case_id, &state->case_id) || !party_of(item, state, one->key)) continue;
        uuid_format(&one->case_id, id);
        add_line(lines, arena_printf(lines->arena, "%c\t%s\t%.*s\t%.*s\n", RELATED_PENALTY, id,
                                     BYTES_FMT(one->category), BYTES_FMT(one->penalty)));
    }
}

/* Papers of this batch that open out of the operation count as well: whether they are accepted is not known yet, and it
 * is only a remark. */
static void add_grown(const struct batch *b, const struct item *item, struct lines *lines) {
    const struct uuid *operation = &item->examination.submission.referral_id;
    for (size_t i = 0; i < b->related_cases->child_count; i++) {
        struct bytes rest = b->related_cases->children[i].numbers;
        if (!uuid_equal(&b->related_cases->children[i].parent, operation)) continue;
        while (rest.count) {
            const uint8_t *newline = memchr(rest.at, '\n', rest.count);
            size_t count = newline ? (size_t)(newline - rest.at) : rest.count;
            add_line(lines, arena_printf(lines->arena, "%c\t%.*s\n", RELATED_CHILD, (int)count, (const char *)rest.at));
            rest = bytes_of(rest.at + count + (newline ? 1 : 0), rest.count - count - (newline ? 1 : 0));
        }
    }
    for (size_t i = 0; i < b->count; i++) {
        const struct submission *s = &b->items[i].examination.submission;
        bool children =
            b->items[i].examination.what == EXAMINED_SUBMISSION && uuid_equal(&s->parent_referral_id, operation);
        if (children)
            add_line(lines, arena_printf(lines->arena, "%c\t%.*s\n", RELATED_CHILD, BYTES_FMT(s->document_no)));
    }
}

struct bytes related_cases_of(const struct batch *b, const struct item *item, const struct case_state *state) {
    struct lines lines = {.arena = b->s->arena};
    unsigned asked = b->related_cases ? asks(b, item) : 0;
    if (asked & ASKED_PENALTIES) add_penalties(b->related_cases, item, state, &lines);
    if (asked & ASKED_CHILD_REFERRALS) add_grown(b, item, &lines);
    return bytes_of(lines.at, lines.count);
}

void related_cases_note(struct batch *b, const struct item *item, const struct case_state *state) {
    struct related_cases *e = b->related_cases;
    if (!e || !(asks(b, item) & ASKED_PENALTIES)) return;
    for (size_t i = 0; i < state->count; i++) {
        const struct referral *r = state->referrals[i];
        if (!r->penalty.count || !uuid_equal(&r->id, &item->examination.submission.referral_id)) continue;
        for (size_t at = 0; at + PERSON_KEY <= r->persons.count && e->penalty_count < e->penalty_room;
             at += PERSON_KEY + 1) {
            struct penalised *one = &e->penalties[e->penalty_count++];
            *one = (struct penalised){
                .case_id = r->case_id, .category = bytes_of_cstr(r->category), .penalty = r->penalty};
            memcpy(one->key, r->persons.at + at, PERSON_KEY);
        }
    }
}
