-- 联合执法: the roster of a joint operation. Lines, tab-separated (broker/judge/roster.h): kind, start, end, reply_by; a line for each body; F a
-- finding; L the number of a case that a finding led to. Hours and km in tenths.
ALTER TABLE ecocase.referral ADD COLUMN roster text NOT NULL DEFAULT '';
-- Few referrals grew out of another, few are operations; both are looked for from the other side.
CREATE INDEX referral_parent ON ecocase.referral (parent) WHERE parent <> '00000000-0000-0000-0000-000000000000';
CREATE INDEX referral_roster ON ecocase.referral (case_id) WHERE roster <> '';

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

CREATE OR REPLACE VIEW ecocase.clock_list AS
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
COMMENT ON COLUMN ecocase.clock_list.actor IS '应当办理的单位代号（联合行动：各单位，空格分隔）';

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
GRANT SELECT ON ecocase.operation_body_list, ecocase.operation_finding_list, ecocase.operation_list, ecocase.link_list TO ecocase_reader, ecocase_broker;
