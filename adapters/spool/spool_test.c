/* What the spool sees of outbox/: papers that come, change, go and come back, by events and by reading the folder
 * whole. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "adapters/spool/spool_inside.h"

static char folder[64];
static struct transport *t;
static struct arena *arena;
static const struct outbox_file *papers;
static size_t count;

static int set_up(void **state) {
    struct fault fault;
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/ecocase-spool-XXXXXX");
    assert_non_null(mkdtemp(folder));
    arena = arena_new(64u << 10, 64u << 20);
    return spool_open(folder, &t, &fault);
}
static int tear_down(void **state) {
    char command[128];
    (void)state;
    t->verbs->close(t);
    arena_free(arena);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static const char *at(const char *name) { return arena_printf(arena, "%s/outbox/%s", folder, name); }
static void write_file(const char *name, const char *text) {
    FILE *file = fopen(at(name), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}
static void rename_in(const char *name, const char *text) {
    const char *hidden = arena_printf(arena, ".%s", name);
    write_file(hidden, text);
    assert_int_equal(rename(at(hidden), at(name)), 0);
}
static void ask(void) {
    int64_t again = 0;
    struct fault fault;
    assert_int_equal(t->verbs->list_complete(t, arena, &papers, &count, &again, &fault), OK);
}
static const struct outbox_file *seen(const char *name) {
    ask();
    for (size_t i = 0; i < count; i++) {
        if (bytes_equal_cstr(papers[i].name, name)) return &papers[i];
    }
    return NULL;
}
static const char *read_as_text(const struct outbox_file *paper) {
    struct fault fault;
    struct buffer into;
    buffer_init(&into, 64);
    if (t->verbs->read(t, paper, &into, &fault) != OK) {
        buffer_free(&into);
        return arena_printf(arena, "%s", fault.code);
    }
    const char *text = arena_cstr(arena, buffer_view(&into));
    buffer_free(&into);
    return text;
}

static void renamed_in_is_complete_at_once_and_written_after_a_while(void **state) {
    (void)state;
    write_file("b", "written");
    rename_in("a", "renamed");
    assert_non_null(seen("a"));
    assert_null(seen("b"));
    usleep((SPOOL_QUIET_MS + 50) * 1000);
    assert_non_null(seen("b"));
    assert_int_equal(t->verbs->counts(t).waiting, 2);
    assert_string_equal(read_as_text(seen("b")), "written");
}

static void open_for_writing_is_not_complete(void **state) {
    (void)state;
    int file = open(at("slow"), O_WRONLY | O_CREAT, 0644);
    assert_true(file >= 0 && write(file, "x", 1) == 1);
    assert_null(seen("slow"));
    usleep((SPOOL_QUIET_MS + 50) * 1000);
    assert_null(seen("slow"));
    close(file);
    assert_non_null(seen("slow")); /* unchanged for so long */
}

static void what_goes_is_forgotten_and_what_comes_back_begins_anew(void **state) {
    (void)state;
    rename_in("a", "one");
    const struct outbox_file *first = seen("a");
    assert_non_null(first);
    t->verbs->put_off(t, first->name, 600000);
    assert_null(seen("a"));
    assert_int_equal(unlink(at("a")), 0);
    ask();
    assert_int_equal(t->verbs->counts(t).waiting, 0);
    assert_string_equal(read_as_text(first), "FILE_CHANGED");
    rename_in("a", "two");
    assert_non_null(seen("a")); /* not put off: it is another one */
    rename_in("a", "three");
    assert_string_equal(read_as_text(seen("a")), "three");
}

static void put_off_it_rests_until_another_takes_its_place(void **state) {
    (void)state;
    rename_in("a", "one");
    t->verbs->put_off(t, seen("a")->name, 600000);
    assert_null(seen("a"));
    rename_in("a", "other");
    assert_string_equal(read_as_text(seen("a")), "other");
}

