/* 双方文书 · an event of two senders: the first side's message is kept, the second completes it. The two lists of items
 * are compared by name: what only one side lists, or lists otherwise, is recorded as a remark of the second message. A
 * side that sends again replaces its own. */
#include "base/line.h"
#include "broker/judge/judging_inside.h"
#include "wire/paper.h"
#include <stdio.h>

/* The head line, then one line per item: name, quantity and unit, tab-separated. What does not fit is cut at a whole
 * line. */
static struct bytes pack(struct judging *j) {
    struct goods goods;
    struct paper_cursor cursor = {0};
    uint8_t *at = arena_alloc(j->keep, MAX_COUNTERSIGN);
    size_t count =
        (size_t)snprintf((char *)at, MAX_COUNTERSIGN, "%s %d\n", j->p->events[j->event].name, j->owner->number);
    while (goods_next(&j->submission->items, &cursor, &goods)) {
        int more = snprintf((char *)at + count, MAX_COUNTERSIGN - count, "%.*s\t%.*s\t%.*s\n", BYTES_FMT(goods.name),
                            BYTES_FMT(goods.quantity), BYTES_FMT(goods.unit));
        if (more < 0 || count + (size_t)more >= MAX_COUNTERSIGN) break;
        for (size_t i = 0; i + 1 < (size_t)more; i++)
            at[count + i] = at[count + i] < 0x20 && at[count + i] != '\t' ? ' ' : at[count + i];
        count += (size_t)more;
    }
    return bytes_of(at, count);
}

static struct bytes same_name(struct bytes list, struct bytes name) {
    struct bytes line;
    while (line_next(&list, &line)) {
        if (bytes_equal(line_part(line, 0), name)) return line;
    }
    return BYTES_NONE;
}

static struct bytes amount_of(struct bytes line) {
    size_t from = line_part(line, 0).count;
    return from < line.count ? bytes_of(line.at + from + 1, line.count - from - 1) : BYTES_NONE;
}

/* "启闭机电机: 2台 ≠ 1台"; — stands for what one side does not list. */
static void differ(struct judging *j, struct bytes name, struct bytes theirs, struct bytes ours) {
    char *text = arena_printf(j->keep, "items: %.*s: %.*s ≠ %.*s", BYTES_FMT(name),
                              BYTES_FMT(theirs.count ? theirs : BYTES_LITERAL("—")),
                              BYTES_FMT(ours.count ? ours : BYTES_LITERAL("—")));
    for (char *c = text; *c; c++) *c = *c == '\t' ? ' ' : *c;
    judging_reason(j, "ITEM_DIFFERS", text);
}

static void compare(struct judging *j, struct bytes theirs, struct bytes ours) {
    struct bytes line, rest = theirs;
    if (!line_next(&rest, &line) || !line_next(&ours, &line)) return; /* the head lines */
    theirs = rest;
    while (line_next(&rest, &line)) {
        struct bytes mine = same_name(ours, line_part(line, 0));
        if (!bytes_equal(mine, line)) differ(j, line_part(line, 0), amount_of(line), amount_of(mine));
    }
    for (rest = ours; line_next(&rest, &line);) {
        if (!same_name(theirs, line_part(line, 0)).count) differ(j, line_part(line, 0), BYTES_NONE, amount_of(line));
    }
}

static bool from_other_side(const struct judging *j) {
    char event[64] = "", head[96];
    int number = 0;
    struct bytes first = j->referral->countersign;
    size_t count = first.count < sizeof head - 1 ? first.count : sizeof head - 1;
    if (!count) return false;
    memcpy(head, first.at, count);
    head[count] = '\0';
    return sscanf(head, "%63s %d", event, &number) == 2 && strcmp(event, j->p->events[j->event].name) == 0 &&
           number != j->owner->number;
}

bool countersign_completes(struct judging *j) {
    if (!j->transition->both) return true;
    struct bytes mine = pack(j);
    if (!from_other_side(j)) {
        j->referral->countersign = mine;
        judging_reason(j, "AWAITS_OTHER_SIDE", "envelope.event");
        return false;
    }
    compare(j, j->referral->countersign, mine);
    j->referral->countersign = BYTES_NONE;
    return true;
}
