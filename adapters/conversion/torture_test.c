/* The conversion with every allocation of ours failing once, jansson's and libxml2's among them: each shipped profile
 * loads, a case file is read, its record is written, rendered and shown; or there was no memory, and nothing is left.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "adapters/chunks/chunks.h"
#include "adapters/conversion/canonical/canonical_json.h"
#include "adapters/conversion/mapping/map_fixture.h"
#include "adapters/conversion/canonical/privacy.h"
#include "adapters/formats/xml_memory.h"
#include "base/limits.h"
#include "base/torture_fixture.h"
#include <glob.h>

#define WORK_ARENA (512u << 20)

static bool as_promised(enum outcome outcome, const struct fault *fault) {
    if (outcome != OK && (outcome != FATAL || strcmp(fault->code, "INTERNAL") != 0))
        fail_msg("%d %s %s %u:%u", (int)outcome, fault->code, fault->text, fault->line, fault->column);
    if (outcome != OK && !torture_failed()) fail_msg("%s: nothing had failed", fault->text);
    return outcome == OK;
}

static bool loads(void *context) {
    struct profile *profile = NULL;
    struct fault fault = {0};
    enum outcome outcome = profile_load(context, fixture_directory, fixture_catalogue, &profile, &fault);
    assert_true((outcome == OK) == (profile != NULL));
    profile_free(profile);
    return as_promised(outcome, &fault);
}
static void each_shipped_profile_loads_or_there_was_no_memory(void **state) {
    glob_t found;
    (void)state;
    assert_int_equal(glob("adapters/agencies/*/profile.yaml", 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= 20);
    for (size_t i = 0; i < found.gl_pathc; i++) assert_true(torture_each(loads, found.gl_pathv[i], 0) > 10);
    globfree(&found);
}

#define FIELDS                                                                                                   \
    "envelope.document_no: 文号, envelope.business_time: 日期, envelope.recipients: {at: 主送, table: organs}, " \
    "title: 名称, officers: 承办人, fine_paid_fen: {at: 罚款, unit: 万元}, summary: 案情"
#define HEAD(agency, format) "agency: " agency "\nformat: {" format "}\nfiles: ['*']\ntables: {organs: {环保: sthj}}\n"
#define GROUPS                                                                             \
    "parties: {distinct: true, fields: {name: 当事人, sex: {at: 性别, otherwise: '9'}}}, " \
    "items: {split: '；', fields: {name: 物品, quantity: 数量}}, documents: {fields: {file_name: 附件}}"
#define ROWS                                                                           \
    "文号,日期,主送,名称,承办人,罚款,案情,当事人,性别,物品,数量,附件,重量,别的\n"      \
    "甲1,2026-6-8,环保,案件,甲、乙,1.2,电话13812341234,张三,,网；船,2；1,a.pdf,10,x\n" \
    "甲1,2026-6-8,环保,案件,甲、乙,1.2,电话13812341234,李四,1,网；船,2；1,b.pdf,10,y\n"
static const struct form {
    const char *yaml, *file;
} forms[] = {
    {HEAD("nm",
          "kind: csv, key: 文号, list: ['、']") "messages: [{event: REF.SEND, fields: {" FIELDS
                                                "}, facts: [{name: 渔获物, at: 重量, unit: 市斤, as: kg}], groups: "
                                                "{" GROUPS "}, rest: 其他}]\n",
     ROWS},
    {HEAD("psb-bynr", "kind: xml, root: 文书") "messages: [{event: REF.SEND, fields: {" FIELDS
                                               "}, groups: {parties: {at: 人, fields: {name: 姓名, id_no: '@号'}}, "
                                               "documents: {at: 附件, fields: {file_name: 文件}}}, rest: 其他}]\n",
     "<文书><文号>甲1</文号><日期>2026-6-8</日期><主送>环保</主送><名称>案件</名称><罚款>1.2</罚款>"
     "<人 号='X1'><姓名>张三</姓名></人><附件><文件>a.pdf</文件></附件><别的>x</别的></文书>"},
    {HEAD("sthj", "kind: json") "messages: [{event: CLU.CREATE, fields: {envelope.document_no: 文号, "
                                "envelope.business_time: 日期, envelope.recipients: 主送, title: 名称, longitude: {at: "
                                "经度, bare: true}, reporter.name: 举报人, reporter.phone: 电话}, groups: {documents: "
                                "{at: 附件, fields: {file_name: 文件}}}, rest: 其他}]\n",
     "{\"文号\":\"甲1\",\"日期\":\"2026-6-8\",\"主送\":\"psb-bynr\",\"名称\":\"案\\u4ef6\",\"经度\":108.5,"
     "\"举报人\":\"张三\",\"电话\":\"13812341234\",\"附件\":[{\"文件\":\"a.pdf\"}],\"别的\":{\"甲\":[1,2]}}"}};

struct work {
    const struct profile *profile;
    const struct draft *draft;
    const struct seal *seal;
    struct bytes file, value;
    const struct mask *mask;
};

static bool reads(void *context) {
    const struct work *work = context;
    AUTO(arena_free_auto) struct arena *arena = NULL;
    struct draft *draft = NULL;
    struct fault fault = {0};
    enum outcome outcome = arena_open(16, WORK_ARENA, &arena, &fault); /* a block for each allocation */
    if (outcome == OK) outcome = conversion_read(work->profile, "a", work->file, arena, &draft, &fault);
    return as_promised(outcome, &fault);
}

