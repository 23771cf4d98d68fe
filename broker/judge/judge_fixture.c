/* Papers of a few words, and one case to judge them in. */
#include "broker/judge/judge_fixture.h"

struct rules *rules;
struct directory *directory;
struct arena *keep;
struct case_state cases;
const struct persons *fixture_persons;
struct bytes fixture_related_cases;

int fixture_load(void **state) {
    (void)state;
    struct fault f = {0};
    if (directory_load("schemas/directory.yaml", &directory, &f) != OK || rules_load("schemas", &rules, &f) != OK) {
        fprintf(stderr, "%s\n", f.text);
        return -1;
    }
    keep = arena_new(1u << 16, 1u << 28);
    return 0;
}
int fixture_unload(void **state) {
    (void)state;
    if (keep) arena_free(keep);
    rules_free(rules);
    directory_free(directory);
    return 0;
}
int fixture_fresh(void **state) {
    (void)state;
    arena_reset(keep);
    cases = (struct case_state){0};
    fixture_persons = NULL;
    fixture_related_cases = BYTES_NONE;
    return 0;
}

instant at(const char *text) {
    instant ret = 0;
    assert_true(instant_parse(bytes_of_cstr(text), &ret));
    return ret;
}

#define RING 64
static uint8_t ring[RING][1024];
static size_t ring_at;

static size_t put_text(uint8_t *into, const char *text) {
    size_t count = strlen(text), at = 0;
    assert_true(count < 200);
    uint64_t zigzag = (uint64_t)count * 2;
    for (; zigzag >= 0x80; zigzag >>= 7) into[at++] = (uint8_t)(zigzag | 0x80);
    into[at++] = (uint8_t)zigzag;
    memcpy(into + at, text, count);
    return at + count;
}
static struct walk_field list_of(const char *text, const char *between) {
    uint8_t *bytes = ring[ring_at++ % RING];
    if (!text[0]) {
        bytes[0] = 0;
        return (struct walk_field){.present = true, .at = bytes_of(bytes, 1)};
    }
    size_t count = 1, words = 0;
    char copy[800], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *word = strtok_r(copy, between, &rest); word; word = strtok_r(NULL, between, &rest), words++)
        count += put_text(bytes + count, word);
    bytes[0] = (uint8_t)(words * 2);
    bytes[count++] = 0;
    return (struct walk_field){.present = true, .at = bytes_of(bytes, count), .number = (int64_t)words};
}
struct walk_field text_list(const char *text) { return list_of(text, "\n"); }
struct walk_field names_list(const char *text) { return list_of(text, " "); }
struct walk_field document_list(const char *const *codes) {
    uint8_t *bytes = ring[ring_at++ % RING];
    size_t count = 1, documents = 0;
    for (; codes[documents]; documents++) {
        count += put_text(bytes + count, codes[documents]);
        /* number, title, file name, media type */
        for (int i = 0; i < 4; i++) count += put_text(bytes + count, "x");
        bytes[count++] = 0;                   /* size */
        count += put_text(bytes + count, ""); /* digest */
        bytes[count++] = 0;                   /* no content */
    }
    bytes[0] = (uint8_t)(documents * 2);
    bytes[count++] = 0;
    return (struct walk_field){
        .present = true, .at = bytes_of(bytes, documents ? count : 1), .number = (int64_t)documents};
}

struct walk_field fact_array(const struct said_fact *facts, size_t most) {
    uint8_t *bytes = ring[ring_at++ % RING];
    size_t count = 1;
    assert_true(most < 16);
    bytes[0] = (uint8_t)(most * 2);
    for (size_t i = 0; i < most; i++) {
        count += put_text(bytes + count, facts[i].name);
        memcpy(bytes + count, &facts[i].value, 8);
        count += 8 + put_text(bytes + count + 8, facts[i].unit);
    }
    bytes[count++] = 0;
    return (struct walk_field){.present = true, .at = bytes_of(bytes, most ? count : 1), .number = (int64_t)most};
}

