/* See candidate.h: attachments, the exact bytes, the journal. */
#include "adapters/outbound/outbox_scan.h"
#include "adapters/outbound/identity.h"
#include "adapters/spool/name.h"
#include "adapters/outbound/number.h"
#include "adapters/journal/papers.h"
#include "adapters/transfer/uploads.h"
#include "base/limits.h"
#include <stdlib.h>

#define PUT_AWAY_MS 600000

const struct paper *candidate_papers(const struct look *look, const struct candidate *c, size_t *ret_count) {
    size_t needs = c->with ? c->view.need_count : 0, count = 0;
    struct paper *papers = arena_array(look->arena, 2 + needs, sizeof *papers);
    papers[count++] = *c->paper;
    if (c->beside) papers[count++] = *c->beside;
    for (size_t i = 0; i < needs; i++) {
        bool again = false;
        for (size_t k = 0; k < i; k++) again = again || c->with[k] == c->with[i];
        if (c->with[i] && !again && c->with[i] != c->paper && c->with[i] != c->beside) papers[count++] = *c->with[i];
    }
    *ret_count = count;
    return papers;
}

static enum outcome refuse_need(const struct attachment_need *need, struct fault *fault, const char *code,
                                const char *why) {
    fault_set(fault, REFUSE, code, "%.*s: %s", BYTES_FMT(need->file_name), why);
    char field[96];
    snprintf(field, sizeof field, "%.*s", need->file_name.count < 90 ? (int)need->file_name.count : 90,
             (const char *)need->file_name.at);
    fault_place(fault, field, 0, 0);
    return REFUSE;
}

/* REFUSE once the wait is over; *ret_wait while it lasts. */
static enum outcome all_there(struct look *look, const struct candidate *c, bool *ret_wait, struct fault *fault) {
    struct engine *e = look->engine;
    bool late = c->paper->waited_ms > profile_attachment_wait_ms(e->profile);
    const struct attachment_need beside = {.file_name = c->sidecar.name};
    if (c->sidecar.needed && !c->beside && late)
        return refuse_need(&beside, fault, "MISSING_ATTACHMENT", "did not arrive in outbox/ in time");
    *ret_wait = c->sidecar.needed && !c->beside;
    for (size_t i = 0; i < c->view.need_count; i++) {
        const struct attachment_need *need = &c->view.needs[i];
        if (!need->file_name.count) continue;
        if (!name_plain(need->file_name))
            return refuse_need(need, fault, "MISSING_ATTACHMENT", "not the plain name of a file in outbox/");
        if (c->with[i] == c->paper)
            return refuse_need(need, fault, "MISSING_ATTACHMENT", "a case file cannot be its own attachment");
        if (c->with[i] && !c->with[i]->readable) return refuse_need(need, fault, "FILE_READ", "not a regular file");
        if (c->with[i]) continue;
        if (late) return refuse_need(need, fault, "MISSING_ATTACHMENT", "did not arrive in outbox/ in time");
        *ret_wait = true;
    }
    return OK;
}

static enum outcome read_inside(struct look *look, const struct paper *paper, struct attachment *into, bool *ret_wait,
                                struct fault *fault) {
    struct engine *e = look->engine;
    AUTO(buffer_free) struct buffer content;
    buffer_init(&content, LIMIT_ATTACHMENTS);
    enum outcome outcome = e->transport->verbs->read(e->transport, paper, &content, fault);
    if (outcome == RETRY) *ret_wait = true; /* it changed under our hands */
    if (outcome != OK) return outcome == RETRY ? OK : outcome;
    into->content = arena_copy(look->arena, buffer_view(&content));
    return OK;
}

/* Already in chunks, or on the way: then the case file waits; all of them are begun. */
static enum outcome name_chunks(struct look *look, const struct paper *paper, struct attachment *into, bool *ret_wait,
                                struct fault *fault) {
    struct chunked *made = arena_alloc(look->arena, sizeof *made);
    bool ready = false;
    TRY(uploads_want(look->engine->uploads, paper, made, &ready, fault));
    if (!ready) *ret_wait = true;
    into->chunked = made;
    return OK;
}

