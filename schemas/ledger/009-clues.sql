-- 线索: what a referral keeps of its handling (处理限制: the records' enumeration, set by the originator) and until when; what coordinators see of it. The title
-- of a clue that is restricted or originator controlled is not shown (rule_name of kind H: terminal says that it is hidden); its numbers, category,
-- county, parties and limits are, so that nobody's clue is out of sight. Content stands in no view at all.
ALTER TABLE ecocase.referral ADD COLUMN handling smallint NOT NULL DEFAULT 0, ADD COLUMN handling_expires timestamptz;

CREATE FUNCTION ecocase.handling_code(handling smallint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (ARRAY['OPEN_INTERNAL', 'RESTRICTED', 'ORCON', 'NO_ACTION'])[handling + 1] $$;
-- `hidden` NULL: the names of the rules are not there; then what is to be hidden is.
CREATE FUNCTION ecocase.shown_title(title text, handling smallint, hidden boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN handling <> 0 AND coalesce(hidden, handling IN (1, 2)) THEN '（受限线索，名称不显示）' ELSE title END $$;

CREATE OR REPLACE VIEW ecocase.clock_list AS
SELECT r.id AS referral_id, r.case_id, r.machine, r.numbers, ecocase.shown_title(r.title, r.handling, hr.terminal) AS title, k.rule, coalesce(n.zh, k.rule) AS rule_zh, coalesce(n.en, k.rule) AS rule_en,
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
LEFT JOIN ecocase.rule_name AS n ON n.kind = 'C' AND n.machine = '' AND n.code = k.rule
LEFT JOIN ecocase.rule_name AS hr ON hr.kind = 'H' AND hr.machine = '' AND hr.code = ecocase.handling_code(r.handling);

CREATE OR REPLACE VIEW ecocase.referral_list AS
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
COMMENT ON COLUMN ecocase.referral_list.title IS '案件名称（受限线索不显示）';
COMMENT ON COLUMN ecocase.referral_list.handling IS '处理限制代码';
COMMENT ON COLUMN ecocase.referral_list.handling_zh IS '处理限制';
COMMENT ON COLUMN ecocase.referral_list.handling_expires IS '处理限制有效期';

CREATE OR REPLACE VIEW ecocase.by_hand_list AS
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

CREATE OR REPLACE VIEW ecocase.alert_list AS
SELECT e.lane, e.serial, e.broker_time AS told_at, e.business_time AS due_at, e.event, e.event_zh, e.event_en, e.referral_id, e.case_id, e.document_no,
       r.machine, ecocase.shown_title(r.title, r.handling, hr.terminal) AS title, (e.answer::json -> 'clocks' -> 0) ->> 'rule' AS rule, coalesce(n.zh, '') AS rule_zh,
       ecocase.reasons(e.answer, 'zh') AS text_zh, ecocase.reasons(e.answer, 'en') AS text_en,
       (SELECT string_agg(d.recipient, ' ' ORDER BY d.recipient) FROM ecocase.delivery_list AS d WHERE d.lane = e.lane AND d.serial = e.serial) AS told
FROM ecocase.event_list AS e
JOIN ecocase.referral AS r ON r.case_id = e.case_id AND r.id = e.referral_id
LEFT JOIN ecocase.rule_name AS n ON n.kind = 'C' AND n.machine = '' AND n.code = (e.answer::json -> 'clocks' -> 0) ->> 'rule'
LEFT JOIN ecocase.rule_name AS hr ON hr.kind = 'H' AND hr.machine = '' AND hr.code = ecocase.handling_code(r.handling)
WHERE e.kind = 'T';
