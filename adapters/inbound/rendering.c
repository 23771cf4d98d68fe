/* One inbox record becomes its files, staged. */
#include "adapters/conversion/canonical/canonical_json.h"
#include "adapters/inbound/rendering_inside.h"
#include "adapters/transfer/transfer.h"
#include "adapters/spool/name.h"
#include "adapters/conversion/canonical/mask.h"
#include "base/log.h"
#include "base/failpoint.h"
#include "wire/reason.h"
#include <stdio.h>
#include <stdlib.h>

void rendering_open(const struct delivery *d, const struct arrival *arrival, struct arena *batch, struct arena *scratch,
                    struct rendering *ret) {
    struct fault fault;
    *ret = (struct rendering){.delivery = d, .arrival = arrival, .batch = batch, .scratch = scratch};
    ret->readable = record_read(d->catalogue, arrival->value, &ret->said, &fault) == OK;
    if (!ret->readable) log_fault_unnamed(LOG_ERROR, "inbound.unreadable", &fault);
}

struct uuid rendering_message_id(const struct rendering *r) {
    if (r->readable) return r->said.message_id;
    const char *name = arena_printf(r->scratch, "inbox:%s:%d:%lld", r->delivery->agency, r->arrival->partition,
                                    (long long)r->arrival->offset);
    return uuid_v5(&UUID_ECOCASE, bytes_of_cstr(name));
}

static const char *staged_name(const struct rendering *r, const struct rendered *ret) {
    const struct lane_position *p = &r->arrival->place;
    char of_case[2 + 32] = "";
    if (r->readable && !uuid_is_nil(&r->said.case_id)) {
        of_case[0] = '_';
        for (size_t i = 0; i < 16; i++) snprintf(of_case + 1 + 2 * i, 3, "%02x", r->said.case_id.b[i]);
    }
    return arena_printf(r->scratch, "%d-%lld-%lld_%zu%s", p->lane, (long long)p->generation, (long long)p->sequence,
                        json_array_size(ret->files), of_case);
}
static void note_staged(struct rendered *ret, const char *staged, enum box box, const char *name) {
    json_t *one = json_pack("{s:s, s:i, s:s}", "staged", staged, "box", (int)box, "name", name);
    INVARIANT(one);
    json_array_append_new(ret->files, one);
}

static enum outcome stage(const struct rendering *r, struct rendered *ret, enum box box, const char *name,
                          struct bytes content, struct fault *fault) {
    const char *staged = staged_name(r, ret);
    TRY(r->delivery->transport->verbs->stage(r->delivery->transport, staged, content, fault));
    note_staged(ret, staged, box, name);
    return OK;
}

static enum outcome stage_json(const struct rendering *r, struct rendered *ret, enum box box, const char *name,
                               json_t *root, struct fault *fault) {
    char *dumped = json_dumps(root, JSON_INDENT(2));
    INVARIANT(dumped);
    const char *text = arena_printf(r->scratch, "%s\n", dumped);
    free(dumped);
    return stage(r, ret, box, name, bytes_of_cstr(text), fault);
}

static struct bytes member(const json_t *root, const char *name) {
    const json_t *value = json_object_get(root, name);
    return json_is_string(value) ? bytes_of(json_string_value(value), json_string_length(value)) : BYTES_NONE;
}

/* 回执: what the broker said about a file, beside that file in sent/: SYS.ACCEPTED as .receipt.json, SYS.REFUSED as
 * .refused.json. */
static json_t *receipt_of(const struct rendering *r, const json_t *value) {
    json_t *receipt = json_object();
    const json_t *envelope = json_object_get(value, "envelope");
    static const char *const ids[][2] = {{"event", "event"},
                                         {"receiptId", "message_id"},
                                         {"messageId", "in_reply_to"},
                                         {"caseId", "case_id"},
                                         {"referralId", "referral_id"}};
    static const char *const parts[][2] = {{"aboutEvent", "about_event"},
                                           {"aboutDocumentNo", "about_document_no"},
                                           {"state", "state"},
                                           {"serial", "serial"},
                                           {"reasons", "reasons"},
                                           {"clocks", "clocks"}};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        json_object_set(receipt, ids[i][0], json_object_get(envelope, ids[i][1]));
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        json_object_set(receipt, parts[i][0], json_object_get(value, parts[i][1]));
    char at[32];
    instant_format(r->said.business_time, at);
    json_object_set_new(receipt, "at", json_string(at));
    json_object_set_new(receipt, "lane", json_integer(r->arrival->place.lane));
    return receipt;
}

