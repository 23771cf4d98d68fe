-- 提醒: alerts by clock. alarm_at: when something is to be told of a referral next (broker/judge/alert.h); the one index that a tick needs,
-- over running clocks only. Events of kind T are what was told; bit 10 on of a clock's second number says what was (see 001-tables.sql).
ALTER TABLE ecocase.referral ADD COLUMN alarm_at timestamptz;
CREATE INDEX referral_alarm ON ecocase.referral (lane, alarm_at) WHERE alarm_at IS NOT NULL;
CREATE INDEX event_alert ON ecocase.event (broker_time) WHERE kind = 'T';

CREATE OR REPLACE VIEW ecocase.event_list AS
SELECT e.lane, e.serial, e.broker_time, e.business_time, e.kind,
       CASE e.kind WHEN 'A' THEN '受理' WHEN 'R' THEN '拒绝' WHEN 'D' THEN '死信' WHEN 'P' THEN '重复' WHEN 'T' THEN '提醒' ELSE e.kind::text END AS kind_zh,
       CASE WHEN e.kind = 'T' THEN 'ecocase' ELSE s.slug END AS sender, CASE WHEN e.kind = 'T' THEN '共享代理' ELSE s.name END AS sender_name,
       e.message_id, e.case_id, e.referral_id, e.event,
       CASE e.event WHEN 'SYS.WARNING' THEN '期限将届' WHEN 'SYS.OVERDUE' THEN '超期' WHEN 'SYS.ESCALATION' THEN '升级督办' WHEN 'SYS.CORRECTION' THEN '超期更正'
                    ELSE coalesce(n.zh, e.event) END AS event_zh,
       CASE e.event WHEN 'SYS.WARNING' THEN 'due soon' WHEN 'SYS.OVERDUE' THEN 'overdue' WHEN 'SYS.ESCALATION' THEN 'escalated'
                    WHEN 'SYS.CORRECTION' THEN 'overdue corrected' ELSE coalesce(n.en, e.event) END AS event_en,
       e.document_no, e.from_state, e.to_state, e.rules, e.directory, e.source_offset, octet_length(e.value) AS bytes, e.answer
FROM ecocase.event AS e
LEFT JOIN ecocase.participant AS s ON s.number = e.sender
LEFT JOIN ecocase.rule_name AS n ON n.kind = 'E' AND n.machine = '' AND n.code = e.event;
COMMENT ON COLUMN ecocase.event_list.kind IS '结果代码（A 受理 R 拒绝 D 死信 P 重复 T 提醒）';

CREATE VIEW ecocase.alert_list AS
SELECT e.lane, e.serial, e.broker_time AS told_at, e.business_time AS due_at, e.event, e.event_zh, e.event_en, e.referral_id, e.case_id, e.document_no,
       r.machine, r.title, (e.answer::json -> 'clocks' -> 0) ->> 'rule' AS rule, coalesce(n.zh, '') AS rule_zh,
       ecocase.reasons(e.answer, 'zh') AS text_zh, ecocase.reasons(e.answer, 'en') AS text_en,
       (SELECT string_agg(d.recipient, ' ' ORDER BY d.recipient) FROM ecocase.delivery_list AS d WHERE d.lane = e.lane AND d.serial = e.serial) AS told
FROM ecocase.event_list AS e
JOIN ecocase.referral AS r ON r.case_id = e.case_id AND r.id = e.referral_id
LEFT JOIN ecocase.rule_name AS n ON n.kind = 'C' AND n.machine = '' AND n.code = (e.answer::json -> 'clocks' -> 0) ->> 'rule'
WHERE e.kind = 'T';
COMMENT ON VIEW ecocase.alert_list IS '提醒 alerts by clock';
COMMENT ON COLUMN ecocase.alert_list.lane IS '泳道';
COMMENT ON COLUMN ecocase.alert_list.serial IS '泳道内序号';
COMMENT ON COLUMN ecocase.alert_list.told_at IS '提醒时间（代理时间）';
COMMENT ON COLUMN ecocase.alert_list.due_at IS '期限届满';
COMMENT ON COLUMN ecocase.alert_list.event IS '提醒代码';
COMMENT ON COLUMN ecocase.alert_list.event_zh IS '提醒';
COMMENT ON COLUMN ecocase.alert_list.event_en IS '提醒（英文）';
COMMENT ON COLUMN ecocase.alert_list.referral_id IS '移送标识';
COMMENT ON COLUMN ecocase.alert_list.case_id IS '案件标识';
COMMENT ON COLUMN ecocase.alert_list.document_no IS '首个文号';
COMMENT ON COLUMN ecocase.alert_list.machine IS '程序代码';
COMMENT ON COLUMN ecocase.alert_list.title IS '案件名称';
COMMENT ON COLUMN ecocase.alert_list.rule IS '期限规则';
COMMENT ON COLUMN ecocase.alert_list.rule_zh IS '期限名称';
COMMENT ON COLUMN ecocase.alert_list.text_zh IS '内容';
COMMENT ON COLUMN ecocase.alert_list.text_en IS '内容（英文）';
COMMENT ON COLUMN ecocase.alert_list.told IS '已通知单位';
GRANT SELECT ON ecocase.alert_list TO ecocase_reader, ecocase_broker;
