/* Recipients and copies of a message: participants of the directory, or addressees outside of it. */
#include "broker/judge/judging_inside.h"

static bool take_external(struct judging *j, struct bytes slug) {
    int external = rules_external(j->p, slug);
    if (external < 0) return false;
    if (j->external_count < sizeof j->externals) j->externals[j->external_count++] = (uint8_t)external;
    return true;
}

bool recipient_take(struct judging *j, struct bytes slug, char role) {
    const struct participant *who = directory_by_slug(j->directory, slug);
    struct verdict *v = j->verdict;
    if (!who) {
        if (!take_external(j, slug))
            judging_reason(j, "UNKNOWN_RECIPIENT", role == DELIVER_TO ? "envelope.recipients" : "envelope.copies");
        return true;
    }
    for (size_t i = 0; i < v->delivery_count; i++) {
        if (v->deliveries[i].to == who->number) return true;
    }
    if (who == j->owner) {
        if (role == DELIVER_TO) judging_reason(j, "WRONG_RECIPIENT", "envelope.recipients");
        return true;
    }
    if (v->delivery_count == LIMIT_RECIPIENTS) {
        judging_reason(j, "TOO_MANY", "envelope.recipients");
        return false;
    }
    v->deliveries[v->delivery_count++] = (struct delivery){(int16_t)who->number, role};
    return true;
}

void recipient_add(struct judging *j, int number) {
    const struct participant *who = directory_by_number(j->directory, number);
    if (who) (void)recipient_take(j, bytes_of_cstr(who->slug), DELIVER_TO);
}
