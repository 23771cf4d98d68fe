/* COPY text of the register's tables. Source: Postgres, COPY, "Text Format". */
#include "broker/register/rows_inside.h"
#include <stdio.h>
#include <stdlib.h>
#include "base/limits.h"
#include "base/line.h"

#define ROWS_MAX (512u * MIB) /* of one table in one poll: far above what a window of 16 MiB of values can become */

static const struct {
    const char *name;
    size_t columns;
    const char *list;
} tables[TABLE_COUNT] = {
    [TABLE_REFERRAL] = {"referral", 27,
                        "case_id, referral_id, lane, machine, state, open, rules, regime, opener, holder, referrer, "
                        "parent, category, county, title, hidden, handling, handling_expires, document_no, opened_at, "
                        "changed_at, event_count, flags, next_due, breached, gap_count, party_count"},
    [TABLE_RESTRICTED_TITLE] = {"restricted_title", 3, "case_id, referral_id, title"},
    [TABLE_NUMBER] = {"number_read", 5, "case_id, referral_id, ordinal, number, folded"},
    [TABLE_CLOCK] = {"clock", 12,
                     "case_id, referral_id, ordinal, rule, state, statutory, measured, started_at, due_strict, "
                     "due_lenient, stopped_at, taken_days"},
    [TABLE_REPLY_OWED] = {"reply_owed", 7, "case_id, referral_id, ordinal, participant, waiting, owed, due"},
    [TABLE_GAP] = {"gap", 3, "case_id, referral_id, code"},
    [TABLE_FACT] = {"fact", 6, "case_id, referral_id, ordinal, name, value, unit"},
    [TABLE_HINT] = {"hint", 14,
                    "case_id, referral_id, ordinal, level, threshold, code, text, basis, statutory, event, decided_at, "
                    "send_by, agency, mark"},
    [TABLE_MANUAL_SERVICE] = {"manual_service", 8,
                              "case_id, referral_id, ordinal, addressee, event, document_no, dated, served_at"},
    [TABLE_PENALTY] = {"penalty", 5, "case_id, referral_id, decided_at, agency, document_no"},
    [TABLE_OPERATION] = {"operation", 6, "case_id, referral_id, kind, window_start, window_end, reply_by"},
    [TABLE_OPERATION_BODY] =
        {"operation_body", 24,
         "case_id, referral_id, participant, state, answered_at, late, reason, proposed_start, proposed_end, "
         "reported_at, report_late, people, vehicles, uavs, boats, patrol_hours, patrol_km, sites, hazards_found, "
         "hazards_rectified, admin_cases, criminal_cases, seized_items, people_found"},
    [TABLE_OPERATION_FINDING] =
        {"operation_finding", 8,
         "case_id, referral_id, ordinal, found_at, participant, category, leads_to, document_no"},
    [TABLE_OPERATION_CASE] = {"operation_case", 4, "case_id, referral_id, ordinal, document_no"},
    [TABLE_PERSON_KEY] = {"person_key", 3, "case_id, referral_id, key"},
    [TABLE_EVENT] = {"event", 20,
                     "lane, serial, broker_time, business_time, kind, sender, message_id, case_id, referral_id, event, "
                     "document_no, from_state, to_state, rules, directory, source_offset, bytes, in_reply_to, "
                     "reason_code, readable"},
    [TABLE_WITNESS] = {"witness", 3, "lane, serial, participant"},
    [TABLE_DELIVERY] = {"delivery", 5, "lane, serial, recipient, role, sequence"},
    [TABLE_REASON] = {"reason", 7, "lane, serial, ordinal, code, field, zh, en"},
    [TABLE_REFUSAL] = {"refusal", 6, "lane, serial, broker_time, sender, event, codes"},
    [TABLE_DEAD_LETTER] = {"dead_letter", 7, "lane, serial, broker_time, sender, source_offset, bytes, codes"},
    [TABLE_ALERT] = {"alert", 8, "lane, serial, case_id, referral_id, event, rule, told_at, due_at"},
    [TABLE_DOCUMENT] = {"document", 14,
                        "lane, serial, ordinal, case_id, referral_id, code, number, title, file_name, media_type, "
                        "size, sha256, sm3, carried"},
    [TABLE_PARTY] = {"party", 14,
                     "lane, serial, ordinal, case_id, referral_id, kind, role, masked_name, name, id_type, id_no, sex, "
                     "address, phone"},
    [TABLE_CONTENT] = {"content", 15,
                       "lane, serial, case_id, referral_id, title, offence, summary, reason, note, place, purpose, "
                       "agency_case_no, longitude, latitude, coordinates_system"},
    [TABLE_CLUE] = {"clue", 9,
                    "lane, serial, case_id, referral_id, source, purpose, areas, handling, handling_expires"},
    [TABLE_PARTICIPANT] = {"participant", 8, "directory, number, slug, name, english, role, lead, region"},
    [TABLE_RULE_NAME] = {"rule_name", 8, "rules, kind, machine, code, zh, en, terminal, basis"},
};

void rows_init(struct rows *rows) {
    *rows = (struct rows){.now = NULL};
    for (size_t i = 0; i < TABLE_COUNT; i++) buffer_init(&rows->of[i], ROWS_MAX);
}
void rows_free(struct rows *rows) {
    for (size_t i = 0; i < TABLE_COUNT; i++) buffer_free(&rows->of[i]);
}
void rows_clear(struct rows *rows) {
    for (size_t i = 0; i < TABLE_COUNT; i++) buffer_clear(&rows->of[i]);
    memset(rows->count, 0, sizeof rows->count);
}

