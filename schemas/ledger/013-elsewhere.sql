-- 他案: earlier penalties of the same parties. persons: keys of a referral's parties (lib/wire/person.h), parted by spaces; penalty: its first penalty
-- decision (ms, agency's number, document number, tab-separated). Few referrals are penalties: a partial index finds those of a party, and costs
-- the others nothing. elsewhere: what of it was known when an event was judged (broker/judge/elsewhere.h), its input when it is judged again.
-- person_secret goes into the keys; readers of the views see neither.
ALTER TABLE ecocase.world ADD COLUMN person_secret text NOT NULL DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
ALTER TABLE ecocase.referral ADD COLUMN persons text NOT NULL DEFAULT '', ADD COLUMN penalty text NOT NULL DEFAULT '';
CREATE INDEX referral_penalised ON ecocase.referral USING gin (string_to_array(persons, ' ')) WHERE penalty <> '';
ALTER TABLE ecocase.event ADD COLUMN elsewhere text;

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
GRANT SELECT ON ecocase.duplicate_list TO ecocase_reader, ecocase_broker;
