/* What was published stays readable: each schema's golden bytes (made by fastavro, see make.py) decode with our walk
 * and with Avro C, and the published schema texts are the catalogue's, byte for byte. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include "base/limits.h"
#include "wire/fact.h"
#include "wire/frame.h"
#include "wire/paper.h"
#include "wire/record.h"

static struct catalogue *catalogue;
static int load(void **state) {
    (void)state;
    struct fault f;
    return catalogue_load("schemas", &catalogue, &f) == OK ? 0 : -1;
}
static int unload(void **state) {
    (void)state;
    catalogue_free(catalogue);
    return 0;
}

/* One golden record, of that kind, as our walk reads it; Avro C decodes the same bytes. */
struct golden {
    struct buffer value;
    struct submission s;
};
static void golden_free(struct golden *golden) { buffer_free(&golden->value); }
static const struct submission *golden_open(const char *name, enum record_kind kind, struct golden *ret) {
    char path[128];
    struct fault f = {0};
    snprintf(path, sizeof path, "tests/golden/%s.bin", name);
    buffer_init(&ret->value, LIMIT_VALUE);
    assert_int_equal(buffer_read_file(&ret->value, path, &f), OK);
    enum outcome outcome = record_read(catalogue, buffer_view(&ret->value), &ret->s, &f);
    if (outcome != OK) fail_msg("%s: %s %s", path, f.code, f.text);
    avro_value_iface_t *class = avro_generic_class_from_schema(ret->s.schema->schema);
    avro_value_t decoded;
    assert_int_equal(avro_generic_value_new(class, &decoded), 0);
    avro_reader_t from =
        avro_reader_memory((const char *)ret->value.at + FRAME_SIZE, (int64_t)(ret->value.count - FRAME_SIZE));
    assert_int_equal(avro_value_read(from, &decoded), 0);
    avro_reader_free(from);
    avro_value_decref(&decoded);
    avro_value_iface_decref(class);
    assert_int_equal(ret->s.kind, kind);
    return &ret->s;
}
#define GOLDEN(s, name, kind)                         \
    AUTO(golden_free) struct golden s##_golden = {0}; \
    const struct submission *const s = golden_open(name, kind, &s##_golden)

/* A list of texts: these and no more, parted by a space. */
static void listed(const struct walk_field *list, const char *members) {
    struct bytes item;
    size_t cursor = 0;
    char copy[200], *rest = copy;
    snprintf(copy, sizeof copy, "%s", members);
    for (char *one = strsep(&rest, " "); one; one = strsep(&rest, " ")) {
        assert_true(walk_items(list, &cursor, &item));
        assert_true(bytes_equal_cstr(item, one));
    }
    assert_false(walk_items(list, &cursor, &item));
}

/* How many documents, and the last of them. */
static size_t papers_of(const struct submission *s, struct paper *ret_last) {
    struct paper_cursor cursor = {.chunked_form = s->chunked_form};
    size_t count = 0;
    for (struct paper one; paper_next(&s->documents, &cursor, &one); count++) *ret_last = one;
    return count;
}

#define EQUAL(view, literal) assert_true(bytes_equal((view), BYTES_LITERAL(literal)))
static const instant AT = INT64_C(1780885200000);

static void the_case_file_reads_as_written(void **state) {
    (void)state;
    GOLDEN(s, "1-CaseFile", RECORD_CASE_FILE);
    EQUAL(s->case_text, "6f0d5b1e-5c1b-5e0e-9a55-0ec0ca5e0002");
    EQUAL(s->event, "REF.SEND");
    EQUAL(s->sender, "nm");
    EQUAL(s->document_no, "巴农移送〔2026〕7号");
    EQUAL(s->category, "FISH");
    EQUAL(s->title, "乌梁素海非法捕捞案 🐟");
    EQUAL(s->county_code, "150823");
    EQUAL(s->approver_level, "CHIEF");
    EQUAL(s->agency_case_no, "巴农立〔2026〕12号");
    assert_false(uuid_is_nil(&s->parent_referral_id));
    assert_true(uuid_is_nil(&s->in_reply_to));
    assert_int_equal(s->business_time, AT);
    assert_int_equal(s->handling, 2);
    assert_int_equal(s->handling_expires, AT + DAY_MS);
    assert_int_equal(s->found_time, AT - 9);
    assert_int_equal(s->report_time, AT - 8);
    assert_int_equal(s->approval_time, AT - 7);
    assert_int_equal(s->officer_count, 2);
    assert_int_equal(s->party_count, 1);
    assert_int_equal(s->item_count, 1);
    assert_int_equal(s->document_count, 2);
    listed(&s->declared_missing, "DOC04 DOC05");
}
static void the_case_step_reads_as_written(void **state) {
    (void)state;
    GOLDEN(s, "2-CaseStep", RECORD_CASE_STEP);
    EQUAL(s->event, "POL.NOFILE");
    EQUAL(s->reason_code, "NF1");
    EQUAL(s->reason, "没有犯罪事实");
    EQUAL(s->approver_level, "COUNTY_HEAD");
    EQUAL(s->signer, "丁");
    assert_true(uuid_equal(&s->in_reply_to, &s->message_id));
    assert_int_equal(s->decided_time, AT - 60000);
    assert_int_equal(s->handling_expires, INSTANT_NONE);
    assert_int_equal(s->report_time, INSTANT_NONE);
    assert_int_equal(s->penalty_count, 1);
    assert_int_equal(s->document_count, 0);
    listed(&s->cites, "巴农移送〔2026〕7号 二");
}
static void a_paper_in_chunks_reads_as_written(void **state) {
    (void)state;
    GOLDEN(s, "7-CaseFile", RECORD_CASE_FILE);
    assert_int_equal(s->document_count, 3);
    struct paper paper;
    assert_int_equal(papers_of(s, &paper), 3);
    EQUAL(paper.file_name, "录像.mp4");
    assert_false(paper.carried);
    EQUAL(s->title, "乌梁素海非法捕捞案 🐟");
    GOLDEN(step, "8-CaseStep", RECORD_CASE_STEP);
    assert_int_equal(step->document_count, 1);
    EQUAL(step->signer, "丁");
}
static void an_operation_reads_as_written(void **state) {
    (void)state;
    struct walk_field corner[RECORD_CORNER_FIELDS];
    size_t cursor = 0, corners = 0;
    GOLDEN(s, "11-Operation", RECORD_OPERATION);
    EQUAL(s->operation.kind, "PATROL");
    EQUAL(s->title, "乌梁素海禁渔期联合巡逻");
    EQUAL(s->operation.lead, "psb-bynr");
    EQUAL(s->purpose, "查处禁渔期非法捕捞");
    EQUAL(s->coordinates_system, "CGCS2000");
    assert_int_equal(s->operation.start, AT + 5 * DAY_MS);
    assert_int_equal(s->operation.end, AT + 6 * DAY_MS);
    assert_int_equal(s->operation.reply_by, INSTANT_NONE);
    assert_int_equal(s->operation.corners, 4);
    while (walk_records(s->schema->items, &s->operation.area, &cursor, corner))
        corners += corner[RECORD_CORNER_LONGITUDE].real > 108.6 && corner[RECORD_CORNER_LATITUDE].real > 40.8;
    assert_int_equal(corners, 4);
    struct paper paper;
    assert_int_equal(papers_of(s, &paper), 3);
}
static void a_step_of_an_operation_reads_as_written(void **state) {
    (void)state;
    static const int64_t counts[OPERATION_COUNTS] = {12, 0, 2, 3, 365, 1283, 14, 3, 2, 1, 0, 8, 5};
    GOLDEN(s, "12-OperationStep", RECORD_OPERATION_STEP);
    for (int i = 0; i < OPERATION_COUNTS; i++) assert_int_equal(s->operation.counts[i], counts[i]);
    assert_int_equal(s->operation.start, AT);
    assert_int_equal(s->operation.end, AT + HOUR_MS);
    assert_int_equal(s->operation.evidence, 2);
    EQUAL(s->operation.leads_to, "REV");
    EQUAL(s->category, "FISH");
    EQUAL(s->signer, "乙");
    assert_true(s->longitude.present && s->latitude.present);
    listed(&s->operation.follow_ups, "巴公行移〔2026〕8号");
    listed(&s->operation.overdue, "nm");
    assert_int_equal(s->item_count, 1);
}
static void a_clue_reads_as_written(void **state) {
    (void)state;
    GOLDEN(s, "9-Clue", RECORD_CLUE);
    EQUAL(s->event, "CLU.CREATE");
    EQUAL(s->title, "河口夜间下网线索");
    EQUAL(s->category, "FISH");
    EQUAL(s->county_code, "150823");
    EQUAL(s->source, "PATROL");
    EQUAL(s->purpose, "核查处理");
    EQUAL(s->agency_case_no, "巡查3");
    assert_int_equal(s->handling, 2);
    assert_int_equal(s->handling_expires, AT + DAY_MS);
    assert_int_equal(s->found_time, AT - 9);
    assert_int_equal(s->party_count, 1);
    assert_int_equal(s->officer_count, 1);
    assert_true(s->longitude.present && s->latitude.present);
    EQUAL(s->coordinates_system, "CGCS2000");
    listed(&s->areas, "KEY2 RIV-QQ");
    struct paper paper;
    assert_int_equal(papers_of(s, &paper), 3);
    EQUAL(paper.file_name, "录像.mp4");
    GOLDEN(step, "10-ClueStep", RECORD_CLUE_STEP);
    EQUAL(step->reason_code, "CR2");
    EQUAL(step->reason, "查实");
    EQUAL(step->agency_case_no, "巴农立〔2026〕13号");
    EQUAL(step->signer, "丁");
    struct bytes number;
    size_t cursor = 0;
    assert_true(walk_items(&step->linked_numbers, &cursor, &number) &&
                walk_items(&step->linked_numbers, &cursor, &number));
    EQUAL(number, "巴农移送〔2026〕9号");
    assert_int_equal(step->document_count, 1);
}
static void the_brokers_own_records_read_as_written(void **state) {
    (void)state;
    GOLDEN(s, "3-Notice", RECORD_NOTICE);
    EQUAL(s->event, "SYS.REFUSED");
    GOLDEN(report, "4-DeliveryReport", RECORD_DELIVERY_REPORT);
    assert_int_equal(report->lane, 5);
    assert_int_equal(report->generation, 3);
    assert_int_equal(report->epoch, 4);
    assert_int_equal(report->up_to, INT64_C(1234567890123));
    assert_true(uuid_is_nil(&report->case_id));
    GOLDEN(tick, "5-Tick", RECORD_TICK);
    assert_int_equal(tick->lane, 5);
}
static void the_facts_of_a_step_read_as_written(void **state) {
    (void)state;
    struct fact fact;
    struct paper_cursor cursor = {0};
    GOLDEN(s, "13-CaseStep", RECORD_CASE_STEP);
    EQUAL(s->event, "REF.HANDOVER");
    assert_true(s->chunked_form && s->item_count == 2 && s->facts.number == 2);
    assert_true(fact_next(&s->facts, &cursor, &fact));
    EQUAL(fact.name, "catch_kg");
    EQUAL(fact.unit, "kg");
    assert_int_equal(fact_micro(fact.value), 440500000);
    assert_true(fact_next(&s->facts, &cursor, &fact));
    EQUAL(fact.unit, "ELECTRIC");
    assert_false(fact_next(&s->facts, &cursor, &fact));
    GOLDEN(step, "8-CaseStep", RECORD_CASE_STEP); /* a step that cannot have any has none */
    cursor = (struct paper_cursor){0};
    assert_false(fact_next(&step->facts, &cursor, &fact));
}

/* Each entry of the catalogue is published, byte for byte, and each schema published is an entry. */
static size_t entries(void) {
    size_t count = 0;
    for (uint32_t id = 1; id < 1000; id++) count += catalogue_by_id(catalogue, id) != NULL;
    return count;
}
static void check_published(const char *name) {
    char path[160], own[80];
    unsigned id = 0;
    struct fault f;
    AUTO(buffer_free) struct buffer text;
    assert_int_equal(sscanf(name, "%u-", &id), 1);
    const struct schema_entry *entry = catalogue_by_id(catalogue, id);
    if (!entry) fail_msg("%s is in no catalogue entry", name);
    snprintf(own, sizeof own, "%u-%s.avsc", entry->id, entry->name);
    assert_string_equal(name, own);
    snprintf(path, sizeof path, "schemas/avro/published/%s", name);
    buffer_init(&text, LIMIT_SETTINGS);
    if (buffer_read_file(&text, path, &f) != OK) fail_msg("%s: %s", path, f.text);
    if (!bytes_equal(buffer_view(&text), entry->json))
        fail_msg("%s differs from the schema the catalogue gives id %u", path, entry->id);
}
static void what_is_published_is_the_catalogue(void **state) {
    (void)state;
    DIR *folder = opendir("schemas/avro/published");
    assert_non_null(folder);
    size_t seen = 0;
    for (struct dirent *one = readdir(folder); one; one = readdir(folder)) {
        if (one->d_name[0] == '.') continue;
        check_published(one->d_name);
        seen++;
    }
    closedir(folder);
    assert_int_equal(seen, entries());
}
int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_case_file_reads_as_written),
                                       cmocka_unit_test(the_case_step_reads_as_written),
                                       cmocka_unit_test(a_paper_in_chunks_reads_as_written),
                                       cmocka_unit_test(a_clue_reads_as_written),
                                       cmocka_unit_test(the_facts_of_a_step_read_as_written),
                                       cmocka_unit_test(the_brokers_own_records_read_as_written),
                                       cmocka_unit_test(an_operation_reads_as_written),
                                       cmocka_unit_test(a_step_of_an_operation_reads_as_written),
                                       cmocka_unit_test(what_is_published_is_the_catalogue)};
    return cmocka_run_group_tests(tests, load, unload);
}
