/* The journal's submissions: the mark of what is acknowledged, over a restart, and transactions that may be repeated;
 * what is no journal of ours. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "adapters/journal/journal_inside.h"

static char folder[64], path[96];
static struct journal *journal;
static struct arena *arena;
static struct fault fault;

static int set_up(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/ecocase-journal-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/journal.sqlite", folder);
    arena = arena_new(64u << 10, 1u << 20);
    return journal_open(path, &journal, &fault);
}
static int tear_down(void **state) {
    char command[128];
    (void)state;
    journal_close(journal);
    arena_free(arena);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static struct digest digest_nth(uint8_t nth) { return (struct digest){{nth}}; }
static void prepare(uint8_t nth) {
    struct journaled row = {.digest = digest_nth(nth),
                            .message_id = {{nth}},
                            .file = BYTES_LITERAL("a"),
                            .sent_as = BYTES_LITERAL("a"),
                            .event = BYTES_LITERAL("REF.SEND"),
                            .document_no = BYTES_LITERAL("1"),
                            .papers = BYTES_LITERAL("[]"),
                            .key = BYTES_LITERAL("k"),
                            .value = BYTES_LITERAL("value"),
                            .headers = BYTES_LITERAL("")};
    assert_int_equal(journal_begin(journal, &fault), OK);
    assert_int_equal(journal_prepare(journal, &row, &fault), OK);
    assert_int_equal(journal_commit(journal, &fault), OK);
}
static size_t in_state(enum journaled_state state, struct journaled **ret) {
    size_t count = 0;
    assert_int_equal(journal_in_state(journal, state, 10, SIZE_MAX, arena, ret, &count, &fault), OK);
    return count;
}
static int64_t queued(void) {
    int64_t rows = -1, bytes = -1;
    assert_int_equal(journal_queue(journal, &rows, &bytes, &fault), OK);
    assert_int_equal(bytes, rows * 5);
    return rows;
}

static void prepared_up_to_the_mark_is_acknowledged(void **state) {
    struct journaled *rows = NULL, known;
    bool is_known = false;
    struct digest second = digest_nth(2);
    (void)state;
    for (uint8_t i = 1; i <= 4; i++) prepare(i);
    assert_int_equal(in_state(JOURNALED_PREPARED, &rows), 4);
    assert_int_equal(queued(), 4);
    assert_int_equal(journal_acked(journal, rows[1].row, &fault), OK);
    journal_close(journal);
    assert_int_equal(journal_open(path, &journal, &fault), OK);
    assert_int_equal(in_state(JOURNALED_PREPARED, &rows), 2);
    assert_int_equal(rows[0].digest.b[0], 3);
    assert_true(bytes_equal_cstr(rows[0].value, "value"));
    assert_int_equal(queued(), 2);
    assert_int_equal(journal_by_digest(journal, &second, arena, &is_known, &known, &fault), OK);
    assert_true(is_known && known.state == JOURNALED_ACKED);
    assert_int_equal(in_state(JOURNALED_ACKED, &rows), 2);
    assert_int_equal(rows[1].digest.b[0], 2);
    for (size_t i = 0; i < 2; i++) assert_int_equal(journal_advance(journal, rows[i].row, JOURNALED_MOVED, &fault), OK);
    assert_int_equal(in_state(JOURNALED_ACKED, &rows), 0);
    assert_int_equal(journal_acked(journal, 1, &fault), OK); /* never goes back */
    assert_int_equal(in_state(JOURNALED_PREPARED, &rows), 2);
}

static void one_beside_one_that_was_not_is_marked_by_itself(void **state) {
    struct journaled *rows = NULL;
    (void)state;
    for (uint8_t i = 1; i <= 3; i++) prepare(i);
    assert_int_equal(in_state(JOURNALED_PREPARED, &rows), 3);
    assert_int_equal(journal_advance(journal, rows[2].row, JOURNALED_ACKED, &fault), OK);
    assert_int_equal(in_state(JOURNALED_PREPARED, &rows), 2);
    assert_int_equal(in_state(JOURNALED_ACKED, &rows), 1);
    assert_int_equal(rows[0].digest.b[0], 3);
}

