/* 数据库状态: how it stands with the agency's database, noted by the runner, asked for by whoever shows the status. */
#include "adapters/table/table_inside.h"
#include "wire/reason.h"

static json_t *time_text(instant at) {
    char text[32];
    if (!at) return json_null();
    instant_format(at, text);
    return json_string(text);
}

json_t *table_status_json(void *of) {
    struct table *table = of;
    pthread_mutex_lock(&table->door);
    struct table_status s = table->status;
    pthread_mutex_unlock(&table->door);
    json_t *error = json_null();
    if (s.last_error.code[0]) {
        const struct reason *reason = reason_find(s.last_error.code);
        json_t *detail = json_string(s.last_error.text);
        error = json_pack("{s:s, s:s, s:s, s:o, s:o}", "code", s.last_error.code, "zh", reason->zh, "en", reason->en,
                          "detail", detail ? detail : json_null(), "at", time_text(s.last_error_at));
    }
    return json_pack("{s:s, s:o, s:I, s:I, s:I, s:I, s:o, s:o}", "state", s.up ? "up" : "down", "since",
                     time_text(s.since), "waiting", (json_int_t)s.waiting, "oldestSeconds", (json_int_t)s.oldest_s,
                     "untold", (json_int_t)s.unreported, "undelivered", (json_int_t)s.undelivered, "lastSuccess",
                     time_text(s.last_success), "lastError", error);
}

void table_report(struct table *table, const struct table_status *s) {
    pthread_mutex_lock(&table->door);
    const struct table_status *was = &table->status;
    bool same = was->up == s->up && was->waiting == s->waiting && was->unreported == s->unreported &&
                was->undelivered == s->undelivered && was->last_error_at == s->last_error_at;
    table->status = *s;
    pthread_mutex_unlock(&table->door);
    if (!same) atomic_fetch_add(&table->changes, 1);
}
