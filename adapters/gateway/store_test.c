/* The store: one submission a key, states that only go on, an inbox in order, one case not holding up another. */
#include "adapters/gateway/store.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static char folder[] = "/tmp/ecocase-store-XXXXXX";
static struct store *store;
static struct arena *arena;
static struct fault fault;

static struct submitted made(const char *id, uint8_t digest) {
    struct submitted s = {.digest = {{digest}}, .names = BYTES_LITERAL("[\"a.json\"]"), .at = instant_now()};
    snprintf(s.id, sizeof s.id, "00000000-0000-7000-8000-00000000000%.1s", id);
    return s;
}
static struct submitted now(const char *id) {
    struct submitted wanted = made(id, 0), s = {0};
    bool known = false;
    assert_int_equal(store_submission(store, wanted.id, arena, &known, &s, &fault), OK);
    assert_true(known);
    return s;
}
static void apply(enum change_kind kind, const char *name, uint64_t inode, const char *text) {
    struct change change = {.kind = kind, .name = bytes_of_cstr(name), .inode = inode, .text = bytes_of_cstr(text)};
    assert_int_equal(store_apply(store, &change, 1, &fault), OK);
}
static void arrive(const char *message, const char *of_case) {
    struct change changes[2] = {{.kind = CHANGE_ARRIVED,
                                 .name = BYTES_LITERAL("x_1_photo"),
                                 .message = bytes_of_cstr(message),
                                 .case_key = bytes_of_cstr(of_case)},
                                {.kind = CHANGE_ARRIVED,
                                 .name = BYTES_LITERAL("x.json"),
                                 .message = bytes_of_cstr(message),
                                 .case_key = bytes_of_cstr(of_case)}};
    assert_int_equal(store_apply(store, changes, 2, &fault), OK);
}

static struct accepting accept_one(const char *key, const struct submitted *what) {
    struct accepting one = {.key = bytes_of_cstr(key), .what = what};
    assert_int_equal(store_accept(store, &one, 1, 2, arena, &fault), OK);
    return one;
}

static void a_key_is_one_submission(void **state) {
    struct submitted first = made("1", 1), second = made("2", 2), third = made("3", 3), *queued = NULL;
    size_t count = 0;
    (void)state;
    struct accepting one = accept_one("k", &first);
    assert_false(one.known || one.full);
    one = accept_one("k", &second);
    assert_true(one.known);
    assert_string_equal(one.found.id, first.id);
    assert_int_equal(one.found.digest.b[0], 1);
    struct accepting three[] = {{.key = BYTES_LITERAL("k"), .what = &third},
                                {.key = BYTES_LITERAL("l"), .what = &second},
                                {.key = BYTES_LITERAL("m"), .what = &third}};
    /* room for one: each has its own answer, in one transaction */
    assert_int_equal(store_accept(store, three, 3, 2, arena, &fault), OK);
    assert_true(three[0].known && !three[1].known && !three[1].full && three[2].full);
    assert_string_equal(three[2].why.code, "QUEUE_FULL");
    assert_int_equal(store_queued(store, 9, arena, &queued, &count, &fault), OK);
    assert_int_equal(count, 2);
    assert_string_equal(queued[0].id, first.id);
    assert_string_equal(queued[1].id, second.id);
}

static void what_can_never_be_placed_is_told_as_failed(void **state) {
    struct submitted fourth = made("4", 4), *queued = NULL;
    size_t count = 0;
    (void)state;
    struct accepting one = {.key = BYTES_LITERAL("lost"), .what = &fourth};
    assert_int_equal(store_accept(store, &one, 1, 9, arena, &fault), OK);
    assert_int_equal(store_lost(store, fourth.id, BYTES_LITERAL("{\"code\":\"FILE_READ\"}"), &fault), OK);
    assert_int_equal(now("4").stage, STAGE_FAILED);
    assert_true(bytes_equal_cstr(now("4").answer, "{\"code\":\"FILE_READ\"}"));
    assert_int_equal(store_queued(store, 9, arena, &queued, &count, &fault), OK);
    assert_int_equal(count, 2);
    assert_int_equal(store_lost(store, fourth.id, BYTES_LITERAL("{}"), &fault), OK);
    assert_true(bytes_equal_cstr(now("4").answer, "{\"code\":\"FILE_READ\"}"));
}

