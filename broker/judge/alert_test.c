/* Which alerts a clock brings, when and to whom; the policy file's own mistakes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buffer.h"
#include "broker/judge/judge.h"
#include "broker/rules/rules_inside.h"

static struct rules *rules;
static struct directory *directory;

static int load(void **state) {
    (void)state;
    struct fault f = {0};
    if (directory_load("schemas/directory.yaml", &directory, &f) != OK || rules_load("schemas", &rules, &f) != OK) {
        fprintf(stderr, "%s\n", f.text);
        return -1;
    }
    return 0;
}
static int unload(void **state) {
    (void)state;
    rules_free(rules);
    directory_free(directory);
    return 0;
}

static int number(const char *slug) { return directory_by_slug(directory, bytes_of_cstr(slug))->number; }
static instant at(const char *text) {
    instant ret = 0;
    assert_true(instant_parse(bytes_of_cstr(text), &ret));
    return ret;
}
/* D09: the police have from Monday the 8th to the end of Thursday the 11th; sthj waits for it. */
static struct referral waiting(const char *rule, const char *actor) {
    struct referral r = {.opener = (int16_t)number("sthj"), .holder = (int16_t)number("psb-bynr"), .clock_count = 1};
    r.clocks[0] = (struct clock){.state = CLOCK_RUNNING,
                                 .actor = (int16_t)number(actor),
                                 .started_at = at("2026-06-08 10:00"),
                                 .due_strict = at("2026-06-12"),
                                 .due_lenient = at("2026-06-12"),
                                 .stopped_at = INSTANT_NONE};
    snprintf(r.clocks[0].rule, sizeof r.clocks[0].rule, "%s", rule);
    return r;
}
static void alerted(struct referral *r, const char *when, enum alert_kind kind, const char *to) {
    struct alert alerts[LIMIT_CLOCKS];
    char found[200] = "";
    assert_int_equal(alarm_take(rules, directory, at(when), r, alerts), 1);
    assert_int_equal(alerts[0].kind, kind);
    for (size_t i = 0; i < alerts[0].to_count; i++) {
        size_t used = strlen(found);
        snprintf(found + used, sizeof found - used, "%s%s", i ? " " : "",
                 directory_by_number(directory, alerts[0].to[i])->slug);
    }
    assert_string_equal(found, to);
    assert_true(r->dirty);
}
static void silent(struct referral *r, const char *when) {
    struct alert alerts[LIMIT_CLOCKS];
    assert_int_equal(alarm_take(rules, directory, at(when), r, alerts), 0);
}

static void each_stage_is_alerted_once(void **state) {
    (void)state;
    struct referral r = waiting("D09", "psb-bynr");
    assert_int_equal(alarm_next(rules, &r),
                     at("2026-06-08 10:00") + (at("2026-06-12") - at("2026-06-08 10:00")) / 100 * 50);
    silent(&r, "2026-06-10 04:00");
    alerted(&r, "2026-06-10 05:00", ALERT_WARNING, "psb-bynr"); /* half of 86 hours */
    silent(&r, "2026-06-10 06:00");
    alerted(&r, "2026-06-11 00:00", ALERT_WARNING, "psb-bynr"); /* 24 h before the end */
    alerted(&r, "2026-06-11 23:59", ALERT_WARNING, "psb-bynr"); /* four fifths */
    silent(&r, "2026-06-12");                                   /* the end itself is in time */
    assert_int_equal(alarm_next(rules, &r), at("2026-06-12") + 1);
    alerted(&r, "2026-06-12 00:00:00.001", ALERT_OVERDUE, "psb-bynr sthj");
    silent(&r, "2026-06-12 23:00");
    alerted(&r, "2026-06-13 01:00", ALERT_ESCALATION, "jcy");
    silent(&r, "2027-01-01");
    assert_int_equal(alarm_next(rules, &r), INSTANT_NONE);
}

static void of_what_passed_at_once_only_the_last_is_alerted(void **state) {
    (void)state;
    struct referral r = waiting("D09", "psb-bynr");
    alerted(&r, "2026-06-11 23:00", ALERT_WARNING, "psb-bynr");
    silent(&r, "2026-06-11 23:30");
    struct referral late = waiting("D12", "sthj");
    alerted(&late, "2026-07-01", ALERT_OVERDUE, "sthj psb-bynr");
    alerted(&late, "2026-07-01", ALERT_ESCALATION, "sfj jcy");
    silent(&late, "2026-07-02");
}

