/* `ecocase-broker pass-over`: what stands at one offset of an outbox is given up, in writing. The lane is taken for one
 * transaction: its owner's next write finds another epoch, and it takes the lane again. */
#include "broker/instance/instance.h"
#include "broker/entry/entry.h"
#include "broker/rules/rules.h"
#include "base/log.h"
#include "wire/topic.h"
#include <stdio.h>
#include <stdlib.h>

static enum outcome load_directory(struct ledger *ledger, struct directory **ret, int32_t *ret_version,
                                   struct fault *fault) {
    char *yaml = NULL;
    TRY(ledger_directory(ledger, &yaml, ret_version, fault));
    enum outcome parsed = directory_parse("directory in the ledger", bytes_of_cstr(yaml), ret, fault);
    free(yaml);
    return parsed;
}

static enum outcome check(const struct pass_over *what, const struct lane_row *row, const struct participant *who,
                          struct fault *fault) {
    int64_t next = row->next_offset[who->number];
    if (what->up_to >= 0 && what->up_to < what->offset)
        return fault_set(fault, REFUSE, "NOT_NEXT", "offsets %lld up to %lld are none", (long long)what->offset,
                         (long long)what->up_to);
    if (next == what->offset) return OK;
    return fault_set(fault, REFUSE, "NOT_NEXT",
                     "the next record of %s in lane %d is at offset %lld, not %lld: only the one that is held can be "
                     "passed over, see lane.outbox.held",
                     who->slug, what->lane, (long long)next, (long long)what->offset);
}

/* Who and why, as much as a reason's field holds, cut at a character. */
static const char *said(struct arena *arena, const struct pass_over *what) {
    char *text = what->up_to > what->offset
                     ? arena_printf(arena, "%s, %lld–%lld: %s", what->operator,(long long) what->offset,
                                    (long long)what->up_to, what->reason)
                     : arena_printf(arena, "%s: %s", what->operator, what->reason);
    size_t count = strlen(text);
    if (count >= sizeof((struct fault *)0)->field) {
        count = sizeof((struct fault *)0)->field - 1;
        while (count > 0 && ((unsigned char)text[count] & 0xc0) == 0x80) count--;
        text[count] = 0;
    }
    return text;
}

static enum outcome record(struct ledger *ledger, const struct pass_over *what, const struct rules *rules,
                           const struct directory *directory, struct arena *arena, struct lane_row *row,
                           struct fault *fault) {
    const struct participant *who = directory_by_slug(directory, bytes_of_cstr(what->agency));
    struct lane_row after = *row;
    struct fault why = {0};
    struct ledger_event event = {.serial = 0};
    int32_t newest = 0;
    TRY(check(what, row, who, fault));
    (void)fault_set(&why, REFUSE, "PASSED_OVER", "%s", what->reason);
    fault_place(&why, said(arena, what), 0, 0);
    const struct entry_context context = {.rules = rules, .directory = directory, .arena = arena, .after = &after};
    const struct item item = {.offset = what->offset,
                              .owner = who,
                              .broker_time = row->time == INSTANT_NONE ? 0 : row->time,
                              .examination = {.what = EXAMINED_MALFORMED},
                              .fault = &why};
    entry_of_item(&context, &item, NULL, arena, &event);
    int64_t last = what->up_to > what->offset ? what->up_to : what->offset;
    after.next_offset[who->number] = last + 1;
    const struct ledger_batch batch = {.events = &event, .event_count = 1, .before = row, .after = &after};
    TRY(ledger_record(ledger, &batch, &newest, fault));
    printf("已跳过 %s 泳道 %d 位置 %lld 至 %lld，台账序号 %lld；发送方将收到通知\n"
           "passed over: %s lane %d offset %lld up to %lld, ledger serial %lld; its sender is told\n",
           who->slug, what->lane, (long long)what->offset, (long long)last, (long long)event.serial, who->slug,
           what->lane, (long long)what->offset, (long long)last, (long long)event.serial);
    return OK;
}

static enum outcome pass_over(struct ledger *ledger, const struct pass_over *what, const struct rules *rules,
                              struct arena *arena, struct directory **ret_directory, struct fault *fault) {
    struct lane_row row;
    struct ledger_world world;
    int32_t version = 0;
    TRY(ledger_world(ledger, &world, fault));
    TRY(load_directory(ledger, ret_directory, &version, fault));
    if (what->lane >= world.lanes)
        return fault_set(fault, REFUSE, "NO_LANE", "the ledger has lanes 0 to %d", world.lanes - 1);
    if (!directory_by_slug(*ret_directory, bytes_of_cstr(what->agency)))
        return fault_set(fault, REFUSE, "NO_AGENCY", "%s is no participant of the directory", what->agency);
    TRY(ledger_take(ledger, what->lane, "pass-over", &row, fault));
    row.directory_version = version;
    enum outcome outcome = record(ledger, what, rules, *ret_directory, arena, &row, fault);
    ledger_release(ledger, &row);
    return outcome;
}

enum outcome broker_pass_over(const char *conninfo, const char *schemas, const struct pass_over *what,
                              struct fault *fault) {
    struct ledger *ledger = NULL;
    struct rules *rules = NULL;
    struct directory *directory = NULL;
    AUTO(arena_free_auto) struct arena *arena = arena_new(64u * KIB, 16u * MIB);
    TRY(rules_load(schemas, &rules, fault));
    enum outcome outcome = ledger_connect(conninfo, &ledger, fault);
    if (outcome == OK) outcome = pass_over(ledger, what, rules, arena, &directory, fault);
    ledger_free(ledger);
    directory_free(directory);
    rules_free(rules);
    return outcome;
}
