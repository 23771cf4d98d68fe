/* The ids of a submission, from its content and what it cites. */
#include "adapters/outbound/outbound.h"
#include "adapters/outbound/outbound_inside.h"
#include "base/limits.h"

/* A content in chunks stands as its digests; no content inside a record begins like that by chance. */
static struct bytes digests_of(const struct chunked *what, struct arena *arena) {
    char sha256[DIGEST_SIZE * 2 + 1], sm3[DIGEST_SIZE * 2 + 1];
    digest_hex(&what->sha256, sha256);
    digest_hex(&what->sm3, sm3);
    return bytes_of_cstr(arena_printf(arena, "ecocase.chunks sha256=%s sm3=%s", sha256, sm3));
}

struct digest identity_digest(const char *slug, struct bytes native, const struct attachment *attachments, size_t count,
                              struct arena *arena) {
    struct bytes *parts = arena_array(arena, 2 + 2 * count, sizeof *parts);
    size_t used = 0;
    parts[used++] = bytes_of_cstr(slug);
    parts[used++] = native;
    for (size_t i = 0; i < count; i++) {
        parts[used++] = attachments[i].file_name;
        parts[used++] = attachments[i].chunked ? digests_of(attachments[i].chunked, arena) : attachments[i].content;
    }
    return digest_of_list(parts, used);
}

/* REF of REF.SEND: the state machine the referral runs in. */
static const char *machine(const char *event, struct arena *arena) {
    const char *dot = strchr(event, '.');
    return arena_cstr(arena, bytes_of(event, dot ? (size_t)(dot - event) : strlen(event)));
}

static struct uuid derived(struct arena *arena, const char *kind, const char *slug, const char *machine_or_null,
                           struct bytes number) {
    const char *name = machine_or_null
                           ? arena_printf(arena, "%s:%s:%s:%.*s", kind, slug, machine_or_null, BYTES_FMT(number))
                           : arena_printf(arena, "%s:%s:%.*s", kind, slug, BYTES_FMT(number));
    return uuid_v5(&UUID_ECOCASE, bytes_of_cstr(name));
}

static enum outcome follow(struct journal *journal, const struct directory *directory, const struct draft_view *view,
                           struct arena *arena, struct address *ret, struct bytes *ret_event,
                           struct rejection *rejection) {
    struct number_entry cited;
    json_t *candidates = NULL;
    if (!journal)
        return fault_set(&rejection->fault, REFUSE, view->cite_count ? "CITATION_UNKNOWN" : "CITATION_MISSING",
                         "there is no journal to look in");
    enum outcome outcome =
        citation_find(journal, view->cites, view->cite_count, arena, &cited, &candidates, &rejection->fault);
    if (candidates) {
        rejection->more = json_object();
        json_object_set_new(rejection->more, "candidates", candidates);
    }
    TRY(outcome);
    ret->case_id = cited.case_id;
    ret->referral_id = cited.referral_id;
    ret->parent_referral_id = cited.parent_referral_id;
    ret->in_reply_to = cited.message_id;
    ret->answer_to = directory_by_slug(directory, cited.other);
    *ret_event = cited.event;
    return OK;
}

/* A case that came out of a joint operation (联合行动) is a case of its own, with the operation as what it grew from:
 * rules speak of the referrals of one case, and two such cases have nothing to do with each other. */
static bool of_machine(struct bytes event, const char *machine_dot) {
    return event.count > 4 && memcmp(event.at, machine_dot, 4) == 0;
}
static bool grown(const char *event, struct bytes cited) {
    return of_machine(cited, "OPS.") && strncmp(event, "OPS.", 4) != 0;
}

/* REF.SEND cites papers of the agency's own case, which makes it no part of theirs; a clue or an operation it came from
 * does, and so do the penalty that was shared before (ADM) and the reverse referral that it goes back from (REV): the
 * hints of those wait for it. */
static bool of_origin(struct bytes event) {
    static const char *const machines[] = {"CLU.", "OPS.", "ADM.", "REV."};
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++) {
        if (of_machine(event, machines[i])) return true;
    }
    return false;
}

static enum outcome only_origins(struct journal *journal, struct draft_view *view, struct arena *arena,
                                 struct fault *fault) {
    struct bytes *origins = arena_array(arena, view->cite_count + 1, sizeof *origins);
    size_t count = 0;
    for (size_t i = 0; journal && i < view->cite_count; i++) {
        struct number_entry *entries = NULL;
        size_t found = 0;
        bool origin = false;
        struct bytes number = number_normal(view->cites[i], arena);
        if (number.count) TRY(journal_numbers(journal, number, false, arena, &entries, &found, fault));
        for (size_t k = 0; k < found; k++) origin = origin || of_origin(entries[k].event);
        if (origin) origins[count++] = view->cites[i];
    }
    view->cites = origins;
    view->cite_count = count;
    return OK;
}

enum outcome identity_address(struct journal *journal, const struct directory *directory, const char *slug,
                              const struct draft_view *view, const struct digest *digest, struct arena *arena,
                              struct address *ret, struct rejection *rejection) {
    *ret = (struct address){.message_id = uuid_v8(view->business_time, digest->b)};
    rejection->message_id = ret->message_id;
    if (view->cite_count > LIMIT_CITATIONS) {
        fault_set(&rejection->fault, REFUSE, "TOO_MANY", "%zu numbers cited; one paper may cite %u", view->cite_count,
                  LIMIT_CITATIONS);
        fault_place(&rejection->fault, "cites", 0, 0);
        return REFUSE;
    }
    struct draft_view cited = *view;
    struct bytes event = BYTES_NONE;
    if (strcmp(view->event, "REF.SEND") == 0) TRY(only_origins(journal, &cited, arena, &rejection->fault));
    bool fresh_case = view->opens && cited.cite_count == 0;
    if (!fresh_case) TRY(follow(journal, directory, &cited, arena, ret, &event, rejection));
    if (!view->opens) return OK;
    struct bytes number = number_normal(view->document_no.count ? view->document_no : view->case_no, arena);
    if (!number.count) {
        fault_set(&rejection->fault, REFUSE, "FIELD_MISSING",
                  "a paper that opens a referral needs a number of its own");
        fault_place(&rejection->fault, "document_no", 0, 0);
        return REFUSE;
    }
    struct uuid upper = ret->referral_id;
    if (grown(view->event, event)) *ret = (struct address){.message_id = ret->message_id};
    if (fresh_case || grown(view->event, event)) ret->case_id = derived(arena, "case", slug, NULL, number);
    if (!fresh_case) ret->parent_referral_id = upper;
    ret->referral_id = derived(arena, "referral", slug, machine(view->event, arena), number);
    return OK;
}