static void states_only_go_on(void **state) {
    struct submitted first = made("1", 1);
    bool used = false;
    (void)state;
    assert_int_equal(store_name(store, &(struct naming){first.id, "a.json", 7}, 1, &fault), OK);
    assert_int_equal(store_file_used(store, "a.json", &used, &fault), OK);
    assert_true(used);
    apply(CHANGE_FAILED, "a.json", 8, "{}"); /* another file of that name, of the agency's own */
    assert_int_equal(now("1").stage, STAGE_QUEUED);
    assert_int_equal(store_placed(store, &first, 1, &fault), OK);
    apply(CHANGE_ACCEPTED, "a.json", 0, "{\"r\":1}"); /* the receipt may be quicker than the move */
    apply(CHANGE_SENT, "a.json", 7, "a.json");
    assert_int_equal(now("1").stage, STAGE_ACCEPTED);
    apply(CHANGE_FAILED, "a.json", 7, "{}");
    assert_int_equal(now("1").stage, STAGE_ACCEPTED);
    assert_true(bytes_equal_cstr(now("1").answer, "{\"r\":1}"));
    struct submitted second = made("2", 2);
    assert_int_equal(store_name(store, &(struct naming){second.id, "b.json", 9}, 1, &fault), OK);
    apply(CHANGE_SENT, "b.json", 9, "b~2.json"); /* moved before it was noted as placed */
    assert_int_equal(now("2").stage, STAGE_SENT);
    apply(CHANGE_REFUSED, "b.json", 0, "{}");
    assert_int_equal(now("2").stage, STAGE_SENT);
    apply(CHANGE_REFUSED, "b~2.json", 0, "{}");
    assert_int_equal(now("2").stage, STAGE_REFUSED);
}

static void an_inbox_in_order(void **state) {
    struct message *list = NULL, one;
    size_t count = 0;
    bool known = false;
    instant next = 0, far = instant_now() + DAY_MS;
    (void)state;
    arrive("1-1-1", "a");
    arrive("1-1-2", "a");
    arrive("2-1-1", "b");
    arrive("1-1-1", "a"); /* revealed again after a crash */
    assert_int_equal(store_messages(store, 0, 10, arena, &list, &count, &fault), OK);
    assert_int_equal(count, 3);
    assert_int_equal(list[0].file_count, 2);
    assert_true(bytes_equal_cstr(list[0].files[1], "x.json") && bytes_equal_cstr(list[2].id, "2-1-1"));
    /* the first of case a is refused by the webhook … */
    assert_int_equal(store_pushed(store, list[0].id, far, &fault), OK);
    assert_int_equal(store_due(store, instant_now(), arena, &known, &one, &next, &fault), OK);
    assert_true(known && bytes_equal_cstr(one.id, "2-1-1")); /* … its second waits, case b does not */
    assert_int_equal(store_pushed(store, one.id, 0, &fault), OK);
    assert_int_equal(store_due(store, instant_now(), arena, &known, &one, &next, &fault), OK);
    assert_true(!known && next == far);
    assert_int_equal(store_acknowledge(store, list[0].id, &fault), OK);
    assert_int_equal(store_due(store, instant_now(), arena, &known, &one, &next, &fault), OK);
    assert_true(known && bytes_equal_cstr(one.id, "1-1-2"));
    assert_int_equal(store_messages(store, list[0].position, 1, arena, &list, &count, &fault), OK);
    assert_true(count == 1 && bytes_equal_cstr(list[0].id, "1-1-2"));
    assert_int_equal(store_message(store, BYTES_LITERAL("1-1-1"), arena, &known, &one, &fault), OK);
    assert_true(known && one.acknowledged);
    struct store_counts counts;
    assert_int_equal(store_count(store, &counts, &fault), OK);
    assert_int_equal(counts.unacknowledged, 2);
    assert_int_equal(counts.unpushed, 1);
    assert_int_equal(store_purge(store, instant_now() + DAY_MS, &fault), OK);
    assert_int_equal(store_message(store, BYTES_LITERAL("1-1-1"), arena, &known, &one, &fault), OK);
    assert_false(known);
}

static int set_up(void **state) {
    char path[64];
    (void)state;
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/store.sqlite", folder);
    arena = arena_new(4096, 1u << 20);
    return store_open(path, &store, &fault) == OK ? 0 : -1;
}
static int tear_down(void **state) {
    char command[128];
    (void)state;
    store_close(store);
    arena_free(arena);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_key_is_one_submission),
                                       cmocka_unit_test(what_can_never_be_placed_is_told_as_failed),
                                       cmocka_unit_test(states_only_go_on), cmocka_unit_test(an_inbox_in_order)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
