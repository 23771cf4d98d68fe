/* See identity.h. */
#include "adapters/engine/identity.h"
#include "adapters/engine/citation.h"
#include "adapters/engine/number.h"

/* A content in chunks stands as its digests; no content inside a record begins like that by chance. */
static struct bytes digests_of(const struct chunked *what, struct arena *arena) {
    char sha256[DIGEST_SIZE * 2 + 1], sm3[DIGEST_SIZE * 2 + 1];
    digest_hex(&what->sha256, sha256);
    digest_hex(&what->sm3, sm3);
    return bytes_of_cstr(arena_printf(arena, "ecocase.chunks sha256=%s sm3=%s", sha256, sm3));
}

struct digest identity_digest(const char *slug, struct bytes native, const struct attachment *attachments, size_t count, struct arena *arena) {
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

static struct uuid derived(struct arena *arena, const char *kind, const char *slug, const char *machine_or_null, struct bytes number) {
    const char *name = machine_or_null ? arena_printf(arena, "%s:%s:%s:%.*s", kind, slug, machine_or_null, BYTES_FMT(number))
                                       : arena_printf(arena, "%s:%s:%.*s", kind, slug, BYTES_FMT(number));
    return uuid_v5(&UUID_ECOCASE, bytes_of_cstr(name));
}

static enum outcome follow(struct journal *journal, const struct directory *directory, const struct draft_view *view, struct arena *arena,
                           struct address *ret, struct bytes *ret_event, struct rejection *rejection) {
    struct number_entry cited;
    json_t *candidates = NULL;
    if (!journal) return fault_set(&rejection->fault, REFUSE, view->cite_count ? "CITATION_UNKNOWN" : "CITATION_MISSING", "there is no journal to look in");
    enum outcome outcome = citation_find(journal, view->cites, view->cite_count, arena, &cited, &candidates, &rejection->fault);
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

/* A case that came out of a joint operation (联合行动) is a case of its own, with the operation as what it grew from: rules speak of the
 * referrals of one case, and two such cases have nothing to do with each other. */
static bool grown(const char *event, struct bytes cited) {
    return strncmp(event, "OPS.", 4) != 0 && cited.count > 4 && memcmp(cited.at, "OPS.", 4) == 0;
}

static enum outcome address_opened(struct journal *journal, const struct directory *directory, const char *slug, const struct draft_view *view,
                                   struct bytes number, struct arena *arena, struct address *ret, struct rejection *rejection) {
    struct rejection unsure = {.message_id = ret->message_id};
    struct bytes cited = BYTES_NONE;
    bool may_be_first = strcmp(view->event, "REF.SEND") == 0; /* what it cites need not be known here: a decision, a report of its own */
    if (view->cite_count) {
        enum outcome outcome = follow(journal, directory, view, arena, ret, &cited, may_be_first ? &unsure : rejection);
        json_decref(unsure.more);
        if (may_be_first && outcome != OK && outcome != REFUSE) rejection->fault = unsure.fault;
        if (outcome != OK && (!may_be_first || outcome != REFUSE)) return outcome;
    }
    struct uuid upper = ret->referral_id;
    if (!view->cite_count || may_be_first || grown(view->event, cited)) {
        *ret = (struct address){.message_id = ret->message_id, .case_id = derived(arena, "case", slug, NULL, number)};
        if (grown(view->event, cited)) ret->parent_referral_id = upper;
    } else ret->parent_referral_id = upper;
    ret->referral_id = derived(arena, "referral", slug, machine(view->event, arena), number);
    return OK;
}

enum outcome identity_address(struct journal *journal, const struct directory *directory, const char *slug, const struct draft_view *view,
                              const struct digest *digest, struct arena *arena, struct address *ret, struct rejection *rejection) {
    *ret = (struct address){.message_id = uuid_v8(digest->b)};
    rejection->message_id = ret->message_id;
    struct bytes cited = BYTES_NONE;
    if (!view->opens) return follow(journal, directory, view, arena, ret, &cited, rejection);
    struct bytes number = number_normal(view->document_no.count ? view->document_no : view->case_no, arena);
    if (!number.count) {
        fault_set(&rejection->fault, REFUSE, "FIELD_MISSING", "a paper that opens a referral needs a number of its own");
        fault_place(&rejection->fault, "document_no", 0, 0);
        return REFUSE;
    }
    return address_opened(journal, directory, slug, view, number, arena, ret, rejection);
}
