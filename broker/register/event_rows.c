/* What an event becomes in the register: its row, whom it was sent to, its reasons, papers, parties and words. */
#include <jansson.h>
#include "base/mask.h"
#include "base/line.h"
#include "broker/register/registry_inside.h"
#include "wire/finding.h"
#include "wire/paper.h"
#include <stdio.h>

static void event_key(struct rows *rows, enum table_name table, int32_t lane, const struct ledger_event *e) {
    row_begin(rows, table);
    row_int(rows, lane);
    row_int(rows, e->serial);
}
static void of_referral(struct rows *rows, const struct ledger_event *e) {
    row_uuid(rows, &e->case_id);
    row_uuid(rows, &e->referral_id);
}

static void put_event(struct rows *rows, int32_t lane, const struct past_event *past, const struct submission *said) {
    const struct ledger_event *e = &past->event;
    event_key(rows, TABLE_EVENT, lane, e);
    row_instant(rows, e->broker_time);
    row_instant(rows, e->business_time);
    row_text(rows, bytes_of(&e->kind, 1));
    row_number_or_null(rows, e->sender);
    row_uuid_or_null(rows, &e->message_id);
    row_uuid_or_null(rows, &e->case_id);
    row_uuid_or_null(rows, &e->referral_id);
    row_text(rows, e->event);
    row_text(rows, e->document_no);
    row_cstr(rows, e->from_state);
    row_cstr(rows, e->to_state);
    row_int(rows, e->rules_version);
    row_int(rows, past->directory);
    row_int(rows, e->offset);
    row_int(rows, (int64_t)e->value.count);
    row_uuid_or_null(rows, said ? &said->in_reply_to : &(struct uuid){{0}});
    row_text(rows, said ? said->reason_code : BYTES_NONE);
    row_bool(rows, said != NULL);
    row_end(rows);
}

static void put_witness(struct rows *rows, int32_t lane, const struct ledger_event *e, int participant) {
    event_key(rows, TABLE_WITNESS, lane, e);
    row_int(rows, participant);
    row_end(rows);
}
/* Its sender and each recipient once, in whatever ways it was sent to them. */
static void put_deliveries(struct rows *rows, int32_t lane, const struct ledger_event *e) {
    uint64_t seen = e->sender > 0 ? UINT64_C(1) << e->sender : 0;
    if (seen) put_witness(rows, lane, e, e->sender);
    for (size_t i = 0; i < e->delivery_count; i++) {
        const struct ledger_delivery *d = &e->deliveries[i];
        event_key(rows, TABLE_DELIVERY, lane, e);
        row_int(rows, d->to);
        row_text(rows, bytes_of(&d->role, 1));
        row_int(rows, d->sequence);
        row_end(rows);
        if (!(seen >> d->to & 1)) put_witness(rows, lane, e, d->to);
        seen |= UINT64_C(1) << d->to;
    }
}

static const char *member(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}
/* The codes of all reasons, each once, into `ret_codes`. */
static void put_reasons(struct rows *rows, int32_t lane, const struct ledger_event *e, const json_t *answer,
                        char *ret_codes, size_t capacity) {
    size_t n, at = 0;
    const json_t *reason;
    ret_codes[0] = '\0';
    json_array_foreach(json_object_get(answer, "reasons"), n, reason) {
        event_key(rows, TABLE_REASON, lane, e);
        row_int(rows, (int64_t)n + 1);
        row_cstr(rows, member(reason, "code"));
        row_cstr(rows, member(reason, "field"));
        row_cstr(rows, member(reason, "zh"));
        row_cstr(rows, member(reason, "en"));
        row_end(rows);
        if (at + strlen(member(reason, "code")) + 2 < capacity && !strstr(ret_codes, member(reason, "code")))
            at += (size_t)snprintf(ret_codes + at, capacity - at, "%s%s", at ? " " : "", member(reason, "code"));
    }
}

static void put_refused(struct rows *rows, int32_t lane, const struct ledger_event *e, const char *codes) {
    bool dead = e->kind == 'D';
    event_key(rows, dead ? TABLE_DEAD_LETTER : TABLE_REFUSAL, lane, e);
    row_instant(rows, e->broker_time);
    row_number_or_null(rows, e->sender);
    if (dead) {
        row_int(rows, e->offset);
        row_int(rows, (int64_t)e->value.count);
    } else {
        row_text(rows, e->event);
    }
    row_cstr(rows, codes);
    row_end(rows);
}

static void put_alert(struct rows *rows, int32_t lane, const struct ledger_event *e, const json_t *answer) {
    event_key(rows, TABLE_ALERT, lane, e);
    of_referral(rows, e);
    row_text(rows, e->event);
    row_cstr(rows, member(json_array_get(json_object_get(answer, "clocks"), 0), "rule"));
    row_instant(rows, e->broker_time);
    row_instant(rows, e->business_time);
    row_end(rows);
}

static void put_documents(struct rows *rows, int32_t lane, const struct ledger_event *e,
                          const struct submission *said) {
    struct paper paper;
    struct paper_cursor cursor = {.chunked_form = said->chunked_form};
    if (!said->document_count) return;
    for (int n = 1; paper_next(&said->documents, &cursor, &paper); n++) {
        event_key(rows, TABLE_DOCUMENT, lane, e);
        row_int(rows, n);
        of_referral(rows, e);
        row_text(rows, paper.code);
        row_text(rows, paper.number);
        row_text(rows, paper.title);
        row_text(rows, paper.file_name);
        row_text(rows, paper.media_type);
        row_int(rows, paper.size);
        row_text(rows, paper.sha256);
        row_text(rows, paper.sm3);
        row_bool(rows, paper.carried);
        row_end(rows);
    }
}

