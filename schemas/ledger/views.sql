-- 协调员视图: what people read, with psql or `ecocase`. Nothing here shows the content of a case file. After record.sql.

-- ---- What the views read packed columns with
CREATE FUNCTION ecocase.instant(ms bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT to_timestamp(nullif(ms, -9223372036854775808)::double precision / 1000) $$;
-- Clocks of a referral. 1 the rule's name, eight bytes filled up with spaces; 2 state + 256 statutory + 512 measured + 1024 and on: which alerts were told + 65536 actor;
-- 3 to 6 start, due_strict, due_lenient and stop in ms since 1970, the least bigint for none.
CREATE FUNCTION ecocase.clocks_of(c bigint[]) RETURNS TABLE (rule text, state text, statutory boolean, measured boolean, actor smallint,
    start timestamptz, strict timestamptz, lenient timestamptz, stop timestamptz) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT rtrim(convert_from(int8send(c[i + 1]), 'UTF8')), chr((c[i + 2] & 255)::integer), c[i + 2] & 256 <> 0, c[i + 2] & 512 <> 0,
           (c[i + 2] >> 16)::smallint, ecocase.instant(c[i + 3]), ecocase.instant(c[i + 4]), ecocase.instant(c[i + 5]), ecocase.instant(c[i + 6])
    FROM generate_series(0, cardinality(c) - 6, 6) AS i
$$;
-- The reasons of an answer in one line; an answer that is no JSON is shown as it stands.
CREATE FUNCTION ecocase.reasons(answer text, member text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN (SELECT string_agg(r ->> member, '；' ORDER BY n)
            FROM json_array_elements(answer::json -> 'reasons') WITH ORDINALITY AS x(r, n));
EXCEPTION WHEN data_exception OR invalid_text_representation THEN
    RETURN answer;
END $$;
CREATE FUNCTION ecocase.handling_code(handling smallint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (ARRAY['OPEN_INTERNAL', 'RESTRICTED', 'ORCON', 'NO_ACTION'])[handling + 1] $$;
-- The title of a clue that is restricted or originator controlled is not shown (rule_name of kind H: terminal says that it is hidden); its numbers, category,
-- county, parties and limits are, so that nobody's clue is out of sight. `hidden` NULL: the names of the rules are not there; then what is to be hidden is.
CREATE FUNCTION ecocase.shown_title(title text, handling smallint, hidden boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN handling <> 0 AND coalesce(hidden, handling IN (1, 2)) THEN '（受限线索，名称不显示）' ELSE title END $$;
-- The roster of a joint operation. Lines, tab-separated (broker/model/roster.h): kind, start, end, reply_by; a line for each body; F a finding; L the number of a
-- case that a finding led to. Hours and km in tenths.
CREATE FUNCTION ecocase.roster_of(roster text) RETURNS TABLE (number smallint, state text, answered_at timestamptz, late boolean, reason text,
    proposed_start timestamptz, proposed_end timestamptz, people bigint, vehicles bigint, uavs bigint, boats bigint, reported_at timestamptz,
    report_late boolean, patrol_hours numeric, patrol_km numeric, sites bigint, hazards_found bigint, hazards_rectified bigint, admin_cases bigint,
    criminal_cases bigint, seized_items bigint, people_found bigint) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT f[1]::smallint, f[2], ecocase.instant(nullif(f[3], '')::bigint), f[4] = '1', f[5], ecocase.instant(nullif(f[6], '')::bigint),
           ecocase.instant(nullif(f[7], '')::bigint), nullif(f[8], '')::bigint, nullif(f[9], '')::bigint, nullif(f[10], '')::bigint, nullif(f[11], '')::bigint,
           ecocase.instant(nullif(f[12], '')::bigint), f[13] = '1', nullif(f[14], '')::numeric / 10, nullif(f[15], '')::numeric / 10, nullif(f[16], '')::bigint,
           nullif(f[17], '')::bigint, nullif(f[18], '')::bigint, nullif(f[19], '')::bigint, nullif(f[20], '')::bigint, nullif(f[21], '')::bigint,
           nullif(f[22], '')::bigint
    FROM unnest(string_to_array(rtrim(roster, E'\n'), E'\n')) AS line CROSS JOIN LATERAL string_to_array(line, E'\t') AS f WHERE line ~ '^[0-9]'
$$;
-- Whether a body is one of those whom a clock is about: -1 owes an answer, -2 a report.
CREATE FUNCTION ecocase.owes(state text, actor smallint) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT state = CASE actor WHEN -1 THEN 'I' WHEN -2 THEN 'A' END $$;
-- An event's name as the rules have it; alerts are of no machine and are named here.
CREATE FUNCTION ecocase.event_zh(event text, of_rules text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE event WHEN 'SYS.WARNING' THEN '期限将届' WHEN 'SYS.OVERDUE' THEN '超期' WHEN 'SYS.ESCALATION' THEN '升级督办' WHEN 'SYS.CORRECTION' THEN '超期更正'
                     ELSE coalesce(of_rules, event) END $$;
CREATE FUNCTION ecocase.event_en(event text, of_rules text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE event WHEN 'SYS.WARNING' THEN 'due soon' WHEN 'SYS.OVERDUE' THEN 'overdue' WHEN 'SYS.ESCALATION' THEN 'escalated'
                     WHEN 'SYS.CORRECTION' THEN 'overdue corrected' ELSE coalesce(of_rules, event) END $$;

-- ---- Views
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
SELECT r.id AS referral_id, r.case_id, r.machine, r.numbers, ecocase.shown_title(r.title, r.handling, hr.terminal) AS title, k.rule, coalesce(n.zh, k.rule) AS rule_zh, coalesce(n.en, k.rule) AS rule_en,
       n.basis, k.state,
       CASE k.state WHEN 'R' THEN '计时中' WHEN 'P' THEN '中止' WHEN 'M' THEN '按期' WHEN 'B' THEN '超期' WHEN 'V' THEN '作废'
                    WHEN 'S' THEN '被延长替代' ELSE k.state END AS state_zh,
       k.statutory, CASE WHEN k.statutory THEN '法定' ELSE '非法定' END AS statutory_zh, k.measured,
       coalesce(a.slug, b.slugs) AS actor, coalesce(a.name, b.names) AS actor_name, k.start AS started_at, k.strict AS due_strict,
       k.lenient AS due_lenient, k.stop AS stopped_at, l."time" AS lane_time,
       k.state = 'R' AS running,
       (k.state = 'B' AND NOT k.measured) OR (k.state = 'R' AND coalesce(l."time" > k.lenient, false)) AS overdue,
       k.state = 'R' AND coalesce(l."time" > k.strict AND l."time" <= k.lenient, false) AS due_by_letter
FROM ecocase.referral AS r
CROSS JOIN LATERAL ecocase.clocks_of(r.clocks) AS k
JOIN ecocase.lane AS l ON l.lane = r.lane
LEFT JOIN ecocase.participant AS a ON a.number = k.actor
LEFT JOIN LATERAL (SELECT string_agg(p.slug, ' ' ORDER BY p.number) AS slugs, string_agg(p.name, '、' ORDER BY p.number) AS names
                   FROM ecocase.roster_of(r.roster) AS o JOIN ecocase.participant AS p ON p.number = o.number
                   WHERE k.actor < 0 AND o.state <> 'O'
                     AND CASE k.state WHEN 'R' THEN ecocase.owes(o.state, k.actor)
                                      WHEN 'B' THEN ecocase.owes(o.state, k.actor) OR CASE k.actor WHEN -1 THEN o.late ELSE o.report_late END
                                      ELSE NOT ecocase.owes(o.state, k.actor) END) AS b ON k.actor < 0
LEFT JOIN ecocase.rule_name AS n ON n.kind = 'C' AND n.machine = '' AND n.code = k.rule
LEFT JOIN ecocase.rule_name AS hr ON hr.kind = 'H' AND hr.machine = '' AND hr.code = ecocase.handling_code(r.handling);
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
COMMENT ON COLUMN ecocase.clock_list.actor IS '应当办理的单位代号（联合行动：各单位，空格分隔）';
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
       coalesce(s.en, r.state) AS state_en, NOT coalesce(s.terminal, false) AS open, ecocase.shown_title(r.title, r.handling, hr.terminal) AS title, r.category, r.county,
       split_part(r.numbers, E'\n', 1) AS document_no, r.numbers, o.slug AS opener, o.name AS opener_name, h.slug AS holder, h.name AS holder_name,
       p.slug AS referrer, nullif(r.parent, '00000000-0000-0000-0000-000000000000') AS parent, r.flags, r.rules,
       r.opened_at, r.changed_at, r.event_count,
       (SELECT min(c.due_lenient) FROM ecocase.clock_list AS c WHERE c.case_id = r.case_id AND c.referral_id = r.id AND c.running) AS next_due,
       (SELECT count(*) FROM ecocase.clock_list AS c WHERE c.case_id = r.case_id AND c.referral_id = r.id AND c.overdue) AS overdue_clocks,
       r.lane, r.events, CASE WHEN r.machine = 'CLU' OR r.handling <> 0 THEN ecocase.handling_code(r.handling) END AS handling,
       CASE WHEN r.machine = 'CLU' OR r.handling <> 0 THEN coalesce(hr.zh, ecocase.handling_code(r.handling)) END AS handling_zh, r.handling_expires
FROM ecocase.referral AS r
LEFT JOIN ecocase.participant AS o ON o.number = r.opener
LEFT JOIN ecocase.participant AS h ON h.number = r.holder
LEFT JOIN ecocase.participant AS p ON p.number = r.referrer
LEFT JOIN ecocase.rule_name AS m ON m.kind = 'M' AND m.machine = '' AND m.code = r.machine
LEFT JOIN ecocase.rule_name AS s ON s.kind = 'S' AND s.machine = r.machine AND s.code = r.state
LEFT JOIN ecocase.rule_name AS hr ON hr.kind = 'H' AND hr.machine = '' AND hr.code = ecocase.handling_code(r.handling);
COMMENT ON VIEW ecocase.referral_list IS '移送 referrals and where they stand';
COMMENT ON COLUMN ecocase.referral_list.referral_id IS '移送标识';
COMMENT ON COLUMN ecocase.referral_list.case_id IS '案件标识';
COMMENT ON COLUMN ecocase.referral_list.machine IS '程序代码';
COMMENT ON COLUMN ecocase.referral_list.machine_zh IS '程序';
COMMENT ON COLUMN ecocase.referral_list.state IS '状态代码';
COMMENT ON COLUMN ecocase.referral_list.state_zh IS '状态';
COMMENT ON COLUMN ecocase.referral_list.state_en IS '状态（英文）';
COMMENT ON COLUMN ecocase.referral_list.open IS '未办结';
COMMENT ON COLUMN ecocase.referral_list.title IS '案件名称（受限线索不显示）';
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
COMMENT ON COLUMN ecocase.referral_list.handling IS '处理限制代码';
COMMENT ON COLUMN ecocase.referral_list.handling_zh IS '处理限制';
COMMENT ON COLUMN ecocase.referral_list.handling_expires IS '处理限制有效期';

CREATE VIEW ecocase.event_list AS
SELECT e.lane, e.serial, e.broker_time, e.business_time, e.kind,
       CASE e.kind WHEN 'A' THEN '受理' WHEN 'R' THEN '拒绝' WHEN 'D' THEN '死信' WHEN 'P' THEN '重复' WHEN 'T' THEN '提醒' ELSE e.kind::text END AS kind_zh,
       CASE WHEN e.kind = 'T' THEN 'ecocase' ELSE s.slug END AS sender, CASE WHEN e.kind = 'T' THEN '共享代理' ELSE s.name END AS sender_name,
       e.message_id, e.case_id, e.referral_id, e.event,
       ecocase.event_zh(e.event, n.zh) AS event_zh, ecocase.event_en(e.event, n.en) AS event_en,
       e.document_no, e.from_state, e.to_state, e.rules, e.directory, e.source_offset, octet_length(e.value) AS bytes, e.answer
FROM ecocase.event AS e
LEFT JOIN ecocase.participant AS s ON s.number = e.sender
LEFT JOIN ecocase.rule_name AS n ON n.kind = 'E' AND n.machine = '' AND n.code = e.event;
COMMENT ON VIEW ecocase.event_list IS '事件 events (append only)';
COMMENT ON COLUMN ecocase.event_list.lane IS '泳道';
COMMENT ON COLUMN ecocase.event_list.serial IS '泳道内序号';
COMMENT ON COLUMN ecocase.event_list.broker_time IS '代理时间';
COMMENT ON COLUMN ecocase.event_list.business_time IS '业务时间（文书所载）';
COMMENT ON COLUMN ecocase.event_list.kind IS '结果代码（A 受理 R 拒绝 D 死信 P 重复 T 提醒）';
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
       CASE substr(e.delivery_role, d.n::integer, 1) WHEN 't' THEN '主送' WHEN 'c' THEN '抄送' WHEN 'n' THEN '回执' WHEN 'a' THEN '提醒' WHEN 'h' THEN '提示' ELSE '' END AS role_zh,
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
COMMENT ON COLUMN ecocase.delivery_list.role IS '方式代码（t 主送 c 抄送 n 回执 a 提醒 h 提示）';
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
       octet_length(e.value) AS bytes, e.headers, e.answer
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
COMMENT ON COLUMN ecocase.dead_letter_list.bytes IS '字节数';
COMMENT ON COLUMN ecocase.dead_letter_list.headers IS '消息头（JSON）';
COMMENT ON COLUMN ecocase.dead_letter_list.answer IS '答复（JSON）';

CREATE VIEW ecocase.world_list AS
SELECT w.cluster_id, w.manual_clock, CASE WHEN w.manual_clock THEN '手动（测试台账）' ELSE '真实' END AS clock_zh, w.lanes, w.generation, w.created,
       (SELECT max(d.version) FROM ecocase.directory AS d) AS directory_version
FROM ecocase.world AS w;
COMMENT ON VIEW ecocase.world_list IS '台账本身 the ledger itself';
COMMENT ON COLUMN ecocase.world_list.cluster_id IS 'Kafka 集群标识';
COMMENT ON COLUMN ecocase.world_list.manual_clock IS '手动时钟（测试台账）';
COMMENT ON COLUMN ecocase.world_list.clock_zh IS '时钟';
COMMENT ON COLUMN ecocase.world_list.lanes IS '泳道数';
COMMENT ON COLUMN ecocase.world_list.generation IS '代次（恢复后增加）';
COMMENT ON COLUMN ecocase.world_list.created IS '建立';
COMMENT ON COLUMN ecocase.world_list.directory_version IS '名录版本';

-- 消息查找: from a message id to its event, over the primary key of known.
CREATE VIEW ecocase.message_list AS
SELECT k.message_id, p.slug AS sender, k.lane, k.serial, e.kind
FROM ecocase.known AS k JOIN ecocase.participant AS p ON p.number = k.sender JOIN ecocase.event AS e ON e.lane = k.lane AND e.serial = k.serial;
COMMENT ON VIEW ecocase.message_list IS '消息 messages answered once';
COMMENT ON COLUMN ecocase.message_list.message_id IS '消息标识';
COMMENT ON COLUMN ecocase.message_list.sender IS '发送单位代号';
COMMENT ON COLUMN ecocase.message_list.lane IS '泳道';
COMMENT ON COLUMN ecocase.message_list.serial IS '泳道内序号';
COMMENT ON COLUMN ecocase.message_list.kind IS '结果代码（A 受理 R 拒绝）';

CREATE VIEW ecocase.by_hand_list AS
SELECT r.id AS referral_id, r.case_id, r.machine, ecocase.shown_title(r.title, r.handling, hr.terminal) AS title, f[1] AS addressee, coalesce(x.zh, f[1]) AS addressee_zh, coalesce(x.en, f[1]) AS addressee_en,
       f[2] AS event, coalesce(n.zh, f[2]) AS event_zh, f[3] AS document_no, ecocase.instant(f[4]::bigint) AS dated,
       ecocase.instant(nullif(f[5], '')::bigint) AS served_at, f[5] = '' AS outstanding, h.slug AS holder, h.name AS holder_name
FROM ecocase.referral AS r
CROSS JOIN LATERAL unnest(string_to_array(rtrim(r.hand, E'\n'), E'\n')) AS line
CROSS JOIN LATERAL string_to_array(line, E'\t') AS f
LEFT JOIN ecocase.rule_name AS x ON x.kind = 'X' AND x.machine = '' AND x.code = f[1]
LEFT JOIN ecocase.rule_name AS n ON n.kind = 'E' AND n.machine = '' AND n.code = f[2]
LEFT JOIN ecocase.participant AS h ON h.number = r.holder
LEFT JOIN ecocase.rule_name AS hr ON hr.kind = 'H' AND hr.machine = '' AND hr.code = ecocase.handling_code(r.handling)
WHERE r.hand <> '';
COMMENT ON VIEW ecocase.by_hand_list IS '待人工送达 papers for addressees without an inbox';
COMMENT ON COLUMN ecocase.by_hand_list.referral_id IS '移送标识';
COMMENT ON COLUMN ecocase.by_hand_list.case_id IS '案件标识';
COMMENT ON COLUMN ecocase.by_hand_list.machine IS '程序代码';
COMMENT ON COLUMN ecocase.by_hand_list.title IS '案件名称';
COMMENT ON COLUMN ecocase.by_hand_list.addressee IS '送达机关代号或名称';
COMMENT ON COLUMN ecocase.by_hand_list.addressee_zh IS '送达机关';
COMMENT ON COLUMN ecocase.by_hand_list.addressee_en IS '送达机关（英文）';
COMMENT ON COLUMN ecocase.by_hand_list.event IS '事件代码';
COMMENT ON COLUMN ecocase.by_hand_list.event_zh IS '事件';
COMMENT ON COLUMN ecocase.by_hand_list.document_no IS '文号';
COMMENT ON COLUMN ecocase.by_hand_list.dated IS '文书时间';
COMMENT ON COLUMN ecocase.by_hand_list.served_at IS '送达时间（空：尚未送达）';
COMMENT ON COLUMN ecocase.by_hand_list.outstanding IS '尚未送达';
COMMENT ON COLUMN ecocase.by_hand_list.holder IS '现办理单位代号';
COMMENT ON COLUMN ecocase.by_hand_list.holder_name IS '现办理单位';

CREATE VIEW ecocase.alert_list AS
SELECT e.lane, e.serial, e.broker_time AS told_at, e.business_time AS due_at, e.event, ecocase.event_zh(e.event, x.zh) AS event_zh, ecocase.event_en(e.event, x.en) AS event_en, e.referral_id, e.case_id, e.document_no,
       r.machine, ecocase.shown_title(r.title, r.handling, hr.terminal) AS title, (e.answer::json -> 'clocks' -> 0) ->> 'rule' AS rule, coalesce(n.zh, '') AS rule_zh,
       ecocase.reasons(e.answer, 'zh') AS text_zh, ecocase.reasons(e.answer, 'en') AS text_en,
       (SELECT string_agg(p.slug, ' ' ORDER BY p.slug) FROM unnest(e.delivery_to) AS d(number) JOIN ecocase.participant AS p ON p.number = d.number) AS told
FROM ecocase.event AS e
JOIN ecocase.referral AS r ON r.case_id = e.case_id AND r.id = e.referral_id
LEFT JOIN ecocase.rule_name AS x ON x.kind = 'E' AND x.machine = '' AND x.code = e.event
LEFT JOIN ecocase.rule_name AS n ON n.kind = 'C' AND n.machine = '' AND n.code = (e.answer::json -> 'clocks' -> 0) ->> 'rule'
LEFT JOIN ecocase.rule_name AS hr ON hr.kind = 'H' AND hr.machine = '' AND hr.code = ecocase.handling_code(r.handling)
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

CREATE VIEW ecocase.operation_body_list AS
SELECT r.id AS referral_id, r.case_id, r.title, split_part(r.numbers, E'\n', 1) AS document_no, r.state AS operation_state, p.slug AS body, p.name AS body_name,
       o.state, CASE o.state WHEN 'I' THEN '待答复' WHEN 'A' THEN '参加' WHEN 'D' THEN '不参加' WHEN 'P' THEN '另提时间' WHEN 'R' THEN '已报送' WHEN 'O' THEN '列席' END AS state_zh,
       CASE o.state WHEN 'I' THEN 'invited' WHEN 'A' THEN 'accepted' WHEN 'D' THEN 'declined' WHEN 'P' THEN 'proposed' WHEN 'R' THEN 'reported'
                    WHEN 'O' THEN 'observer' END AS state_en,
       o.answered_at, o.late, o.reason, o.proposed_start, o.proposed_end, o.people, o.vehicles, o.uavs, o.boats, o.reported_at, o.report_late,
       o.patrol_hours, o.patrol_km, o.sites, o.hazards_found, o.hazards_rectified, o.admin_cases, o.criminal_cases, o.seized_items, o.people_found
FROM ecocase.referral AS r CROSS JOIN LATERAL ecocase.roster_of(r.roster) AS o JOIN ecocase.participant AS p ON p.number = o.number
WHERE r.roster <> '';
COMMENT ON VIEW ecocase.operation_body_list IS '联合行动参战单位 bodies of joint operations, each with what it answered and reported';
COMMENT ON COLUMN ecocase.operation_body_list.referral_id IS '行动标识';
COMMENT ON COLUMN ecocase.operation_body_list.body IS '单位代号';
COMMENT ON COLUMN ecocase.operation_body_list.body_name IS '单位';
COMMENT ON COLUMN ecocase.operation_body_list.state IS '状态代码';
COMMENT ON COLUMN ecocase.operation_body_list.late IS '逾期答复';
COMMENT ON COLUMN ecocase.operation_body_list.report_late IS '逾期报送';
COMMENT ON COLUMN ecocase.operation_body_list.case_id IS '案件标识';
COMMENT ON COLUMN ecocase.operation_body_list.title IS '行动名称';
COMMENT ON COLUMN ecocase.operation_body_list.document_no IS '文号';
COMMENT ON COLUMN ecocase.operation_body_list.operation_state IS '行动的状态代码';
COMMENT ON COLUMN ecocase.operation_body_list.state_zh IS '状态';
COMMENT ON COLUMN ecocase.operation_body_list.state_en IS '状态（英文）';
COMMENT ON COLUMN ecocase.operation_body_list.answered_at IS '答复时间';
COMMENT ON COLUMN ecocase.operation_body_list.reason IS '理由';
COMMENT ON COLUMN ecocase.operation_body_list.proposed_start IS '另提的起始';
COMMENT ON COLUMN ecocase.operation_body_list.proposed_end IS '另提的结束';
COMMENT ON COLUMN ecocase.operation_body_list.people IS '人员';
COMMENT ON COLUMN ecocase.operation_body_list.vehicles IS '车辆';
COMMENT ON COLUMN ecocase.operation_body_list.uavs IS '无人机';
COMMENT ON COLUMN ecocase.operation_body_list.boats IS '船艇';
COMMENT ON COLUMN ecocase.operation_body_list.reported_at IS '报送时间';
COMMENT ON COLUMN ecocase.operation_body_list.patrol_hours IS '巡逻小时';
COMMENT ON COLUMN ecocase.operation_body_list.patrol_km IS '巡逻公里';
COMMENT ON COLUMN ecocase.operation_body_list.sites IS '点位';
COMMENT ON COLUMN ecocase.operation_body_list.hazards_found IS '发现隐患';
COMMENT ON COLUMN ecocase.operation_body_list.hazards_rectified IS '整改隐患';
COMMENT ON COLUMN ecocase.operation_body_list.admin_cases IS '行政案件';
COMMENT ON COLUMN ecocase.operation_body_list.criminal_cases IS '刑事案件';
COMMENT ON COLUMN ecocase.operation_body_list.seized_items IS '查扣物品';
COMMENT ON COLUMN ecocase.operation_body_list.people_found IS '查获人员';

CREATE VIEW ecocase.operation_finding_list AS
SELECT r.id AS referral_id, r.case_id, ecocase.instant(f[2]::bigint) AS found_at, p.slug AS body, p.name AS body_name, f[4] AS category, f[5] AS leads_to, f[6] AS document_no
FROM ecocase.referral AS r CROSS JOIN LATERAL unnest(string_to_array(rtrim(r.roster, E'\n'), E'\n')) AS line
CROSS JOIN LATERAL string_to_array(line, E'\t') AS f LEFT JOIN ecocase.participant AS p ON p.number = f[3]::smallint
WHERE r.roster <> '' AND line LIKE E'F\t%';
COMMENT ON VIEW ecocase.operation_finding_list IS '联合行动发现的问题 findings of joint operations';
COMMENT ON COLUMN ecocase.operation_finding_list.referral_id IS '行动标识';
COMMENT ON COLUMN ecocase.operation_finding_list.found_at IS '发现时间';
COMMENT ON COLUMN ecocase.operation_finding_list.body IS '发现单位代号';
COMMENT ON COLUMN ecocase.operation_finding_list.leads_to IS '转为（程序代码；空：未转案件）';
COMMENT ON COLUMN ecocase.operation_finding_list.case_id IS '案件标识';
COMMENT ON COLUMN ecocase.operation_finding_list.body_name IS '发现单位';
COMMENT ON COLUMN ecocase.operation_finding_list.category IS '类别';
COMMENT ON COLUMN ecocase.operation_finding_list.document_no IS '文号';

CREATE VIEW ecocase.operation_list AS
SELECT r.id AS referral_id, r.case_id, split_part(r.roster, E'\t', 1) AS kind, coalesce(n.zh, split_part(r.roster, E'\t', 1)) AS kind_zh,
       ecocase.instant(nullif(f[2], '')::bigint) AS window_start, ecocase.instant(nullif(f[3], '')::bigint) AS window_end,
       ecocase.instant(nullif(f[4], '')::bigint) AS reply_by, s.terminal IS NOT TRUE AS open, b.bodies, b.joined, b.reported, b.patrol_hours, b.patrol_km, b.sites,
       b.hazards_found, b.hazards_rectified, b.admin_cases, b.criminal_cases,
       (SELECT count(*) FROM ecocase.operation_finding_list AS x WHERE x.case_id = r.case_id AND x.referral_id = r.id) AS findings
FROM ecocase.referral AS r CROSS JOIN LATERAL string_to_array(split_part(r.roster, E'\n', 1), E'\t') AS f
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE o.state <> 'O') AS bodies, count(*) FILTER (WHERE o.state IN ('A', 'R')) AS joined,
                           count(*) FILTER (WHERE o.state = 'R') AS reported, sum(o.patrol_hours) AS patrol_hours, sum(o.patrol_km) AS patrol_km,
                           sum(o.sites)::bigint AS sites, sum(o.hazards_found)::bigint AS hazards_found, sum(o.hazards_rectified)::bigint AS hazards_rectified,
                           sum(o.admin_cases)::bigint AS admin_cases, sum(o.criminal_cases)::bigint AS criminal_cases FROM ecocase.roster_of(r.roster) AS o) AS b
LEFT JOIN ecocase.rule_name AS n ON n.kind = 'O' AND n.machine = '' AND n.code = split_part(r.roster, E'\t', 1)
LEFT JOIN ecocase.rule_name AS s ON s.kind = 'S' AND s.machine = r.machine AND s.code = r.state
WHERE r.roster <> '';
COMMENT ON VIEW ecocase.operation_list IS '联合行动 joint operations with the sums of what was reported';
COMMENT ON COLUMN ecocase.operation_list.referral_id IS '行动标识';
COMMENT ON COLUMN ecocase.operation_list.bodies IS '受邀单位数';
COMMENT ON COLUMN ecocase.operation_list.joined IS '参加单位数';
COMMENT ON COLUMN ecocase.operation_list.reported IS '已报送单位数';
COMMENT ON COLUMN ecocase.operation_list.findings IS '发现问题数';
COMMENT ON COLUMN ecocase.operation_list.case_id IS '案件标识';
COMMENT ON COLUMN ecocase.operation_list.kind IS '种类代码';
COMMENT ON COLUMN ecocase.operation_list.kind_zh IS '种类';
COMMENT ON COLUMN ecocase.operation_list.window_start IS '起始';
COMMENT ON COLUMN ecocase.operation_list.window_end IS '结束';
COMMENT ON COLUMN ecocase.operation_list.reply_by IS '答复期限';
COMMENT ON COLUMN ecocase.operation_list.open IS '未办结';
COMMENT ON COLUMN ecocase.operation_list.patrol_hours IS '巡逻小时合计';
COMMENT ON COLUMN ecocase.operation_list.patrol_km IS '巡逻公里合计';
COMMENT ON COLUMN ecocase.operation_list.sites IS '点位合计';
COMMENT ON COLUMN ecocase.operation_list.hazards_found IS '发现隐患合计';
COMMENT ON COLUMN ecocase.operation_list.hazards_rectified IS '整改隐患合计';
COMMENT ON COLUMN ecocase.operation_list.admin_cases IS '行政案件合计';
COMMENT ON COLUMN ecocase.operation_list.criminal_cases IS '刑事案件合计';

-- 关联: what grew out of what, by the envelope's parent, or because the operation named its number. Both ways.
CREATE VIEW ecocase.link_list AS
WITH pair AS (
    SELECT c.parent AS upper_id, c.id AS lower_id FROM ecocase.referral AS c WHERE c.parent <> '00000000-0000-0000-0000-000000000000'
    UNION
    SELECT o.id, c.id FROM ecocase.referral AS o CROSS JOIN LATERAL unnest(string_to_array(rtrim(o.roster, E'\n'), E'\n')) AS line
    JOIN ecocase.referral AS c ON split_part(line, E'\t', 2) = ANY (string_to_array(c.numbers, E'\n')) AND c.id <> o.id
    WHERE o.roster <> '' AND line LIKE E'L\t%')
SELECT upper_id AS referral_id, 'follows' AS relation, '后续' AS relation_zh, lower_id AS other_id FROM pair
UNION ALL SELECT lower_id, 'grew from', '来自', upper_id FROM pair;
COMMENT ON VIEW ecocase.link_list IS '关联 links between referrals, operations and clues, both ways';
COMMENT ON COLUMN ecocase.link_list.referral_id IS '移送标识';
COMMENT ON COLUMN ecocase.link_list.relation_zh IS '关系';
COMMENT ON COLUMN ecocase.link_list.other_id IS '对方移送标识';
COMMENT ON COLUMN ecocase.link_list.relation IS '关系代码';

CREATE VIEW ecocase.hint_list AS
SELECT f[1] AS level, CASE f[1] WHEN 'RED' THEN '红色' WHEN 'AMBER' THEN '黄色' ELSE '蓝色' END AS level_zh, f[2] AS threshold, f[3] AS code, f[4] AS text,
       f[5] AS basis, f[6] = '1' AS statutory, CASE WHEN f[6] = '1' THEN '' ELSE '非法定' END AS statutory_zh,
       f[7] AS event, coalesce(n.zh, f[7]) AS event_zh, ecocase.instant(f[8]::bigint) AS decided_at, ecocase.instant(nullif(f[9], '')::bigint) AS send_by,
       CASE WHEN f[9] = '' THEN '' ELSE (ARRAY['OPEN', 'UNREFERRED', 'REFERRED', 'REFERRED'])[(r.hint_marks >> (2 * (line.n - 1)::integer) & 3)::integer + 1] END AS state,
       CASE WHEN f[9] = '' THEN '' ELSE (ARRAY['待移送', '应移未移', '已移送', '已移送'])[(r.hint_marks >> (2 * (line.n - 1)::integer) & 3)::integer + 1] END AS state_zh,
       p.slug AS agency, p.name AS agency_name, r.machine, r.id AS referral_id, r.case_id, r.category, r.county, r.title, r.facts
FROM ecocase.referral AS r
CROSS JOIN LATERAL unnest(string_to_array(rtrim(r.hints, E'\n'), E'\n')) WITH ORDINALITY AS line(text, n)
CROSS JOIN LATERAL string_to_array(line.text, E'\t') AS f
LEFT JOIN ecocase.participant AS p ON p.number = f[10]::smallint
LEFT JOIN ecocase.rule_name AS n ON n.kind = 'E' AND n.machine = '' AND n.code = f[7]
WHERE r.hints <> '';
COMMENT ON VIEW ecocase.hint_list IS '应移未移提示 hints of what should have been referred';
COMMENT ON COLUMN ecocase.hint_list.level IS '级别代码';
COMMENT ON COLUMN ecocase.hint_list.level_zh IS '级别';
COMMENT ON COLUMN ecocase.hint_list.threshold IS '标准编号';
COMMENT ON COLUMN ecocase.hint_list.code IS '提示代码';
COMMENT ON COLUMN ecocase.hint_list.text IS '提示（事实、数值与标准）';
COMMENT ON COLUMN ecocase.hint_list.basis IS '依据';
COMMENT ON COLUMN ecocase.hint_list.statutory IS '法定';
COMMENT ON COLUMN ecocase.hint_list.statutory_zh IS '非法定标记';
COMMENT ON COLUMN ecocase.hint_list.event IS '决定环节代码';
COMMENT ON COLUMN ecocase.hint_list.event_zh IS '决定环节';
COMMENT ON COLUMN ecocase.hint_list.decided_at IS '决定时间';
COMMENT ON COLUMN ecocase.hint_list.send_by IS '应于何时前移送（空：不计时）';
COMMENT ON COLUMN ecocase.hint_list.state IS '办理情况代码';
COMMENT ON COLUMN ecocase.hint_list.state_zh IS '办理情况';
COMMENT ON COLUMN ecocase.hint_list.agency IS '作出决定的单位代号';
COMMENT ON COLUMN ecocase.hint_list.agency_name IS '作出决定的单位';
COMMENT ON COLUMN ecocase.hint_list.machine IS '程序代码';
COMMENT ON COLUMN ecocase.hint_list.referral_id IS '移送标识';
COMMENT ON COLUMN ecocase.hint_list.case_id IS '案件标识';
COMMENT ON COLUMN ecocase.hint_list.category IS '案件类别';
COMMENT ON COLUMN ecocase.hint_list.county IS '行政区划代码';
COMMENT ON COLUMN ecocase.hint_list.title IS '案件名称';
COMMENT ON COLUMN ecocase.hint_list.facts IS '量化事实（名称、数值、单位或代码）';

-- 疑似重复 (G10 across cases): referrals of one procedure and category with a party in common, opened within 90 days of each other (非法定), in different
-- cases. Linked for a look, never merged. Reads every referral that names a party: a list for supervision, not for the lane.
CREATE VIEW ecocase.duplicate_list AS
WITH named AS (SELECT r.id, r.case_id, r.machine, r.category, r.opened_at, r.opener, r.state, r.numbers, r.title, k.person
               FROM ecocase.referral AS r CROSS JOIN LATERAL unnest(string_to_array(r.persons, ' ')) AS k(person) WHERE r.persons <> '')
SELECT DISTINCT a.machine, a.category, a.id AS referral_id, a.case_id, split_part(a.numbers, E'\n', 1) AS document_no, pa.slug AS opener, pa.name AS opener_name, a.opened_at,
       sa.terminal IS NOT TRUE AS open, b.id AS other_id, b.case_id AS other_case_id, split_part(b.numbers, E'\n', 1) AS other_document_no, pb.slug AS other_opener,
       pb.name AS other_opener_name, b.opened_at AS other_opened_at, sb.terminal IS NOT TRUE AS other_open, a.title, b.title AS other_title
FROM named AS a JOIN named AS b ON b.person = a.person AND b.machine = a.machine AND b.category = a.category AND b.case_id <> a.case_id
    AND (b.opened_at, b.id) > (a.opened_at, a.id) AND b.opened_at < a.opened_at + interval '90 days'
LEFT JOIN ecocase.participant AS pa ON pa.number = a.opener LEFT JOIN ecocase.participant AS pb ON pb.number = b.opener
LEFT JOIN ecocase.rule_name AS sa ON sa.kind = 'S' AND sa.machine = a.machine AND sa.code = a.state
LEFT JOIN ecocase.rule_name AS sb ON sb.kind = 'S' AND sb.machine = b.machine AND sb.code = b.state;
COMMENT ON VIEW ecocase.duplicate_list IS '疑似重复 referrals of different cases with the same party, procedure and category, opened within 90 days';
COMMENT ON COLUMN ecocase.duplicate_list.machine IS '程序代码';
COMMENT ON COLUMN ecocase.duplicate_list.category IS '案件类别';
COMMENT ON COLUMN ecocase.duplicate_list.referral_id IS '先立的移送标识';
COMMENT ON COLUMN ecocase.duplicate_list.other_id IS '后立的移送标识';
COMMENT ON COLUMN ecocase.duplicate_list.open IS '先立的未办结';
COMMENT ON COLUMN ecocase.duplicate_list.other_open IS '后立的未办结';
COMMENT ON COLUMN ecocase.duplicate_list.case_id IS '先立的案件标识';
COMMENT ON COLUMN ecocase.duplicate_list.document_no IS '先立的文号';
COMMENT ON COLUMN ecocase.duplicate_list.opener IS '先立的移送单位代号';
COMMENT ON COLUMN ecocase.duplicate_list.opener_name IS '先立的移送单位';
COMMENT ON COLUMN ecocase.duplicate_list.opened_at IS '先立的时间';
COMMENT ON COLUMN ecocase.duplicate_list.other_case_id IS '后立的案件标识';
COMMENT ON COLUMN ecocase.duplicate_list.other_document_no IS '后立的文号';
COMMENT ON COLUMN ecocase.duplicate_list.other_opener IS '后立的移送单位代号';
COMMENT ON COLUMN ecocase.duplicate_list.other_opener_name IS '后立的移送单位';
COMMENT ON COLUMN ecocase.duplicate_list.other_opened_at IS '后立的时间';
COMMENT ON COLUMN ecocase.duplicate_list.title IS '先立的案件名称';
COMMENT ON COLUMN ecocase.duplicate_list.other_title IS '后立的案件名称';
