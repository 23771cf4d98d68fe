/* What judging costs with the full rules: a million referrals of state in memory, one core, cases visited in an order
 * that defeats every cache. Measured is processor time of this thread, so that a busy machine does not change it.
 * Usage: judge-bench [REFERRALS] [MAX_NS]; exits 1 when an accepted or refused message costs more than MAX_NS
 * (default: no bound). */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "broker/judge/judge.h"

struct bench {
    struct rules *rules;
    struct directory *directory;
    struct arena *keep;
    struct case_state *cases;
    uint32_t *order;
    size_t count;
    int64_t total_ns;
    size_t total;
};

static int64_t cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* One encoded text in an array<string>. */
static struct walk_field one(uint8_t *into, const char *text) {
    size_t count = strlen(text);
    into[0] = 2;
    into[1] = (uint8_t)(count * 2);
    memcpy(into + 2, text, count);
    into[count + 2] = 0;
    return (struct walk_field){.present = true, .at = bytes_of(into, count + 3), .number = 1};
}

struct step {
    const char *sender, *to, *event, *reason;
    enum record_kind kind;
    int hours;
    bool accepted;
};

static struct submission paper(const struct step *step, const uint8_t *recipients, instant at) {
    struct submission s = {.kind = step->kind,
                           .event = bytes_of_cstr(step->event),
                           .sender = bytes_of_cstr(step->sender),
                           .business_time = at,
                           .document_no = BYTES_LITERAL("巴环移送〔2026〕15号"),
                           .title = BYTES_LITERAL("某厂倾倒危险废物案"),
                           .category = BYTES_LITERAL("ENV1"),
                           .county_code = BYTES_LITERAL("150823"),
                           .approver_level = BYTES_LITERAL("COUNTY_HEAD"),
                           .approver = BYTES_LITERAL("甲"),
                           .reason = BYTES_LITERAL("缺少物品清单"),
                           .reason_code = bytes_of_cstr(step->reason),
                           .report_time = at - 30 * HOUR_MS,
                           .approval_time = at - 8 * HOUR_MS,
                           .found_time = INSTANT_NONE,
                           .decided_time = at - HOUR_MS,
                           .officer_count = 2,
                           .party_count = 1};
    s.recipients = (struct walk_field){.present = true, .at = bytes_of(recipients, strlen(step->to) + 3), .number = 1};
    return s;
}

static struct walk_field waste(uint8_t *into, double tonnes) {
    memcpy(into, "\2\16waste_t", 9);
    memcpy(into + 9, &tonnes, 8);
    memcpy(into + 17, "\2t", 3);
    return (struct walk_field){.present = true, .at = bytes_of(into, 20), .number = 1};
}

/* The step for every case; false when a case answers otherwise than the step expects. */
static bool run(struct bench *b, const struct step *step, instant from) {
    uint8_t into[64], facts[32];
    one(into, step->to);
    struct submission s = paper(step, into, from + step->hours * HOUR_MS);
    if (step->kind == RECORD_CASE_FILE) s.facts = waste(facts, 12.6);
    const struct participant *owner = directory_by_slug(b->directory, s.sender);
    const struct hearing hearing = {owner, s.business_time, &s, NULL, BYTES_NONE};
    size_t wrong = 0;
    int64_t start = cpu_ns();
    for (size_t i = 0; i < b->count; i++) {
        uint32_t at = b->order[i];
        struct verdict v;
        memcpy(s.referral_id.b, &at, sizeof at);
        s.case_id = s.referral_id;
        judge(b->rules, b->directory, &hearing, &b->cases[at], b->keep, &v);
        wrong += v.accepted != step->accepted;
    }
    int64_t ns = cpu_ns() - start;
    printf("%-14s %s %6.0f ns a message\n", step->event, step->accepted ? "受理 accepted" : "拒绝 refused ",
           (double)ns / (double)b->count);
    b->total_ns += ns;
    b->total += b->count;
    return wrong == 0;
}

/* 应移未移: decisions that are compared with every threshold of their category, a tenth of the cases each; told apart
 * from the others, because they are few. */
