/* How a record's fields and groups are called in Chinese where the agency's profile has no words for them. */
#include "adapters/conversion/canonical/canonical.h"

static const struct canonical_name own[] = {{"envelope.event", "环节代码"},
                                            {"envelope.document_no", "文号"},
                                            {"envelope.business_time", "日期"},
                                            {"envelope.sender", "来文单位"},
                                            {"envelope.sender_unit", "来文单位机构代码"},
                                            {"envelope.recipients", "主送单位"},
                                            {"envelope.copies", "抄送单位"},
                                            {"envelope.cites", "引用文号"},
                                            {"inbox.role", "送达方式"},
                                            {"envelope.handling", "处理限制"},
                                            {"envelope.handling_expires", "处理限制期限"},
                                            {"about_document_no", "所涉文号"},
                                            {"about_event", "所涉环节"},
                                            {"state", "移送状态"},
                                            {"reasons.text", "退回原因"},
                                            {"agency_case_no", "案件编号"},
                                            {"category", "案件类别"},
                                            {"title", "案件名称"},
                                            {"offence", "涉嫌罪名"},
                                            {"summary", "基本案情"},
                                            {"case_source", "案件来源"},
                                            {"county_code", "行政区划代码"},
                                            {"place", "案发地点"},
                                            {"longitude", "经度"},
                                            {"latitude", "纬度"},
                                            {"coordinates_system", "坐标系"},
                                            {"found_time", "发现时间"},
                                            {"report_time", "移送报告时间"},
                                            {"approval_time", "批准移送时间"},
                                            {"document_code", "文书代码"},
                                            {"decided_time", "决定时间"},
                                            {"approver", "批准人"},
                                            {"approver_level", "批准人级别"},
                                            {"signer", "签收人"},
                                            {"officers", "承办人"},
                                            {"contact", "联系人"},
                                            {"contact_phone", "联系电话"},
                                            {"reason_code", "理由代码"},
                                            {"reason", "理由"},
                                            {"target_organ", "应受理机关"},
                                            {"legal_basis", "法律依据"},
                                            {"fine_paid_fen", "已缴罚款"},
                                            {"declared_missing", "缺少材料"},
                                            {"note", "备注"},
                                            {"source", "线索来源"},
                                            {"purpose", "目的用途"},
                                            {"areas", "区域"},
                                            {"reporter_kind", "举报方式"},
                                            {"linked_numbers", "关联文号"},
                                            {"checks", "核查措施"},
                                            {"kind", "行动种类"},
                                            {"area_name", "行动区域"},
                                            {"window_start", "行动起始时间"},
                                            {"window_end", "行动结束时间"},
                                            {"lead", "牵头单位"},
                                            {"reply_by", "答复截止时间"},
                                            {"proposed_start", "另提起始时间"},
                                            {"proposed_end", "另提结束时间"},
                                            {"units", "参加队伍"},
                                            {"people", "人员数"},
                                            {"vehicles", "车辆数"},
                                            {"uavs", "无人机数"},
                                            {"boats", "船艇数"},
                                            {"evidence", "证据"},
                                            {"leads_to", "转为程序"},
                                            {"follow_ups", "后续文号"},
                                            {"patrol_hours", "巡逻小时"},
                                            {"patrol_km", "巡逻公里"},
                                            {"sites_inspected", "检查点位数"},
                                            {"hazards_found", "发现隐患数"},
                                            {"hazards_rectified", "整改隐患数"},
                                            {"admin_cases", "行政案件数"},
                                            {"criminal_cases", "刑事案件数"},
                                            {"seized_items", "查扣物品数"},
                                            {"people_found", "查获人员数"},
                                            {"overdue", "逾期未报单位"},
                                            {"inbox.lane", "收文泳道"},
                                            {"inbox.sequence", "收文序号"}};
static const struct canonical_name party[] = {{"kind", "类型"},      {"name", "姓名或名称"}, {"id_type", "证件类型"},
                                              {"id_no", "证件号码"}, {"sex", "性别代码"},    {"address", "住址"},
                                              {"phone", "电话"},     {"role", "身份"}};
static const struct canonical_name item[] = {{"name", "名称"},    {"quantity", "数量"},    {"unit", "单位"},
                                             {"feature", "特征"}, {"kept_at", "存放地点"}, {"measure", "强制措施"}};
static const struct canonical_name fact[] = {{"name", "名称"}, {"value", "数值"}, {"unit", "单位"}};
static const struct canonical_name penalty[] = {
    {"party", "被处罚人"}, {"kind", "种类"}, {"amount_fen", "金额"}, {"detail", "内容"}};
static const struct canonical_name document[] = {
    {"file_name", "文件名"}, {"title", "名称"}, {"code", "文书代码"}, {"number", "文号"}, {"media_type", "文件类型"}};
static const struct canonical_name native[] = {{"name", "名称"}, {"value", "内容"}};
static const struct canonical_name reason[] = {{"code", "代码"}, {"field", "字段"}, {"zh", "说明"}, {"en", "英文说明"}};
static const struct canonical_name corner[] = {{"longitude", "经度"}, {"latitude", "纬度"}};
static const struct canonical_name task[] = {
    {"task", "任务"}, {"agency", "承担单位"}, {"place", "地点"}, {"time", "时间"}};
static const struct canonical_name clock_note[] = {
    {"rule", "规则"}, {"due_strict", "从严期限"}, {"due_lenient", "从宽期限"}, {"statutory", "法定"}};

#define NAMES(list) list, sizeof(list) / sizeof(list)[0]
static const struct {
    const char *zh;
    const struct canonical_name *names;
    size_t count;
} groups[] = {[GROUP_PARTIES] = {"当事人", NAMES(party)},
              [GROUP_ITEMS] = {"涉案物品", NAMES(item)},
              [GROUP_FACTS] = {"数量事实", NAMES(fact)},
              [GROUP_PENALTIES] = {"处罚", NAMES(penalty)},
              [GROUP_DOCUMENTS] = {"附件", NAMES(document)},
              [GROUP_NATIVE] = {"原系统字段", NAMES(native)},
              [GROUP_REASONS] = {"理由", NAMES(reason)},
              [GROUP_CLOCKS] = {"时限", NAMES(clock_note)},
              [GROUP_AREA] = {"区域边界", NAMES(corner)},
              [GROUP_TASKS] = {"任务清单", NAMES(task)},
              [GROUP_NONE] = {"", NAMES(own)}};

const struct canonical_name *canonical_names(enum group_kind group, size_t *ret_count) {
    *ret_count = groups[group].count;
    return groups[group].names;
}
const char *canonical_zh(const char *path, enum group_kind group) {
    for (size_t i = 0; i < groups[group].count; i++) {
        if (strcmp(groups[group].names[i].path, path) == 0) return groups[group].names[i].zh;
    }
    return NULL;
}
const char *canonical_group_zh(enum group_kind group) { return groups[group].zh; }
