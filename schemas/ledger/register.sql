-- 登记簿 (the register): what people ask, in normalized tables that `ecocase-register` writes from the record (schemas/ledger/record.sql), lane by lane. It holds nothing that
-- the record does not: it can be thrown away and built again. Run in an empty schema that is first in search_path, by its owner ecocase_register; the names of
-- tables stand without a schema, since a register is built beside another (register_new) and renamed. Functions have bodies of the SQL standard: what they name
-- is found when they are made, so that they stay with their schema. Roles and the schema desk are there already (schemas/ledger/desk.sql).
-- Two kinds of tables: what an event brought is appended; the present state of a case is written anew, as a whole, whenever an event touches it.

CREATE TABLE schema_version (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    series text NOT NULL,
    version integer NOT NULL
);
COMMENT ON TABLE schema_version IS '登记簿结构的系列与版本 which series and version of tables this is';
COMMENT ON COLUMN schema_version.only_row IS '只有一行';
COMMENT ON COLUMN schema_version.series IS '系列';
COMMENT ON COLUMN schema_version.version IS '版本';
INSERT INTO schema_version (series, version) VALUES ('register', 1);

-- ---- Where it stands
CREATE TABLE source (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    ledger_id text NOT NULL,
    manual_clock boolean NOT NULL,
    directory integer NOT NULL,
    rules integer NOT NULL,
    built_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    followed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    retired_at timestamptz
);
COMMENT ON TABLE source IS '所跟随的台账 the record that this register follows';
COMMENT ON COLUMN source.only_row IS '只有一行';
COMMENT ON COLUMN source.ledger_id IS '台账标识（集群与建立时间）';
COMMENT ON COLUMN source.manual_clock IS '手动时钟（测试台账）';
COMMENT ON COLUMN source.directory IS '已读入的名录版本';
COMMENT ON COLUMN source.rules IS '已读入的规则版本';
COMMENT ON COLUMN source.built_at IS '建立';
COMMENT ON COLUMN source.followed_at IS '最近一次跟随';
COMMENT ON COLUMN source.retired_at IS '被重建的登记簿替换的时间';

