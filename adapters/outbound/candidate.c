/* One case file: its attachments, its ids, its exact bytes, into the journal. */
#include "adapters/spool/name.h"
#include "adapters/outbound/outbound_inside.h"
#include "adapters/outbound/outbound.h"
#include "adapters/spool/spool.h"
#include "adapters/journal/journal.h"
#include "adapters/transfer/transfer.h"
#include "base/limits.h"
#include "base/log.h"

#define PUT_AWAY_MS 600000
#define ANSWER_MS   60000 /* what was sent so long ago and has no answer may not be in the ledger */

const struct outbox_file *candidate_papers(const struct outbox_scan *scan, const struct candidate *c,
                                           size_t *ret_count) {
    size_t needs = c->with ? c->view.need_count : 0, count = 0;
    struct outbox_file *papers = arena_array(scan->arena, 2 + needs, sizeof *papers);
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

/* What hinders an attachment: a fault, or that it may still come. */
static enum outcome look_at_need(const struct candidate *c, size_t i, bool late, bool *ret_wait, struct fault *fault) {
    const struct attachment_need *need = &c->view.needs[i];
    if (!need->file_name.count) return OK;
    if (!name_plain(need->file_name))
        return refuse_need(need, fault, "MISSING_ATTACHMENT", "not the plain name of a file in outbox/");
    if (c->with[i] == c->paper)
        return refuse_need(need, fault, "MISSING_ATTACHMENT", "a case file cannot be its own attachment");
    if (c->with[i] && !c->with[i]->readable) return refuse_need(need, fault, "FILE_READ", "not a regular file");
    if (c->with[i]) return OK;
    if (late) return refuse_need(need, fault, "MISSING_ATTACHMENT", "did not arrive in outbox/ in time");
    *ret_wait = true;
    return OK;
}

/* REFUSE once the wait is over, with all that is missing; *ret_wait while it lasts. */
static enum outcome all_there(struct outbox_scan *scan, const struct candidate *c, bool *ret_wait,
                              struct rejection *rejection) {
    struct outbound *o = scan->outbound;
    bool late = c->paper->waited_ms > profile_attachment_wait_ms(o->profile);
    const struct attachment_need beside = {.file_name = c->sidecar.name};
    struct fault *all = arena_array(scan->arena, c->view.need_count + 1, sizeof *all);
    size_t count = 0;
    bool absent = c->sidecar.needed && !c->beside;
    if (absent && late)
        count += refuse_need(&beside, &all[count], "MISSING_ATTACHMENT", "did not arrive in outbox/ in time") != OK;
    else if (absent) *ret_wait = true;
    for (size_t i = 0; i < c->view.need_count; i++) count += look_at_need(c, i, late, ret_wait, &all[count]) != OK;
    if (!count) return OK;
    rejection->fault = all[0];
    rejection_faults(rejection, all, count);
    return REFUSE;
}

static enum outcome read_inside(struct outbox_scan *scan, const struct outbox_file *paper, struct attachment *into,
                                bool *ret_wait, struct fault *fault) {
    struct outbound *o = scan->outbound;
    AUTO(buffer_free) struct buffer content;
    buffer_init(&content, LIMIT_ATTACHMENTS);
    enum outcome outcome = o->transport->verbs->read(o->transport, paper, &content, fault);
    if (outcome == RETRY) *ret_wait = true; /* it changed under our hands */
    if (outcome != OK) return outcome == RETRY ? OK : outcome;
    into->content = arena_copy(scan->arena, buffer_view(&content));
    return OK;
}

/* Already in chunks, or on the way: then the case file waits; all of them are begun. */
static enum outcome name_chunks(struct outbox_scan *scan, const struct outbox_file *paper, struct attachment *into,
                                bool *ret_wait, struct fault *fault) {
    struct chunked *made = arena_alloc(scan->arena, sizeof *made);
    bool ready = false;
    TRY(uploads_want(scan->outbound->uploads, paper, made, &ready, fault));
    if (!ready) *ret_wait = true;
    into->chunked = made;
    return OK;
}

/* In the case file's order, as long as they fit inside the record; the others in chunks. */
static enum outcome read_attachments(struct outbox_scan *scan, const struct candidate *c, struct attachment **ret,
                                     bool *ret_wait, struct fault *fault) {
    const struct outbound *o = scan->outbound;
    struct attachment *list = arena_array(scan->arena, c->view.need_count + 1, sizeof *list);
    size_t inside = 0, most = profile_attachment_inside(o->profile);
    for (size_t i = 0; i < c->view.need_count; i++) {
        const struct outbox_file *paper = c->with[i];
        list[i].file_name = c->view.needs[i].file_name;
        if (!paper) continue;
        if (paper->size > LIMIT_FILE) return refuse_need(&c->view.needs[i], fault, "TOO_LARGE", "larger than 2 GiB");
        bool fits = inside + (size_t)paper->size <= most;
        if (!fits && !o->uploads)
            return refuse_need(&c->view.needs[i], fault, "TOO_LARGE", "does not fit inside the record");
        if (fits) inside += (size_t)paper->size;
        TRY(fits ? read_inside(scan, paper, &list[i], ret_wait, fault)
                 : name_chunks(scan, paper, &list[i], ret_wait, fault));
        if (!fits) uploads_waits(o->uploads, paper, c->paper->name);
    }
    *ret = list;
    return OK;
}

static struct bytes headers_of(const struct outbound *o, const struct candidate *c, const struct address *a,
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
    const char *source = arena_printf(arena, "/ecocase/%s", o->agency),
               *trace = arena_printf(arena, "00-%s-%.16s-01", hex, hex + 16);
    const struct header list[] = {{BYTES_LITERAL("ce_specversion"), BYTES_LITERAL("1.0")},
                                  {BYTES_LITERAL("ce_id"), bytes_of_cstr(id)},
                                  {BYTES_LITERAL("ce_type"), bytes_of_cstr(c->view.event)},
                                  {BYTES_LITERAL("ce_source"), bytes_of_cstr(source)},
                                  {BYTES_LITERAL("ce_subject"), bytes_of_cstr(referral)},
                                  {BYTES_LITERAL("ce_time"), bytes_of_cstr(time)},
                                  {BYTES_LITERAL("ce_caseid"), bytes_of_cstr(case_id)},
                                  {BYTES_LITERAL("content-type"), BYTES_LITERAL("application/avro")},
                                  {BYTES_LITERAL("traceparent"), bytes_of_cstr(trace)}};
    return headers_write(list, sizeof list / sizeof list[0], arena);
}

static enum outcome add_numbers(struct outbox_scan *scan, const struct candidate *c, const struct address *a,
                                const struct submission *said, struct fault *fault) {
    struct outbound *o = scan->outbound;
    size_t cursor = 0;
    struct bytes other = BYTES_NONE;
    walk_items(&said->recipients, &cursor, &other);
    struct number_entry entry = {.number = number_normal(c->view.document_no, scan->arena),
                                 .message_id = a->message_id,
                                 .case_id = a->case_id,
                                 .referral_id = a->referral_id,
                                 .parent_referral_id = a->parent_referral_id,
                                 .other = other,
                                 .event = bytes_of_cstr(c->view.event)};
    TRY(journal_number_add(o->journal, &entry, fault));
    entry.number = number_normal(c->view.case_no, scan->arena);
    entry.of_case = true;
    return journal_number_add(o->journal, &entry, fault);
}

static enum outcome sent_taken(const struct outbox_scan *scan, const char *name, bool *ret_taken, struct fault *fault) {
    const struct outbound *o = scan->outbound;
    *ret_taken = o->transport->verbs->sent_taken(o->transport, name) ||
                 o->transport->verbs->sent_taken(o->transport, arena_printf(scan->arena, "%s.receipt.json", name));
    return *ret_taken ? OK : journal_by_sent_as(o->journal, bytes_of_cstr(name), ret_taken, fault);
}

/* A name in sent/ that is free, also for the receipt that will lie beside it, and promised to no other submission. */
static enum outcome sent_name(const struct outbox_scan *scan, struct bytes file, struct bytes *ret,
                              struct fault *fault) {
    /* room for .receipt.json */
    const char *name = file.count <= FILE_NAME_MAX ? arena_cstr(scan->arena, file) : name_again(file, 1, scan->arena);
    bool taken = true;
    TRY(sent_taken(scan, name, &taken, fault));
    for (unsigned n = 2; taken; n++) {
        name = name_again(file, n <= 20 ? n : (unsigned)((uint64_t)instant_now() / 10 + n), scan->arena);
        TRY(sent_taken(scan, name, &taken, fault));
    }
    *ret = bytes_of_cstr(name);
    return OK;
}

static enum outcome journal_it(struct outbox_scan *scan, const struct candidate *c, const struct address *a,
                               const struct digest *digest, struct bytes value, struct fault *fault) {
    struct outbound *o = scan->outbound;
    char key[UUID_TEXT + 1];
    size_t count = 0;
    const struct outbox_file *papers = candidate_papers(scan, c, &count);
    struct bytes sent_as = BYTES_NONE;
    TRY(sent_name(scan, c->paper->name, &sent_as, fault));
    uuid_format(&a->case_id, key);
    struct journaled row = {.digest = *digest,
                            .message_id = a->message_id,
                            .case_id = a->case_id,
                            .referral_id = a->referral_id,
                            .file = c->paper->name,
                            .sent_as = sent_as,
                            .event = bytes_of_cstr(c->view.event),
                            .document_no = c->view.document_no,
                            .papers = papers_write(papers, count, scan->arena),
                            .key = bytes_of(key, UUID_TEXT),
                            .value = value,
                            .headers = headers_of(o, c, a, scan->arena),
                            .business_time = c->view.business_time,
                            .at = instant_now()};
    return journal_prepare(o->journal, &row, fault);
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

/* The very paper whose move was interrupted is only moved on (outbound_move_acked); any other with these bytes was sent
 * before. */
static bool same_paper(const struct candidate *c, const struct journaled *known, struct arena *arena) {
    size_t count = 0;
    const struct outbox_file *papers = papers_read(known->papers, arena, &count);
    return known->state != JOURNALED_MOVED && count && papers[0].inode == c->paper->inode &&
           bytes_equal(papers[0].name, c->paper->name);
}

/* Passed over, deleted or lost before the ledger had it: nobody will ever answer. It goes out again under the same ids;
 * if it is there after all, the broker takes it for the repeat that it is. */
static bool may_be_lost(const struct journaled *known) {
    return known->state == JOURNALED_MOVED && !known->answered && instant_now() - known->at > ANSWER_MS;
}

void candidate_put_away(const struct outbox_scan *scan, const struct candidate *c) {
    struct transport *t = scan->outbound->transport;
    size_t count = 0;
    const struct outbox_file *papers = candidate_papers(scan, c, &count);
    for (size_t i = 0; i < count; i++) t->verbs->put_off(t, papers[i].name, PUT_AWAY_MS);
}

/* The cited document may be on its way in. The candidate waits 30 s for it, and longer while the inbox is not read to
 * its end. */
static bool may_come(const struct outbox_scan *scan, const struct candidate *c, const struct fault *why) {
    if (strcmp(why->code, "CITATION_UNKNOWN") != 0) return false;
    return c->paper->waited_ms < OUTBOUND_CITATION_WAIT_MS || !scan->outbound->status->inbox_current;
}

enum outcome candidate_prepare(struct outbox_scan *scan, struct candidate *c, struct rejection *rejection,
                               bool *ret_wait, struct fault *fault) {
    struct outbound *o = scan->outbound;
    struct attachment *attachments = NULL;
    struct journaled known;
    struct address address;
    bool is_known = false;
    *ret_wait = false;
    TRY(all_there(scan, c, ret_wait, rejection));
    if (*ret_wait) return OK;
    TRY(read_attachments(scan, c, &attachments, ret_wait, &rejection->fault));
    if (*ret_wait) return OK;
    struct digest digest = identity_digest(o->agency, c->native, attachments, c->view.need_count, scan->arena);
    TRY(journal_by_digest(o->journal, &digest, scan->arena, &is_known, &known, fault));
    if (is_known && may_be_lost(&known)) {
        char id[UUID_TEXT + 1];
        uuid_format(&known.message_id, id);
        log_warn("outbound.again", "message=%s event=%.*s", id, BYTES_FMT(known.event));
        TRY(journal_drop(o->journal, known.row, fault));
        is_known = false;
    }
    if (is_known && !same_paper(c, &known, scan->arena)) return already_sent(&known, rejection);
    c->journaled = is_known;
    if (is_known) return OK;
    enum outcome found =
        identity_address(o->journal, o->directory, o->agency, &c->view, &digest, scan->arena, &address, rejection);
    if (found == RETRY) *fault = rejection->fault;
    *ret_wait = found == REFUSE && may_come(scan, c, &rejection->fault);
    if (*ret_wait) return OK;
    TRY(found);
    address.seal = o->seal;
    AUTO(buffer_free) struct buffer value;
    buffer_init(&value, LIMIT_VALUE);
    struct submission said;
    TRY(conversion_write(o->profile, c->draft, &address, attachments, c->view.need_count, &value, &rejection->fault));
    TRY(record_read(o->catalogue, buffer_view(&value), &said, &rejection->fault));
    TRY(journal_it(scan, c, &address, &digest, buffer_view(&value), fault));
    TRY(add_numbers(scan, c, &address, &said, fault));
    scan->prepared++;
    c->journaled = true;
    return OK;
}
