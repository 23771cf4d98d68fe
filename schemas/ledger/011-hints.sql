-- 应移未移: what a referral's papers said of the facts of rules/facts.yaml (lines of name, value, unit or code, tab-separated), the hints that its
-- decisions brought (a line each, see broker/judge/hint.h), and what became of each: two bits a line, 0 open, 1 told again, 2 answered by a
-- referral, 3 correction owed. Most referrals have no hint: one partial index finds those that do.
ALTER TABLE ecocase.referral ADD COLUMN facts text NOT NULL DEFAULT '', ADD COLUMN hints text NOT NULL DEFAULT '', ADD COLUMN hint_marks bigint NOT NULL DEFAULT 0;
CREATE INDEX referral_hinted ON ecocase.referral (case_id) WHERE hints <> '';

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
GRANT SELECT ON ecocase.hint_list TO ecocase_reader, ecocase_broker;

CREATE OR REPLACE VIEW ecocase.delivery_list AS
SELECT e.lane, e.serial, e.event, e.message_id, e.case_id, e.referral_id, p.slug AS recipient, p.name AS recipient_name,
       substr(e.delivery_role, d.n::integer, 1) AS role,
       CASE substr(e.delivery_role, d.n::integer, 1) WHEN 't' THEN '主送' WHEN 'c' THEN '抄送' WHEN 'n' THEN '回执' WHEN 'a' THEN '提醒' WHEN 'h' THEN '提示' ELSE '' END AS role_zh,
       d.seq AS sequence, e.serial <= l.published AS published, d.seq <= l.delivered[d.recipient] AS delivered, e.broker_time
FROM ecocase.event AS e
JOIN ecocase.lane AS l ON l.lane = e.lane
CROSS JOIN LATERAL unnest(e.delivery_to, e.delivery_seq) WITH ORDINALITY AS d(recipient, seq, n)
LEFT JOIN ecocase.participant AS p ON p.number = d.recipient;
COMMENT ON COLUMN ecocase.delivery_list.role IS '方式代码（t 主送 c 抄送 n 回执 a 提醒 h 提示）';