static void moved_on_it_is_gone_and_its_name_free(void **state) {
    struct fault fault;
    (void)state;
    rename_in("a", "one");
    rename_in("b", "two");
    assert_int_equal(t->verbs->move_to_sent(t, seen("a"), BYTES_LITERAL("a"), &fault), OK);
    assert_int_equal(t->verbs->counts(t).waiting, 1);
    rename_in("a", "three"); /* told together with our own move */
    assert_string_equal(read_as_text(seen("a")), "three");
    assert_string_equal(read_as_text(seen("b")), "two");
}

static void changed_while_it_was_read_it_is_read_later(void **state) {
    (void)state;
    rename_in("a", "one");
    const struct outbox_file was = *seen("a");
    write_file("a", "longer than it was");
    assert_string_equal(read_as_text(&was), "FILE_CHANGED");
    rename_in("big", "0123456789012345678901234567890123456789012345678901234567890123456789");
    assert_string_equal(read_as_text(seen("big")), "TOO_LARGE");
}

/* Whoever was not heard is found by reading the folder: as where inotify is not served. */
static void without_events_the_folder_tells(void **state) {
    struct spool *spool = spool_of(t);
    (void)state;
    rename_in("a", "one");
    assert_non_null(seen("a"));
    close(spool->notify);
    spool->notify = -1;
    rename_in("b", "two");
    assert_int_equal(unlink(at("a")), 0);
    assert_null(seen("b"));
    spool->next_scan_ms = 0;
    assert_null(seen("b")); /* not known to be complete */
    usleep((SPOOL_QUIET_MS + 50) * 1000);
    assert_non_null(seen("b"));
    assert_null(seen("a"));
    assert_int_equal(t->verbs->counts(t).waiting, 1);
}

static void lost_events_are_made_up_for(void **state) {
    struct spool *spool = spool_of(t);
    char events[4096];
    (void)state;
    rename_in("a", "one");
    ask();
    rename_in("b", "two");
    while (read(spool->notify, events, sizeof events) > 0) continue;
    spool->unheard = true; /* as IN_Q_OVERFLOW says */
    ask();
    assert_int_equal(t->verbs->counts(t).waiting, 2);
}

static void names_that_are_never_taken(void **state) {
    (void)state;
    rename_in("x.part", "x");
    rename_in("x~", "x");
    rename_in("~$台账.xlsx", "x"); /* Office has it open */
    rename_in("台账.xlsx.filepart", "x");
    rename_in("DESKTOP.INI", "x");
    write_file(".hidden", "x");
    assert_int_equal(mkdir(at("folder"), 0755), 0);
    usleep((SPOOL_QUIET_MS + 50) * 1000);
    ask();
    usleep((SPOOL_QUIET_MS + 50) * 1000);
    const struct outbox_file *found = seen("folder");
    assert_int_equal(count, 1);
    assert_false(found->readable);
}

/* Ten thousand come and go one by one: what one costs does not grow with how many wait. */
static void many_cost_no_more_each(void **state) {
    enum { MANY = 10000 };
    struct fault fault;
    (void)state;
    for (int i = 0; i < MANY; i++) rename_in(arena_printf(arena, "文书-%05d.json", i), "x");
    ask(); /* more than the kernel keeps events for: the others are found in the folder */
    usleep((SPOOL_QUIET_MS + 50) * 1000);
    ask();
    assert_int_equal(count, MANY);
    const struct outbox_file *all = papers;
    int64_t began = monotonic_ms();
    for (int i = 0; i < MANY; i++) assert_int_equal(t->verbs->move_to_sent(t, &all[i], all[i].name, &fault), OK);
    ask();
    assert_int_equal(count, 0);
    assert_true(monotonic_ms() - began < 10000);
}

int main(void) {
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {EACH(renamed_in_is_complete_at_once_and_written_after_a_while),
                                       EACH(open_for_writing_is_not_complete),
                                       EACH(what_goes_is_forgotten_and_what_comes_back_begins_anew),
                                       EACH(put_off_it_rests_until_another_takes_its_place),
                                       EACH(moved_on_it_is_gone_and_its_name_free),
                                       EACH(changed_while_it_was_read_it_is_read_later),
                                       EACH(without_events_the_folder_tells),
                                       EACH(lost_events_are_made_up_for),
                                       EACH(names_that_are_never_taken),
                                       EACH(many_cost_no_more_each)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
