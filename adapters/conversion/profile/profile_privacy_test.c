/* Masks: what each shows of one case, in the native file, among the attachments and in canonical JSON; what a profile
 * withholds; and a table with anything unknown in it is refused at its place. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "adapters/conversion/mapping/map_fixture.h"
#include "adapters/conversion/canonical/privacy.h"
#include "adapters/conversion/canonical/canonical_json.h"
#include "base/limits.h"

#define CASE                                                                                                           \
    "{event: REF.SEND, fields: {envelope.business_time: 时间, envelope.document_no: 文号, envelope.recipients: 主送, " \
    "title: 名称, category: 类别, county_code: 旗县,\n"                                                                \
    "   summary: 案情, place: 地点, longitude: 经度, latitude: 纬度, contact: 联系人, contact_phone: 联系电话, "       \
    "officers: 承办人, inbox.role: 方式},\n"                                                                           \
    "   groups: {parties: {at: 当事人, fields: {name: 姓名, kind: 类型, id_type: 证件, id_no: 号码, phone: 电话, "     \
    "address: 住址, sex: 性别}},\n"                                                                                    \
    "            documents: {at: 附件, fields: {file_name: 文件}}, native: {at: 其他, fields: {name: 项, value: "      \
    "值}}}}\n"
#define PROFILE(agency, more) "agency: " agency "\nformat: {kind: json}\n" more "messages:\n  - " CASE

static const char native[] =
    "{\"时间\": \"2026-06-08 10:00\", \"文号\": \"巴农移送〔2026〕3号\", \"主送\": [\"psb-bynr\"], \"名称\": "
    "\"王小明滥伐案\", \"类别\": \"TIMB2\", \"旗县\": \"150821\","
    "\"案情\": \"案情如下：身份证150821197002020014，电话13812341234\", \"地点\": \"五原县塔尔湖镇\", \"经度\": "
    "\"107.38712\", \"纬度\": \"41.08765\", \"联系人\": \"田某人\", \"联系电话\": \"0478-0000678\", \"承办人\": "
    "[\"赵办案\", \"钱办案\"],"
    "\"当事人\": [{\"姓名\": \"欧阳小明\", \"类型\": \"PERSON\", \"证件\": \"111\", \"号码\": \"150821197002020014\", "
    "\"电话\": \"13812341234\", \"住址\": \"五原县塔尔湖镇1组\", \"性别\": \"1\"},"
    "{\"姓名\": \"巴彦淖尔木业公司\", \"类型\": \"ORGANISATION\", \"证件\": \"USCC\", \"号码\": "
    "\"11150800990000156N\"}],"
    "\"附件\": [{\"文件\": \"移送书.pdf\"}], \"手机备注\": \"13899998888\"}";

static struct bytes value_of(const char *yaml) {
    struct profile *sender = fixture_profile(yaml);
    struct bytes value = fixture_value(sender, "a.json", bytes_of_cstr(native), NULL);
    profile_free(sender);
    return value;
}

/* As the agency finds it; *ret_papers: how many attachments lie beside it. */
static const char *seen_by(const char *yaml, struct bytes value, const char *role, size_t *ret_papers) {
    struct profile *profile = fixture_profile(yaml);
    const struct inbox_facts facts = {3, 7, role};
    struct native_case made;
    struct fault fault;
    struct bytes name = BYTES_LITERAL("1_移送书.pdf");
    const struct native_file *papers = NULL;
    assert_int_equal(conversion_attachments(profile, value, role, fixture_arena, &papers, ret_papers, &fault), OK);
    if (conversion_render(profile, value, &facts, &name, *ret_papers, fixture_arena, &made, &fault) != OK)
        fail_msg("%s %s", fault.code, fault.text);
    assert_int_equal(made.attachment_count, *ret_papers);
    profile_free(profile);
    return arena_cstr(fixture_arena, made.content);
}

static void shows(const char *file, const char *const *texts, bool shown) {
    for (size_t i = 0; texts[i]; i++) {
        if ((strstr(file, texts[i]) != NULL) != shown)
            fail_msg("%s is%s shown in %s", texts[i], shown ? " not" : "", file);
    }
}

static const char *const person[] = {"小明", "150821197002020014", "13812341234", "1组", "13899998888", NULL};
static const char *const free_text[] = {"案情如下", "滥伐案", "田某人", "赵办案", "钱办案", "移送书", NULL};
static const char *const company[] = {
    "巴彦淖尔木业公司", "11150800990000156N", "巴农移送〔2026〕3号", "TIMB2", "150821", "五原县", NULL};