struct submission says(const char *sender, const char *event, const char *to, const char *when, uint8_t referral) {
    const struct procedure *p = rules_newest(rules);
    int e = rules_event(p, bytes_of_cstr(event));
    struct submission s = {.kind = e < 0 ? RECORD_CASE_STEP : p->events[e].record,
                           .event = bytes_of_cstr(event),
                           .sender = bytes_of_cstr(sender),
                           .recipients = names_list(to),
                           .business_time = at(when),
                           .document_no = BYTES_LITERAL("巴环移送〔2026〕1号"),
                           .title = BYTES_LITERAL("某案"),
                           .category = BYTES_LITERAL("ENV1"),
                           .county_code = BYTES_LITERAL("150823"),
                           .approver_level = BYTES_LITERAL("COUNTY_HEAD"),
                           .approver = BYTES_LITERAL("甲"),
                           .reason = BYTES_LITERAL("理由"),
                           .report_time = INSTANT_NONE,
                           .approval_time = INSTANT_NONE,
                           .found_time = INSTANT_NONE,
                           .decided_time = INSTANT_NONE,
                           .officer_count = 2,
                           .party_count = 1,
                           .source = BYTES_LITERAL("PATROL"),
                           .purpose = BYTES_LITERAL("核查"),
                           .handling_expires = INSTANT_NONE};
    s.operation = (struct operation_part){.kind = BYTES_LITERAL("PATROL"),
                                          .start = s.business_time + 5 * DAY_MS,
                                          .end = s.business_time + 6 * DAY_MS,
                                          .reply_by = INSTANT_NONE,
                                          .corners = 4,
                                          .evidence = 1};
    if (s.kind == RECORD_OPERATION_STEP) s.operation.start = s.operation.end = INSTANT_NONE;
    if (s.kind == RECORD_OPERATION) s.operation.lead = s.sender;
    s.longitude = (struct walk_field){.present = true, .real = 108.8};
    s.latitude = (struct walk_field){.present = true, .real = 40.9};
    s.coordinates_system = BYTES_LITERAL("CGCS2000");
    s.case_id.b[15] = 1;
    s.referral_id.b[15] = referral;
    return s;
}
struct submission with_reason(struct submission s, const char *code) {
    s.reason_code = bytes_of_cstr(code);
    return s;
}
static struct verdict hear_at(struct submission s, instant broker_time) {
    struct verdict v;
    const struct participant *who = directory_by_slug(directory, s.sender);
    const struct hearing hearing = {who, broker_time, &s, fixture_persons, fixture_related_cases};
    judge(rules, directory, &hearing, &cases, keep, &v);
    return v;
}
struct verdict hear(struct submission s) { return hear_at(s, s.business_time); }
static struct verdict allowed(struct submission s, struct verdict v) {
    if (!v.accepted)
        fail_msg("%.*s refused: %s %.*s", BYTES_FMT(s.event), v.reasons[0].code, BYTES_FMT(v.reasons[0].field));
    return v;
}
struct verdict accepted(struct submission s) { return allowed(s, hear(s)); }
struct verdict arrives(struct submission s, const char *when) { return allowed(s, hear_at(s, at(when))); }
void refused(struct submission s, const char *code) {
    struct verdict v = hear(s);
    if (v.accepted) fail_msg("%.*s was accepted", BYTES_FMT(s.event));
    if (!remarked(&v, code, NULL))
        fail_msg("%.*s: no %s, but %s", BYTES_FMT(s.event), code, v.reason_count ? v.reasons[0].code : "nothing");
}
bool remarked(const struct verdict *v, const char *code, const char *field) {
    for (size_t i = 0; i < v->reason_count; i++) {
        if (strcmp(v->reasons[i].code, code) == 0 && (!field || bytes_equal_cstr(v->reasons[i].field, field)))
            return true;
    }
    return false;
}
const struct clock *clock_of(const struct referral *r, const char *rule) {
    for (int i = r->clock_count; i-- > 0;) {
        if (strcmp(r->clocks[i].rule, rule) == 0) return &r->clocks[i];
    }
    static const struct clock none;
    fail_msg("no clock %s", rule);
    return &none;
}
const char *slug_of(int number) {
    const struct participant *who = directory_by_number(directory, number);
    return who ? who->slug : "";
}
