/* Which version of the rules: the newest, that of a referral, that in force at an instant, or all as they once stood.
 */
#include "broker/rules/rules_inside.h"
#include <stdlib.h>

const struct procedure *rules_newest(const struct rules *rules) { return rules->versions[rules->version_count - 1]; }

const struct procedure *rules_of_version(const struct rules *rules, int version) {
    for (size_t i = rules->version_count; i-- > 0;) {
        if (rules->versions[i]->version == version) return rules->versions[i];
    }
    return NULL;
}

const struct procedure *rules_in_force(const struct rules *rules, instant at) {
    for (size_t i = rules->version_count; i-- > 0;) {
        if (rules->versions[i]->from <= at) return rules->versions[i];
    }
    return rules->versions[0];
}

unsigned rules_asks(const struct rules *rules, struct bytes event) {
    unsigned asks = 0;
    for (size_t i = 0; i < rules->version_count; i++) {
        int at = rules_event(rules->versions[i], event);
        if (at >= 0) asks |= rules->versions[i]->events[at].asks;
    }
    return asks;
}

int rules_version(const struct rules *rules) { return rules_newest(rules)->version; }

struct rules *rules_as_of(const struct rules *rules, int version) {
    struct rules *then = malloc(sizeof *then);
    INVARIANT(then);
    *then = *rules;
    while (then->version_count && then->versions[then->version_count - 1]->version != version) then->version_count--;
    if (then->version_count) return then;
    free(then);
    return NULL;
}

void rules_as_of_free(struct rules *rules) { free(rules); }
