/* What every part of judging asks or says: a reason, a number the referral knows, the regime, when a paper was decided.
 */
#include "broker/judge/judging_inside.h"

void judging_reason_text(struct judging *j, const char *code, struct bytes field) {
    struct verdict *v = j->verdict;
    if (v->reason_count == LIMIT_REASONS) return;
    /* reason texts are looked up where they are shown; here only the code travels */
    v->reasons[v->reason_count++] = (struct notice_reason){.code = code, .field = field};
}
void judging_reason(struct judging *j, const char *code, const char *field) {
    judging_reason_text(j, code, bytes_of_cstr(field));
}

bool judging_known(const struct referral *r, struct bytes number) {
    struct bytes rest = r->numbers; /* one number a line */
    while (rest.count) {
        const uint8_t *newline = memchr(rest.at, '\n', rest.count);
        struct bytes one = bytes_of(rest.at, newline ? (size_t)(newline - rest.at) : rest.count);
        if (bytes_equal(one, number)) return true;
        size_t used = one.count + (newline ? 1 : 0);
        rest = bytes_of(rest.at + used, rest.count - used);
    }
    return false;
}

static bool named_by(const struct regime *regime, const struct participant *who) {
    for (const struct setting *one = who && regime->list ? regime->list->first : NULL; one; one = one->next) {
        if (strcmp(one->text, who->slug) == 0) return true;
    }
    return false;
}
int judging_regime(const struct judging *j) {
    for (int i = 1; i < j->p->regime_count; i++) {
        if (named_by(&j->p->regimes[i], j->owner) || named_by(&j->p->regimes[i], j->to)) return i;
    }
    return 0;
}

instant judging_decided_at(const struct submission *s) {
    if (s->decided_time != INSTANT_NONE) return s->decided_time;
    return s->kind == RECORD_CASE_FILE && s->approval_time != INSTANT_NONE ? s->approval_time : s->business_time;
}
