/* Memory runs out once, at every place of a journal's life in turn: each step answers RETRY and is done again, as the
 * engine does it; nothing leaks, and the file holds all of it afterwards. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "adapters/journal/journal_inside.h"
#include "adapters/journal/torture_fixture.h"

static char folder[64], path[96];
static struct journal *journal;
static struct arena *arena;
static struct fault fault;
static const struct digest digest = {{7}};
static const struct uuid message = {{8}};
#define IDENTITY BYTES_LITERAL("1 2 3 a.pdf")

/* ---- the steps, each as its caller does it: what was done is done once, however often it is tried */
static enum outcome open_it(void) { return journal_open(path, &journal, &fault); }

static enum outcome know_agency(void) {
    bool same = false;
    TRY(journal_fact(journal, "agency", BYTES_LITERAL("sthj"), &same, &fault));
    assert_true(same);
    return OK;
}

static enum outcome number_it(void) {
    struct number_entry entry = {.number = BYTES_LITERAL("1号"),
                                 .message_id = message,
                                 .case_id = {{1}},
                                 .other = BYTES_LITERAL("psb-bynr"),
                                 .event = BYTES_LITERAL("REF.SEND")};
    return journal_number_add(journal, &entry, &fault);
}
static enum outcome prepare_all(void) {
    struct journaled known, row = {.digest = digest,
                                   .message_id = message,
                                   .file = BYTES_LITERAL("a.json"),
                                   .sent_as = BYTES_LITERAL("a.json"),
                                   .event = BYTES_LITERAL("REF.SEND"),
                                   .document_no = BYTES_LITERAL("1号"),
                                   .papers = BYTES_LITERAL("[]"),
                                   .key = BYTES_LITERAL("k"),
                                   .headers = BYTES_LITERAL("\0\0\0\0")};
    uint8_t *value = arena_alloc(arena, 20000); /* of several pages */
    bool is_known = false, taken = false;
    row.value = bytes_of(value, 20000);
    TRY(journal_by_digest(journal, &digest, arena, &is_known, &known, &fault));
    TRY(journal_by_sent_as(journal, row.sent_as, &taken, &fault));
    assert_true(is_known == taken);
    if (is_known) return OK;
    TRY(journal_prepare(journal, &row, &fault));
    return number_it();
}

static enum outcome stage_one(void) {
    struct delivery_entry entry = {.place = {1, 1, 1, 1, 5},
                                   .message_id = {{9}},
                                   .stem = BYTES_LITERAL("REF.SEND_1-1"),
                                   .files = BYTES_LITERAL("[]")};
    enum delivered before = DELIVERED_NEVER;
    int64_t generation = 0;
    TRY(journal_delivered(journal, &entry.message_id, &entry.meaning, &before, &generation, &fault));
    assert_true(before != DELIVERED_OTHERWISE);
    if (before == DELIVERED_SAME) return OK;
    TRY(journal_stage(journal, &entry, &fault));
    return journal_alarm(journal, "INBOX", "GAP", &fault);
}
static enum outcome reveal_all(void) {
    struct delivery_entry *staged = NULL;
    size_t count = 0;
    TRY(journal_staged(journal, arena, &staged, &count, &fault));
    assert_true(count <= 1);
    TRY(journal_revealed(journal, &fault));
    TRY(journal_position_put(journal, &(struct lane_position){1, 1, 1, 1, 5}, &fault));
    return journal_offset_put(journal, 0, 1, &fault);
}
static enum outcome ship_paper(void) {
    struct journaled_file file = {.what = {.sha256 = digest, .size = 10, .count = 1, .chunk_size = 10}, .acked = 1};
    TRY(journal_file_put(journal, &file, &fault));
    return journal_paper_put(journal, IDENTITY, &digest, &fault);
}

static enum outcome in_transaction(enum outcome (*work)(void)) {
    TRY(journal_begin(journal, &fault));
    enum outcome outcome = work();
    if (outcome == OK) outcome = journal_commit(journal, &fault);
    if (outcome != OK) journal_rollback(journal);
    return outcome;
}
static enum outcome prepare(void) { return in_transaction(prepare_all); }
static enum outcome stage(void) { return in_transaction(stage_one); }
static enum outcome reveal(void) { return in_transaction(reveal_all); }
static enum outcome ship(void) { return in_transaction(ship_paper); }

static enum outcome acknowledge(void) {
    struct journaled *rows = NULL;
    size_t count = 0;
    int64_t queued = 0, bytes = 0;
    TRY(journal_queue(journal, &queued, &bytes, &fault));
    TRY(journal_in_state(journal, JOURNALED_PREPARED, 10, SIZE_MAX, arena, &rows, &count, &fault));
    assert_true(count == (size_t)queued && (!count || rows[0].value.count == 20000));
    return count ? journal_acked(journal, rows[0].row, &fault) : OK;
}

