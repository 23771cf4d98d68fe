/* Whatever a native file holds, it is refused with a reason or becomes a record that our own reader takes; that record
 * is written as a native file again, and from there on nothing changes: read and written once more, it is the same file
 * to the last byte. First byte: the profile (0 csv, 1 xml, 2 json); the rest: the file. Run in the source folder. */
#include "adapters/conversion/conversion.h"
#include "base/limits.h"
#include "target.h"

#define FIELDS(time)                                                                                              \
    "envelope.document_no: {at: 文号}, envelope.business_time: {at: " time                                        \
    "}, envelope.recipients: {at: 主送, otherwise: psb-bynr}, title: 名称, "                                      \
    "category: {at: 案由, table: category}, officers: 承办人, fine_paid_fen: {at: 罚款, unit: 万元}, longitude: " \
    "经度, envelope.handling: 密级"
#define TABLES "tables: {category: {非法捕捞: FISH, 捕捞: FISH}}\n"
static const char *const yaml[] = {
    "agency: nm\nformat: {kind: csv, encoding: GB18030, key: 文号, date: [yyyy年M月d日 H时m分, yyyy-M-d], list: ['、', "
    "'，']}\nfiles: ['*']\n" TABLES
    "messages:\n  - {event: REF.SEND, when: {类型: [移送书, 移送]}, constants: {来源: 平台}, fields: {" FIELDS(
        "日期") "}, facts: [{name: 渔获物, at: 重量, unit: 市斤, as: kg}], "
                "groups: {parties: {distinct: true, fields: {name: 当事人, sex: {at: 性别, otherwise: '9'}}}, items: "
                "{split: '；', fields: {name: 物品, quantity: 数量}}, documents: {fields: {file_name: 附件}}}}\n"
                "  - {event: REF.FILED, fields: {envelope.business_time: 日期, envelope.cites: 来文, reason: 理由, "
                "envelope.recipients: {value: sthj}}}\n",
    "agency: psb-bynr\nformat: {kind: xml, root: 文书, namespace: 'urn:t', prefix: t, record: 案件}\nfiles: "
    "['*']\n" TABLES "messages:\n  - {event: REV.SEND, when: {/@类型: 移送函}, fields: {" FIELDS(
        "/日期") ", legal_basis: 依据}, "
                 "groups: {parties: {at: 人员/人, fields: {name: 姓名, id_no: '@号'}}, documents: {at: 附件, fields: "
                 "{file_name: 文件, title: 题}}}}\n",
    "agency: sthj\nformat: {kind: json, record: 数据, date: yyyy-MM-dd HH:mm}\nfiles: ['*']\n" TABLES
    "messages:\n  - {event: REF.SEND, when: {/种类: 移送}, fields: {" FIELDS(
        "/日期") ", latitude: {at: 纬度, bare: true}}, "
                 "groups: {facts: {at: 数据, fields: {name: 指标, value: {at: 数值, bare: true}, unit: 单位}}, "
                 "documents: {at: 附件, fields: {file_name: 文件}}}}\n"};
#define PROFILES (sizeof yaml / sizeof yaml[0])

static struct directory *directory;
static struct catalogue *catalogue;
static struct profile *profiles[PROFILES];
static struct arena *arena;
static void begin(void) {
    struct fault f = {0};
    if (arena) return;
    arena = arena_new(1u << 20, 512u << 20);
    INVARIANT(directory_load("schemas/directory.yaml", &directory, &f) == OK &&
              catalogue_load("schemas", &catalogue, &f) == OK);
    for (size_t i = 0; i < PROFILES; i++)
        INVARIANT(profile_parse("fuzz.yaml", bytes_of_cstr(yaml[i]), directory, catalogue, &profiles[i], &f) == OK);
}

/* The file that is made of what was made of this one; empty: refused. */
static struct bytes carried(const struct profile *profile, struct bytes native, bool ours) {
    static const struct address address = {.message_id = {{1}}, .case_id = {{2}}, .referral_id = {{3}}};
    static const struct inbox_facts facts = {3, 7, "to"};
    struct fault f = {0};
    struct draft *draft = NULL;
    struct draft_view view;
    struct submission said;
    const struct native_file *files = NULL;
    struct native_case made;
    size_t count = 0;
    enum outcome outcome = conversion_read(profile, "a", native, arena, &draft, &f);
    INVARIANT(outcome == OK || (outcome == REFUSE && f.code[0] && !ours));
    if (outcome != OK) return BYTES_NONE;
    conversion_view(draft, &view);
    struct attachment *papers = arena_array(arena, view.need_count + 1, sizeof *papers);
    for (size_t i = 0; i < view.need_count; i++)
        papers[i] = (struct attachment){view.needs[i].file_name, BYTES_LITERAL("abc"), NULL};
    AUTO(buffer_free) struct buffer value;
    buffer_init(&value, LIMIT_VALUE);
    outcome = conversion_write(profile, draft, &address, papers, view.need_count, &value, &f);
    INVARIANT(outcome == OK || (outcome == REFUSE && f.code[0] && !ours));
    if (outcome != OK) return BYTES_NONE;
    INVARIANT(record_read(catalogue, buffer_view(&value), &said, &f) == OK);
    INVARIANT(conversion_attachments(profile, buffer_view(&value), facts.role, arena, &files, &count, &f) == OK);
    struct bytes *names = arena_array(arena, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++) names[i] = files[i].name;
    INVARIANT(conversion_render(profile, buffer_view(&value), &facts, names, count, arena, &made, &f) == OK);
    return made.content;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t count) {
    begin();
    if (!count || data[0] >= PROFILES) return 0;
    const struct profile *profile = profiles[data[0]];
    struct bytes once = carried(profile, bytes_of(data + 1, count - 1), false);
    if (once.count) INVARIANT(bytes_equal(carried(profile, once, true), once));
    arena_reset(arena);
    return 0;
}
