/* The papers of a case in every agency's own words: what a profile receives it writes in its own form, with its own
 * word for the paper (never as canonical JSON, also in fixed width), and what it sends as well it reads again as the
 * same. */
#define _GNU_SOURCE /* memmem */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <glob.h>
#include <string.h>
#include "adapters/conversion/mapping/map.h"
#include "adapters/conversion/mapping/map_fixture.h"

/* A paper of the event, of a profile of plain names. */
static struct bytes paper(const struct mapped_message *message, const char *category) {
    const char *only =
        message->record == IN_CASE ? "title: title, category: category, summary: summary, " : "signer: signer, ";
    struct profile *from =
        fixture_profile(arena_printf(fixture_arena,
                                     "agency: psb-bynr\nformat: {kind: json}\nmessages:\n  - {event: %s, direction: "
                                     "send, fields: {envelope.business_time: t, "
                                     "envelope.document_no: n, envelope.recipients: to, envelope.cites: cites, "
                                     "%sreason_code: code, reason: reason}}\n",
                                     message->event, only));
    const char *text = arena_printf(
        fixture_arena,
        "{\"t\": \"2026-06-08 00:00\", \"n\": \"巴公函〔2026〕3号\", \"to\": [\"nm\"], \"cites\": "
        "[\"巴公函〔2026〕1号\"], \"title\": \"某案\","
        "\"category\": \"%s\", \"summary\": \"某事\", \"signer\": \"乔某\", \"code\": \"%s\", \"reason\": \"某理由\"}",
        category, strcmp(message->event, "JUR.FORWARD") == 0 ? "JB1" : "");
    struct bytes value = fixture_value(from, "a.json", bytes_of_cstr(text), NULL);
    profile_free(from);
    return value;
}

static bool stands_in(const struct node *node, const char *text) {
    if (memmem(node->text.at ? node->text.at : (const uint8_t *)"", node->text.count, text, strlen(text))) return true;
    for (const struct node *one = node->first; one; one = one->next) {
        if (stands_in(one, text)) return true;
    }
    return false;
}

static void written_in_its_own_form(const struct profile *profile, const struct mapped_message *message,
                                    struct bytes value) {
    const struct inbox_facts facts = {3, 7, "to"};
    struct fault fault = {0};
    struct native_case made;
    struct node *root = NULL;
    if (conversion_render(profile, value, &facts, NULL, 0, fixture_arena, &made, &fault) != OK)
        fail_msg("%s %s: %s %s", profile_agency(profile), message->event, fault.code, fault.text);
    assert_string_equal(arena_cstr(fixture_arena, made.extension), profile_extension(profile));
    if (format_read(&profile->format, made.content, fixture_arena, &root, &fault) != OK)
        fail_msg("%s %s: %s", profile_agency(profile), message->event, fault.text);
    if (!stands_in(root, "巴公函〔2026〕3号"))
        fail_msg("%s %s: its number is lost", profile_agency(profile), message->event);
    if (message->when_count && !stands_in(root, message->when[0].texts.at[0]))
        fail_msg("%s %s: says not what it is", profile_agency(profile), message->event);
}

static const char *const step[] = {"envelope.event", "envelope.document_no", "envelope.cites", "reason", NULL};
static const char *const file[] = {
    "envelope.event", "envelope.document_no", "envelope.cites", "title", "category", "summary", NULL};

static void every_paper_is_written_and_read_again(void **state) {
    (void)state;
    glob_t found = {0};
    size_t written = 0, read = 0;
    assert_int_equal(glob("adapters/agencies/*/profile.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct profile *profile = NULL;
        struct fault fault = {0};
        if (profile_load(found.gl_pathv[i], fixture_directory, fixture_catalogue, &profile, &fault) != OK)
            fail_msg("%s", fault.text);
        profile->format.schema = NULL; /* is of what it sends */
        for (size_t k = 0; k < profile->message_count; k++) {
            const struct mapped_message *message = &profile->messages[k];
            if (!message->receives || !(message->record & (IN_CASE | IN_STEP))) continue;
            struct bytes value = paper(message, fixture_category(profile));
            written_in_its_own_form(profile, message, value);
            written++;
            if (!message->sends) continue;
            fixture_goes_and_comes(profile, value, message->record == IN_CASE ? file : step);
            read++;
        }
        profile_free(profile);
    }
    globfree(&found);
    print_message("%zu papers written, %zu of them read again\n", written, read);
    assert_true(written > 800 && read > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_paper_is_written_and_read_again)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
