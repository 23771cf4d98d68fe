/* 追诉标准: which thresholds the known facts of a case meet, or come near to. Pure. The facts are those of the papers
 * of the case, by the names of facts.yaml; of two for the same thing the one added first counts. Inside of
 * broker/judge. */
#ifndef ECOCASE_JUDGE_THRESHOLD_INSIDE_H
#define ECOCASE_JUDGE_THRESHOLD_INSIDE_H
#include "broker/judge/judging_inside.h"
#include "broker/rules/procedure.h"

#define MAX_KNOWN_FACTS 64u /* a case has a handful */
struct known_fact {
    uint8_t fact;
    int8_t code;
    int64_t micro;
}; /* code: -1 where there is none */
struct known_facts {
    size_t count;
    struct known_fact one[MAX_KNOWN_FACTS];
};
void facts_add(struct known_facts *facts, const struct known_fact *fact);
/* The canonical ones of a record that can be compared, and the day a case was found as the day of the act where no
 * other is said. */
void facts_of_submission(const struct procedure *p, const struct submission *submission, struct known_facts *ret);
/* As kept with a referral: lines of name, value, unit or code, tab-separated. */
void facts_of_text(const struct procedure *p, struct bytes text, struct known_facts *ret);
struct bytes facts_to_text(const struct procedure *p, const struct known_facts *facts, struct arena *arena);

struct hit {
    const struct threshold *row;
    bool near;
};
#define MAX_HITS 12u
/* The rows met, of the highest level met only (a numeric limit nearly reached counts as AMBER), in their order. */
size_t thresholds_met(const struct procedure *p, int category, const struct known_facts *facts, struct hit *ret,
                      enum hint_level *ret_level);
/* "FISH-1a 捕捞五百公斤以上 · catch of 500 kg · 渔获物重量 catch_kg 440 kg / 500 kg (88%)" */
struct bytes threshold_text(const struct procedure *p, const struct hit *hit, const struct known_facts *facts,
                            struct arena *arena);
#endif
