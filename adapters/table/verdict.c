/* See table_inside.h: the outcome table. Each row of it is written by its id and may be written again, so an unknown COMMIT needs no more than to be
 * asked again; the store forgets what is untold only when the database has it. */
#include "adapters/engine/rejection.h"
#include "adapters/table/table_inside.h"
#include "base/point.h"
#include <stdlib.h>

#define VERDICTS_MOST 16u
static const char *const states[STAGE_COUNT] = {"queued", "queued", "sent", "accepted", "refused", "failed"};

/* jsonb has no NUL character. */
static const char *for_jsonb(struct bytes json, struct arena *arena) {
    if (!json.count) return NULL;
    char *text = arena_cstr(arena, json);
    for (char *at = text; (at = strstr(at, "\\u0000")); at += 6) memcpy(at, "\\ufffd", 6);
    return text;
}

static const char *hex_of(const struct digest *digest, struct arena *arena) {
    char *hex = arena_alloc(arena, 2 * DIGEST_SIZE + 1);
    digest_hex(digest, hex);
    return hex;
}

const char *verdict_state(enum stage stage) { return states[stage]; }

enum outcome verdict_tell(struct table *table, const struct submitted *s, int64_t writes, struct fault *fault) {
    struct arena *arena = table->arena;
    struct link_values v = {0};
    const char *answer = for_jsonb(s->answer, arena);
    link_text(&v, arena_cstr(arena, s->key));
    link_text(&v, states[s->stage]);
    link_text(&v, hex_of(&s->digest, arena));
    link_text(&v, s->stage == STAGE_FAILED ? answer : NULL);
    link_text(&v, s->stage == STAGE_ACCEPTED || s->stage == STAGE_REFUSED ? answer : NULL);
    if (writes >= 0) link_number(&v, writes, arena);
    else link_text(&v, NULL);
    POINT("table.telling");
    TRY(link_run(table->link, "UPDATE {schema}.{outbox}_outcome SET state = $2::text, digest = $3::text, error = $4::jsonb, receipt = $5::jsonb,"
                              " seen = coalesce($6::integer, seen), changed = clock_timestamp() WHERE id = $1::uuid", &v, NULL, fault));
    POINT("table.told");
    return OK;
}

/* What the fault would say beside a file in failed/. */
static const char *reason_json(const struct fault *why, struct arena *arena) {
    struct rejection rejection = {.fault = *why};
    return for_jsonb(rejection_write(&rejection, arena), arena);
}

enum outcome verdict_refuse(struct table *table, struct bytes id, int64_t writes, const struct digest *digest, const struct fault *why, struct fault *fault) {
    struct link_values v = {0};
    link_text(&v, arena_cstr(table->arena, id));
    link_text(&v, digest ? hex_of(digest, table->arena) : NULL);
    link_text(&v, reason_json(why, table->arena));
    link_number(&v, writes, table->arena);
    POINT("table.refusing");
    return link_run(table->link, "UPDATE {schema}.{outbox}_outcome SET state = 'failed', digest = $2::text, error = $3::jsonb, receipt = NULL, seen = $4::integer,"
                                 " changed = clock_timestamp() WHERE id = $1::uuid", &v, NULL, fault);
}

enum outcome verdict_seen(struct table *table, struct bytes id, int64_t writes, struct fault *fault) {
    struct link_values v = {0};
    link_text(&v, arena_cstr(table->arena, id));
    link_number(&v, writes, table->arena);
    return link_run(table->link, "UPDATE {schema}.{outbox}_outcome SET seen = $2::integer, changed = clock_timestamp() WHERE id = $1::uuid", &v, NULL, fault);
}

enum outcome verdict_conflict(struct table *table, struct bytes id, int64_t writes, struct fault *fault) {
    struct fault why;
    struct link_values v = {0};
    fault_set(&why, REFUSE, "TABLE_CONFLICT", "this id was used for other content; what was sent first stands");
    link_text(&v, arena_cstr(table->arena, id));
    link_text(&v, reason_json(&why, table->arena));
    link_number(&v, writes, table->arena);
    return link_run(table->link, "UPDATE {schema}.{outbox}_outcome SET conflict = $2::jsonb, seen = $3::integer, changed = clock_timestamp() WHERE id = $1::uuid", &v, NULL,
                    fault);
}

enum outcome verdict_round(struct table *table, bool *ret_more, struct fault *fault) {
    struct submitted *list = NULL;
    size_t count = 0, most = VERDICTS_MOST;
    TRY(store_untold(table->front->store, most, table->arena, &list, &count, fault));
    for (size_t i = 0; i < count; i++) {
        TRY(verdict_tell(table, &list[i], -1, fault));
        TRY(store_told(table->front->store, &list[i], fault));
    }
    *ret_more = *ret_more || count == most;
    return OK;
}