static int synchronous(void) {
    sqlite3_stmt *ask = NULL;
    assert_int_equal(sqlite3_prepare_v2(journal->db, "PRAGMA synchronous", -1, &ask, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(ask), SQLITE_ROW);
    int level = sqlite3_column_int(ask, 0);
    sqlite3_finalize(ask);
    return level;
}

/* 2 is FULL: whatever was committed without a sync, the next commit has one again. */
static void only_what_may_be_repeated_is_not_synced(void **state) {
    (void)state;
    assert_int_equal(synchronous(), 2);
    assert_int_equal(journal_begin_repeatable(journal, &fault), OK);
    assert_int_equal(synchronous(), 1);
    assert_int_equal(journal_commit(journal, &fault), OK);
    assert_int_equal(synchronous(), 2);
    assert_int_equal(journal_begin_repeatable(journal, &fault), OK);
    journal_rollback(journal);
    assert_int_equal(synchronous(), 2);
    assert_int_equal(journal_begin(journal, &fault), OK);
    assert_int_equal(synchronous(), 2);
    journal_rollback(journal);
}

/* Each of them is one line that names the file; what to do is the code's reason (wire/reason.c). */
static void assert_fatal(enum outcome outcome, const char *code) {
    assert_int_equal(outcome, FATAL);
    assert_string_equal(fault.code, code);
    assert_non_null(strstr(fault.text, path));
}
static void assert_refused(const char *code) {
    struct journal *other = NULL;
    assert_fatal(journal_open(path, &other, &fault), code);
    assert_null(other);
}
static void close_it(void) {
    journal_close(journal);
    journal = NULL;
}
static void spoil(long from) {
    FILE *file = fopen(path, "r+e");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long end = ftell(file) > 16384 ? ftell(file) : 16384;
    assert_int_equal(fseek(file, from, SEEK_SET), 0);
    for (long at = from; at < end; at++) fputc(0xa5, file);
    assert_int_equal(fclose(file), 0);
}

static void what_is_no_journal_is_told(void **state) {
    (void)state;
    close_it();
    spoil(0);
    assert_refused("JOURNAL_DAMAGED");
}

/* The pages behind the tables' first ones: found when they are read, and no attempt mends it. */
static void damage_is_told_when_it_is_met(void **state) {
    struct journaled known;
    bool is_known = false;
    enum outcome outcome = OK;
    (void)state;
    for (uint8_t i = 1; i <= 200; i++) prepare(i);
    close_it();
    spoil(24 * 4096);
    assert_int_equal(journal_open(path, &journal, &fault), OK);
    for (uint8_t i = 1; i <= 200 && outcome == OK; i++) {
        struct digest digest = digest_nth(i);
        outcome = journal_by_digest(journal, &digest, arena, &is_known, &known, &fault);
    }
    assert_fatal(outcome, "JOURNAL_DAMAGED");
}

static void tables_of_another_shape_are_told(void **state) {
    static const char *const changes[] = {"ALTER TABLE paper RENAME COLUMN sha256 TO digest",
                                          "DROP TABLE submission; CREATE TABLE submission(id TEXT)"};
    (void)state;
    close_it();
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        sqlite3 *db = NULL;
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, changes[i], NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        assert_refused("JOURNAL_SCHEMA");
        assert_int_equal(unlink(path), 0);
        assert_int_equal(journal_open(path, &journal, &fault), OK);
        close_it();
    }
}

static void headers_come_back_in_their_order(void **state) {
    const struct header list[] = {{BYTES_LITERAL("ce_id"), BYTES_LITERAL("1")},
                                  {BYTES_LITERAL("b"), BYTES_LITERAL("")},
                                  {BYTES_LITERAL("a"), BYTES_LITERAL("\"文\"")}};
    struct bytes kept = headers_write(list, 3, arena), left = kept;
    struct header one;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_true(headers_next(&left, &one));
        assert_true(bytes_equal(one.name, list[i].name) && bytes_equal(one.value, list[i].value));
    }
    assert_false(headers_next(&left, &one));
    assert_int_equal(left.count, 0);
    for (size_t cut = 1; cut < kept.count; cut++) { /* whole pairs, or something is left */
        size_t pairs = 0;
        left = bytes_of(kept.at, cut);
        while (headers_next(&left, &one)) pairs++;
        assert_true(pairs < 3 && (left.count || cut == 2 + 5 + 2 + 1 || cut == 2 + 5 + 2 + 1 + 2 + 1 + 2));
    }
}

/* Of a version that kept headers as JSON, say; or a database that is somebody else's. */
static void tables_of_another_version_are_told(void **state) {
    static const char *const changes[] = {"PRAGMA user_version = 0", "PRAGMA user_version = 99"};
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        assert_int_equal(sqlite3_exec(journal->db, changes[i], NULL, NULL, NULL), SQLITE_OK);
        close_it();
        assert_refused("JOURNAL_SCHEMA");
        assert_int_equal(unlink(path), 0);
        assert_int_equal(journal_open(path, &journal, &fault), OK);
    }
}

/* Of 3, which did not keep whether a submission was answered: what it sent counts as answered; what is sent now does
 * not, until it is. */
static void a_journal_of_the_version_before_is_brought_up(void **state) {
    static const char older[] = "ALTER TABLE submission DROP COLUMN answered; PRAGMA user_version = 3";
    struct digest first = digest_nth(1), second = digest_nth(2);
    struct journaled row;
    bool known = false;
    (void)state;
    prepare(1);
    journal_close(journal);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, older, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(journal_open(path, &journal, &fault), OK);
    prepare(2);
    assert_int_equal(journal_by_digest(journal, &first, arena, &known, &row, &fault), OK);
    assert_true(known && row.answered);
    assert_int_equal(journal_by_digest(journal, &second, arena, &known, &row, &fault), OK);
    assert_true(known && !row.answered);
    struct uuid id = row.message_id;
    assert_int_equal(journal_answered(journal, &id, &fault), OK);
    assert_int_equal(journal_by_digest(journal, &second, arena, &known, &row, &fault), OK);
    assert_true(row.answered);
}

/* As nobody, where root may do everything. */
static void one_out_of_reach_is_told(void **state) {
    static const mode_t modes[] = {0, 0444};
    bool root = geteuid() == 0;
    (void)state;
    close_it();
    assert_int_equal(chmod(folder, 0755), 0);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_int_equal(root ? seteuid(65534) : 0, 0);
        assert_refused("JOURNAL_UNREADABLE");
        assert_int_equal(root ? seteuid(0) : 0, 0);
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_refused("JOURNAL_UNREADABLE");
}

int main(void) {
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        EACH(prepared_up_to_the_mark_is_acknowledged), EACH(one_beside_one_that_was_not_is_marked_by_itself),
        EACH(only_what_may_be_repeated_is_not_synced), EACH(what_is_no_journal_is_told),
        EACH(damage_is_told_when_it_is_met),           EACH(tables_of_another_shape_are_told),
        EACH(tables_of_another_version_are_told),      EACH(a_journal_of_the_version_before_is_brought_up),
        EACH(headers_come_back_in_their_order),        EACH(one_out_of_reach_is_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
