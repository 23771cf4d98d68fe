/* What the judge's tests share: the real rules and directory, one case in memory, and papers made of a few words. */
#ifndef ECOCASE_JUDGE_JUDGE_FIXTURE_H
#define ECOCASE_JUDGE_JUDGE_FIXTURE_H
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "broker/judge/judging_inside.h"

extern struct rules *rules;
extern struct directory *directory;
extern struct arena *keep;
extern struct case_state cases;
extern const struct persons *fixture_persons; /* of the next papers; fixture_fresh takes both away */
extern struct bytes fixture_related_cases;

int fixture_load(void **state); /* group set-up: schemas/ */
int fixture_unload(void **state);
int fixture_fresh(void **state); /* test set-up: no referral */
instant at(const char *text);
/* array<string>, its members on lines; lives until the next 64 calls */
struct walk_field text_list(const char *text);
struct walk_field names_list(const char *text);            /* the same, its members parted by spaces */
struct walk_field document_list(const char *const *codes); /* array<Document>, ends with NULL */
struct said_fact {
    const char *name;
    double value;
    const char *unit;
};
struct walk_field fact_array(const struct said_fact *facts, size_t count); /* array<Fact> */
/* A paper from one to another about referral number `referral`, with everything most rows ask for. */
struct submission says(const char *sender, const char *event, const char *to, const char *when, uint8_t referral);
struct submission with_reason(struct submission s, const char *code);
struct verdict hear(struct submission s);
struct verdict arrives(struct submission s, const char *when); /* accepted, and came to the broker then */
struct verdict accepted(struct submission s);
void refused(struct submission s, const char *code);
bool remarked(const struct verdict *v, const char *code, const char *field);
/* the last of that rule; fails when there is none */
const struct clock *clock_of(const struct referral *r, const char *rule);
const char *slug_of(int number);
#endif
