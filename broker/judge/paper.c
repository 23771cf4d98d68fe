/* 文书 · what an event must bring, by direction, kind of case and event: missing documents and fields are named one by
 * one. A transfer is never refused for missing material (程序规定180(2)): such a lack is kept with the referral and
 * goes back as a request for supplements. */
#include "broker/judge/judging_inside.h"
#include "wire/digest.h"
#include "wire/paper.h"

static bool field_given(const struct submission *s, int field) {
    switch ((enum field)field) {
    case FIELD_TITLE: return s->title.count > 0;
    case FIELD_REASON: return s->reason.count > 0;
    case FIELD_SIGNER: return s->signer.count > 0;
    case FIELD_APPROVER: return s->approver.count > 0;
    case FIELD_DECIDED: return s->decided_time != INSTANT_NONE;
    case FIELD_OFFICERS: return s->officer_count > 0;
    case FIELD_PARTIES: return s->party_count > 0;
    case FIELD_ITEMS: return s->item_count > 0;
    case FIELD_CASE_NO: return s->agency_case_no.count > 0;
    case FIELD_APPROVAL: return s->approval_time != INSTANT_NONE;
    case FIELD_REPORT: return s->report_time != INSTANT_NONE;
    case FIELD_FOUND: return s->found_time != INSTANT_NONE;
    case FIELD_PENALTIES: return s->penalty_count > 0;
    case FIELD_DOCUMENT_NO: return s->document_no.count > 0;
    case FIELD_PURPOSE: return s->purpose.count > 0;
    case FIELD_LINKED: return s->linked_numbers.number > 0 || s->agency_case_no.count > 0;
    case FIELD_AREA: return s->operation.corners >= 3;
    case FIELD_WINDOW:
    case FIELD_PROPOSED: return s->operation.start != INSTANT_NONE && s->operation.end != INSTANT_NONE;
    case FIELD_LEAD: return s->operation.lead.count > 0;
    case FIELD_PLACE: return s->longitude.present && s->latitude.present && s->coordinates_system.count > 0;
    case FIELD_EVIDENCE: return s->operation.evidence > 0 || s->document_count > 0;
    case FIELD_COUNT: break;
    }
    return true;
}

static void name_fields(struct judging *j, uint32_t fields, const char *code) {
    for (int f = 0; f < FIELD_COUNT; f++) {
        if ((fields & UINT32_C(1) << f) && !field_given(j->submission, f)) judging_reason(j, code, rules_field_name(f));
    }
}

static uint64_t documents_of(const struct judging *j) {
    uint64_t found = 0;
    struct paper paper;
    struct paper_cursor cursor = {.chunked_form = j->submission->chunked_form};
    while (paper_next(&j->submission->documents, &cursor, &paper)) {
        int document = rules_document(j->p, paper.code);
        if (document >= 0) found |= UINT64_C(1) << document;
    }
    return found;
}

/* Every document carried has the size and the SHA-256 that it says (G07). */
static void check_digests(struct judging *j) {
    struct paper paper;
    struct paper_cursor cursor = {.chunked_form = j->submission->chunked_form};
    while (paper_next(&j->submission->documents, &cursor, &paper)) {
        if (!paper.carried) continue;
        char hex[DIGEST_SIZE * 2 + 1];
        struct digest digest = digest_of(paper.content);
        digest_hex(&digest, hex);
        if (paper.size != (int64_t)paper.content.count || !bytes_equal_cstr(paper.sha256, hex))
            judging_reason_text(j, "DIGEST_MISMATCH", paper.file_name);
    }
}

static bool applies(const struct judging *j, const struct package *package, int regime, int category) {
    if (package->regime >= 0 && package->regime != regime) return false;
    if (package->categories && (category < 0 || !(package->categories & UINT64_C(1) << category))) return false;
    return !package->reason || bytes_equal_cstr(j->submission->reason_code, package->reason);
}

void judging_check_papers(struct judging *j, int regime, struct bytes category_code) {
    const struct event_rule *event = &j->p->events[j->event];
    name_fields(j, j->transition->required, "MISSING_FIELD");
    if (j->transition->guards & GUARD_DIGESTS) check_digests(j);
    bool answers = j->referral && j->referral->gaps;
    if (!event->packages && !answers) return;
    j->brought = documents_of(j);
    int category = rules_category(j->p, category_code);
    for (int k = 0; k < j->p->package_count; k++) {
        const struct package *package = &j->p->packages[k];
        if (!(event->packages & UINT64_C(1) << k) || !applies(j, package, regime, category)) continue;
        uint64_t lacking = package->documents & ~j->brought;
        if (package->lack == LACK_SUPPLEMENT) j->gaps |= lacking;
        if (package->lack != LACK_REFUSE) continue;
        for (int d = 0; d < j->p->document_count; d++) {
            if (lacking & UINT64_C(1) << d) judging_reason(j, "MISSING_DOCUMENT", j->p->documents[d].code);
        }
        name_fields(j, package->fields, "MISSING_FIELD");
    }
}

/* What an accepted submission still lacks, named one by one: of what may be supplied later, and of what is only
 * remarked upon. */
void judging_remark_papers(struct judging *j) {
    const struct event_rule *event = &j->p->events[j->event];
    const struct referral *r = j->referral;
    int category = rules_category(j->p, bytes_of_cstr(r->category));
    uint64_t named = j->transition->names_gaps ? r->gaps : 0;
    for (int k = 0; event->packages && k < j->p->package_count; k++) {
        const struct package *package = &j->p->packages[k];
        if (!(event->packages & UINT64_C(1) << k) || package->lack == LACK_REFUSE ||
            !applies(j, package, r->regime, category))
            continue;
        if (package->lack == LACK_REMARK) named |= package->documents & ~j->brought;
        name_fields(j, package->fields, "LACKS_FIELD");
    }
    for (int d = 0; named && d < j->p->document_count; d++) {
        if (named & UINT64_C(1) << d) judging_reason(j, "LACKS_DOCUMENT", j->p->documents[d].code);
    }
}
