-- 全程序: what a referral keeps for the whole procedure, and the list of what is to be served by hand.
-- regime: which agencies' own rules hold (0: general); gaps: documents missing, by bit; parties: participants by bit of their number;
-- half: the one side's message of an event of two; hand: lines of addressee, event, document number, ms, ms served; tab-separated.
ALTER TABLE ecocase.referral ADD COLUMN regime smallint NOT NULL DEFAULT 0, ADD COLUMN gaps bigint NOT NULL DEFAULT 0,
    ADD COLUMN parties bigint NOT NULL DEFAULT 0, ADD COLUMN half text NOT NULL DEFAULT '', ADD COLUMN hand text NOT NULL DEFAULT '';
-- Few referrals wait for somebody to carry a paper.
CREATE INDEX referral_by_hand ON ecocase.referral (case_id) WHERE hand <> '';

CREATE VIEW ecocase.by_hand_list AS
SELECT r.id AS referral_id, r.case_id, r.machine, r.title, f[1] AS addressee, coalesce(x.zh, f[1]) AS addressee_zh, coalesce(x.en, f[1]) AS addressee_en,
       f[2] AS event, coalesce(n.zh, f[2]) AS event_zh, f[3] AS document_no, ecocase.instant(f[4]::bigint) AS dated,
       ecocase.instant(nullif(f[5], '')::bigint) AS served_at, f[5] = '' AS outstanding, h.slug AS holder, h.name AS holder_name
FROM ecocase.referral AS r
CROSS JOIN LATERAL unnest(string_to_array(rtrim(r.hand, E'\n'), E'\n')) AS line
CROSS JOIN LATERAL string_to_array(line, E'\t') AS f
LEFT JOIN ecocase.rule_name AS x ON x.kind = 'X' AND x.machine = '' AND x.code = f[1]
LEFT JOIN ecocase.rule_name AS n ON n.kind = 'E' AND n.machine = '' AND n.code = f[2]
LEFT JOIN ecocase.participant AS h ON h.number = r.holder
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
GRANT SELECT ON ecocase.by_hand_list TO ecocase_reader, ecocase_broker;