static void each_mask_shows_its_own(void **state) {
    static const char *const others[] = {"欧阳*",       "1508**********0014",
                                         "138****1234", "047*****0678",
                                         "107.39",      "41.09",
                                         NULL},
                             *const exact[] = {"塔尔湖", "0478-0000678", "38712", NULL};
    static const char *const numbers[] = {"107.3", "41.0", "0478", "塔尔湖", "欧阳", "1508**", "138**", NULL};
    struct bytes value = value_of(PROFILE("nm", ""));
    size_t papers = 0;
    (void)state;
    const char *file = seen_by(PROFILE("psb-bynr", ""), value, "to", &papers);
    shows(file, person, true), shows(file, free_text, true), shows(file, company, true);
    file = seen_by(PROFILE("jcy", ""), value, "copy", &papers);
    shows(file, person, true), shows(file, free_text, true);
    assert_int_equal(papers, 1);
    file = seen_by(PROFILE("lcj", "privacy: {copy: OTHER_DEPT}\n"), value, "copy", &papers);
    shows(file, others, true), shows(file, exact, false), shows(file, company, true), shows(file, free_text + 2, true);
    shows(file, person + 1, false);
    assert_int_equal(papers, 1);
    file = seen_by(PROFILE("lcj", "privacy: {copy: STAT}\n"), value, "copy", &papers);
    shows(file, person, false), shows(file, free_text, false), shows(file, numbers, false), shows(file, company, true);
    assert_int_equal(papers, 0);
    file = seen_by(PROFILE("lcj", "privacy: {copy: PUBLIC}\n"), value, "copy", &papers);
    shows(file, person, false), shows(file, free_text, false), shows(file, company, true);
    assert_non_null(strstr(file, "欧阳某"));
}

static void coordinators_get_statistics_unless_their_profile_says_more(void **state) {
    struct bytes value = value_of(PROFILE("nm", ""));
    size_t papers = 0;
    (void)state;
    shows(seen_by(PROFILE("fgw", ""), value, "to", &papers), person, false);
    shows(seen_by(PROFILE("fgw", "privacy: {to: HANDLER}\n"), value, "to", &papers), person, true);
    shows(seen_by(PROFILE("lcj", "privacy: {to: HANDLER, events: {REF.SEND: STAT}}\n"), value, "to", &papers), person,
          false);
    /* as a copy */
    shows(seen_by(PROFILE("lcj", "privacy: {copy: STAT}\n"), value, "unknown", &papers), person, false);
}

static void canonical_json_is_masked_too(void **state) {
    struct bytes value = value_of(PROFILE("nm", ""));
    struct profile *fgw = fixture_profile(PROFILE("fgw", ""));
    struct fault fault;
    json_t *root = NULL;
    (void)state;
    assert_int_equal(
        canonical_json(fixture_catalogue, value, profile_mask(fgw, "copy", BYTES_LITERAL("REF.SEND")), &root, &fault),
        OK);
    char *text = json_dumps(root, JSON_COMPACT);
    shows(text, person, false), shows(text, free_text, false), shows(text, company, true);
    free(text);
    json_decref(root);
    profile_free(fgw);
}

static void what_is_withheld_never_becomes_part_of_the_record(void **state) {
    struct bytes value = value_of(PROFILE("nm", "withhold: [parties.phone, parties.id_no, native, summary]\n"));
    json_t *record = fixture_record(value);
    (void)state;
    assert_string_equal(fixture_at(record, "parties.0.phone"), "");
    assert_string_equal(fixture_at(record, "parties.1.id_no"), "");
    assert_string_equal(fixture_at(record, "summary"), "");
    assert_string_equal(fixture_at(record, "native"), "[]");
    assert_string_equal(fixture_at(record, "parties.0.name"), "欧阳小明");
    json_decref(record);
}