/* In the case file's order, as long as they fit inside the record; the others in chunks. */
static enum outcome read_attachments(struct look *look, const struct candidate *c, struct attachment **ret,
                                     bool *ret_wait, struct fault *fault) {
    const struct engine *e = look->engine;
    struct attachment *list = arena_array(look->arena, c->view.need_count + 1, sizeof *list);
    size_t inside = 0, most = profile_attachment_inside(e->profile);
    for (size_t i = 0; i < c->view.need_count; i++) {
        const struct paper *paper = c->with[i];
        list[i].file_name = c->view.needs[i].file_name;
        if (!paper) continue;
        if (paper->size > LIMIT_FILE) return refuse_need(&c->view.needs[i], fault, "TOO_LARGE", "larger than 2 GiB");
        bool fits = inside + (size_t)paper->size <= most;
        if (!fits && !e->uploads)
            return refuse_need(&c->view.needs[i], fault, "TOO_LARGE", "does not fit inside the record");
        if (fits) inside += (size_t)paper->size;
        TRY(fits ? read_inside(look, paper, &list[i], ret_wait, fault)
                 : name_chunks(look, paper, &list[i], ret_wait, fault));
        if (!fits) uploads_waits(e->uploads, paper, c->paper->name);
    }
    *ret = list;
    return OK;
}

static struct bytes headers_of(const struct engine *e, const struct candidate *c, const struct address *a,
                               struct arena *arena) {
    char id[UUID_TEXT + 1], case_id[UUID_TEXT + 1], referral[UUID_TEXT + 1], time[32], hex[UUID_TEXT + 1];
    uuid_format(&a->message_id, id);
    uuid_format(&a->case_id, case_id);
    uuid_format(&a->referral_id, referral);
    instant_format(c->view.business_time, time);
    size_t digits = 0;
    for (const char *at = id; *at; at++) {
        if (*at != '-') hex[digits++] = *at;
    }
    hex[digits] = 0;
    /* every part is ours and plain, so no escaping is needed */
    return bytes_of_cstr(
        arena_printf(arena,
                     "{\"ce_specversion\":\"1.0\",\"ce_id\":\"%s\",\"ce_type\":\"%s\",\"ce_source\":\"/ecocase/"
                     "%s\",\"ce_subject\":\"%s\",\"ce_time\":\"%s\","
                     "\"ce_caseid\":\"%s\",\"content-type\":\"application/avro\",\"traceparent\":\"00-%s-%.16s-01\"}",
                     id, c->view.event, e->self->slug, referral, time, case_id, hex, hex + 16));
}

static enum outcome add_numbers(struct look *look, const struct candidate *c, const struct address *a,
                                const struct submission *said, struct fault *fault) {
    struct engine *e = look->engine;
    size_t cursor = 0;
    struct bytes other = BYTES_NONE;
    walk_items(&said->recipients, &cursor, &other);
    struct number_entry entry = {.number = number_normal(c->view.document_no, look->arena),
                                 .message_id = a->message_id,
                                 .case_id = a->case_id,
                                 .referral_id = a->referral_id,
                                 .parent_referral_id = a->parent_referral_id,
                                 .other = other,
                                 .event = bytes_of_cstr(c->view.event)};
    TRY(journal_number_add(e->journal, &entry, fault));
    entry.number = number_normal(c->view.case_no, look->arena);
    entry.of_case = true;
    return journal_number_add(e->journal, &entry, fault);
}

static enum outcome sent_taken(const struct look *look, const char *name, bool *ret_taken, struct fault *fault) {
    const struct engine *e = look->engine;
    *ret_taken = e->transport->verbs->sent_taken(e->transport, name) ||
                 e->transport->verbs->sent_taken(e->transport, arena_printf(look->arena, "%s.receipt.json", name));
    return *ret_taken ? OK : journal_by_sent_as(e->journal, bytes_of_cstr(name), ret_taken, fault);
}

/* A name in sent/ that is free, also for the receipt that will lie beside it, and promised to no other submission. */
static enum outcome sent_name(const struct look *look, struct bytes file, struct bytes *ret, struct fault *fault) {
    /* room for .receipt.json */
    const char *name = file.count <= FILE_NAME_MAX ? arena_cstr(look->arena, file) : name_again(file, 1, look->arena);
    bool taken = true;
    TRY(sent_taken(look, name, &taken, fault));
    for (unsigned n = 2; taken; n++) {
        name = name_again(file, n <= 20 ? n : (unsigned)((uint64_t)instant_now() / 10 + n), look->arena);
        TRY(sent_taken(look, name, &taken, fault));
    }
    *ret = bytes_of_cstr(name);
    return OK;
}

