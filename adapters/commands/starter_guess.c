/* Which leaf is which canonical field, by the names that agencies give them and by what stands
 * there. */
#include "adapters/conversion/scalar/scalar.h"
#include "adapters/commands/starter_inside.h"
#include <strings.h>

/* Names by canonical field, besides the built-in mapping's own; the first that stands in the sample is taken. */
static const struct {
    enum group_kind group;
    const char *canonical, *names;
} known[] = {
    {GROUP_NONE, "envelope.document_no",
     "文号 发文字号 文书号 文书编号 移送书文号 函号 发文号 字号 文件编号 wh fwzh wsh wenhao"},
    {GROUP_NONE, "envelope.business_time",
     "移送日期 移送时间 文书日期 文书时间 发文日期 落款日期 落款时间 成文日期 签发时间 发文时间 文件日期 办理日期 日期 "
     "时间 ysrq fwrq wssj wsrq rq"},
    {GROUP_NONE, "envelope.recipients",
     "主送 主送单位 主送机关 收文单位 接收单位 受移送单位 收文机关 移送至 发往单位 送达单位 zsdw swdw jsdw sddw sjdw"},
    {GROUP_NONE, "envelope.copies", "抄送 抄送单位 抄送机关 csdw"},
    {GROUP_NONE, "envelope.cites", "引用文号 来文文号 来文字号 关联文号 lwwh"},
    {GROUP_NONE, "agency_case_no", "案件编号 案号 立案号 案件号 案卷号 序号 编号 ajbh ah bh"},
    {GROUP_NONE, "title", "案件名称 案名 案件题名 标题 事由 题名 名称 ajmc anming"},
    {GROUP_NONE, "category", "案由 涉嫌罪名 罪名 案件类别 ay zm"},
    {GROUP_NONE, "summary", "案情摘要 简要案情 案情 案情简介 基本案情 违法事实 主要案情 事实 经过 jyaq aqzy"},
    {GROUP_NONE, "case_source", "案件来源 线索来源 来源 ajly"},
    {GROUP_NONE, "source", "线索来源 来源 xsly laiyuan"},
    {GROUP_NONE, "purpose", "用途 线索用途 yt xsyt yongtu"},
    {GROUP_NONE, "reporter_kind", "举报方式 jbfs jubaofangshi"},
    {GROUP_NONE, "reporter.name", "举报人 举报人姓名 jbr jbrxm jubaoren"},
    {GROUP_NONE, "reporter.phone", "举报人电话 举报电话 举报人联系方式 jbrdh jbrlxfs jubaodianhua"},
    {GROUP_NONE, "county_code", "行政区划 行政区划代码 区划 xzqh"},
    {GROUP_NONE, "place", "案发地点 案发地 发案地 发生地点 发生地 违法行为地 违法地点 地点 路段 fadd afdd"},
    {GROUP_NONE, "longitude", "经度 jd"},
    {GROUP_NONE, "latitude", "纬度 wd"},
    {GROUP_NONE, "found_time", "发现时间 发现日期 案发时间 fxsj"},
    {GROUP_NONE, "report_time", "报告日期 报告时间 移送报告时间 bgrq"},
    {GROUP_NONE, "approval_time", "批准日期 批准时间 批准移送时间 审批时间 pzrq"},
    {GROUP_NONE, "approver", "批准人 审批人 pzr spr"},
    {GROUP_NONE, "approver_level", "批准人职务 职务"},
    {GROUP_NONE, "officers", "承办人 执法人员 办案人员 cbr"},
    {GROUP_NONE, "contact", "联系人 lxr"},
    {GROUP_NONE, "contact_phone", "联系电话 联系方式 lxdh"},
    {GROUP_NONE, "reason", "理由 原因 移送理由 ly"},
    {GROUP_NONE, "fine_paid_fen", "已缴罚款 已缴罚款元 yjfk"},
    {GROUP_PARTIES, "name", "当事人姓名 当事人 姓名 当事人名称 嫌疑人 违法行为人 xm dsr"},
    {GROUP_PARTIES, "id_no", "证件号码 身份证号 身份证号码 号码 zjhm sfzh"},
    {GROUP_PARTIES, "sex", "性别 xb"},
    {GROUP_PARTIES, "address", "住址 地址 zz"},
    {GROUP_PARTIES, "phone", "电话 手机 dh"},
    {GROUP_ITEMS, "name", "物品名称 物品 品名 涉案物品 wpmc"},
    {GROUP_ITEMS, "quantity", "物品数量 数量 sl"},
    {GROUP_ITEMS, "unit", "计量单位 jldw"},
    {GROUP_ITEMS, "feature", "物品特征 特征 tz"},
    {GROUP_ITEMS, "kept_at", "存放地点 保管地点 保管地 cfdd"},
    {GROUP_DOCUMENTS, "file_name", "附件 附件名 附件文件 文件名 文件 file fj"}};
