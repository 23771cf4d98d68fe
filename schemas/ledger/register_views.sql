-- 登记簿之视图 (the register's views): what `ecocase` and psql ask, under the rights of whoever asks (security_invoker). After register.sql, in the same schema.
-- Lists of how things stand have the names of the newest directory; history has those of the event's own version. Rules' names are those under which the referral
-- began. Columns that end in _no are participants' numbers, by which filters ask.

CREATE VIEW participant_now WITH (security_invoker) AS
SELECT p.number, p.slug, p.name, p.english, p.role, p.region FROM participant AS p WHERE p.directory = (SELECT max(n.directory) FROM participant AS n);
COMMENT ON VIEW participant_now IS '参与单位（最新名录） participants of the newest directory';

CREATE VIEW referral_list WITH (security_invoker) AS
SELECT r.referral_id, r.case_id, r.machine, coalesce(m.zh, r.machine) AS machine_zh, r.state, coalesce(s.zh, r.state) AS state_zh, coalesce(s.en, r.state) AS state_en, r.open,
       coalesce(t.title, r.title) AS title, r.document_no, r.category, r.county, coalesce(c.name, r.county) AS county_name,
       r.opener AS opener_no, o.slug AS opener, o.name AS opener_name, r.holder AS holder_no, h.slug AS holder, h.name AS holder_name,
       r.handling, r.handling_expires, r.opened_at, r.changed_at, r.event_count, r.next_due, r.breached, r.gap_count, r.party_count, r.flags, r.rules, r.lane, r.parent
FROM referral AS r
LEFT JOIN restricted_title AS t ON t.case_id = r.case_id AND t.referral_id = r.referral_id
LEFT JOIN rule_name AS m ON m.rules = r.rules AND m.kind = 'M' AND m.machine = '' AND m.code = r.machine
LEFT JOIN rule_name AS s ON s.rules = r.rules AND s.kind = 'S' AND s.machine = r.machine AND s.code = r.state
LEFT JOIN county AS c ON c.code = r.county
LEFT JOIN participant_now AS o ON o.number = r.opener LEFT JOIN participant_now AS h ON h.number = r.holder;
COMMENT ON VIEW referral_list IS '移送一览 referrals and where they stand';

-- What is owed, and by whom: running clocks, and those that ran out and are not done.
CREATE VIEW owed_list WITH (security_invoker) AS
SELECT w.referral_id, w.case_id, w.ordinal, r.machine, r.machine_zh, r.state, r.state_zh, r.open, r.title, r.document_no, r.category, r.county, r.county_name, r.opener_no, r.holder_no,
       k.rule, coalesce(n.zh, k.rule) AS rule_zh, coalesce(n.en, k.rule) AS rule_en, n.basis, k.statutory, CASE WHEN k.statutory THEN '法定' ELSE '非法定' END AS statutory_zh,
       w.participant AS actor_no, a.slug AS actor, a.name AS actor_name, w.waiting AS waiting_no, b.slug AS waiting, b.name AS waiting_name,
       k.started_at, k.due_strict, w.due, p.lane_time,
       (p.lane_time AT TIME ZONE 'Asia/Shanghai')::date - (w.due AT TIME ZONE 'Asia/Shanghai')::date AS days_late, p.lane_time > w.due AS overdue
FROM reply_owed AS w
JOIN clock AS k ON k.case_id = w.case_id AND k.referral_id = w.referral_id AND k.ordinal = w.ordinal
JOIN referral_list AS r ON r.case_id = w.case_id AND r.referral_id = w.referral_id
JOIN position AS p ON p.lane = r.lane
LEFT JOIN rule_name AS n ON n.rules = r.rules AND n.kind = 'C' AND n.machine = '' AND n.code = k.rule
LEFT JOIN participant_now AS a ON a.number = w.participant LEFT JOIN participant_now AS b ON b.number = w.waiting
WHERE w.owed;
COMMENT ON VIEW owed_list IS '应办事项：由谁、至何时、谁在等 what is owed, by whom, until when, and who waits';

CREATE VIEW missing_list WITH (security_invoker) AS
SELECT r.referral_id, r.case_id, r.machine, r.machine_zh, r.state, r.state_zh, r.open, r.title, r.document_no, r.category, r.county, r.county_name, r.opener_no, r.opener, r.opener_name, r.holder_no,
       r.holder, r.holder_name, g.code, coalesce(n.zh, g.code) AS missing_zh, coalesce(n.en, g.code) AS missing_en, r.changed_at
FROM gap AS g JOIN referral_list AS r ON r.case_id = g.case_id AND r.referral_id = g.referral_id
LEFT JOIN rule_name AS n ON n.rules = r.rules AND n.kind = 'D' AND n.machine = '' AND n.code = g.code;
COMMENT ON VIEW missing_list IS '缺少的材料 documents that are missing, by name';

CREATE VIEW hint_list WITH (security_invoker) AS
SELECT h.level, CASE h.level WHEN 'RED' THEN '红色' WHEN 'AMBER' THEN '黄色' ELSE '蓝色' END AS level_zh, h.threshold, h.code, h.text, h.basis, h.statutory,
       CASE WHEN h.statutory THEN '' ELSE '非法定' END AS statutory_zh, h.event, coalesce(e.zh, h.event) AS event_zh, h.decided_at, h.send_by, h.mark,
       CASE h.mark WHEN 'OPEN' THEN '待移送' WHEN 'UNREFERRED' THEN '应移未移' WHEN 'REFERRED' THEN '已移送' ELSE '' END AS mark_zh,
       h.agency AS agency_no, a.slug AS agency, a.name AS agency_name, r.machine, r.machine_zh, r.state, r.state_zh, r.open, r.referral_id, r.case_id, r.title, r.document_no, r.category, r.county,
       r.county_name, r.opener_no, r.holder_no, h.ordinal
FROM hint AS h JOIN referral_list AS r ON r.case_id = h.case_id AND r.referral_id = h.referral_id
LEFT JOIN participant_now AS a ON a.number = h.agency
LEFT JOIN rule_name AS e ON e.rules = r.rules AND e.kind = 'E' AND e.machine = '' AND e.code = h.event;
COMMENT ON VIEW hint_list IS '应移未移提示 hints of what should have been referred';

CREATE VIEW by_hand_list WITH (security_invoker) AS
SELECT r.referral_id, r.case_id, s.ordinal, r.machine, r.machine_zh, r.state, r.state_zh, r.open, r.title, r.category, r.county, r.county_name, r.opener_no, r.holder_no, r.holder, r.holder_name,
       s.addressee, coalesce(x.zh, s.addressee) AS addressee_zh, coalesce(x.en, s.addressee) AS addressee_en, s.event, coalesce(e.zh, s.event) AS event_zh, s.document_no, s.dated, s.served_at,
       s.served_at IS NULL AS outstanding
FROM manual_service AS s JOIN referral_list AS r ON r.case_id = s.case_id AND r.referral_id = s.referral_id
LEFT JOIN rule_name AS x ON x.rules = r.rules AND x.kind = 'X' AND x.machine = '' AND x.code = s.addressee
LEFT JOIN rule_name AS e ON e.rules = r.rules AND e.kind = 'E' AND e.machine = '' AND e.code = s.event;
COMMENT ON VIEW by_hand_list IS '待人工送达 papers for addressees without an inbox';

CREATE VIEW clue_list WITH (security_invoker) AS
SELECT r.referral_id, r.case_id, r.machine, r.machine_zh, r.state, r.state_zh, r.open, r.title, r.document_no, r.category, r.county, r.county_name, r.opener_no, r.opener, r.opener_name, r.holder_no,
       r.holder, r.holder_name, c.source, coalesce(q.zh, c.source) AS source_zh, c.areas, r.handling, coalesce(g.zh, r.handling) AS handling_zh, r.handling_expires, r.opened_at, r.changed_at
FROM referral_list AS r
LEFT JOIN LATERAL (SELECT u.source, u.areas FROM clue AS u WHERE u.case_id = r.case_id AND u.referral_id = r.referral_id ORDER BY u.lane, u.serial LIMIT 1) AS c ON true
LEFT JOIN rule_name AS q ON q.rules = r.rules AND q.kind = 'Q' AND q.machine = '' AND q.code = c.source
LEFT JOIN rule_name AS g ON g.rules = r.rules AND g.kind = 'H' AND g.machine = '' AND g.code = r.handling
WHERE r.machine = 'CLU';
COMMENT ON VIEW clue_list IS '线索 clues';

CREATE VIEW operation_list WITH (security_invoker) AS
SELECT r.referral_id, r.case_id, r.machine, r.machine_zh, r.state, r.state_zh, r.open, r.title, r.document_no, r.category, r.county, r.county_name, r.opener_no, r.opener, r.opener_name, r.holder_no,
       o.kind, coalesce(k.zh, o.kind) AS kind_zh, o.window_start, o.window_end, o.reply_by, b.bodies, b.joined, b.reported, b.names, b.patrol_hours, b.patrol_km, b.hazards_found, b.admin_cases,
       b.criminal_cases, (SELECT count(*) FROM operation_finding AS f WHERE f.case_id = o.case_id AND f.referral_id = o.referral_id) AS findings
FROM operation AS o JOIN referral_list AS r ON r.case_id = o.case_id AND r.referral_id = o.referral_id
LEFT JOIN rule_name AS k ON k.rules = r.rules AND k.kind = 'O' AND k.machine = '' AND k.code = o.kind
LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE x.state <> 'O') AS bodies, count(*) FILTER (WHERE x.state IN ('A', 'R')) AS joined, count(*) FILTER (WHERE x.state = 'R') AS reported,
                          string_agg(p.name, '、' ORDER BY x.participant) AS names, sum(x.patrol_hours) AS patrol_hours, sum(x.patrol_km) AS patrol_km, sum(x.hazards_found)::bigint AS hazards_found,
                          sum(x.admin_cases)::bigint AS admin_cases, sum(x.criminal_cases)::bigint AS criminal_cases
                   FROM operation_body AS x LEFT JOIN participant_now AS p ON p.number = x.participant WHERE x.case_id = o.case_id AND x.referral_id = o.referral_id) AS b ON true;
