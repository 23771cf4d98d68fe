/* 双方文书 · an event of two senders: the first side's message is kept, the second completes it. The two lists of items are compared by name:
 * what only one side lists, or lists otherwise, is recorded as a remark of the second message. A side that sends again replaces its own. */
#include "broker/judge/judging.h"
#include <stdio.h>

static struct bytes pack(struct judging *j) {
    const char *head = arena_printf(j->keep, "%s %d\n", j->p->events[j->event].name, j->owner->number);
    return bytes_of_cstr(head);
}

static bool from_other_side(const struct judging *j) {
    char event[64] = "";
    int number = 0;
    struct bytes half = j->referral->half;
    char head[96];
    size_t count = half.count < sizeof head - 1 ? half.count : sizeof head - 1;
    if (!count) return false;
    memcpy(head, half.at, count);
    head[count] = '\0';
    return sscanf(head, "%63s %d", event, &number) == 2 && strcmp(event, j->p->events[j->event].name) == 0 && number != j->owner->number;
}

bool half_completes(struct judging *j) {
    if (!j->transition->both) return true;
    if (!from_other_side(j)) {
        j->referral->half = pack(j);
        judging_reason(j, "AWAITS_OTHER_SIDE", "envelope.event");
        return false;
    }
    j->referral->half = BYTES_NONE;
    return true;
}