static const char kinds[] = "文书类型 文书种类 文书类别 单据类型 业务类型 类型 种类 wslx wszl type";
static const char *const forms[] = {"yyyy-MM-dd HH:mm:ss",
                                    "yyyy-MM-dd HH:mm",
                                    "yyyy-M-d H:mm:ss",
                                    "yyyy-M-d H:mm",
                                    "yyyy-M-d",
                                    "yyyy/M/d H:mm:ss",
                                    "yyyy/M/d H:mm",
                                    "yyyy/M/d",
                                    "yyyy.M.d H:mm",
                                    "yyyy.M.d",
                                    "yyyy年M月d日 H时m分",
                                    "yyyy年M月d日H时m分",
                                    "yyyy年M月d日 H:mm",
                                    "yyyy年M月d日H:mm",
                                    "yyyy年M月d日H时",
                                    "yyyy年M月d日",
                                    "yyyyMMddHHmmss",
                                    "yyyyMMddHHmm",
                                    "yyyyMMdd HH:mm:ss",
                                    "yyyyMMdd HH:mm",
                                    "yyyyMMdd",
                                    "yyyy-MM-dd HH:mm:ss.0",
                                    "yyyy-MM-ddTHH:mm:ss",
                                    "yyyy-MM-ddTHH:mm",
                                    "yyyy-MM-ddTHH:mm:ssZ"};

static size_t rank_in(const char *names, const char *name) {
    size_t rank = 1;
    for (const char *at = names; *at; rank++) {
        size_t count = strcspn(at, " ");
        if (strlen(name) == count && strncasecmp(at, name, count) == 0) return rank;
        at += count + (at[count] == ' ');
    }
    return 0;
}

static struct bytes last_part(const char *path) {
    const char *at = strrchr(path, '/');
    return bytes_of_cstr(at ? at + 1 : path);
}

/* "名称" (name) is ambiguous without its parent path: of a party, an item or a document. */
static bool generic_in(enum group_kind group, const struct leaf *leaf, const char *canonical, const char *name) {
    static const struct {
        enum group_kind group;
        const char *canonical, *words;
    } all[] = {{GROUP_PARTIES, "name", "当事人 人员 嫌疑人 dsr"},
               {GROUP_ITEMS, "name", "物品 涉案物品 物证 wp"},
               {GROUP_DOCUMENTS, "file_name", "附件 材料 fj"}};
    const char *at = strrchr(leaf->parent, '/');
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].group != group || !canonical || strcmp(all[i].canonical, canonical) != 0) continue;
        return rank_in("名称 名 name mc", name) && rank_in(all[i].words, at ? at + 1 : leaf->parent);
    }
    return false;
}

/* A csv's columns are anyone's; elsewhere what repeats belongs to groups and lists only. */
static struct leaf *by_name(struct sample *s, enum group_kind group, const char *canonical, const char *names,
                            const char *parent) {
    const char *own = canonical ? canonical_zh(canonical, group) : NULL;
    const struct canonical_field *field = canonical ? canonical_find(canonical, group) : NULL;
    bool list = field && (field->kind == VALUE_LIST || field->kind == VALUE_AGENCIES);
    struct leaf *best = NULL;
    size_t least = 0;
    for (size_t i = 0; i < s->leaf_count; i++) {
        struct leaf *leaf = &s->leaves[i];
        const char *name = leaf->name[0] == '@' ? leaf->name + 1 : leaf->name;
        size_t rank = own && group == GROUP_NONE && strcmp(own, name) == 0 ? 1 : rank_in(names, name);
        if (!rank && generic_in(group, leaf, canonical, name)) rank = 99;
        if (!rank || leaf->used || (group == GROUP_NONE && leaf->repeated && !(list && leaf->listed)) ||
            (parent && strcmp(parent, leaf->parent) != 0))
            continue;
        bool ours = group == GROUP_PARTIES && rank_in("办案人员 执法人员 承办人 承办人员 联系人 举报 举报人",
                                                      arena_cstr(s->arena, last_part(leaf->parent)));
        /* several in one node; or those who write, not those written about */
        if (group != GROUP_NONE && (leaf->listed || ours)) continue;
        if (!best || rank < least) best = leaf, least = rank;
    }
    return best;
}

static const char *date_form(const struct sample *s, struct bytes text) {
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct fault ignored;
        instant at = 0;
        if (scalar_time(text, &(struct texts){&forms[i], 1}, s->arena, &at, &ignored) == OK) return forms[i];
    }
    return NULL;
}

static bool fits(const struct sample *s, const struct canonical_field *field, struct bytes text) {
    struct fault ignored;
    int64_t fen = 0;
    double number = 0;
    const struct participant *who = NULL;
    switch (field->kind) {
    case VALUE_TIME: return date_form(s, text) != NULL;
    case VALUE_AMOUNT: return scalar_amount(text, NULL, s->arena, &fen, &ignored) == OK;
    case VALUE_NUMBER:
    case VALUE_COUNT: return scalar_number(text, NULL, s->arena, &number, &ignored) == OK;
    case VALUE_AGENCY:
    case VALUE_AGENCIES: /* nobody sends to itself: 处罚机关 of one's own export is no recipient */
        return scalar_agency(text, NULL, s->directory, s->arena, &who, &ignored) == OK && who != s->agency;
    case VALUE_TEXT:
    case VALUE_LIST:
    case VALUE_SYMBOL:
    default: return true;
    }
}