/* A person's first character and a star for each that follows, two at most; an organisation is no person. */
static void put_masked(struct rows *rows, struct bytes name, bool organisation) {
    size_t first = name.count ? line_character(name.at, name.count) : 0;
    char text[16];
    if (organisation || first == 0) {
        row_text(rows, organisation ? name : BYTES_NONE);
        return;
    }
    snprintf(text, sizeof text, "%.*s%s", (int)first, (const char *)name.at, name.count > 2 * first ? "**" : "*");
    row_cstr(rows, text);
}

static void put_parties(struct rows *rows, int32_t lane, const struct ledger_event *e, const struct content *content) {
    struct walk_field f[PARTY_FIELDS];
    size_t cursor = 0;
    const struct walk_field *parties = &content->fields[CONTENT_PARTIES];
    if (!content->party || !parties->present || parties->number <= 0) return;
    for (int n = 1; walk_records(content->party, parties, &cursor, f); n++) {
        bool organisation = finding_is_organisation(f[PARTY_KIND].number);
        event_key(rows, TABLE_PARTY, lane, e);
        row_int(rows, n);
        of_referral(rows, e);
        row_cstr(rows, organisation ? "O" : "P");
        row_text(rows, f[PARTY_ROLE].at);
        put_masked(rows, f[PARTY_NAME].at, organisation);
        row_text(rows, f[PARTY_NAME].at);
        row_text(rows, f[PARTY_ID_TYPE].at);
        row_text(rows, f[PARTY_ID_NO].at);
        row_text(rows, f[PARTY_SEX].at);
        row_text(rows, f[PARTY_ADDRESS].at);
        row_text(rows, f[PARTY_PHONE].at);
        row_end(rows);
    }
}

static void put_content(struct rows *rows, int32_t lane, const struct ledger_event *e, const struct content *content) {
    const struct walk_field *f = content->fields;
    event_key(rows, TABLE_CONTENT, lane, e);
    of_referral(rows, e);
    for (size_t i = CONTENT_TITLE; i <= CONTENT_CASE_NO; i++) row_text(rows, f[i].present ? f[i].at : BYTES_NONE);
    for (size_t i = CONTENT_LONGITUDE; i <= CONTENT_LATITUDE; i++) {
        if (f[i].present) row_real(rows, f[i].real);
        else row_null(rows);
    }
    row_text(rows, f[CONTENT_SYSTEM].present ? f[CONTENT_SYSTEM].at : BYTES_NONE);
    row_end(rows);
}

static void put_clue(struct registry *registry, int32_t lane, const struct ledger_event *e,
                     const struct submission *said) {
    char areas[512] = "";
    size_t cursor = 0, at = 0;
    struct bytes area;
    struct rows *rows = &registry->rows;
    const struct procedure *p = rules_newest(registry->rules);
    while (said->areas.number > 0 && at + 40 < sizeof areas && walk_items(&said->areas, &cursor, &area))
        at += (size_t)snprintf(areas + at, sizeof areas - at, "%s%.*s", at ? " " : "",
                               area.count < 32 ? (int)area.count : 32, (const char *)area.at);
    event_key(rows, TABLE_CLUE, lane, e);
    of_referral(rows, e);
    row_text(rows, said->source);
    row_text(rows, said->purpose);
    row_cstr(rows, areas);
    row_cstr(rows, said->handling >= 0 && said->handling < p->handling_count ? p->handlings[said->handling].code : "");
    row_instant(rows, said->handling_expires);
    row_end(rows);
}

static void put_said(struct registry *registry, int32_t lane, const struct past_event *past,
                     const struct submission *said) {
    struct content content;
    struct fault fault = {0};
    const struct ledger_event *e = &past->event;
    put_documents(&registry->rows, lane, e, said);
    if (said->kind == RECORD_CLUE) put_clue(registry, lane, e, said);
    if (content_read(registry->content, said->schema, e->value, &content, &fault) != OK) return;
    put_parties(&registry->rows, lane, e, &content);
    put_content(&registry->rows, lane, e, &content);
}

void event_rows(struct registry *registry, int32_t lane, const struct past_event *past) {
    struct submission said;
    struct fault fault = {0};
    char codes[400];
    const struct ledger_event *e = &past->event;
    struct rows *rows = &registry->rows;
    bool told = e->kind == 'A' || e->kind == 'R',
         read = told && e->value.count && record_read(registry->catalogue, e->value, &said, &fault) == OK;
    json_t *answer = e->answer.count ? json_loadb((const char *)e->answer.at, e->answer.count, 0, NULL) : NULL;
    put_event(rows, lane, past, read ? &said : NULL);
    put_deliveries(rows, lane, e);
    put_reasons(rows, lane, e, answer, codes, sizeof codes);
    if (e->kind == 'R' || e->kind == 'D') put_refused(rows, lane, e, codes);
    if (e->kind == 'T') put_alert(rows, lane, e, answer);
    if (read && e->kind == 'A') put_said(registry, lane, past, &said);
    json_decref(answer);
}