static const char *table_with(const char *from, const char *to) {
    AUTO(buffer_free) struct buffer text;
    struct fault fault;
    buffer_init(&text, LIMIT_SETTINGS);
    assert_int_equal(buffer_read_file(&text, "schemas/privacy.yaml", &fault), OK);
    const char *whole = arena_cstr(fixture_arena, buffer_view(&text)), *at = strstr(whole, from);
    assert_non_null(at);
    return arena_printf(fixture_arena, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
}

static uint32_t line_of(const char *text, const char *what) {
    uint32_t line = 1;
    const char *end = strstr(text, what);
    assert_non_null(end);
    for (const char *at = text; at < end; at++) line += *at == '\n';
    return line;
}

/* from, to, and what stands in the line that the fault names. */
static const struct {
    const char *from, *to, *code, *says, *in_line;
} spoilt[] = {
    {"parties.phone: {OTHER_DEPT: {middle: [3, 4]}", "parties.phone: {OTHER_DEPT: {midle: [3, 4]}", "SETTINGS_TYPE",
     "treatment", "  parties.phone"},
    {"place: {OTHER_DEPT: county", "place: {OTHER_DEPT: town", "SETTINGS_TYPE", "\"town\" is no treatment", "  place:"},
    {"parties.phone: {", "parties.fone: {", "SETTINGS_UNKNOWN", "parties.fone", "  parties.fone"},
    {"  summary: {OTHER_DEPT: numbers, STAT: drop, PUBLIC: drop}\n", "", "SETTINGS_MISSING",
     "nothing is said of summary", "  parties.name"},
    {"note: {OTHER_DEPT: numbers, STAT: drop,", "note: {OTHER_DEPT: numbers,", "SETTINGS_MISSING", "STAT", "  note:"},
    {"note: {OTHER_DEPT: numbers,", "note: {COPY: drop, OTHER_DEPT: full,", "SETTINGS_TYPE", "whole", "  note:"},
    {"note: {OTHER_DEPT: numbers,", "note: {NOBODY: drop, OTHER_DEPT: full,", "SETTINGS_UNKNOWN", "NOBODY", "  note:"},
    {"note: {OTHER_DEPT: numbers,", "note: {OTHER_DEPT: {grid: 0.01},", "SETTINGS_TYPE", "cannot be treated",
     "  note:"},
    {"longitude: {OTHER_DEPT: {grid: 0.01}", "longitude: {OTHER_DEPT: county", "SETTINGS_TYPE", "cannot be treated",
     "  longitude:"},
    {"reporter: {OTHER_DEPT: sealed", "reporter: {OTHER_DEPT: full", "SETTINGS_TYPE", "cannot be treated",
     "  reporter:"},
    {"records: [CaseFile, Clue]", "records: [CaseFile, Claim]", "SETTINGS_TYPE", "Claim", "  title:"},
    {"full_when: {kind: ORGANISATION}", "full_when: {sort: ORGANISATION}", "SETTINGS_UNKNOWN", "sort",
     "  parties.name"},
    {"participants: {COO: STAT}", "participants: {COO: STATS}", "SETTINGS_TYPE", "STATS", "participants:"},
    {"participants: {COO: STAT}", "participants: {CEO: STAT}", "SETTINGS_UNKNOWN", "CEO", "participants:"}};

static void an_unknown_field_or_treatment_is_refused_at_its_place(void **state) {
    char folder[] = "/tmp/ecocase-privacy-XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(folder));
    const char *path = arena_printf(fixture_arena, "%s/privacy.yaml", folder);
    for (size_t i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++) {
        struct privacy *privacy = NULL;
        struct fault fault = {0};
        const char *text = table_with(spoilt[i].from, spoilt[i].to);
        FILE *file = fopen(path, "w");
        assert_true(file && fputs(text, file) >= 0 && fclose(file) == 0);
        if (privacy_load(folder, NULL, &privacy, &fault) != REFUSE) fail_msg("%s is taken", spoilt[i].to);
        if (strcmp(fault.code, spoilt[i].code) != 0 || !strstr(fault.text, spoilt[i].says))
            fail_msg("%s: %s %s", spoilt[i].to, fault.code, fault.text);
        /* what is missing altogether is told where the fields begin */
        if (fault.line != line_of(text, spoilt[i].in_line))
            fail_msg("%s: line %u, %s", spoilt[i].to, fault.line, fault.text);
        assert_true(fault.column > 0);
    }
    unlink(path);
    rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_mask_shows_its_own),
                                       cmocka_unit_test(coordinators_get_statistics_unless_their_profile_says_more),
                                       cmocka_unit_test(canonical_json_is_masked_too),
                                       cmocka_unit_test(what_is_withheld_never_becomes_part_of_the_record),
                                       cmocka_unit_test(an_unknown_field_or_treatment_is_refused_at_its_place)};
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
