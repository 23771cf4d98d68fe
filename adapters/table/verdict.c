/* The outcome table. Each row of it is written by its id and may be written again, so an unknown
 * COMMIT needs no more than to be asked again; the store forgets what is untold only when the database has it. */
#include "adapters/spool/transport.h"
#include "adapters/table/table_inside.h"
#include "base/log.h"
#include "base/failpoint.h"
#include <stdlib.h>

#define VERDICTS_MAX 128u /* the store gives 8 MiB of answers at most */
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

const char *verdict_state(enum submission_stage stage) { return states[stage]; }

/* An answer that is no JSON any more (the agency wrote into its sent/) is none. */
static json_t *answer_of(const struct submitted *s, bool wanted, struct arena *arena) {
    const char *text = wanted ? for_jsonb(s->answer, arena) : NULL;
    json_t *answer = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
    return answer ? answer : json_null();
}

static json_t *row_of(const struct verdict *t, struct arena *arena) {
    const struct submitted *s = t->what;
    json_t *key = json_stringn((const char *)s->key.at, s->key.count);
    return json_pack("{s:o, s:s, s:s, s:o, s:o, s:o}", "id", key ? key : json_null(), "state", states[s->stage],
                     "digest", hex_of(&s->digest, arena), "error", answer_of(s, s->stage == STAGE_FAILED, arena),
                     "receipt", answer_of(s, s->stage == STAGE_ACCEPTED || s->stage == STAGE_REFUSED, arena), "seen",
                     t->writes >= 0 ? json_integer((json_int_t)t->writes) : json_null());
}

static enum outcome report(struct table *table, const struct verdict *list, size_t count, struct fault *fault) {
    struct link_values v = {0};
    json_t *rows = json_array();
    for (size_t i = 0; i < count; i++) json_array_append_new(rows, row_of(&list[i], table->arena));
    char *text = json_dumps(rows, JSON_COMPACT);
    INVARIANT(text);
    json_decref(rows);
    link_text(&v, text);
    FAILPOINT("table.telling");
    enum outcome outcome = link_run(table->link,
                                    "UPDATE {schema}.{outbox}_outcome AS o SET state = v.state, digest = v.digest, "
                                    "error = v.error, receipt = v.receipt,"
                                    " seen = coalesce(v.seen, o.seen), changed = clock_timestamp()"
                                    " FROM jsonb_to_recordset($1::jsonb) AS v(id uuid, state text, digest text, error "
                                    "jsonb, receipt jsonb, seen integer)"
                                    " WHERE o.id = v.id",
                                    &v, NULL, fault);
    FAILPOINT("table.told");
    free(text);
    return outcome;
}

/* What the database cannot hold of one must not hold up the others; of that one, then, the state alone. */
enum outcome verdict_report(struct table *table, const struct verdict *list, size_t count, struct fault *fault) {
    if (!count) return OK;
    enum outcome outcome = report(table, list, count, fault);
    if (outcome != REFUSE) return outcome;
    if (count > 1) {
        for (size_t i = 0; i < count; i++) TRY(verdict_report(table, &list[i], 1, fault));
        return OK;
    }
    struct submitted bare = *list->what;
    bare.answer = BYTES_NONE;
    log_fault_unnamed(LOG_WARN, "table.untellable", fault);
    return report(table, &(struct verdict){&bare, list->writes}, 1, fault);
}

/* What the fault would say beside a file in failed/. */
static const char *reason_json(const struct fault *why, const struct file_faults *all, struct arena *arena) {
    struct rejection rejection = {.fault = *why};
    if (all) rejection_faults(&rejection, all->at, all->count);
    const char *text = for_jsonb(rejection_write(&rejection, arena), arena);
    rejection_clear(&rejection);
    return text;
}

enum outcome verdict_refuse(struct table *table, struct bytes id, int64_t writes, const struct digest *digest,
                            const struct fault *why, const struct file_faults *all, struct fault *fault) {
    struct link_values v = {0};
    link_text(&v, arena_cstr(table->arena, id));
    link_text(&v, digest ? hex_of(digest, table->arena) : NULL);
    link_text(&v, reason_json(why, all, table->arena));
    link_number(&v, writes, table->arena);
    FAILPOINT("table.refusing");
    return link_run(table->link,
                    "UPDATE {schema}.{outbox}_outcome SET state = 'failed', digest = $2::text, error = $3::jsonb, "
                    "receipt = NULL, seen = $4::integer,"
                    " changed = clock_timestamp() WHERE id = $1::uuid",
                    &v, NULL, fault);
}

enum outcome verdict_seen(struct table *table, struct bytes id, int64_t writes, struct fault *fault) {
    struct link_values v = {0};
    link_text(&v, arena_cstr(table->arena, id));
    link_number(&v, writes, table->arena);
    return link_run(
        table->link,
        "UPDATE {schema}.{outbox}_outcome SET seen = $2::integer, changed = clock_timestamp() WHERE id = $1::uuid", &v,
        NULL, fault);
}

enum outcome verdict_conflict(struct table *table, struct bytes id, int64_t writes, struct fault *fault) {
    struct fault why;
    struct link_values v = {0};
    fault_set(&why, REFUSE, "TABLE_CONFLICT", "this id was used for other content; what was sent first stands");
    link_text(&v, arena_cstr(table->arena, id));
    link_text(&v, reason_json(&why, NULL, table->arena));
    link_number(&v, writes, table->arena);
    return link_run(table->link,
                    "UPDATE {schema}.{outbox}_outcome SET conflict = $2::jsonb, seen = $3::integer, changed = "
                    "clock_timestamp() WHERE id = $1::uuid",
                    &v, NULL, fault);
}

enum outcome verdict_round(struct table *table, bool *ret_more, struct fault *fault) {
    struct submitted *list = NULL;
    size_t count = 0, most = VERDICTS_MAX;
    TRY(store_unreported(table->gateway->store, most, table->arena, &list, &count, fault));
    if (!count) return OK;
    struct verdict *all = arena_array(table->arena, count, sizeof *all);
    for (size_t i = 0; i < count; i++) all[i] = (struct verdict){&list[i], -1};
    TRY(verdict_report(table, all, count, fault));
    TRY(store_reported(table->gateway->store, list, count, fault));
    *ret_more = true; /* what came meanwhile, or did not fit */
    return OK;
}