/* A refusal of what this journal does not know has no file to lie beside; a receipt is then named like a delivery. */
static enum outcome stage_receipt(const struct rendering *r, struct rendered *ret, const json_t *canonical,
                                  bool accepted, struct fault *fault) {
    struct journaled about;
    bool known = false;
    TRY(journal_by_message(r->delivery->journal, &r->said.in_reply_to, r->scratch, &known, &about, fault));
    if (!known && !accepted) return OK;
    struct bytes file = known ? about.sent_as : bytes_of_cstr(ret->stem);
    json_t *receipt = receipt_of(r, json_object_get(canonical, "value"));
    /* the name, without extension, of the notice in inbox/ */
    if (!accepted) json_object_set_new(receipt, "inbox", json_string(ret->stem));
    const char *name = arena_printf(r->scratch, "%.*s.%s.json", BYTES_FMT(file), accepted ? "receipt" : "refused");
    enum outcome outcome = stage_json(r, ret, BOX_SENT, name, receipt, fault);
    json_decref(receipt);
    return outcome;
}

/* Where a paper in chunks will never be whole here, what lies in its place says why and what to do. */
static json_t *loss_of(const struct rendering *r, const struct native_file *paper, const struct fault *why) {
    const struct reason *reason = reason_find(why->code);
    char sha256[DIGEST_SIZE * 2 + 1], sm3[DIGEST_SIZE * 2 + 1], at[32];
    digest_hex(&paper->chunked->sha256, sha256);
    digest_hex(&paper->chunked->sm3, sm3);
    instant_format(instant_now(), at);
    json_t *name = json_stringn((const char *)paper->name.at, paper->name.count),
           *sender = json_stringn((const char *)r->said.sender.at, r->said.sender.count);
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:I, s:s, s:s, s:s, s:s}", "code", why->code, "zh", reason->zh,
                     "en", reason->en, "detail", why->text, "file", name, "sender", sender, "size",
                     (json_int_t)paper->chunked->size, "sha256", sha256, "sm3", sm3, "at", at, "resend",
                     why->field[0] ? why->field : "unasked");
}
static bool is_lost(const struct rendering *r, const struct native_file *paper, struct fault *ret_why) {
    return paper->chunked &&
           downloads_state(r->delivery->downloads, r->said.sender, paper->chunked, ret_why) == FETCH_LOST;
}

static enum outcome stage_chunked(const struct rendering *r, struct rendered *ret, const char *name,
                                  const struct native_file *paper, struct fault *fault) {
    struct fault why;
    char stored[80];
    const char *staged = staged_name(r, ret);
    enum fetched state = downloads_state(r->delivery->downloads, r->said.sender, paper->chunked, &why);
    if (state == FETCH_WAITING) return fault_set(fault, RETRY, "CHUNK_MISSING", "an attachment is not whole yet");
    if (state == FETCH_LOST) {
        json_t *loss = loss_of(r, paper, &why);
        enum outcome outcome = stage_json(r, ret, BOX_INBOX, name, loss, fault);
        json_decref(loss);
        return outcome;
    }
    downloads_name(paper->chunked, stored);
    TRY(r->delivery->transport->verbs->stage_stored(r->delivery->transport, staged, stored, fault));
    FAILPOINT("fetch.staged");
    note_staged(ret, staged, BOX_INBOX, name);
    return OK;
}

static const char *paper_name(const struct rendering *r, const char *stem, size_t nth,
                              const struct native_file *paper) {
    struct fault ignored;
    const char *name = name_attachment(stem, nth, paper->name, r->scratch);
    return is_lost(r, paper, &ignored) ? arena_printf(r->scratch, "%s.error", name) : name;
}

/* RETRY: staging; REFUSE: the profile cannot, and nothing is staged. */
static enum outcome stage_native(const struct rendering *r, struct rendered *ret, struct fault *fault) {
    const struct delivery *d = r->delivery;
    const struct native_file *documents = NULL;
    size_t count = 0;
    struct native_case native = {0};
    struct inbox_facts facts = {r->arrival->place.lane, r->arrival->place.sequence, r->arrival->role};
    TRY(conversion_attachments(d->profile, r->arrival->value, r->arrival->role, r->scratch, &documents, &count, fault));
    struct bytes *names = arena_array(r->scratch, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++) names[i] = bytes_of_cstr(paper_name(r, ret->stem, i + 1, &documents[i]));
    TRY(conversion_render(d->profile, r->arrival->value, &facts, names, count, r->scratch, &native, fault));
    for (size_t i = 0; i < native.attachment_count; i++) {
        const struct native_file *paper = &native.attachments[i];
        const char *name =
            i < count ? arena_cstr(r->scratch, names[i]) : name_attachment(ret->stem, i + 1, paper->name, r->scratch);
        TRY(paper->chunked ? stage_chunked(r, ret, name, paper, fault)
                           : stage(r, ret, BOX_INBOX, name, paper->content, fault));
    }
    if (native.sidecar.count)
        TRY(stage(r, ret, BOX_INBOX, name_case_file(ret->stem, BYTES_LITERAL("cpg"), r->scratch), native.sidecar,
                  fault));
    return stage(r, ret, BOX_INBOX, name_case_file(ret->stem, native.extension, r->scratch), native.content, fault);
}