COMMENT ON VIEW operation_list IS '联合行动日历 joint operations with the sums of what was reported';

CREATE VIEW event_list WITH (security_invoker) AS
SELECT e.lane, e.serial, e.lane || '/' || e.serial AS place, e.broker_time, e.business_time, e.kind,
       CASE e.kind WHEN 'A' THEN '受理' WHEN 'R' THEN '拒绝' WHEN 'D' THEN '死信' WHEN 'P' THEN '重复' WHEN 'T' THEN '提醒' ELSE e.kind END AS kind_zh,
       e.sender AS sender_no, coalesce(s.slug, 'ecocase') AS sender, coalesce(s.name, '共享代理') AS sender_name, e.message_id, e.case_id, e.referral_id, e.event,
       CASE e.event WHEN 'SYS.WARNING' THEN '期限将届' WHEN 'SYS.OVERDUE' THEN '超期' WHEN 'SYS.ESCALATION' THEN '升级督办' WHEN 'SYS.CORRECTION' THEN '超期更正'
                    ELSE coalesce(n.zh, e.event) END AS event_zh,
       e.document_no, e.from_state, e.to_state, e.reason_code, e.bytes,
       (SELECT string_agg(p.name || CASE d.role WHEN 'c' THEN '（抄）' WHEN 'n' THEN '（回执）' WHEN 'a' THEN '（提醒）' WHEN 'h' THEN '（提示）' ELSE '' END, '、' ORDER BY d.role DESC, d.recipient)
        FROM delivery AS d JOIN participant AS p ON p.directory = e.directory AND p.number = d.recipient WHERE d.lane = e.lane AND d.serial = e.serial) AS sent_to
