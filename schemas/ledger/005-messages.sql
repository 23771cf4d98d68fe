-- 消息查找: from a message id to its event, over the primary key of submission (one probe per participant).
CREATE VIEW ecocase.message_list AS
SELECT s.message_id, p.slug AS sender, s.lane, s.serial, s.kind
FROM ecocase.participant AS p JOIN ecocase.submission AS s ON s.sender = p.number;
COMMENT ON VIEW ecocase.message_list IS '消息 messages answered once';
COMMENT ON COLUMN ecocase.message_list.message_id IS '消息标识';
COMMENT ON COLUMN ecocase.message_list.sender IS '发送单位代号';
COMMENT ON COLUMN ecocase.message_list.lane IS '泳道';
COMMENT ON COLUMN ecocase.message_list.serial IS '泳道内序号';
COMMENT ON COLUMN ecocase.message_list.kind IS '结果代码（A 受理 R 拒绝）';
GRANT SELECT ON ecocase.message_list TO ecocase_reader, ecocase_broker;