static bool decide(const struct bench *b, double tonnes, const char *what, instant at) {
    uint8_t facts[32], into[64] = {0};
    const struct step step = {"sthj", "", "ADM.PENALTY", "", RECORD_CASE_FILE, 0, true};
    struct submission s = paper(&step, into, at);
    s.recipients = (struct walk_field){.present = true, .at = bytes_of(into, 1)};
    s.facts = waste(facts, tonnes);
    const struct participant *owner = directory_by_slug(b->directory, s.sender);
    const struct hearing hearing = {owner, s.business_time, &s, NULL, BYTES_NONE};
    size_t wrong = 0, count = b->count / 10;
    int64_t start = cpu_ns();
    for (size_t i = 0; i < count; i++) {
        struct verdict v;
        struct case_state state = {.case_id = s.case_id};
        judge(b->rules, b->directory, &hearing, &state, b->keep, &v);
        wrong += !v.accepted || (v.hinted_count > 0) != (tonnes >= 2.4);
    }
    printf("%-14s %s %6.0f ns a decision\n", step.event, what, (double)(cpu_ns() - start) / (double)count);
    return wrong == 0;
}

static void shuffle(struct bench *b) {
    uint64_t seed = 88172645463325252u;
    for (size_t i = 0; i < b->count; i++) b->order[i] = (uint32_t)i;
    for (size_t i = b->count; i-- > 1;) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        size_t k = (size_t)(seed % (i + 1));
        uint32_t kept = b->order[i];
        b->order[i] = b->order[k];
        b->order[k] = kept;
    }
}

int main(int argc, char **argv) {
    static const struct step steps[] = {{"sthj", "psb-bynr", "REF.SEND", "", RECORD_CASE_FILE, 0, true},
                                        {"psb-bynr", "sthj", "REF.RECEIPT", "", RECORD_CASE_STEP, 2, true},
                                        {"sthj", "psb-bynr", "REF.FILED", "", RECORD_CASE_STEP, 3, false},
                                        {"psb-bynr", "sthj", "REF.SUPP_REQ", "GAPS", RECORD_CASE_STEP, 4, true},
                                        {"sthj", "psb-bynr", "REF.SUPP_REPLY", "", RECORD_CASE_STEP, 5, true},
                                        {"psb-bynr", "sthj", "REF.EXTEND", "EX1", RECORD_CASE_STEP, 20, true},
                                        {"psb-bynr", "sthj", "REF.NOT_FILED", "NF1", RECORD_CASE_STEP, 50, true},
                                        {"sthj", "psb-bynr", "REF.RECON_REQ", "", RECORD_CASE_STEP, 60, true}};
    struct bench b = {.count = argc > 1 ? (size_t)atol(argv[1]) : 1000000};
    double most = argc > 2 ? atof(argv[2]) : 0;
    struct fault f = {0};
    instant from = 0;
    if (!instant_parse(BYTES_LITERAL("2026-06-08 09:00"), &from) ||
        directory_load("schemas/directory.yaml", &b.directory, &f) != OK || rules_load("schemas", &b.rules, &f) != OK) {
        fprintf(stderr, "judge-bench: %s\n", f.text);
        return 1;
    }
    b.keep = arena_new(64u << 20, (size_t)16 << 30);
    b.cases = calloc(b.count, sizeof *b.cases);
    b.order = calloc(b.count, sizeof *b.order);
    INVARIANT(b.cases && b.order);
    shuffle(&b);
    bool right = true;
    size_t opened = 0;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        right = run(&b, &steps[i], from) && right;
        if (i == 0) opened = arena_used(b.keep);
    }
    size_t used = arena_used(b.keep);
    right = decide(&b, 1, "无提示 no hint  ", from) && right;
    right = decide(&b, 2.5, "接近 near       ", from) && right;
    right = decide(&b, 5.2, "达到 met        ", from) && right;
    double each = (double)b.total_ns / (double)b.total;
    printf("%zu 件移送 referrals, %zu 条 messages: 每条 %.2f µs a message; 每件 %zu bytes a referral when opened, %zu "
           "after its last message (+%zu of the case)\n",
           b.count, b.total, each / 1000, opened / b.count, used / b.count, sizeof *b.cases);
    if (!right) fprintf(stderr, "judge-bench: a message was not answered as the step expects\n");
    if (most > 0 && each > most) fprintf(stderr, "judge-bench: %.0f ns a message, more than %.0f\n", each, most);
    arena_free(b.keep);
    free(b.cases);
    free(b.order);
    rules_free(b.rules);
    directory_free(b.directory);
    /* a noisy machine is no defect: only who asks for a bound gets one */
    return right && (most <= 0 || each <= most) ? 0 : 1;
}