/* Nothing is undone by trying to: what is dropped stands behind a rollback. */
static enum outcome drop_and_roll_back(void) {
    struct journaled known;
    bool is_known = false;
    TRY(journal_by_message(journal, &message, arena, &is_known, &known, &fault));
    assert_true(is_known);
    TRY(journal_begin_repeatable(journal, &fault));
    enum outcome outcome = journal_drop(journal, known.row, &fault);
    if (outcome == OK) outcome = journal_numbers_forget(journal, &message, &fault);
    if (outcome == OK) outcome = journal_advance(journal, known.row, JOURNALED_MOVED, &fault);
    journal_rollback(journal);
    return outcome;
}

static enum outcome look_all_over(void) {
    struct lane_position positions[4];
    struct number_entry *numbers = NULL;
    struct journaled *rows = NULL;
    struct journaled_file file;
    struct digest content;
    struct bytes identities[2];
    size_t count = 0;
    int64_t number = 0;
    bool known = false;
    TRY(journal_in_state(journal, JOURNALED_ACKED, 10, SIZE_MAX, arena, &rows, &count, &fault));
    assert_true(count == 1 && bytes_equal_cstr(rows[0].document_no, "1号") && rows[0].headers.count == 4);
    TRY(journal_numbers(journal, BYTES_LITERAL("1号"), false, arena, &numbers, &count, &fault));
    assert_true(count == 1 && bytes_equal_cstr(numbers[0].other, "psb-bynr"));
    TRY(journal_positions(journal, positions, 4, &count, &fault));
    assert_true(count == 1 && positions[0].sequence == 1);
    TRY(journal_offset(journal, 0, &number, &fault));
    assert_int_equal(number, 1);
    TRY(journal_alarms(journal, &number, &fault));
    assert_int_equal(number, 1);
    TRY(journal_paper(journal, IDENTITY, &known, &content, &fault));
    assert_true(known && content.b[0] == 7);
    TRY(journal_papers_of(journal, &digest, arena, identities, 2, &count, &fault));
    assert_true(count == 1 && bytes_equal(identities[0], IDENTITY));
    TRY(journal_file(journal, &digest, &known, &file, &fault));
    assert_true(known && file.what.size == 10 && file.acked == 1);
    return OK;
}

static enum outcome (*const steps[])(void) = {
    know_agency, prepare, stage, reveal, ship, acknowledge, reveal, drop_and_roll_back, look_all_over};

/* ---- the torture */
static void attempt(enum outcome (*step)(void)) {
    fault = (struct fault){0};
    arena_reset(arena);
    enum outcome outcome = step();
    if (outcome == OK) return;
    assert_true(torture_fired());
    assert_int_equal(outcome, RETRY);
    assert_string_equal(fault.code, "JOURNAL");
    assert_non_null(strstr(fault.text, path));
    assert_true(!journal || (!journal->inside && !journal->unsynced));
    assert_int_equal(step(), OK);
}

static void close_it(void) {
    journal_close(journal);
    journal = NULL;
}
static void is_sound(void) {
    sqlite3_stmt *check = NULL;
    assert_int_equal(sqlite3_prepare_v2(journal->db, "PRAGMA integrity_check", -1, &check, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(check), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(check, 0), "ok");
    sqlite3_finalize(check);
    assert_int_equal(look_all_over(), OK);
}

static void clear_away(void) {
    static const char *const ends[] = {"", "-wal", "-shm"};
    char name[128];
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
}

static bool fired_until_now(void) {
    bool fired = torture_fired();
    torture_arm(0);
    return fired;
}
static void nothing_is_held(size_t held) {
    assert_int_equal(sqlite3_memory_used(), 0);
    assert_int_equal(torture_held(), held);
}

/* Of opening, which makes the file and its tables. Behind those come thousands of SQLite's parser, some sixty to each
 * statement: of these every thirteenth. */
#define ONE_BY_ONE 1000u
#define STRIDE     13u
static void every_allocation_of_opening_fails_once(void **state) {
    size_t nth = 0, held = torture_held();
    bool fired = true;
    (void)state;
    while (fired) {
        torture_arm(nth += nth < ONE_BY_ONE ? 1 : STRIDE);
        attempt(open_it);
        fired = fired_until_now();
        assert_int_equal(know_agency(), OK);
        close_it();
        nothing_is_held(held);
        clear_away();
    }
    print_message("up to allocation %zu\n", nth - 1);
    assert_true(nth > 1000);
}

/* Of everything else, in an open journal; then it is opened anew. */
static void every_allocation_of_its_work_fails_once(void **state) {
    size_t nth = 0, held = torture_held();
    bool fired = true;
    (void)state;
    while (fired) {
        assert_int_equal(open_it(), OK);
        torture_arm(++nth);
        for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) attempt(steps[i]);
        close_it();
        fired = fired_until_now();
        nothing_is_held(held);
        assert_int_equal(open_it(), OK);
        is_sound();
        close_it();
        clear_away();
    }
    print_message("up to allocation %zu\n", nth - 1);
    assert_true(nth > 100);
}

static int set_up(void **state) {
    (void)state;
    /* in memory where there is such a folder: what a disk would add is time */
    snprintf(folder, sizeof folder, "%s/ecocase-torture-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/journal.sqlite", folder);
    torture_begin();
    arena = arena_new(1u << 20, 1u << 20);
    return 0;
}
static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_of_opening_fails_once),
                                       cmocka_unit_test(every_allocation_of_its_work_fails_once)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