static enum outcome journal_it(struct look *look, const struct candidate *c, const struct address *a,
                               const struct digest *digest, struct bytes value, struct fault *fault) {
    struct engine *e = look->engine;
    char key[UUID_TEXT + 1];
    size_t count = 0;
    const struct paper *papers = candidate_papers(look, c, &count);
    struct bytes sent_as = BYTES_NONE;
    TRY(sent_name(look, c->paper->name, &sent_as, fault));
    uuid_format(&a->case_id, key);
    struct journaled row = {.digest = *digest,
                            .message_id = a->message_id,
                            .case_id = a->case_id,
                            .referral_id = a->referral_id,
                            .file = c->paper->name,
                            .sent_as = sent_as,
                            .event = bytes_of_cstr(c->view.event),
                            .document_no = c->view.document_no,
                            .papers = papers_write(papers, count, look->arena),
                            .key = bytes_of(key, UUID_TEXT),
                            .value = value,
                            .headers = headers_of(e, c, a, look->arena),
                            .business_time = c->view.business_time,
                            .at = instant_now()};
    return journal_prepare(e->journal, &row, fault);
}

static enum outcome already_sent(const struct journaled *earlier, struct rejection *rejection) {
    char id[UUID_TEXT + 1], at[32];
    uuid_format(&earlier->message_id, id);
    instant_format(earlier->at, at);
    json_t *file = json_stringn((const char *)earlier->sent_as.at, earlier->sent_as.count);
    rejection->message_id = earlier->message_id;
    rejection->more =
        json_pack("{s:{s:o, s:s, s:s}}", "earlier", "file", file ? file : json_string("?"), "at", at, "messageId", id);
    return fault_set(&rejection->fault, REFUSE, "ALREADY_SENT", "sent before as %.*s at %s",
                     BYTES_FMT(earlier->sent_as), at);
}

/* The very paper whose move was interrupted is only moved on (outbound_finish); any other with these bytes was sent
 * before. */
static bool same_paper(const struct candidate *c, const struct journaled *known, struct arena *arena) {
    size_t count = 0;
    const struct paper *papers = papers_read(known->papers, arena, &count);
    return known->state != JOURNALED_MOVED && count && papers[0].inode == c->paper->inode &&
           bytes_equal(papers[0].name, c->paper->name);
}

void candidate_put_away(const struct look *look, const struct candidate *c) {
    struct transport *t = look->engine->transport;
    size_t count = 0;
    const struct paper *papers = candidate_papers(look, c, &count);
    for (size_t i = 0; i < count; i++) t->verbs->put_off(t, papers[i].name, PUT_AWAY_MS);
}

/* The cited document may be on its way in: it is waited for, and as long as the inbox is not read to its end. */
static bool may_come(const struct look *look, const struct candidate *c, const struct fault *why) {
    if (strcmp(why->code, "CITATION_UNKNOWN") != 0) return false;
    return c->paper->waited_ms < ENGINE_CITATION_WAIT_MS || !look->engine->inbox_current;
}

enum outcome candidate_prepare(struct look *look, struct candidate *c, struct rejection *rejection, bool *ret_wait,
                               struct fault *fault) {
    struct engine *e = look->engine;
    struct attachment *attachments = NULL;
    struct journaled known;
    struct address address;
    bool is_known = false;
    *ret_wait = false;
    TRY(all_there(look, c, ret_wait, &rejection->fault));
    if (*ret_wait) return OK;
    TRY(read_attachments(look, c, &attachments, ret_wait, &rejection->fault));
    if (*ret_wait) return OK;
    struct digest digest = identity_digest(e->self->slug, c->native, attachments, c->view.need_count, look->arena);
    TRY(journal_by_digest(e->journal, &digest, look->arena, &is_known, &known, fault));
    if (is_known && !same_paper(c, &known, look->arena)) return already_sent(&known, rejection);
    c->journaled = is_known;
    if (is_known) return OK;
    enum outcome found =
        identity_address(e->journal, e->directory, e->self->slug, &c->view, &digest, look->arena, &address, rejection);
    if (found == RETRY) *fault = rejection->fault;
    *ret_wait = found == REFUSE && may_come(look, c, &rejection->fault);
    if (*ret_wait) return OK;
    TRY(found);
    address.seal = &e->seal;
    AUTO(buffer_free) struct buffer value;
    buffer_init(&value, LIMIT_VALUE);
    struct submission said;
    TRY(conversion_write(e->profile, c->draft, &address, attachments, c->view.need_count, &value, &rejection->fault));
    TRY(record_read(e->catalogue, buffer_view(&value), &said, &rejection->fault));
    TRY(journal_it(look, c, &address, &digest, buffer_view(&value), fault));
    TRY(add_numbers(look, c, &address, &said, fault));
    look->prepared++;
    c->journaled = true;
    return OK;
}