static enum outcome write_to(const struct work *work, const struct draft *draft, struct buffer *value,
                             struct fault *fault) {
    const struct address address = {.message_id = {{1}}, .case_id = {{2}}, .referral_id = {{3}}, .seal = work->seal};
    struct attachment papers[8];
    struct draft_view view;
    conversion_view(draft, &view);
    for (size_t i = 0; i < view.need_count; i++)
        papers[i] = (struct attachment){view.needs[i].file_name, BYTES_LITERAL("abc"), NULL};
    return conversion_write(work->profile, draft, &address, papers, view.need_count, value, fault);
}
static bool writes(void *context) {
    const struct work *work = context;
    AUTO(buffer_free) struct buffer value;
    struct fault fault = {0};
    buffer_init(&value, LIMIT_VALUE);
    enum outcome outcome = write_to(work, work->draft, &value, &fault);
    assert_true((outcome == OK) == (value.count > 0));
    return as_promised(outcome, &fault);
}

static bool renders(void *context) {
    const struct work *work = context;
    static const struct inbox_facts facts = {3, 7, "copy"};
    AUTO(arena_free_auto) struct arena *arena = NULL;
    const struct native_file *files = NULL;
    struct bytes names[8];
    struct native_case made = {0};
    struct fault fault = {0};
    size_t count = 0;
    enum outcome outcome = arena_open(16, WORK_ARENA, &arena, &fault);
    if (outcome == OK)
        outcome = conversion_attachments(work->profile, work->value, facts.role, arena, &files, &count, &fault);
    for (size_t i = 0; i < count && outcome == OK; i++) names[i] = files[i].name;
    if (outcome == OK)
        outcome = conversion_render(work->profile, work->value, &facts, names, count, arena, &made, &fault);
    return as_promised(outcome, &fault);
}

static bool shows(void *context) {
    const struct work *work = context;
    json_t *json = NULL;
    struct fault fault = {0};
    enum outcome outcome = canonical_json(fixture_catalogue, work->value, work->mask, &json, &fault);
    assert_true((outcome == OK) == (json != NULL));
    json_decref(json);
    return as_promised(outcome, &fault);
}

static void a_case_goes_and_comes_or_there_was_no_memory(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct profile *profile = fixture_profile(forms[i].yaml);
        AUTO(arena_free_auto) struct arena *arena = arena_new(16, WORK_ARENA);
        AUTO(buffer_free) struct buffer value;
        struct fault fault = {0};
        struct draft *draft = NULL;
        static const struct seal seal = {.key = {1}, .id = "0123456789abcdef"};
        struct work work = {.profile = profile, .seal = &seal, .file = bytes_of_cstr(forms[i].file)};
        buffer_init(&value, LIMIT_VALUE);
        work.mask = privacy_mask(profile_privacy(profile), "STAT");
        assert_non_null(work.mask);
        unsigned read = torture_each(reads, &work, 0);
        if (conversion_read(profile, "a", work.file, arena, &draft, &fault) != OK) fail_msg("%s", fault.text);
        work.draft = draft;
        unsigned written = torture_each(writes, &work, 0);
        if (write_to(&work, draft, &value, &fault) != OK) fail_msg("%s %s", fault.code, fault.text);
        work.value = buffer_view(&value);
        unsigned rendered = torture_each(renders, &work, 0), shown = torture_each(shows, &work, 0);
        print_message("form %zu: %u allocations to read, %u to write, %u to render, %u to show\n", i, read, written,
                      rendered, shown);
        profile_free(profile);
    }
}

/* One name as long as a file may be, above thousands of values: each would be told by that name. */
static void a_file_that_fills_the_memory_is_refused_as_too_large(void **state) {
    (void)state;
    struct profile *profile = fixture_profile(forms[2].yaml);
    AUTO(arena_free_auto) struct arena *arena = arena_new(4096, 16u << 20);
    AUTO(buffer_free) struct buffer file;
    struct draft *draft = NULL;
    struct fault fault = {0};
    buffer_init(&file, 1u << 20);
    assert_int_equal(buffer_add_cstr(&file, "{\"文号\":\"甲1\",\"日期\":\"2026-6-8\",\"主送\":\"psb-bynr\",\"", &fault),
                     OK);
    for (int i = 0; i < 100000; i++) assert_int_equal(buffer_add_cstr(&file, "x", &fault), OK);
    assert_int_equal(buffer_add_cstr(&file, "\":[0", &fault), OK);
    for (int i = 0; i < 1000; i++) assert_int_equal(buffer_add_cstr(&file, ",1", &fault), OK);
    assert_int_equal(buffer_add_cstr(&file, "]}", &fault), OK);
    arena_alloc(arena, 100);
    size_t used = arena_used(arena);
    assert_int_equal(conversion_read(profile, "a", buffer_view(&file), arena, &draft, &fault), REFUSE);
    assert_string_equal(fault.code, "TOO_LARGE");
    assert_true(fault.line == 1 && fault.column == 1);
    assert_int_equal(arena_used(arena), used);
    profile_free(profile);
}

int main(void) {
    json_set_alloc_funcs(torture_malloc, torture_free);
    xml_memory_watch(); /* what libxml2 makes once, at the start, is not to fail */
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_shipped_profile_loads_or_there_was_no_memory),
                                       cmocka_unit_test(a_case_goes_and_comes_or_there_was_no_memory),
                                       cmocka_unit_test(a_file_that_fills_the_memory_is_refused_as_too_large)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