static void a_late_end_is_still_alerted_and_a_paper_in_time_corrects(void **state) {
    (void)state;
    struct referral r = waiting("D09", "psb-bynr");
    r.clocks[0].state = CLOCK_BREACHED;
    r.clocks[0].stopped_at = at("2026-06-15");
    alerted(&r, "2026-06-15", ALERT_OVERDUE, "psb-bynr sthj");
    assert_int_equal(alarm_next(rules, &r), INSTANT_NONE);
    r = waiting("D09", "psb-bynr");
    alerted(&r, "2026-06-13", ALERT_OVERDUE, "psb-bynr sthj");
    alerted(&r, "2026-06-14", ALERT_ESCALATION, "jcy");
    r.clocks[0].state = CLOCK_MET;
    r.clocks[0].stopped_at = at("2026-06-11 17:00");
    alerted(&r, "2026-06-14", ALERT_CORRECTION, "psb-bynr sthj jcy");
    silent(&r, "2027-01-01");
    r = waiting("D09", "psb-bynr");
    r.clocks[0].state = CLOCK_MET; /* nothing was sent, nothing is corrected */
    assert_int_equal(alarm_next(rules, &r), INSTANT_NONE);
}

static void what_does_not_run_is_not_alerted(void **state) {
    (void)state;
    for (const char *s = "PVS"; *s; s++) {
        struct referral r = waiting("D09", "psb-bynr");
        r.clocks[0].state = *s;
        assert_int_equal(alarm_next(rules, &r), INSTANT_NONE);
        silent(&r, "2027-01-01");
    }
    struct referral r = waiting("D07", "psb-bynr");
    r.clocks[0].state = CLOCK_BREACHED;
    r.clocks[0].measured = true;
    assert_int_equal(alarm_next(rules, &r), INSTANT_NONE);
}

static void some_clocks_have_an_escalation_of_their_own(void **state) {
    (void)state;
    struct referral r = waiting("D45", "nm");
    r.holder = (int16_t)number("nm");
    r.opener = (int16_t)number("jcy");
    alerted(&r, "2026-06-12 01:00", ALERT_OVERDUE, "nm jcy");
    alerted(&r, "2026-06-12 01:00", ALERT_ESCALATION, "jcy sfj");
}

static void supervision_of_another_city_falls_to_whoever_there_is(void **state) {
    (void)state;
    struct referral r = waiting("D09", "psb-wh");
    alerted(&r, "2026-06-13 12:00", ALERT_OVERDUE, "psb-wh sthj psb-bynr");
    alerted(&r, "2026-06-13 12:00", ALERT_ESCALATION, "jcy");
}

/* The policy with one line replaced: refused at that place. */
static void refused(const char *from, const char *to, const char *code, uint32_t line) {
    struct fault f = {0};
    static struct procedure copy;
    AUTO(settings_free_auto) struct settings *settings = NULL;
    AUTO(buffer_free) struct buffer text;
    buffer_init(&text, 65536);
    assert_int_equal(buffer_read_file(&text, "schemas/rules/alerts.yaml", &f), OK);
    assert_int_equal(buffer_add(&text, BYTES_LITERAL("\0"), &f), OK);
    char *found = strstr((char *)text.at, from), path[] = "/tmp/alerts-XXXXXX";
    assert_non_null(found);
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    fprintf(file, "%.*s%s%s", (int)(found - (char *)text.at), (char *)text.at, to, found + strlen(from));
    fclose(file);
    copy = *rules_newest(rules);
    memset(&copy.alerts, 0, sizeof copy.alerts);
    assert_int_equal(settings_load(path, &settings, &f), OK);
    assert_int_equal(rules_read_alerts(&copy, settings_root(settings), &f), REFUSE);
    unlink(path);
    assert_string_equal(f.code, code);
    assert_int_equal(f.line, line);
}
static void a_wrong_policy_is_refused_at_its_place(void **state) {
    (void)state;
    refused("50%", "150%", "SETTINGS_TYPE", 6);
    refused("\"24h\"", "\"24d\"", "SETTINGS_TYPE", 6);
    refused("\"24h\"", "\"24h\", \"1h\"", "TOO_MANY", 6);
    refused("escalate_after: 24", "escalate_after: -1", "SETTINGS_TYPE", 7);
    refused("  PI: [JUS]\n", "", "SETTINGS_MISSING", 11);
    refused("  PI: [JUS]", "  XX: [JUS]", "SETTINGS_TYPE", 12);
    refused("  PI: [JUS]", "  PI: [POPE]", "SETTINGS_TYPE", 12);
    refused("  D45:", "  D99:", "SETTINGS_TYPE", 23);
    refused("escalate_after: 0", "escalate: 0", "SETTINGS_UNKNOWN", 23);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_stage_is_alerted_once),
                                       cmocka_unit_test(of_what_passed_at_once_only_the_last_is_alerted),
                                       cmocka_unit_test(a_late_end_is_still_alerted_and_a_paper_in_time_corrects),
                                       cmocka_unit_test(what_does_not_run_is_not_alerted),
                                       cmocka_unit_test(some_clocks_have_an_escalation_of_their_own),
                                       cmocka_unit_test(supervision_of_another_city_falls_to_whoever_there_is),
                                       cmocka_unit_test(a_wrong_policy_is_refused_at_its_place)};
    return cmocka_run_group_tests(tests, load, unload);
}