static void place(struct sample *s, enum group_kind group, const char *canonical, struct leaf *leaf) {
    const struct canonical_field *field = canonical_find(canonical, group);
    unsigned records = group == GROUP_NONE ? field ? field->records : 0 : canonical_group_records(group);
    if (!leaf || !field || !(records & s->record) || s->placed_count == PLACES_MAX || !fits(s, field, leaf->text))
        return;
    s->placed[s->placed_count++] = (struct placed){group, canonical, leaf};
    leaf->used = true;
}

const struct placed *sample_placed(const struct sample *s, const char *canonical) {
    for (size_t i = 0; i < s->placed_count; i++) {
        if (s->placed[i].group == GROUP_NONE && strcmp(s->placed[i].canonical, canonical) == 0) return &s->placed[i];
    }
    return NULL;
}

/* Of a column that holds an agency's name: who gets the paper stands in 移送单位, who wrote or punished in 处罚机关. */
static bool gets(const char *name) {
    static const char *const words[] = {"移送", "移交", "送达", "主送", "接收", "收文",
                                        "受理", "转送", "转办", "发往", "交办"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strstr(name, words[i])) return true;
    }
    return false;
}
static bool wrote(const char *name) {
    static const char *const words[] = {"处罚", "执法", "决定", "发文", "办案", "承办", "查处", "立案", "制作",
                                        "填报", "上报", "报送", "登记", "审批", "批准", "调查", "作出", "来文"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strstr(name, words[i])) return true;
    }
    return false;
}
static void place_recipient(struct sample *s) {
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < s->leaf_count && !sample_placed(s, "envelope.recipients"); i++) {
            struct leaf *leaf = &s->leaves[i];
            bool fitting = pass == 0 ? gets(leaf->name) : !wrote(leaf->name);
            if (fitting && !leaf->used && !leaf->repeated) place(s, GROUP_NONE, "envelope.recipients", leaf);
        }
    }
}

/* What no name showed: a value that can be nothing else. */
static void place_by_value(struct sample *s, const char *canonical) {
    const struct canonical_field *field = canonical_find(canonical, GROUP_NONE);
    for (size_t i = 0; i < s->leaf_count && !sample_placed(s, canonical); i++) {
        struct leaf *leaf = &s->leaves[i];
        bool number_like = leaf->text.count < 120 && strstr(arena_cstr(s->arena, leaf->text), "号") != NULL;
        if (leaf->used || leaf->repeated || (field->kind == VALUE_TEXT && !number_like)) continue;
        place(s, GROUP_NONE, canonical, leaf);
    }
}

bool sample_drop(struct sample *s, const char *field) {
    for (size_t i = 0; i < s->placed_count; i++) {
        struct leaf *leaf = s->placed[i].leaf;
        if (strcmp(leaf->path, field) != 0) continue;
        leaf->used = false;
        memmove(&s->placed[i], &s->placed[i + 1], (--s->placed_count - i) * sizeof *s->placed);
        return true;
    }
    return false;
}

static void note_dates(struct sample *s) {
    for (size_t i = 0; i < s->placed_count; i++) {
        const struct canonical_field *field = canonical_find(s->placed[i].canonical, s->placed[i].group);
        const char *form = field->kind == VALUE_TIME ? date_form(s, s->placed[i].leaf->text) : NULL;
        bool had = !form;
        for (size_t k = 0; k < s->date_count && !had; k++) had = strcmp(s->dates[k], form) == 0;
        if (!had && s->date_count < sizeof s->dates / sizeof s->dates[0]) s->dates[s->date_count++] = form;
    }
}

void sample_guess(struct sample *s) {
    const char *parents[GROUP_COUNT] = {NULL};
    s->kind = by_name(s, GROUP_NONE, NULL, kinds, NULL);
    if (s->kind) s->kind->used = true;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        enum group_kind group = known[i].group;
        bool begins = group != GROUP_NONE && !parents[group];
        /* its name was not found */
        if (begins && !canonical_find(known[i].canonical, group)->needed && group != GROUP_DOCUMENTS) continue;
        struct leaf *leaf =
            by_name(s, group, known[i].canonical, known[i].names, group == GROUP_NONE ? NULL : parents[group]);
        if (leaf && begins) parents[group] = leaf->parent;
        place(s, group, known[i].canonical, leaf);
    }
    place_by_value(s, "envelope.business_time");
    place_recipient(s);
    place_by_value(s, "envelope.document_no");
    note_dates(s);
}