/* Canonical JSON holds the papers of the record; those in chunks lie beside it. */
static enum outcome stage_papers(const struct rendering *r, struct rendered *ret, struct fault *fault) {
    const struct native_file *documents = NULL;
    struct fault ignored;
    size_t count = 0;
    if (!r->readable || conversion_attachments(r->delivery->profile, r->arrival->value, r->arrival->role, r->scratch,
                                               &documents, &count, &ignored) != OK)
        return OK;
    for (size_t i = 0; i < count; i++) {
        if (documents[i].chunked)
            TRY(stage_chunked(r, ret, paper_name(r, ret->stem, i + 1, &documents[i]), &documents[i], fault));
    }
    return OK;
}

static enum outcome stage_canonical(const struct rendering *r, struct rendered *ret, const struct fault *why,
                                    struct fault *fault) {
    json_t *canonical = NULL;
    struct fault ignored;
    const struct mask *mask =
        profile_mask(r->delivery->profile, r->arrival->role, r->readable ? r->said.event : BYTES_NONE);
    TRY(stage_papers(r, ret, fault));
    if (!r->readable || canonical_json(r->delivery->catalogue, r->arrival->value, mask, &canonical, &ignored) != OK) {
        canonical = json_object();
        json_object_set_new(canonical, "unreadable", json_string(why->code));
        /* nobody knows what stands in the bytes */
        if (mask_hides(mask)) json_object_set_new(canonical, "masked", json_string(mask->name));
        else json_object_set_new(canonical, "base64", canonical_base64(r->arrival->value));
    }
    log_warn("inbound.canonical", "lane=%d sequence=%lld code=%s field=%s", r->arrival->place.lane,
             (long long)r->arrival->place.sequence, why->code, why->field);
    enum outcome outcome =
        stage_json(r, ret, BOX_INBOX, arena_printf(r->scratch, "%s.canonical.json", ret->stem), canonical, fault);
    json_decref(canonical);
    return outcome;
}

static const char *stem_of(const struct rendering *r, const json_t *canonical) {
    const struct lane_position *p = &r->arrival->place;
    struct name_place place = {p->lane, p->generation, p->sequence};
    if (!r->readable) return name_stem(BYTES_LITERAL("UNREADABLE"), BYTES_NONE, &place, r->batch);
    struct bytes number = r->said.document_no;
    if (canonical && !number.count) number = member(json_object_get(canonical, "value"), "about_document_no");
    return name_stem(r->said.event, number, &place, r->batch);
}

enum outcome rendering_stage(struct rendering *r, struct rendered *ret, struct fault *fault) {
    json_t *canonical = NULL;
    struct fault why = {.what = REFUSE, .code = "SCHEMA_UNKNOWN"};
    enum outcome outcome = REFUSE;
    if (r->readable && r->said.kind == RECORD_NOTICE)
        outcome = canonical_json(r->delivery->catalogue, r->arrival->value, NULL, &canonical, &why);
    *ret = (struct rendered){rendering_message_id(r), stem_of(r, canonical), json_array()};
    bool receipt = canonical && bytes_equal_cstr(r->said.event, "SYS.ACCEPTED");
    if (receipt) {
        outcome = stage_receipt(r, ret, canonical, true, fault);
    } else {
        if (r->readable) outcome = stage_native(r, ret, &why);
        if (outcome == RETRY) *fault = why;
        else if (outcome != OK) {
            json_array_clear(ret->files);
            outcome = stage_canonical(r, ret, &why, fault);
        }
        if (outcome == OK && canonical && bytes_equal_cstr(r->said.event, "SYS.REFUSED"))
            outcome = stage_receipt(r, ret, canonical, false, fault);
    }
    json_decref(canonical);
    if (outcome != OK) json_decref(ret->files);
    return outcome;
}