/* Only memory can fail here, and beyond ROWS_MAX the windows are wrong. */
static void add(struct rows *rows, const void *at, size_t count) {
    struct fault fault = {0};
    INVARIANT(buffer_add(rows->now, bytes_of(at, count), &fault) == OK);
}

void row_begin(struct rows *rows, enum table_name table) {
    INVARIANT(!rows->now);
    rows->now = &rows->of[table];
    rows->fields = 0;
    rows->count[table]++;
}
void row_end(struct rows *rows) {
    size_t table = (size_t)(rows->now - rows->of);
    INVARIANT(rows->fields == tables[table].columns);
    add(rows, "\n", 1);
    rows->now = NULL;
}
static void next_field(struct rows *rows) {
    if (rows->fields++) add(rows, "\t", 1);
}
void row_null(struct rows *rows) {
    next_field(rows);
    add(rows, "\\N", 2);
}

static size_t escape(uint8_t byte, char ret[2]) {
    ret[0] = '\\';
    switch (byte) {
    case '\\': ret[1] = '\\'; return 2;
    case '\n': ret[1] = 'n'; return 2;
    case '\t': ret[1] = 't'; return 2;
    default: ret[0] = ' '; return 1;
    }
}
void row_text(struct rows *rows, struct bytes text) {
    next_field(rows);
    for (size_t i = 0; i < text.count;) {
        size_t run = i, character = 0;
        while (run < text.count && text.at[run] >= 0x20 && text.at[run] != '\\' && text.at[run] != 0x7f &&
               (character = line_character(text.at + run, text.count - run)) > 0)
            run += character;
        add(rows, text.at + i, run - i);
        i = run;
        if (i == text.count) break;
        char piece[2] = "?";
        size_t count = text.at[i] < 0x80 ? escape(text.at[i], piece) : 1;
        add(rows, piece, count);
        i++;
    }
}
void row_cstr(struct rows *rows, const char *text) { row_text(rows, bytes_of_cstr(text)); }
void row_int(struct rows *rows, int64_t number) {
    char text[24];
    next_field(rows);
    add(rows, text, (size_t)snprintf(text, sizeof text, "%lld", (long long)number));
}
void row_bool(struct rows *rows, bool yes) {
    next_field(rows);
    add(rows, yes ? "t" : "f", 1);
}
void row_uuid(struct rows *rows, const struct uuid *uuid) {
    char text[UUID_TEXT + 1];
    uuid_format(uuid, text);
    next_field(rows);
    add(rows, text, UUID_TEXT);
}
void row_uuid_or_null(struct rows *rows, const struct uuid *uuid) {
    if (uuid_is_nil(uuid)) row_null(rows);
    else row_uuid(rows, uuid);
}
void row_instant(struct rows *rows, instant at) {
    char text[32];
    if (at == INSTANT_NONE) {
        row_null(rows);
        return;
    }
    instant_format(at, text);
    next_field(rows);
    add(rows, text, strlen(text));
}
void row_number_or_null(struct rows *rows, int64_t number) {
    if (number) row_int(rows, number);
    else row_null(rows);
}
static int64_t number_of(struct bytes text) {
    char copy[24] = "";
    if (text.count) memcpy(copy, text.at, text.count < sizeof copy - 1 ? text.count : sizeof copy - 1);
    return strtoll(copy, NULL, 10);
}
void row_ms(struct rows *rows, struct bytes text) { row_instant(rows, text.count ? number_of(text) : INSTANT_NONE); }
void row_number(struct rows *rows, struct bytes text) { row_number_or_null(rows, number_of(text)); }
void row_real(struct rows *rows, double real) {
    char text[40];
    next_field(rows);
    add(rows, text, (size_t)snprintf(text, sizeof text, "%.17g", real));
}

static enum outcome send_table(const struct rows *rows, size_t table, PGconn *conn, struct fault *fault) {
    char sql[1024];
    snprintf(sql, sizeof sql, "COPY %s (%s) FROM STDIN", tables[table].name, tables[table].list);
    PGresult *result = PQexec(conn, sql);
    bool good = PQresultStatus(result) == PGRES_COPY_IN;
    PQclear(result);
    const struct buffer *text = &rows->of[table];
    for (size_t at = 0; good && at < text->count;) {
        size_t piece = text->count - at < MIB ? text->count - at : MIB;
        good = PQputCopyData(conn, (const char *)text->at + at, (int)piece) == 1;
        at += piece;
    }
    good = good && PQputCopyEnd(conn, NULL) == 1;
    for (PGresult *end; (end = PQgetResult(conn)); PQclear(end)) good = good && PQresultStatus(end) == PGRES_COMMAND_OK;
    if (good) return OK;
    if (PQstatus(conn) != CONNECTION_OK)
        return fault_set(fault, RETRY, "REGISTER_DOWN", "the register's Postgres was lost: %s", PQerrorMessage(conn));
    return fault_set(fault, FATAL, "REGISTER_SQL", "rows of %s: %s", tables[table].name, PQerrorMessage(conn));
}

enum outcome rows_send(const struct rows *rows, PGconn *conn, struct fault *fault) {
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        if (rows->count[i]) TRY(send_table(rows, i, conn, fault));
    }
    return OK;
}