FROM event AS e
LEFT JOIN participant AS s ON s.directory = e.directory AND s.number = e.sender
LEFT JOIN rule_name AS n ON n.rules = e.rules AND n.kind = 'E' AND n.machine = '' AND n.code = e.event;
COMMENT ON VIEW event_list IS '事件，单位名称从当时的名录 events, with the names of their time';

CREATE VIEW refusal_list WITH (security_invoker) AS
SELECT f.lane, f.serial, f.lane || '/' || f.serial AS place, f.broker_time, e.sender_no, e.sender, e.sender_name, f.event, e.event_zh, e.document_no, e.message_id, e.case_id, e.referral_id, e.from_state,
       f.codes, (SELECT string_agg(x.zh, '；' ORDER BY x.ordinal) FROM reason AS x WHERE x.lane = f.lane AND x.serial = f.serial) AS reasons_zh,
       (SELECT string_agg(x.en, '; ' ORDER BY x.ordinal) FROM reason AS x WHERE x.lane = f.lane AND x.serial = f.serial) AS reasons_en
FROM refusal AS f JOIN event_list AS e ON e.lane = f.lane AND e.serial = f.serial;
COMMENT ON VIEW refusal_list IS '拒绝 refusals with their reasons';

CREATE VIEW flow_list WITH (security_invoker) AS
SELECT f.day, f.sender AS sender_no, s.slug AS sender, s.name AS sender_name, f.recipient AS recipient_no, t.slug AS recipient, t.name AS recipient_name, f.event, split_part(f.event, '.', 1) AS machine, f.count
FROM flow_day AS f LEFT JOIN participant_now AS s ON s.number = f.sender LEFT JOIN participant_now AS t ON t.number = f.recipient;
COMMENT ON VIEW flow_list IS '流向：每日谁主送谁 who sent whom, by day';

CREATE VIEW term_list WITH (security_invoker) AS
SELECT t.day, t.participant AS actor_no, a.slug AS actor, a.name AS actor_name, t.rule,
       coalesce((SELECT n.zh FROM rule_name AS n WHERE n.kind = 'C' AND n.machine = '' AND n.code = t.rule ORDER BY n.rules DESC LIMIT 1), t.rule) AS rule_zh, t.in_time, t.taken_days, t.count
FROM term_day AS t LEFT JOIN participant_now AS a ON a.number = t.participant;
COMMENT ON VIEW term_list IS '办结的期限：每日 clocks that ended, by day';

GRANT SELECT ON participant_now, referral_list, owed_list, missing_list, hint_list, by_hand_list, clue_list, operation_list, event_list, refusal_list
    TO ecocase_department, ecocase_prosecutor, ecocase_coordinator;
GRANT SELECT ON flow_list, term_list TO ecocase_coordinator;
GRANT SELECT ON participant_now, event_list, refusal_list, flow_list TO ecocase_auditor;