CREATE TABLE position (
    lane smallint PRIMARY KEY,
    generation bigint NOT NULL,
    serial bigint NOT NULL,
    message_id uuid,
    broker_time timestamptz,
    recorded bigint NOT NULL,
    published bigint NOT NULL,
    lane_time timestamptz
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
COMMENT ON TABLE position IS '各泳道跟随到的位置 how far each lane has been followed; written in the transaction of the rows';
COMMENT ON COLUMN position.lane IS '泳道';
COMMENT ON COLUMN position.generation IS '代次';
COMMENT ON COLUMN position.serial IS '已登记到的序号';
COMMENT ON COLUMN position.message_id IS '该事件的消息标识';
COMMENT ON COLUMN position.broker_time IS '该事件的代理时间';
COMMENT ON COLUMN position.recorded IS '台账中最后的序号（跟随时）';
COMMENT ON COLUMN position.published IS '已投送至收件箱的序号';
COMMENT ON COLUMN position.lane_time IS '泳道时间（超期以此为准）';

CREATE TABLE recipient_mark (
    lane smallint NOT NULL,
    participant smallint NOT NULL,
    given bigint NOT NULL,
    delivered bigint NOT NULL,
    PRIMARY KEY (lane, participant)
) WITH (fillfactor = 50);
COMMENT ON TABLE recipient_mark IS '各泳道给出与确认送达的编号 sequences given out and reported as delivered';
COMMENT ON COLUMN recipient_mark.lane IS '泳道';
COMMENT ON COLUMN recipient_mark.participant IS '单位编号';
COMMENT ON COLUMN recipient_mark.given IS '已给出的编号';
COMMENT ON COLUMN recipient_mark.delivered IS '已确认送达的编号';

-- ---- Names, by the version under which they held
CREATE TABLE participant (
    directory integer NOT NULL,
    number smallint NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    english text NOT NULL,
    role text NOT NULL,
    lead boolean NOT NULL,
    region text NOT NULL,
    PRIMARY KEY (directory, number)
);
COMMENT ON TABLE participant IS '参与单位，按名录各版本 participants by version of the directory';
COMMENT ON COLUMN participant.directory IS '名录版本';
COMMENT ON COLUMN participant.number IS '编号';
COMMENT ON COLUMN participant.slug IS '代号';
COMMENT ON COLUMN participant.name IS '名称';
COMMENT ON COLUMN participant.english IS '英文名称';
COMMENT ON COLUMN participant.role IS '角色';
COMMENT ON COLUMN participant.lead IS '牵头公安机关';
COMMENT ON COLUMN participant.region IS '行政区划代码';

CREATE TABLE rule_name (
    rules integer NOT NULL,
    kind text NOT NULL,
    machine text NOT NULL,
    code text NOT NULL,
    zh text NOT NULL,
    en text NOT NULL,
    terminal boolean NOT NULL,
    basis text NOT NULL,
    PRIMARY KEY (rules, kind, machine, code)
);
COMMENT ON TABLE rule_name IS '规则中的名称，按规则各版本 names of the rules by version';
COMMENT ON COLUMN rule_name.rules IS '规则版本';
COMMENT ON COLUMN rule_name.kind IS '类别：S 状态 E 事件 C 期限 M 程序 X 人工送达机关 H 处理限制 O 联合行动种类 D 文书 K 案件类别 F 标记 A 区域 Q 线索来源';
COMMENT ON COLUMN rule_name.machine IS '程序代码（仅状态有）';
COMMENT ON COLUMN rule_name.code IS '代码';
COMMENT ON COLUMN rule_name.zh IS '中文名称';
COMMENT ON COLUMN rule_name.en IS '英文名称';
COMMENT ON COLUMN rule_name.terminal IS '状态：已办结；处理限制：名称不显示';
COMMENT ON COLUMN rule_name.basis IS '依据';

CREATE TABLE county (
    code text PRIMARY KEY,
    name text NOT NULL
);
COMMENT ON TABLE county IS '行政区划 names of counties';
COMMENT ON COLUMN county.code IS '行政区划代码';
COMMENT ON COLUMN county.name IS '名称';

-- ---- The present state of cases
CREATE TABLE referral (
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    lane smallint NOT NULL,
    machine text NOT NULL,
    state text NOT NULL,
    open boolean NOT NULL,
    rules smallint NOT NULL,
    regime smallint NOT NULL,
    opener smallint,
    holder smallint,
    referrer smallint,
    parent uuid,
    category text NOT NULL,
    county text NOT NULL,
    title text NOT NULL,
    hidden boolean NOT NULL,
    handling text NOT NULL,
    handling_expires timestamptz,
    document_no text NOT NULL,
    opened_at timestamptz,
    changed_at timestamptz NOT NULL,
    event_count integer NOT NULL,
    flags bigint NOT NULL,
    next_due timestamptz,
    breached smallint NOT NULL,
    gap_count smallint NOT NULL,
    party_count smallint NOT NULL,
    PRIMARY KEY (case_id, referral_id)
) WITH (fillfactor = 80);
COMMENT ON TABLE referral IS '移送的现状 the present state of each referral';
COMMENT ON COLUMN referral.case_id IS '案件标识';
COMMENT ON COLUMN referral.referral_id IS '移送标识';
COMMENT ON COLUMN referral.lane IS '泳道';
COMMENT ON COLUMN referral.machine IS '程序代码';
COMMENT ON COLUMN referral.state IS '状态代码';
COMMENT ON COLUMN referral.open IS '未办结';
COMMENT ON COLUMN referral.rules IS '立时的规则版本，终身不变';
COMMENT ON COLUMN referral.regime IS '另适用哪些单位自己的规定（0：一般）';
COMMENT ON COLUMN referral.opener IS '移送单位编号';
COMMENT ON COLUMN referral.holder IS '现办理单位编号（空：尚无）';
COMMENT ON COLUMN referral.referrer IS '须知悉的原移送单位编号';
COMMENT ON COLUMN referral.parent IS '上一移送';
COMMENT ON COLUMN referral.category IS '案件类别';
COMMENT ON COLUMN referral.county IS '行政区划代码';
COMMENT ON COLUMN referral.title IS '案件名称（受限线索不显示）';
COMMENT ON COLUMN referral.hidden IS '名称受限';
COMMENT ON COLUMN referral.handling IS '处理限制代码（空：无）';
COMMENT ON COLUMN referral.handling_expires IS '处理限制有效期';
COMMENT ON COLUMN referral.document_no IS '首个文号';
COMMENT ON COLUMN referral.opened_at IS '立时（业务时间）';
COMMENT ON COLUMN referral.changed_at IS '最近变更（业务时间）';
COMMENT ON COLUMN referral.event_count IS '事件数';
COMMENT ON COLUMN referral.flags IS '规则所名的标记，按位';
COMMENT ON COLUMN referral.next_due IS '最近届满（计时中的期限）';
COMMENT ON COLUMN referral.breached IS '已超期而未办结的期限数';
COMMENT ON COLUMN referral.gap_count IS '尚缺材料数';
COMMENT ON COLUMN referral.party_count IS '有标识的当事人数';

CREATE TABLE caption (
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    title text NOT NULL,
    PRIMARY KEY (case_id, referral_id)
);
COMMENT ON TABLE caption IS '案件名称，供检索（受限的不在内） titles for searching; hidden ones are not in it';
COMMENT ON COLUMN caption.case_id IS '案件标识';
COMMENT ON COLUMN caption.referral_id IS '移送标识';
COMMENT ON COLUMN caption.title IS '案件名称';

CREATE TABLE restricted_title (
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    title text NOT NULL,
    PRIMARY KEY (case_id, referral_id)
);
COMMENT ON TABLE restricted_title IS '受限线索的名称：仅收发单位可见 titles that only those who sent or received see';
COMMENT ON COLUMN restricted_title.case_id IS '案件标识';
COMMENT ON COLUMN restricted_title.referral_id IS '移送标识';
COMMENT ON COLUMN restricted_title.title IS '案件名称';

CREATE TABLE number (
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    ordinal smallint NOT NULL,
    number text NOT NULL,
    folded text NOT NULL,
    PRIMARY KEY (case_id, referral_id, ordinal)
);
COMMENT ON TABLE number IS '文号 document numbers of referrals';
COMMENT ON COLUMN number.case_id IS '案件标识';
COMMENT ON COLUMN number.referral_id IS '移送标识';
COMMENT ON COLUMN number.ordinal IS '次序';
COMMENT ON COLUMN number.number IS '文号';
COMMENT ON COLUMN number.folded IS '文号，括号与空格归一';

CREATE TABLE clock (
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    ordinal smallint NOT NULL,
    rule text NOT NULL,
    state text NOT NULL,
    statutory boolean NOT NULL,
    measured boolean NOT NULL,
    started_at timestamptz,
    due_strict timestamptz,
    due_lenient timestamptz,
    stopped_at timestamptz,
    taken_days integer,
    PRIMARY KEY (case_id, referral_id, ordinal)
);
COMMENT ON TABLE clock IS '期限 clocks of referrals';
COMMENT ON COLUMN clock.case_id IS '案件标识';
COMMENT ON COLUMN clock.referral_id IS '移送标识';
COMMENT ON COLUMN clock.ordinal IS '次序';
COMMENT ON COLUMN clock.rule IS '期限规则';
COMMENT ON COLUMN clock.state IS '状态：R 计时中 P 中止 M 按期 B 超期 V 作废 S 被延长替代';
COMMENT ON COLUMN clock.statutory IS '法定';
COMMENT ON COLUMN clock.measured IS '事后计得';
COMMENT ON COLUMN clock.started_at IS '起算';
COMMENT ON COLUMN clock.due_strict IS '届满（字面）';
COMMENT ON COLUMN clock.due_lenient IS '届满（顺延）';
COMMENT ON COLUMN clock.stopped_at IS '办结或中止';
COMMENT ON COLUMN clock.taken_days IS '所用天数（已办结的）';

CREATE TABLE reply_owed (
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    ordinal smallint NOT NULL,
    participant smallint NOT NULL,
    waiting smallint,
    owed boolean NOT NULL,
    due timestamptz,
    PRIMARY KEY (case_id, referral_id, ordinal, participant)
);
COMMENT ON TABLE reply_owed IS '应办与等待：期限由谁办理、谁在等 who must answer by a clock, and who waits for it';
COMMENT ON COLUMN reply_owed.case_id IS '案件标识';
COMMENT ON COLUMN reply_owed.referral_id IS '移送标识';
COMMENT ON COLUMN reply_owed.ordinal IS '期限的次序';
COMMENT ON COLUMN reply_owed.participant IS '应办单位编号';
COMMENT ON COLUMN reply_owed.waiting IS '等待单位编号';
COMMENT ON COLUMN reply_owed.owed IS '尚未办理';
COMMENT ON COLUMN reply_owed.due IS '届满（顺延）';

CREATE TABLE gap (
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    code text NOT NULL,
    PRIMARY KEY (case_id, referral_id, code)
);
COMMENT ON TABLE gap IS '缺少的材料 documents still missing';
COMMENT ON COLUMN gap.case_id IS '案件标识';
COMMENT ON COLUMN gap.referral_id IS '移送标识';
COMMENT ON COLUMN gap.code IS '文书代码';

CREATE TABLE fact (
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    ordinal smallint NOT NULL,
    name text NOT NULL,
    value text NOT NULL,
    unit text NOT NULL,
    PRIMARY KEY (case_id, referral_id, ordinal)
);
COMMENT ON TABLE fact IS '量化事实 facts that thresholds compare';
COMMENT ON COLUMN fact.case_id IS '案件标识';
COMMENT ON COLUMN fact.referral_id IS '移送标识';
COMMENT ON COLUMN fact.ordinal IS '次序';
COMMENT ON COLUMN fact.name IS '名称';
COMMENT ON COLUMN fact.value IS '数值';
COMMENT ON COLUMN fact.unit IS '单位或代码';

CREATE TABLE hint (
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    ordinal smallint NOT NULL,
    level text NOT NULL,
    threshold text NOT NULL,
    code text NOT NULL,
    text text NOT NULL,
    basis text NOT NULL,
    statutory boolean NOT NULL,
    event text NOT NULL,
    decided_at timestamptz,
    send_by timestamptz,
    agency smallint,
    mark text NOT NULL,
    PRIMARY KEY (case_id, referral_id, ordinal)
);
COMMENT ON TABLE hint IS '应移未移提示 hints of what should have been referred';
COMMENT ON COLUMN hint.case_id IS '案件标识';
COMMENT ON COLUMN hint.referral_id IS '移送标识';
COMMENT ON COLUMN hint.ordinal IS '次序';
COMMENT ON COLUMN hint.level IS '级别代码';
COMMENT ON COLUMN hint.threshold IS '标准编号';
COMMENT ON COLUMN hint.code IS '提示代码';
COMMENT ON COLUMN hint.text IS '提示（事实、数值与标准）';
COMMENT ON COLUMN hint.basis IS '依据';
COMMENT ON COLUMN hint.statutory IS '法定';
COMMENT ON COLUMN hint.event IS '决定环节代码';
COMMENT ON COLUMN hint.decided_at IS '决定时间';
COMMENT ON COLUMN hint.send_by IS '应于何时前移送（空：不计时）';
COMMENT ON COLUMN hint.agency IS '作出决定的单位编号';
COMMENT ON COLUMN hint.mark IS '办理情况：OPEN 待移送 UNREFERRED 应移未移 REFERRED 已移送；空：不计时';

CREATE TABLE manual_service (
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    ordinal smallint NOT NULL,
    addressee text NOT NULL,
    event text NOT NULL,
    document_no text NOT NULL,
    dated timestamptz,
    served_at timestamptz,
    PRIMARY KEY (case_id, referral_id, ordinal)
);
COMMENT ON TABLE manual_service IS '待人工送达 papers for addressees without an inbox';
COMMENT ON COLUMN manual_service.case_id IS '案件标识';
COMMENT ON COLUMN manual_service.referral_id IS '移送标识';
COMMENT ON COLUMN manual_service.ordinal IS '次序';
COMMENT ON COLUMN manual_service.addressee IS '送达机关代码';
COMMENT ON COLUMN manual_service.event IS '事项代码';
COMMENT ON COLUMN manual_service.document_no IS '文号';
COMMENT ON COLUMN manual_service.dated IS '文书日期';
COMMENT ON COLUMN manual_service.served_at IS '送达（空：尚未）';

CREATE TABLE penalty (
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    decided_at timestamptz,
    agency smallint,
    document_no text NOT NULL,
    PRIMARY KEY (case_id, referral_id)
);
COMMENT ON TABLE penalty IS '首次处罚决定 the first penalty decision of a referral';
COMMENT ON COLUMN penalty.case_id IS '案件标识';
COMMENT ON COLUMN penalty.referral_id IS '移送标识';
COMMENT ON COLUMN penalty.decided_at IS '决定时间';
COMMENT ON COLUMN penalty.agency IS '单位编号';
COMMENT ON COLUMN penalty.document_no IS '文号';

CREATE TABLE operation (
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    kind text NOT NULL,
    window_start timestamptz,
    window_end timestamptz,
    reply_by timestamptz,
    PRIMARY KEY (case_id, referral_id)
);
COMMENT ON TABLE operation IS '联合行动 joint operations';
COMMENT ON COLUMN operation.case_id IS '案件标识';
COMMENT ON COLUMN operation.referral_id IS '移送标识';
COMMENT ON COLUMN operation.kind IS '种类代码';
COMMENT ON COLUMN operation.window_start IS '起始';
COMMENT ON COLUMN operation.window_end IS '结束';
COMMENT ON COLUMN operation.reply_by IS '答复期限';

CREATE TABLE operation_body (
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    participant smallint NOT NULL,
    state text NOT NULL,
    answered_at timestamptz,
    late boolean NOT NULL,
    reason text NOT NULL,
    proposed_start timestamptz,
    proposed_end timestamptz,
    reported_at timestamptz,
    report_late boolean NOT NULL,
    people bigint,
    vehicles bigint,
    uavs bigint,
    boats bigint,
    patrol_hours numeric,
    patrol_km numeric,
    sites bigint,
    hazards_found bigint,
    hazards_rectified bigint,
    admin_cases bigint,
    criminal_cases bigint,
    seized_items bigint,
    people_found bigint,
    PRIMARY KEY (case_id, referral_id, participant)
);
COMMENT ON TABLE operation_body IS '联合行动参战单位 bodies of joint operations';
COMMENT ON COLUMN operation_body.case_id IS '案件标识';
COMMENT ON COLUMN operation_body.referral_id IS '移送标识';
COMMENT ON COLUMN operation_body.participant IS '单位编号';
COMMENT ON COLUMN operation_body.state IS 'I 待答复 A 参加 D 不参加 P 另提时间 R 已报送 O 列席';
COMMENT ON COLUMN operation_body.answered_at IS '答复时间';
COMMENT ON COLUMN operation_body.late IS '逾期答复';
COMMENT ON COLUMN operation_body.reason IS '理由';
COMMENT ON COLUMN operation_body.proposed_start IS '另提的起始';
COMMENT ON COLUMN operation_body.proposed_end IS '另提的结束';
COMMENT ON COLUMN operation_body.reported_at IS '报送时间';
COMMENT ON COLUMN operation_body.report_late IS '逾期报送';
COMMENT ON COLUMN operation_body.people IS '人员';
COMMENT ON COLUMN operation_body.vehicles IS '车辆';
COMMENT ON COLUMN operation_body.uavs IS '无人机';
COMMENT ON COLUMN operation_body.boats IS '船艇';
COMMENT ON COLUMN operation_body.patrol_hours IS '巡逻小时';
COMMENT ON COLUMN operation_body.patrol_km IS '巡逻公里';
COMMENT ON COLUMN operation_body.sites IS '点位';
COMMENT ON COLUMN operation_body.hazards_found IS '发现隐患';
COMMENT ON COLUMN operation_body.hazards_rectified IS '整改隐患';
COMMENT ON COLUMN operation_body.admin_cases IS '行政案件';
COMMENT ON COLUMN operation_body.criminal_cases IS '刑事案件';
COMMENT ON COLUMN operation_body.seized_items IS '查扣物品';
COMMENT ON COLUMN operation_body.people_found IS '查获人员';

CREATE TABLE operation_finding (
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    ordinal smallint NOT NULL,
    found_at timestamptz,
    participant smallint,
    category text NOT NULL,
    leads_to text NOT NULL,
    document_no text NOT NULL,
    PRIMARY KEY (case_id, referral_id, ordinal)
);
COMMENT ON TABLE operation_finding IS '联合行动发现的问题 findings of joint operations';
COMMENT ON COLUMN operation_finding.case_id IS '案件标识';
COMMENT ON COLUMN operation_finding.referral_id IS '移送标识';
COMMENT ON COLUMN operation_finding.ordinal IS '次序';
COMMENT ON COLUMN operation_finding.found_at IS '发现时间';
COMMENT ON COLUMN operation_finding.participant IS '发现单位编号';
COMMENT ON COLUMN operation_finding.category IS '类别';
COMMENT ON COLUMN operation_finding.leads_to IS '转为（程序代码；空：未转案件）';
COMMENT ON COLUMN operation_finding.document_no IS '文号';

CREATE TABLE operation_case (
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    ordinal smallint NOT NULL,
    document_no text NOT NULL,
    PRIMARY KEY (case_id, referral_id, ordinal)
);
COMMENT ON TABLE operation_case IS '联合行动所转的案件 numbers of cases that findings led to';
COMMENT ON COLUMN operation_case.case_id IS '案件标识';
COMMENT ON COLUMN operation_case.referral_id IS '移送标识';
COMMENT ON COLUMN operation_case.ordinal IS '次序';
COMMENT ON COLUMN operation_case.document_no IS '文号';

-- ---- What events brought
CREATE TABLE event (
    lane smallint NOT NULL,
    serial bigint NOT NULL,
    broker_time timestamptz NOT NULL,
    business_time timestamptz,
    kind text NOT NULL,
    sender smallint,
    message_id uuid,
    case_id uuid,
    referral_id uuid,
    event text NOT NULL,
    document_no text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    rules smallint NOT NULL,
    directory integer NOT NULL,
    source_offset bigint NOT NULL,
    bytes integer NOT NULL,
    in_reply_to uuid,
    reason_code text NOT NULL,
    readable boolean NOT NULL,
    PRIMARY KEY (lane, serial)
);
COMMENT ON TABLE event IS '事件：只追加 events, appended and never changed';
COMMENT ON COLUMN event.lane IS '泳道';
COMMENT ON COLUMN event.serial IS '泳道内序号';
COMMENT ON COLUMN event.broker_time IS '代理时间';
COMMENT ON COLUMN event.business_time IS '业务时间（文书所载）';
COMMENT ON COLUMN event.kind IS '结果：A 受理 R 拒绝 D 死信 P 重复 T 提醒';
COMMENT ON COLUMN event.sender IS '发送单位编号（提醒：空）';
COMMENT ON COLUMN event.message_id IS '消息标识';
COMMENT ON COLUMN event.case_id IS '案件标识';
COMMENT ON COLUMN event.referral_id IS '移送标识';
COMMENT ON COLUMN event.event IS '事项代码';
COMMENT ON COLUMN event.document_no IS '文号';
COMMENT ON COLUMN event.from_state IS '原状态';
COMMENT ON COLUMN event.to_state IS '新状态';
COMMENT ON COLUMN event.rules IS '裁判所依规则的版本';
COMMENT ON COLUMN event.directory IS '裁判所依名录的版本';
COMMENT ON COLUMN event.source_offset IS '发件箱（提醒：时钟主题）中的偏移';
COMMENT ON COLUMN event.bytes IS '字节';
COMMENT ON COLUMN event.in_reply_to IS '所答复的消息';
COMMENT ON COLUMN event.reason_code IS '理由代码（文书所载）';
COMMENT ON COLUMN event.readable IS '内容已读出';

CREATE TABLE witness (
    lane smallint NOT NULL,
    serial bigint NOT NULL,
    participant smallint NOT NULL,
    PRIMARY KEY (lane, serial, participant)
);
COMMENT ON TABLE witness IS '谁收发了事件 who sent or was sent an event: the rows by which a department sees it';
COMMENT ON COLUMN witness.lane IS '泳道';
COMMENT ON COLUMN witness.serial IS '泳道内序号';
COMMENT ON COLUMN witness.participant IS '单位编号';

CREATE TABLE seen (
    participant smallint NOT NULL,
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    supervised boolean NOT NULL,
    PRIMARY KEY (participant, case_id, referral_id)
);
COMMENT ON TABLE seen IS '谁可见移送 which participant sees which referral: what it sent or was sent, or supervises';
COMMENT ON COLUMN seen.participant IS '单位编号';
COMMENT ON COLUMN seen.case_id IS '案件标识';
COMMENT ON COLUMN seen.referral_id IS '移送标识';
COMMENT ON COLUMN seen.supervised IS '依监督职责（非收发）';

CREATE TABLE delivery (
    lane smallint NOT NULL,
    serial bigint NOT NULL,
    recipient smallint NOT NULL,
    role text NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (lane, serial, recipient, role)
);
COMMENT ON TABLE delivery IS '送达 deliveries: one row per event and recipient';
COMMENT ON COLUMN delivery.lane IS '泳道';
COMMENT ON COLUMN delivery.serial IS '泳道内序号';
COMMENT ON COLUMN delivery.recipient IS '收件单位编号';
COMMENT ON COLUMN delivery.role IS '收件方式：t 主送 c 抄送 n 回执 a 提醒 h 提示';
COMMENT ON COLUMN delivery.sequence IS '送达编号';

CREATE TABLE reason (
    lane smallint NOT NULL,
    serial bigint NOT NULL,
    ordinal smallint NOT NULL,
    code text NOT NULL,
    field text NOT NULL,
    zh text NOT NULL,
    en text NOT NULL,
    PRIMARY KEY (lane, serial, ordinal)
);
COMMENT ON TABLE reason IS '理由：拒绝、死信、提示与提醒 reasons and remarks of an event';
COMMENT ON COLUMN reason.lane IS '泳道';
COMMENT ON COLUMN reason.serial IS '泳道内序号';
COMMENT ON COLUMN reason.ordinal IS '次序';
COMMENT ON COLUMN reason.code IS '代码';
COMMENT ON COLUMN reason.field IS '字段';
COMMENT ON COLUMN reason.zh IS '理由';
COMMENT ON COLUMN reason.en IS '理由（英文）';

CREATE TABLE refusal (
    lane smallint NOT NULL,
    serial bigint NOT NULL,
    broker_time timestamptz NOT NULL,
    sender smallint,
    event text NOT NULL,
    codes text NOT NULL,
    PRIMARY KEY (lane, serial)
);
COMMENT ON TABLE refusal IS '拒绝 refused submissions';
COMMENT ON COLUMN refusal.lane IS '泳道';
COMMENT ON COLUMN refusal.serial IS '泳道内序号';
COMMENT ON COLUMN refusal.broker_time IS '代理时间';
COMMENT ON COLUMN refusal.sender IS '发送单位编号';
COMMENT ON COLUMN refusal.event IS '事项代码';
COMMENT ON COLUMN refusal.codes IS '理由代码';

CREATE TABLE dead_letter (
    lane smallint NOT NULL,
    serial bigint NOT NULL,
    broker_time timestamptz NOT NULL,
    sender smallint,
    source_offset bigint NOT NULL,
    bytes integer NOT NULL,
    codes text NOT NULL,
    PRIMARY KEY (lane, serial)
);
COMMENT ON TABLE dead_letter IS '死信：无法读取的消息，不含内容 dead letters, without their content';
COMMENT ON COLUMN dead_letter.lane IS '泳道';
COMMENT ON COLUMN dead_letter.serial IS '泳道内序号';
COMMENT ON COLUMN dead_letter.broker_time IS '代理时间';
COMMENT ON COLUMN dead_letter.sender IS '发件箱单位编号';
COMMENT ON COLUMN dead_letter.source_offset IS '偏移';
COMMENT ON COLUMN dead_letter.bytes IS '字节';
COMMENT ON COLUMN dead_letter.codes IS '理由代码';

CREATE TABLE alert (
    lane smallint NOT NULL,
    serial bigint NOT NULL,
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    event text NOT NULL,
    rule text NOT NULL,
    told_at timestamptz NOT NULL,
    due_at timestamptz,
    PRIMARY KEY (lane, serial)
);
COMMENT ON TABLE alert IS '提醒 alerts by clock';
COMMENT ON COLUMN alert.lane IS '泳道';
COMMENT ON COLUMN alert.serial IS '泳道内序号';
COMMENT ON COLUMN alert.case_id IS '案件标识';
COMMENT ON COLUMN alert.referral_id IS '移送标识';
COMMENT ON COLUMN alert.event IS '提醒代码';
COMMENT ON COLUMN alert.rule IS '期限规则';
COMMENT ON COLUMN alert.told_at IS '提醒时间（代理时间）';
COMMENT ON COLUMN alert.due_at IS '期限届满';

CREATE TABLE document (
    lane smallint NOT NULL,
    serial bigint NOT NULL,
    ordinal smallint NOT NULL,
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    code text NOT NULL,
    number text NOT NULL,
    title text NOT NULL,
    file_name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    sm3 text NOT NULL,
    carried boolean NOT NULL,
    PRIMARY KEY (lane, serial, ordinal)
);
COMMENT ON TABLE document IS '文书与附件 papers that came with events';
COMMENT ON COLUMN document.lane IS '泳道';
COMMENT ON COLUMN document.serial IS '泳道内序号';
COMMENT ON COLUMN document.ordinal IS '次序';
COMMENT ON COLUMN document.case_id IS '案件标识';
COMMENT ON COLUMN document.referral_id IS '移送标识';
COMMENT ON COLUMN document.code IS '文书代码';
COMMENT ON COLUMN document.number IS '文号';
COMMENT ON COLUMN document.title IS '题名';
COMMENT ON COLUMN document.file_name IS '文件名';
COMMENT ON COLUMN document.media_type IS '类型';
COMMENT ON COLUMN document.size IS '字节';
COMMENT ON COLUMN document.sha256 IS 'SHA-256';
COMMENT ON COLUMN document.sm3 IS 'SM3';
COMMENT ON COLUMN document.carried IS '随消息内含';

CREATE TABLE party (
    lane smallint NOT NULL,
    serial bigint NOT NULL,
    ordinal smallint NOT NULL,
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    kind text NOT NULL,
    role text NOT NULL,
    masked_name text NOT NULL,
    name text NOT NULL,
    id_type text NOT NULL,
    id_no text NOT NULL,
    sex text NOT NULL,
    address text NOT NULL,
    phone text NOT NULL,
    PRIMARY KEY (lane, serial, ordinal)
);
COMMENT ON TABLE party IS '当事人（个人信息；经 desk.look 查阅） parties: personal data, read through desk.look';
COMMENT ON COLUMN party.lane IS '泳道';
COMMENT ON COLUMN party.serial IS '泳道内序号';
COMMENT ON COLUMN party.ordinal IS '次序';
COMMENT ON COLUMN party.case_id IS '案件标识';
COMMENT ON COLUMN party.referral_id IS '移送标识';
COMMENT ON COLUMN party.kind IS 'P 自然人 O 单位';
COMMENT ON COLUMN party.role IS '身份';
COMMENT ON COLUMN party.masked_name IS '姓名或名称（脱敏）';
COMMENT ON COLUMN party.name IS '姓名或名称';
COMMENT ON COLUMN party.id_type IS '证件种类';
COMMENT ON COLUMN party.id_no IS '证件号码';
COMMENT ON COLUMN party.sex IS '性别';
COMMENT ON COLUMN party.address IS '住址';
COMMENT ON COLUMN party.phone IS '电话';

CREATE TABLE person_key (
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    key text NOT NULL,
    PRIMARY KEY (case_id, referral_id, key)
);
COMMENT ON TABLE person_key IS '当事人标识 keys of parties, by which the same party is found in other cases';
COMMENT ON COLUMN person_key.case_id IS '案件标识';
COMMENT ON COLUMN person_key.referral_id IS '移送标识';
COMMENT ON COLUMN person_key.key IS '标识';

CREATE TABLE content (
    lane smallint NOT NULL,
    serial bigint NOT NULL,
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    title text NOT NULL,
    offence text NOT NULL,
    summary text NOT NULL,
    reason text NOT NULL,
    note text NOT NULL,
    place text NOT NULL,
    purpose text NOT NULL,
    agency_case_no text NOT NULL,
    longitude double precision,
    latitude double precision,
    coordinates_system text NOT NULL,
    PRIMARY KEY (lane, serial)
);
COMMENT ON TABLE content IS '案情：文书所载 case content of an event';
COMMENT ON COLUMN content.lane IS '泳道';
COMMENT ON COLUMN content.serial IS '泳道内序号';
COMMENT ON COLUMN content.case_id IS '案件标识';
COMMENT ON COLUMN content.referral_id IS '移送标识';
COMMENT ON COLUMN content.title IS '名称';
COMMENT ON COLUMN content.offence IS '涉嫌罪名';
COMMENT ON COLUMN content.summary IS '基本案情';
COMMENT ON COLUMN content.reason IS '理由';
COMMENT ON COLUMN content.note IS '备注';
COMMENT ON COLUMN content.place IS '地点';
COMMENT ON COLUMN content.purpose IS '用途';
COMMENT ON COLUMN content.agency_case_no IS '单位案号';
COMMENT ON COLUMN content.longitude IS '经度';
COMMENT ON COLUMN content.latitude IS '纬度';
COMMENT ON COLUMN content.coordinates_system IS '坐标系';

CREATE TABLE clue (
    lane smallint NOT NULL,
    serial bigint NOT NULL,
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    source text NOT NULL,
    purpose text NOT NULL,
    areas text NOT NULL,
    handling text NOT NULL,
    handling_expires timestamptz,
    PRIMARY KEY (lane, serial)
);
COMMENT ON TABLE clue IS '线索 clues as they were handed in';
COMMENT ON COLUMN clue.lane IS '泳道';
COMMENT ON COLUMN clue.serial IS '泳道内序号';
COMMENT ON COLUMN clue.case_id IS '案件标识';
COMMENT ON COLUMN clue.referral_id IS '移送标识';
COMMENT ON COLUMN clue.source IS '来源代码';
COMMENT ON COLUMN clue.purpose IS '用途';
COMMENT ON COLUMN clue.areas IS '涉及区域代码，空格分隔';
COMMENT ON COLUMN clue.handling IS '处理限制代码';
COMMENT ON COLUMN clue.handling_expires IS '有效期';

-- ---- Summaries, kept up in the transaction of the rows they sum
CREATE TABLE event_day (
    day date NOT NULL,
    sender smallint NOT NULL,
    kind text NOT NULL,
    event text NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (day, sender, kind, event)
) WITH (fillfactor = 70);
COMMENT ON TABLE event_day IS '每日事件数 events by day';
COMMENT ON COLUMN event_day.day IS '日（代理时间）';
COMMENT ON COLUMN event_day.sender IS '发送单位编号（0：代理）';
COMMENT ON COLUMN event_day.kind IS '结果';
COMMENT ON COLUMN event_day.event IS '事项代码';
COMMENT ON COLUMN event_day.count IS '数量';

CREATE TABLE flow_day (
    day date NOT NULL,
    sender smallint NOT NULL,
    recipient smallint NOT NULL,
    event text NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (day, sender, recipient, event)
) WITH (fillfactor = 70);
COMMENT ON TABLE flow_day IS '每日流向：谁主送谁 flows by day: who sent whom';
COMMENT ON COLUMN flow_day.day IS '日（代理时间）';
COMMENT ON COLUMN flow_day.sender IS '发送单位编号';
COMMENT ON COLUMN flow_day.recipient IS '收件单位编号';
COMMENT ON COLUMN flow_day.event IS '事项代码';
COMMENT ON COLUMN flow_day.count IS '数量';

CREATE TABLE term_day (
    day date NOT NULL,
    participant smallint NOT NULL,
    rule text NOT NULL,
    in_time boolean NOT NULL,
    taken_days integer NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (day, participant, rule, in_time, taken_days)
) WITH (fillfactor = 70);
COMMENT ON TABLE term_day IS '每日办结的期限：由谁、按期与否、用几天 clocks that ended, by day, body, rule, in time or not, and days taken';
COMMENT ON COLUMN term_day.day IS '日（办结）';
COMMENT ON COLUMN term_day.participant IS '应办单位编号';
COMMENT ON COLUMN term_day.rule IS '期限规则';
COMMENT ON COLUMN term_day.in_time IS '按期';
COMMENT ON COLUMN term_day.taken_days IS '所用天数';
COMMENT ON COLUMN term_day.count IS '数量';

CREATE TABLE standing (
    machine text NOT NULL,
    state text NOT NULL,
    open boolean NOT NULL,
    opener smallint NOT NULL,
    holder smallint NOT NULL,
    category text NOT NULL,
    county text NOT NULL,
    breached boolean NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (machine, state, open, opener, holder, category, county, breached)
) WITH (fillfactor = 70);
COMMENT ON TABLE standing IS '现状的件数 how many referrals stand where';
COMMENT ON COLUMN standing.machine IS '程序代码';
COMMENT ON COLUMN standing.state IS '状态代码';
COMMENT ON COLUMN standing.open IS '未办结';
COMMENT ON COLUMN standing.opener IS '移送单位编号（0：无）';
COMMENT ON COLUMN standing.holder IS '现办理单位编号（0：无）';
COMMENT ON COLUMN standing.category IS '案件类别';
COMMENT ON COLUMN standing.county IS '行政区划代码';
COMMENT ON COLUMN standing.breached IS '有超期';
COMMENT ON COLUMN standing.count IS '件数';
-- ---- Search
-- Chinese has no spaces and most words have two characters, for which trigrams find every row: slices of two characters in an ordinary array index find them at
-- once, without an extension. The planner must take the function for dear, else it reads the table; measured in docs/decisions/0120.
CREATE FUNCTION grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 20000 RETURN
    (SELECT coalesce(array_agg(DISTINCT substr(lower(words), n, 2)), '{}') FROM generate_series(1, greatest(length(words) - 1, 1)) AS n);
-- Brackets and spaces of a document number as people type them.
CREATE FUNCTION fold(number text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN translate(number, '[]［］【】()（） 　', '〔〕〔〕〔〕〔〕〔〕');

CREATE INDEX caption_grams ON caption USING gin (grams(title)) WITH (fastupdate = off);
CREATE INDEX number_folded ON number (folded text_pattern_ops);
CREATE INDEX number_grams ON number USING gin (grams(folded)) WITH (fastupdate = off);
CREATE INDEX referral_id ON referral (referral_id);
CREATE INDEX referral_changed ON referral (changed_at DESC, referral_id DESC);
CREATE INDEX referral_state ON referral (machine, state, changed_at DESC, referral_id DESC);
CREATE INDEX referral_holder ON referral (holder, changed_at DESC, referral_id DESC);
CREATE INDEX referral_opener ON referral (opener, changed_at DESC, referral_id DESC);
CREATE INDEX referral_category ON referral (category, changed_at DESC, referral_id DESC);
CREATE INDEX referral_county ON referral (county text_pattern_ops, changed_at DESC, referral_id DESC);
CREATE INDEX referral_due ON referral (next_due, referral_id) WHERE next_due IS NOT NULL;
CREATE INDEX referral_breached ON referral (changed_at DESC, referral_id DESC) WHERE breached > 0;
CREATE INDEX referral_gaps ON referral (changed_at DESC, referral_id DESC) WHERE gap_count > 0;
CREATE INDEX referral_parent ON referral (parent) WHERE parent IS NOT NULL;
CREATE INDEX clock_due ON clock (due_lenient, case_id, referral_id, ordinal) WHERE state = 'R';
CREATE INDEX clock_breached ON clock (due_lenient, case_id, referral_id, ordinal) WHERE state = 'B' AND NOT measured;
CREATE INDEX reply_owed_first ON reply_owed (due, case_id, referral_id, ordinal, participant) WHERE owed;
CREATE INDEX gap_referral ON gap (code, case_id, referral_id);
CREATE INDEX reply_owed_due ON reply_owed (participant, due, case_id, referral_id) WHERE owed;
CREATE INDEX reply_owed_waiting ON reply_owed (waiting, due, case_id, referral_id) WHERE owed;
CREATE INDEX hint_decided ON hint (decided_at DESC, case_id, referral_id);
CREATE INDEX manual_service_waits ON manual_service (dated, case_id, referral_id) WHERE served_at IS NULL;
CREATE INDEX operation_window ON operation (window_start DESC, case_id, referral_id);
CREATE INDEX operation_case_number ON operation_case (document_no);
CREATE INDEX event_of_referral ON event (referral_id, lane, serial);
CREATE INDEX event_of_message ON event (message_id);
CREATE INDEX event_time ON event USING brin (broker_time);
CREATE INDEX refusal_time ON refusal (broker_time DESC, lane, serial DESC);
CREATE INDEX refusal_sender ON refusal (sender, broker_time DESC, lane, serial DESC);
CREATE INDEX dead_letter_time ON dead_letter (broker_time DESC, lane, serial DESC);
CREATE INDEX alert_time ON alert (told_at DESC, lane, serial DESC);
CREATE INDEX alert_referral ON alert (case_id, referral_id);
CREATE INDEX document_referral ON document (case_id, referral_id);
CREATE INDEX party_referral ON party (case_id, referral_id);
CREATE INDEX party_name ON party (name);
CREATE INDEX party_number ON party (id_no) WHERE id_no <> '';
CREATE INDEX person_key_key ON person_key (key);
CREATE INDEX content_referral ON content (case_id, referral_id);
CREATE INDEX clue_referral ON clue (case_id, referral_id);
CREATE INDEX witness_participant ON witness (participant, lane, serial);

-- ---- What the follower calls in its transaction
-- Before the present state of cases is written anew: what they stood for is taken out of the summaries, and their rows go. After it: it is put in again.
CREATE FUNCTION sum_cases(ids uuid[], sign integer) RETURNS void LANGUAGE sql BEGIN ATOMIC
    INSERT INTO standing AS s (machine, state, open, opener, holder, category, county, breached, count)
    SELECT r.machine, r.state, r.open, coalesce(r.opener, 0), coalesce(r.holder, 0), r.category, r.county, r.breached > 0, sign * count(*)
    FROM referral AS r WHERE r.case_id = ANY (ids) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    ON CONFLICT (machine, state, open, opener, holder, category, county, breached) DO UPDATE SET count = s.count + excluded.count;
    INSERT INTO term_day AS t (day, participant, rule, in_time, taken_days, count)
    SELECT (c.stopped_at AT TIME ZONE 'Asia/Shanghai')::date, o.participant, c.rule, c.state = 'M', c.taken_days, sign * count(*)
    FROM clock AS c JOIN reply_owed AS o ON o.case_id = c.case_id AND o.referral_id = c.referral_id AND o.ordinal = c.ordinal
    WHERE c.case_id = ANY (ids) AND c.state IN ('M', 'B') AND c.stopped_at IS NOT NULL AND c.taken_days IS NOT NULL GROUP BY 1, 2, 3, 4, 5
    ON CONFLICT (day, participant, rule, in_time, taken_days) DO UPDATE SET count = t.count + excluded.count;
END;
CREATE FUNCTION forget_cases(ids uuid[]) RETURNS void LANGUAGE sql BEGIN ATOMIC
    SELECT sum_cases(ids, -1);
    DELETE FROM referral WHERE case_id = ANY (ids);
    DELETE FROM restricted_title WHERE case_id = ANY (ids);
    DELETE FROM clock WHERE case_id = ANY (ids);
    DELETE FROM reply_owed WHERE case_id = ANY (ids);
    DELETE FROM gap WHERE case_id = ANY (ids);
    DELETE FROM fact WHERE case_id = ANY (ids);
    DELETE FROM hint WHERE case_id = ANY (ids);
    DELETE FROM manual_service WHERE case_id = ANY (ids);
    DELETE FROM penalty WHERE case_id = ANY (ids);
    DELETE FROM operation WHERE case_id = ANY (ids);
    DELETE FROM operation_body WHERE case_id = ANY (ids);
    DELETE FROM operation_finding WHERE case_id = ANY (ids);
    DELETE FROM operation_case WHERE case_id = ANY (ids);
    DELETE FROM person_key WHERE case_id = ANY (ids);
    DELETE FROM seen WHERE participant IN (SELECT p.number FROM participant AS p WHERE p.role = 'PRO') AND case_id = ANY (ids) AND supervised;
END;
-- Titles seldom change: their index is touched only when they do. Supervision: a procuratorate sees what its city hands over between administration and police, in
-- either direction (REF, REV: 行政执法机关移送涉嫌犯罪案件的规定 14), besides what it was sent.
CREATE FUNCTION write_cases(ids uuid[]) RETURNS void LANGUAGE sql BEGIN ATOMIC
    SELECT sum_cases(ids, 1);
    INSERT INTO caption AS c (case_id, referral_id, title)
    SELECT r.case_id, r.referral_id, r.title FROM referral AS r WHERE r.case_id = ANY (ids) AND NOT r.hidden
    ON CONFLICT (case_id, referral_id) DO UPDATE SET title = excluded.title WHERE c.title <> excluded.title;
    DELETE FROM caption AS c WHERE c.case_id = ANY (ids)
        AND NOT EXISTS (SELECT FROM referral AS r WHERE r.case_id = c.case_id AND r.referral_id = c.referral_id AND NOT r.hidden);
    INSERT INTO seen (participant, case_id, referral_id, supervised)
    SELECT p.number, r.case_id, r.referral_id, true FROM referral AS r
    JOIN participant AS p ON p.role = 'PRO' AND left(p.region, 4) = left(r.county, 4) AND p.directory = (SELECT max(n.directory) FROM participant AS n)
    WHERE r.case_id = ANY (ids) AND r.machine IN ('REF', 'REV')
    ON CONFLICT (participant, case_id, referral_id) DO NOTHING;
END;
-- Sums that came to nothing go, from time to time.
CREATE FUNCTION tidy_sums() RETURNS void LANGUAGE sql BEGIN ATOMIC
    DELETE FROM standing WHERE count = 0;
    DELETE FROM term_day WHERE count = 0;
END;
-- What the events behind a serial up to another add to the days, and who sees a referral through them: its sender, and whom they were sent to. A refused submission
-- opens nobody's eyes to the case that it names.
CREATE FUNCTION sum_events(p_lane smallint, p_after bigint, p_upto bigint) RETURNS void LANGUAGE sql BEGIN ATOMIC
    INSERT INTO event_day AS d (day, sender, kind, event, count)
    SELECT (e.broker_time AT TIME ZONE 'Asia/Shanghai')::date, coalesce(e.sender, 0), e.kind, e.event, count(*)
    FROM event AS e WHERE e.lane = p_lane AND e.serial > p_after AND e.serial <= p_upto GROUP BY 1, 2, 3, 4
    ON CONFLICT (day, sender, kind, event) DO UPDATE SET count = d.count + excluded.count;
    INSERT INTO flow_day AS f (day, sender, recipient, event, count)
    SELECT (e.broker_time AT TIME ZONE 'Asia/Shanghai')::date, e.sender, d.recipient, e.event, count(*)
    FROM event AS e JOIN delivery AS d ON d.lane = e.lane AND d.serial = e.serial AND d.role = 't'
    WHERE e.lane = p_lane AND e.serial > p_after AND e.serial <= p_upto AND e.kind = 'A' GROUP BY 1, 2, 3, 4
    ON CONFLICT (day, sender, recipient, event) DO UPDATE SET count = f.count + excluded.count;
    INSERT INTO seen AS s (participant, case_id, referral_id, supervised)
    SELECT DISTINCT w.participant, e.case_id, e.referral_id, false
    FROM event AS e JOIN witness AS w ON w.lane = e.lane AND w.serial = e.serial
    WHERE e.lane = p_lane AND e.serial > p_after AND e.serial <= p_upto AND e.kind IN ('A', 'T') AND e.case_id IS NOT NULL AND e.referral_id IS NOT NULL
    ON CONFLICT (participant, case_id, referral_id) DO UPDATE SET supervised = false WHERE s.supervised;
END;

-- ---- Who sees which rows
-- Columns are granted, rows are policies. A department sees a referral that it sent or was sent something of, and of its events those that it sent or was sent; a
-- procuratorate also all of what it supervises. Coordinators and auditors see every row, of the columns that hold no case content and no personal data. The owner
-- is above policies (FORCE is not set), since it writes.
DO $$
DECLARE
    made text;
BEGIN
    FOREACH made IN ARRAY ARRAY['referral', 'caption', 'number', 'clock', 'reply_owed', 'gap', 'fact', 'hint', 'manual_service', 'penalty', 'operation', 'operation_body',
                                'operation_finding', 'operation_case'] LOOP
        EXECUTE format('ALTER TABLE %1$I ENABLE ROW LEVEL SECURITY; CREATE POLICY everyone ON %1$I FOR SELECT TO ecocase_coordinator, ecocase_auditor USING (true);
            CREATE POLICY concerned ON %1$I FOR SELECT TO ecocase_department, ecocase_prosecutor USING (EXISTS (SELECT FROM seen AS s
                WHERE s.participant = (SELECT desk.me()) AND s.case_id = %1$I.case_id AND s.referral_id = %1$I.referral_id))', made);
    END LOOP;
    FOREACH made IN ARRAY ARRAY['event', 'delivery', 'reason', 'refusal', 'dead_letter', 'alert', 'document', 'party', 'content', 'clue'] LOOP
        EXECUTE format('ALTER TABLE %1$I ENABLE ROW LEVEL SECURITY; CREATE POLICY everyone ON %1$I FOR SELECT TO ecocase_coordinator, ecocase_auditor USING (true);
            CREATE POLICY concerned ON %1$I FOR SELECT TO ecocase_department, ecocase_prosecutor USING (EXISTS (SELECT FROM witness AS w
                WHERE w.participant = (SELECT desk.me()) AND w.lane = %1$I.lane AND w.serial = %1$I.serial))', made);
    END LOOP;
    FOREACH made IN ARRAY ARRAY['event', 'document', 'party', 'content', 'clue', 'alert'] LOOP
        EXECUTE format('CREATE POLICY supervised ON %1$I FOR SELECT TO ecocase_prosecutor USING (EXISTS (SELECT FROM seen AS s
            WHERE s.participant = (SELECT desk.me()) AND s.case_id = %1$I.case_id AND s.referral_id = %1$I.referral_id AND s.supervised))', made);
    END LOOP;
    ALTER TABLE restricted_title ENABLE ROW LEVEL SECURITY; -- no policy for coordinators: they see none of its rows, so that one view serves all
    CREATE POLICY concerned ON restricted_title FOR SELECT TO ecocase_department, ecocase_prosecutor USING (EXISTS (SELECT FROM seen AS s
        WHERE s.participant = (SELECT desk.me()) AND s.case_id = restricted_title.case_id AND s.referral_id = restricted_title.referral_id));
    FOREACH made IN ARRAY ARRAY['seen', 'witness'] LOOP
        EXECUTE format('ALTER TABLE %1$I ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON %1$I FOR SELECT TO ecocase_department, ecocase_prosecutor
            USING (participant = (SELECT desk.me())); CREATE POLICY everyone ON %1$I FOR SELECT TO ecocase_coordinator, ecocase_auditor USING (true)', made);
    END LOOP;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO ecocase_department, ecocase_prosecutor, ecocase_coordinator, ecocase_auditor', current_schema());
END $$;
GRANT SELECT ON schema_version, source, position, recipient_mark, participant, rule_name, county TO ecocase_department, ecocase_prosecutor, ecocase_coordinator, ecocase_auditor;
GRANT SELECT ON referral, restricted_title, caption, number, clock, reply_owed, gap, fact, hint, manual_service, penalty, operation, operation_body, operation_finding, operation_case,
    event, witness, seen, delivery, reason, refusal, dead_letter, alert, document, content, clue TO ecocase_department, ecocase_prosecutor;
GRANT SELECT (lane, serial, ordinal, case_id, referral_id, kind, role, masked_name) ON party TO ecocase_department, ecocase_prosecutor;
GRANT SELECT ON referral, restricted_title, caption, number, clock, reply_owed, gap, hint, manual_service, penalty, operation, operation_body, operation_finding, operation_case,
    event, witness, seen, delivery, reason, refusal, dead_letter, alert, event_day, flow_day, term_day, standing TO ecocase_coordinator;
GRANT SELECT (lane, serial, ordinal, case_id, referral_id, code, number, media_type, size, sha256, sm3, carried) ON document TO ecocase_coordinator, ecocase_auditor;
GRANT SELECT (lane, serial, ordinal, case_id, referral_id, kind, role) ON party TO ecocase_coordinator;
GRANT SELECT (lane, serial, case_id, referral_id, source, areas, handling, handling_expires) ON clue TO ecocase_coordinator;
GRANT SELECT ON event, witness, delivery, reason, refusal, dead_letter, alert, event_day, flow_day TO ecocase_auditor;
