-- 协调员视图: what coordinators read, with psql or `ecocase`. Nothing here shows the content of a case file.

-- The reasons of an answer in one line; an answer that is no JSON is shown as it stands.
CREATE FUNCTION ecocase.reasons(answer text, member text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN (SELECT string_agg(r ->> member, '；' ORDER BY n)
            FROM json_array_elements(answer::json -> 'reasons') WITH ORDINALITY AS x(r, n));
EXCEPTION WHEN data_exception OR invalid_text_representation THEN
    RETURN answer;
END $$;

CREATE VIEW ecocase.participant_list AS
SELECT number, slug, name, english, role, lead, region, receipts FROM ecocase.participant;
COMMENT ON VIEW ecocase.participant_list IS '参与单位 participants';
COMMENT ON COLUMN ecocase.participant_list.number IS '编号';
COMMENT ON COLUMN ecocase.participant_list.slug IS '代号';
COMMENT ON COLUMN ecocase.participant_list.name IS '名称';
COMMENT ON COLUMN ecocase.participant_list.english IS '英文名称';
COMMENT ON COLUMN ecocase.participant_list.role IS '角色';
COMMENT ON COLUMN ecocase.participant_list.lead IS '牵头公安机关';
COMMENT ON COLUMN ecocase.participant_list.region IS '行政区划代码';
COMMENT ON COLUMN ecocase.participant_list.receipts IS '需要受理回执';

CREATE VIEW ecocase.lane_list AS
SELECT l.lane, l.owner, l.epoch, l.generation, l.serial, l.published, l.serial - l.published AS unpublished, l."time" AS lane_time,
       (SELECT coalesce(sum(s.given - d.done), 0)::bigint FROM unnest(l.sequence) WITH ORDINALITY AS s(given, n)
        JOIN unnest(l.delivered) WITH ORDINALITY AS d(done, n) ON d.n = s.n) AS undelivered,
       l.clock_offset, l.next_offset, l.directory_version, l.changed, w.manual_clock
FROM ecocase.lane AS l CROSS JOIN ecocase.world AS w;
COMMENT ON VIEW ecocase.lane_list IS '泳道 lanes';
COMMENT ON COLUMN ecocase.lane_list.lane IS '泳道';
COMMENT ON COLUMN ecocase.lane_list.owner IS '持有实例（空：无人持有）';
COMMENT ON COLUMN ecocase.lane_list.epoch IS '接管次数';
COMMENT ON COLUMN ecocase.lane_list.generation IS '代次（恢复后增加）';
COMMENT ON COLUMN ecocase.lane_list.serial IS '最后登记序号';
COMMENT ON COLUMN ecocase.lane_list.published IS '已投送至收件箱的序号';
COMMENT ON COLUMN ecocase.lane_list.unpublished IS '待投送事件数';
COMMENT ON COLUMN ecocase.lane_list.lane_time IS '泳道时间（超期以此为准）';
COMMENT ON COLUMN ecocase.lane_list.undelivered IS '收件单位尚未确认送达的消息数';
COMMENT ON COLUMN ecocase.lane_list.clock_offset IS '时钟主题下一偏移';
COMMENT ON COLUMN ecocase.lane_list.next_offset IS '各发件箱下一偏移（下标为单位编号）';
COMMENT ON COLUMN ecocase.lane_list.directory_version IS '名录版本';
COMMENT ON COLUMN ecocase.lane_list.changed IS '最近变更';
COMMENT ON COLUMN ecocase.lane_list.manual_clock IS '手动时钟（测试台账）';

CREATE VIEW ecocase.clock_list AS
SELECT r.id AS referral_id, r.case_id, r.machine, r.numbers, r.title, k.rule, coalesce(n.zh, k.rule) AS rule_zh, coalesce(n.en, k.rule) AS rule_en,
       n.basis, k.state,
       CASE k.state WHEN 'R' THEN '计时中' WHEN 'P' THEN '中止' WHEN 'M' THEN '按期' WHEN 'B' THEN '超期' WHEN 'V' THEN '作废'
                    WHEN 'S' THEN '被延长替代' ELSE k.state END AS state_zh,
       k.statutory, CASE WHEN k.statutory THEN '法定' ELSE '非法定' END AS statutory_zh, k.measured,
       a.slug AS actor, a.name AS actor_name, k.start AS started_at, k.strict AS due_strict,
       k.lenient AS due_lenient, k.stop AS stopped_at, l."time" AS lane_time,
       k.state = 'R' AS running,
       (k.state = 'B' AND NOT k.measured) OR (k.state = 'R' AND coalesce(l."time" > k.lenient, false)) AS overdue,
       k.state = 'R' AND coalesce(l."time" > k.strict AND l."time" <= k.lenient, false) AS due_by_letter
FROM ecocase.referral AS r
CROSS JOIN LATERAL ecocase.clocks_of(r.clocks) AS k
JOIN ecocase.lane AS l ON l.lane = r.lane
LEFT JOIN ecocase.participant AS a ON a.number = k.actor
LEFT JOIN ecocase.rule_name AS n ON n.kind = 'C' AND n.machine = '' AND n.code = k.rule;
COMMENT ON VIEW ecocase.clock_list IS '期限 clocks: running, met, breached';
COMMENT ON COLUMN ecocase.clock_list.referral_id IS '移送标识';
COMMENT ON COLUMN ecocase.clock_list.case_id IS '案件标识';
COMMENT ON COLUMN ecocase.clock_list.machine IS '程序（REF 移送公安，REV 反向移送，JUR 管辖移送）';
COMMENT ON COLUMN ecocase.clock_list.numbers IS '出现过的文号（每行一个）';
COMMENT ON COLUMN ecocase.clock_list.title IS '案件名称';
COMMENT ON COLUMN ecocase.clock_list.rule IS '期限规则';
COMMENT ON COLUMN ecocase.clock_list.rule_zh IS '期限名称';
COMMENT ON COLUMN ecocase.clock_list.rule_en IS '期限名称（英文）';
COMMENT ON COLUMN ecocase.clock_list.basis IS '依据';
COMMENT ON COLUMN ecocase.clock_list.state IS '状态代码';
COMMENT ON COLUMN ecocase.clock_list.state_zh IS '状态';
COMMENT ON COLUMN ecocase.clock_list.statutory IS '是否法定';
COMMENT ON COLUMN ecocase.clock_list.statutory_zh IS '法定或非法定';
COMMENT ON COLUMN ecocase.clock_list.measured IS '事后核算（到达时即已结束）';
COMMENT ON COLUMN ecocase.clock_list.actor IS '应当办理的单位代号';
COMMENT ON COLUMN ecocase.clock_list.actor_name IS '应当办理的单位';
COMMENT ON COLUMN ecocase.clock_list.started_at IS '起算（业务时间）';
COMMENT ON COLUMN ecocase.clock_list.due_strict IS '届满（按字面）';
COMMENT ON COLUMN ecocase.clock_list.due_lenient IS '届满（节假日顺延）';
COMMENT ON COLUMN ecocase.clock_list.stopped_at IS '停止（业务时间）';
COMMENT ON COLUMN ecocase.clock_list.lane_time IS '泳道时间';
COMMENT ON COLUMN ecocase.clock_list.running IS '计时中';
COMMENT ON COLUMN ecocase.clock_list.overdue IS '已超期';
COMMENT ON COLUMN ecocase.clock_list.due_by_letter IS '按字面已届满、顺延期内';

CREATE VIEW ecocase.referral_list AS
SELECT r.id AS referral_id, r.case_id, r.machine, coalesce(m.zh, r.machine) AS machine_zh, r.state, coalesce(s.zh, r.state) AS state_zh,
       coalesce(s.en, r.state) AS state_en, NOT coalesce(s.terminal, false) AS open, r.title, r.category, r.county,
       split_part(r.numbers, E'\n', 1) AS document_no, r.numbers, o.slug AS opener, o.name AS opener_name, h.slug AS holder, h.name AS holder_name,
       p.slug AS referrer, nullif(r.parent, '00000000-0000-0000-0000-000000000000') AS parent, r.flags, r.rules,
       r.opened_at, r.changed_at, r.event_count,
       (SELECT min(c.due_lenient) FROM ecocase.clock_list AS c WHERE c.case_id = r.case_id AND c.referral_id = r.id AND c.running) AS next_due,
       (SELECT count(*) FROM ecocase.clock_list AS c WHERE c.case_id = r.case_id AND c.referral_id = r.id AND c.overdue) AS overdue_clocks,
       r.lane, r.events
FROM ecocase.referral AS r
LEFT JOIN ecocase.participant AS o ON o.number = r.opener
LEFT JOIN ecocase.participant AS h ON h.number = r.holder
LEFT JOIN ecocase.participant AS p ON p.number = r.referrer
LEFT JOIN ecocase.rule_name AS m ON m.kind = 'M' AND m.machine = '' AND m.code = r.machine
LEFT JOIN ecocase.rule_name AS s ON s.kind = 'S' AND s.machine = r.machine AND s.code = r.state;
COMMENT ON VIEW ecocase.referral_list IS '移送 referrals and where they stand';
COMMENT ON COLUMN ecocase.referral_list.referral_id IS '移送标识';
COMMENT ON COLUMN ecocase.referral_list.case_id IS '案件标识';
COMMENT ON COLUMN ecocase.referral_list.machine IS '程序代码';
COMMENT ON COLUMN ecocase.referral_list.machine_zh IS '程序';
COMMENT ON COLUMN ecocase.referral_list.state IS '状态代码';
COMMENT ON COLUMN ecocase.referral_list.state_zh IS '状态';
COMMENT ON COLUMN ecocase.referral_list.state_en IS '状态（英文）';
COMMENT ON COLUMN ecocase.referral_list.open IS '未办结';
COMMENT ON COLUMN ecocase.referral_list.title IS '案件名称';
COMMENT ON COLUMN ecocase.referral_list.category IS '类别';
COMMENT ON COLUMN ecocase.referral_list.county IS '县区代码';
COMMENT ON COLUMN ecocase.referral_list.document_no IS '首个文号';
COMMENT ON COLUMN ecocase.referral_list.numbers IS '出现过的文号（每行一个）';
COMMENT ON COLUMN ecocase.referral_list.opener IS '移送单位代号';
COMMENT ON COLUMN ecocase.referral_list.opener_name IS '移送单位';
COMMENT ON COLUMN ecocase.referral_list.holder IS '现办理单位代号';
COMMENT ON COLUMN ecocase.referral_list.holder_name IS '现办理单位';
COMMENT ON COLUMN ecocase.referral_list.referrer IS '须告知的原移送单位代号';
COMMENT ON COLUMN ecocase.referral_list.parent IS '上一移送';
COMMENT ON COLUMN ecocase.referral_list.flags IS '附加状态位';
COMMENT ON COLUMN ecocase.referral_list.rules IS '规则版本';
COMMENT ON COLUMN ecocase.referral_list.opened_at IS '移送时间（业务时间）';
COMMENT ON COLUMN ecocase.referral_list.changed_at IS '最近变更（业务时间）';
COMMENT ON COLUMN ecocase.referral_list.event_count IS '事件数';
COMMENT ON COLUMN ecocase.referral_list.next_due IS '最近届满';
COMMENT ON COLUMN ecocase.referral_list.overdue_clocks IS '超期期限数';
COMMENT ON COLUMN ecocase.referral_list.lane IS '泳道';
COMMENT ON COLUMN ecocase.referral_list.events IS '泳道内事件序号';

CREATE VIEW ecocase.event_list AS
SELECT e.lane, e.serial, e.broker_time, e.business_time, e.kind,
       CASE e.kind WHEN 'A' THEN '受理' WHEN 'R' THEN '拒绝' WHEN 'D' THEN '死信' WHEN 'P' THEN '重复' ELSE e.kind::text END AS kind_zh,
       s.slug AS sender, s.name AS sender_name, e.message_id, e.case_id, e.referral_id, e.event, coalesce(n.zh, e.event) AS event_zh,
       coalesce(n.en, e.event) AS event_en, e.document_no, e.from_state, e.to_state, e.rules, e.directory, e.source_offset,
       octet_length(e.value) AS bytes, e.answer
FROM ecocase.event AS e
LEFT JOIN ecocase.participant AS s ON s.number = e.sender
LEFT JOIN ecocase.rule_name AS n ON n.kind = 'E' AND n.machine = '' AND n.code = e.event;
COMMENT ON VIEW ecocase.event_list IS '事件 events (append only)';
COMMENT ON COLUMN ecocase.event_list.lane IS '泳道';
COMMENT ON COLUMN ecocase.event_list.serial IS '泳道内序号';
COMMENT ON COLUMN ecocase.event_list.broker_time IS '代理时间';
COMMENT ON COLUMN ecocase.event_list.business_time IS '业务时间（文书所载）';
COMMENT ON COLUMN ecocase.event_list.kind IS '结果代码（A 受理 R 拒绝 D 死信 P 重复）';
COMMENT ON COLUMN ecocase.event_list.kind_zh IS '结果';
COMMENT ON COLUMN ecocase.event_list.sender IS '发送单位代号';
COMMENT ON COLUMN ecocase.event_list.sender_name IS '发送单位';
COMMENT ON COLUMN ecocase.event_list.message_id IS '消息标识';
COMMENT ON COLUMN ecocase.event_list.case_id IS '案件标识';
COMMENT ON COLUMN ecocase.event_list.referral_id IS '移送标识';
COMMENT ON COLUMN ecocase.event_list.event IS '事件代码';
COMMENT ON COLUMN ecocase.event_list.event_zh IS '事件';
COMMENT ON COLUMN ecocase.event_list.event_en IS '事件（英文）';
COMMENT ON COLUMN ecocase.event_list.document_no IS '文号';
COMMENT ON COLUMN ecocase.event_list.from_state IS '原状态';
COMMENT ON COLUMN ecocase.event_list.to_state IS '新状态';
COMMENT ON COLUMN ecocase.event_list.rules IS '规则版本';
COMMENT ON COLUMN ecocase.event_list.directory IS '名录版本';
COMMENT ON COLUMN ecocase.event_list.source_offset IS '发件箱偏移';
COMMENT ON COLUMN ecocase.event_list.bytes IS '消息字节数';
COMMENT ON COLUMN ecocase.event_list.answer IS '答复（JSON）';

CREATE VIEW ecocase.delivery_list AS
SELECT e.lane, e.serial, e.event, e.message_id, e.case_id, e.referral_id, p.slug AS recipient, p.name AS recipient_name,
       substr(e.delivery_role, d.n::integer, 1) AS role,
       CASE substr(e.delivery_role, d.n::integer, 1) WHEN 't' THEN '主送' WHEN 'c' THEN '抄送' WHEN 'n' THEN '回执' ELSE '' END AS role_zh,
       d.seq AS sequence, e.serial <= l.published AS published, d.seq <= l.delivered[d.recipient] AS delivered, e.broker_time
FROM ecocase.event AS e
JOIN ecocase.lane AS l ON l.lane = e.lane
CROSS JOIN LATERAL unnest(e.delivery_to, e.delivery_seq) WITH ORDINALITY AS d(recipient, seq, n)
LEFT JOIN ecocase.participant AS p ON p.number = d.recipient;
COMMENT ON VIEW ecocase.delivery_list IS '送达 deliveries: one line per event and recipient';
COMMENT ON COLUMN ecocase.delivery_list.lane IS '泳道';
COMMENT ON COLUMN ecocase.delivery_list.serial IS '泳道内序号';
COMMENT ON COLUMN ecocase.delivery_list.event IS '事件代码';
COMMENT ON COLUMN ecocase.delivery_list.message_id IS '消息标识';
COMMENT ON COLUMN ecocase.delivery_list.case_id IS '案件标识';
COMMENT ON COLUMN ecocase.delivery_list.referral_id IS '移送标识';
COMMENT ON COLUMN ecocase.delivery_list.recipient IS '收件单位代号';
COMMENT ON COLUMN ecocase.delivery_list.recipient_name IS '收件单位';
COMMENT ON COLUMN ecocase.delivery_list.role IS '方式代码（t 主送 c 抄送 n 回执）';
COMMENT ON COLUMN ecocase.delivery_list.role_zh IS '方式';
COMMENT ON COLUMN ecocase.delivery_list.sequence IS '对该单位的连续编号';
COMMENT ON COLUMN ecocase.delivery_list.published IS '已投送至收件箱';
COMMENT ON COLUMN ecocase.delivery_list.delivered IS '收件单位已确认送达';
COMMENT ON COLUMN ecocase.delivery_list.broker_time IS '代理时间';

CREATE VIEW ecocase.refusal_list AS
SELECT e.lane, e.serial, e.broker_time, e.business_time, s.slug AS sender, s.name AS sender_name, e.event, coalesce(n.zh, e.event) AS event_zh,
       e.document_no, e.message_id, e.case_id, e.referral_id, e.from_state, ecocase.reasons(e.answer, 'code') AS codes,
       ecocase.reasons(e.answer, 'zh') AS reasons_zh, ecocase.reasons(e.answer, 'en') AS reasons_en, e.answer
FROM ecocase.event AS e
LEFT JOIN ecocase.participant AS s ON s.number = e.sender
LEFT JOIN ecocase.rule_name AS n ON n.kind = 'E' AND n.machine = '' AND n.code = e.event
WHERE e.kind = 'R';
COMMENT ON VIEW ecocase.refusal_list IS '拒绝 refusals with their reasons';
COMMENT ON COLUMN ecocase.refusal_list.lane IS '泳道';
COMMENT ON COLUMN ecocase.refusal_list.serial IS '泳道内序号';
COMMENT ON COLUMN ecocase.refusal_list.broker_time IS '代理时间';
COMMENT ON COLUMN ecocase.refusal_list.business_time IS '业务时间';
COMMENT ON COLUMN ecocase.refusal_list.sender IS '发送单位代号';
COMMENT ON COLUMN ecocase.refusal_list.sender_name IS '发送单位';
COMMENT ON COLUMN ecocase.refusal_list.event IS '事件代码';
COMMENT ON COLUMN ecocase.refusal_list.event_zh IS '事件';
COMMENT ON COLUMN ecocase.refusal_list.document_no IS '文号';
COMMENT ON COLUMN ecocase.refusal_list.message_id IS '消息标识';
COMMENT ON COLUMN ecocase.refusal_list.case_id IS '案件标识';
COMMENT ON COLUMN ecocase.refusal_list.referral_id IS '移送标识';
COMMENT ON COLUMN ecocase.refusal_list.from_state IS '当时状态';
COMMENT ON COLUMN ecocase.refusal_list.codes IS '理由代码';
COMMENT ON COLUMN ecocase.refusal_list.reasons_zh IS '理由';
COMMENT ON COLUMN ecocase.refusal_list.reasons_en IS '理由（英文）';
COMMENT ON COLUMN ecocase.refusal_list.answer IS '答复（JSON）';

CREATE VIEW ecocase.dead_letter_list AS
SELECT e.lane, e.serial, e.broker_time, s.slug AS sender, s.name AS sender_name, 'ecocase.outbox.' || s.slug AS topic, e.source_offset,
       ecocase.reasons(e.answer, 'code') AS codes, ecocase.reasons(e.answer, 'zh') AS reasons_zh, ecocase.reasons(e.answer, 'en') AS reasons_en,
       encode(substr(e.key, 1, 64), 'escape') AS key_text, octet_length(e.value) AS bytes, encode(substr(e.value, 1, 256), 'hex') AS value_head,
       e.headers, e.answer
FROM ecocase.event AS e
LEFT JOIN ecocase.participant AS s ON s.number = e.sender
WHERE e.kind = 'D';
COMMENT ON VIEW ecocase.dead_letter_list IS '死信 dead letters';
COMMENT ON COLUMN ecocase.dead_letter_list.lane IS '泳道';
COMMENT ON COLUMN ecocase.dead_letter_list.serial IS '泳道内序号';
COMMENT ON COLUMN ecocase.dead_letter_list.broker_time IS '代理时间';
COMMENT ON COLUMN ecocase.dead_letter_list.sender IS '发件箱单位代号';
COMMENT ON COLUMN ecocase.dead_letter_list.sender_name IS '发件箱单位';
COMMENT ON COLUMN ecocase.dead_letter_list.topic IS '来源主题（分区即泳道）';
COMMENT ON COLUMN ecocase.dead_letter_list.source_offset IS '来源偏移';
COMMENT ON COLUMN ecocase.dead_letter_list.codes IS '理由代码';
COMMENT ON COLUMN ecocase.dead_letter_list.reasons_zh IS '理由';
COMMENT ON COLUMN ecocase.dead_letter_list.reasons_en IS '理由（英文）';
COMMENT ON COLUMN ecocase.dead_letter_list.key_text IS '键（前 64 字节）';
COMMENT ON COLUMN ecocase.dead_letter_list.bytes IS '字节数';
COMMENT ON COLUMN ecocase.dead_letter_list.value_head IS '内容前 256 字节（十六进制）';
COMMENT ON COLUMN ecocase.dead_letter_list.headers IS '消息头（JSON）';
COMMENT ON COLUMN ecocase.dead_letter_list.answer IS '答复（JSON）';

CREATE VIEW ecocase.world_list AS
SELECT w.cluster_id, w.manual_clock, CASE WHEN w.manual_clock THEN '手动（测试台账）' ELSE '真实' END AS clock_zh, w.lanes, w.generation, w.created,
       (SELECT max(d.version) FROM ecocase.directory AS d) AS directory_version
FROM ecocase.world AS w;
COMMENT ON VIEW ecocase.world_list IS '台账本身 the ledger itself';
