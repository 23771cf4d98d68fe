-- 台账之记录 (the record): tables and functions that lanes write. Run once, in an empty database, by `ecocase-broker setup`; then views.sql and roles.sql.
-- A lane writes one transaction a batch (broker/ledger/record.c), the fence last. Arrays of a lane are indexed by participant number from 0 to 63.

-- ---- What this is
CREATE TABLE ecocase.schema_version (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    series text NOT NULL,
    version integer NOT NULL
);
COMMENT ON TABLE ecocase.schema_version IS '台账结构的系列与版本：程序只打开本系列、不高于所识版本的台账 which series and version of tables this is';
COMMENT ON COLUMN ecocase.schema_version.only_row IS '只有一行';
COMMENT ON COLUMN ecocase.schema_version.series IS '系列：同系列内版本可比';
COMMENT ON COLUMN ecocase.schema_version.version IS '版本';
INSERT INTO ecocase.schema_version (series, version) VALUES ('record', 1);

-- person_secret goes into the keys of parties (lib/wire/person.h); readers of the views see neither.
CREATE TABLE ecocase.world (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    cluster_id text NOT NULL,
    manual_clock boolean NOT NULL,
    lanes integer NOT NULL CHECK (lanes BETWEEN 1 AND 64),
    generation bigint NOT NULL DEFAULT 1,
    created timestamptz NOT NULL DEFAULT now(),
    person_secret text NOT NULL DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
);
COMMENT ON TABLE ecocase.world IS '台账与哪个 Kafka 集群同属一体，建立后不变 the world that this ledger belongs to';
COMMENT ON COLUMN ecocase.world.only_row IS '只有一行';
COMMENT ON COLUMN ecocase.world.cluster_id IS 'Kafka 集群标识';
COMMENT ON COLUMN ecocase.world.manual_clock IS '手动时钟（测试台账）';
COMMENT ON COLUMN ecocase.world.lanes IS '泳道数';
COMMENT ON COLUMN ecocase.world.generation IS '代次（恢复后增加）';
COMMENT ON COLUMN ecocase.world.created IS '建立';
COMMENT ON COLUMN ecocase.world.person_secret IS '当事人标识的密钥：视图不显示';

-- ---- Directory and names
CREATE TABLE ecocase.directory (
    version integer PRIMARY KEY,
    text text NOT NULL,
    stored timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE ecocase.directory IS '参与单位名录的各版本原文 every version of the directory, as it was written';
COMMENT ON COLUMN ecocase.directory.version IS '版本';
COMMENT ON COLUMN ecocase.directory.text IS '原文（YAML）';
COMMENT ON COLUMN ecocase.directory.stored IS '存入';

CREATE TABLE ecocase.participant (
    number smallint PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    english text NOT NULL,
    role text NOT NULL,
    lead boolean NOT NULL,
    region text NOT NULL,
    receipts boolean NOT NULL
);
COMMENT ON TABLE ecocase.participant IS '参与单位，按最新名录，供视图显示名称 participants of the newest directory, for the views';
COMMENT ON COLUMN ecocase.participant.number IS '编号';
COMMENT ON COLUMN ecocase.participant.slug IS '代号';
COMMENT ON COLUMN ecocase.participant.name IS '名称';
COMMENT ON COLUMN ecocase.participant.english IS '英文名称';
COMMENT ON COLUMN ecocase.participant.role IS '角色';
COMMENT ON COLUMN ecocase.participant.lead IS '牵头公安机关';
COMMENT ON COLUMN ecocase.participant.region IS '行政区划代码';
COMMENT ON COLUMN ecocase.participant.receipts IS '需要受理回执';

CREATE TABLE ecocase.rule_name (
    kind "char" NOT NULL,
    machine text NOT NULL,
    code text NOT NULL,
    zh text NOT NULL,
    en text NOT NULL,
    terminal boolean NOT NULL,
    basis text NOT NULL,
    PRIMARY KEY (kind, machine, code)
);
COMMENT ON TABLE ecocase.rule_name IS '规则中的名称，setup 时刷新，供视图显示 names of the rules, refreshed by setup';
COMMENT ON COLUMN ecocase.rule_name.kind IS '类别：S 状态 E 事件 C 期限 M 程序 X 人工送达机关 H 处理限制 O 联合行动种类';
COMMENT ON COLUMN ecocase.rule_name.machine IS '程序代码（仅状态有）';
COMMENT ON COLUMN ecocase.rule_name.code IS '代码';
COMMENT ON COLUMN ecocase.rule_name.zh IS '中文名称';
COMMENT ON COLUMN ecocase.rule_name.en IS '英文名称';
COMMENT ON COLUMN ecocase.rule_name.terminal IS '状态：已办结；处理限制：名称不显示';
COMMENT ON COLUMN ecocase.rule_name.basis IS '依据';

-- ---- Lanes
CREATE TABLE ecocase.lane (
    lane smallint PRIMARY KEY,
    epoch bigint NOT NULL DEFAULT 0,
    generation bigint NOT NULL DEFAULT 1,
    serial bigint NOT NULL DEFAULT 0,
    published bigint NOT NULL DEFAULT 0,
    "time" timestamptz,
    clock_offset bigint NOT NULL DEFAULT 0,
    next_offset bigint[] NOT NULL,
    sequence bigint[] NOT NULL,
    delivered bigint[] NOT NULL,
    directory_version integer NOT NULL DEFAULT 0,
    owner text,
    owner_pid integer,
    owner_start timestamptz,
    former_pid integer,
    former_start timestamptz,
    changed timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
COMMENT ON TABLE ecocase.lane IS '泳道：读到哪里、给出到哪里、由谁持有 lanes: how far each has come, and who holds it';
COMMENT ON COLUMN ecocase.lane.lane IS '泳道';
COMMENT ON COLUMN ecocase.lane.epoch IS '任期（接管次数）';
COMMENT ON COLUMN ecocase.lane.generation IS '代次';
COMMENT ON COLUMN ecocase.lane.serial IS '最后登记的序号';
COMMENT ON COLUMN ecocase.lane.published IS '已投送至收件箱的序号';
COMMENT ON COLUMN ecocase.lane."time" IS '泳道时间（超期以此为准）';
COMMENT ON COLUMN ecocase.lane.clock_offset IS '时钟主题下一偏移';
COMMENT ON COLUMN ecocase.lane.next_offset IS '各发件箱下一偏移（下标为单位编号）';
COMMENT ON COLUMN ecocase.lane.sequence IS '已给出各单位的送达编号（下标为单位编号）';
COMMENT ON COLUMN ecocase.lane.delivered IS '各单位确认送达的编号（下标为单位编号）';
COMMENT ON COLUMN ecocase.lane.directory_version IS '名录版本';
COMMENT ON COLUMN ecocase.lane.owner IS '持有实例（空：无人持有）';
COMMENT ON COLUMN ecocase.lane.owner_pid IS '持有者的数据库进程';
COMMENT ON COLUMN ecocase.lane.owner_start IS '该进程的起始时间';
COMMENT ON COLUMN ecocase.lane.former_pid IS '前一持有者的数据库进程';
COMMENT ON COLUMN ecocase.lane.former_start IS '该进程的起始时间';
COMMENT ON COLUMN ecocase.lane.changed IS '最近变更';

-- ---- Events: one row per record read or alert told, appended and never changed
-- By lane, each lane by serial in segments of four million (event_<lane>_<segment>), made before they are needed; no DEFAULT, so a row that belongs nowhere is an
-- error. No unique index: the fence alone says which serials are taken, and `ecocase ledger replay` sees a serial twice. Rows of a lane lie in the order of their
-- serials: BRIN finds them by an index of a hundredth of the size of a B-tree, if they are asked for in bounded windows (serial > x AND serial <= x + n).
-- A value is an opaque run of bytes that does not shrink much: EXTERNAL spends no time on compressing it, and segments keep it in the row as far as a page goes.
CREATE TABLE ecocase.event (
    lane smallint NOT NULL,
    serial bigint NOT NULL,
    broker_time timestamptz NOT NULL,
    business_time timestamptz,
    kind "char" NOT NULL,
    sender smallint NOT NULL,
    source_offset bigint NOT NULL,
    message_id uuid,
    case_id uuid,
    referral_id uuid,
    event text NOT NULL,
    document_no text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    rules smallint NOT NULL,
    directory smallint NOT NULL,
    delivery_to smallint[] NOT NULL,
    delivery_role text NOT NULL,
    delivery_seq bigint[] NOT NULL,
    answer text,
    key bytea,
    value bytea,
    headers text,
    elsewhere text
) PARTITION BY LIST (lane);
ALTER TABLE ecocase.event ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE INDEX event_serial ON ecocase.event USING brin (serial) WITH (pages_per_range = 64);
-- The few that people look for by kind and time.
CREATE INDEX event_refused ON ecocase.event (kind, broker_time) WHERE kind IN ('R', 'D');
CREATE INDEX event_alert ON ecocase.event (broker_time) WHERE kind = 'T';
COMMENT ON TABLE ecocase.event IS '事件：只追加，不更改 events, appended and never changed';
COMMENT ON COLUMN ecocase.event.lane IS '泳道';
COMMENT ON COLUMN ecocase.event.serial IS '泳道内序号';
COMMENT ON COLUMN ecocase.event.broker_time IS '代理时间';
COMMENT ON COLUMN ecocase.event.business_time IS '业务时间（文书所载）';
COMMENT ON COLUMN ecocase.event.kind IS '结果：A 受理 R 拒绝 D 死信 P 重复 T 提醒';
COMMENT ON COLUMN ecocase.event.sender IS '发送单位编号（提醒：0）';
COMMENT ON COLUMN ecocase.event.source_offset IS '发件箱（提醒：时钟主题）中的偏移';
COMMENT ON COLUMN ecocase.event.message_id IS '消息标识';
COMMENT ON COLUMN ecocase.event.case_id IS '案件标识';
COMMENT ON COLUMN ecocase.event.referral_id IS '移送标识';
COMMENT ON COLUMN ecocase.event.event IS '事项代码';
COMMENT ON COLUMN ecocase.event.document_no IS '文号';
COMMENT ON COLUMN ecocase.event.from_state IS '原状态';
COMMENT ON COLUMN ecocase.event.to_state IS '新状态';
COMMENT ON COLUMN ecocase.event.rules IS '裁判所依规则的版本';
COMMENT ON COLUMN ecocase.event.directory IS '裁判所依名录的版本';
COMMENT ON COLUMN ecocase.event.delivery_to IS '收件单位编号';
COMMENT ON COLUMN ecocase.event.delivery_role IS '收件方式，每单位一字：t 主送 c 抄送 n 回执 a 提醒 h 提示';
COMMENT ON COLUMN ecocase.event.delivery_seq IS '各收件单位的送达编号';
COMMENT ON COLUMN ecocase.event.answer IS '答复（JSON：理由、期限）';
COMMENT ON COLUMN ecocase.event.key IS 'Kafka 键（仅死信）';
COMMENT ON COLUMN ecocase.event.value IS '来文原始字节（重复件不存）';
COMMENT ON COLUMN ecocase.event.headers IS '消息头（JSON：跟踪标识；死信全部）';
COMMENT ON COLUMN ecocase.event.elsewhere IS '裁判时所知的他案（broker/judge/elsewhere.h），重放时用';

-- Message ids that were judged, not partitioned: one stays known for ever, in every lane. Ids begin with the paper's time, so new ones lie together at the index's
-- right edge. What was refused before judging, a repeat, a dead letter and an alert are named by lane and serial only. The constraint's name is what a lane
-- recognises another lane's recording by (broker/ledger/connection.c).
CREATE TABLE ecocase.known (
    message_id uuid NOT NULL,
    sender smallint NOT NULL,
    lane smallint NOT NULL,
    serial bigint NOT NULL,
    CONSTRAINT known_once PRIMARY KEY (message_id, sender)
);
COMMENT ON TABLE ecocase.known IS '已裁判的消息及其事件：同一消息只答复一次 message ids that were judged, each answered once, and by which event';
COMMENT ON COLUMN ecocase.known.message_id IS '消息标识';
COMMENT ON COLUMN ecocase.known.sender IS '发送单位编号';
COMMENT ON COLUMN ecocase.known.lane IS '泳道';
COMMENT ON COLUMN ecocase.known.serial IS '泳道内序号';

-- ---- Referrals: the present state of each
-- clocks: six numbers for each clock, see ecocase.clocks_of; a jsonb instead cost the server 19 µs a referral, more than the whole event row. events:
-- serials in this lane, oldest first; they lead to the event rows without an index on them.
CREATE TABLE ecocase.referral (
    case_id uuid NOT NULL,
    id uuid NOT NULL,
    lane smallint NOT NULL,
    machine text NOT NULL,
    state text NOT NULL,
    rules smallint NOT NULL,
    opener smallint NOT NULL,
    holder smallint NOT NULL,
    referrer smallint NOT NULL,
    parent uuid NOT NULL,
    flags bigint NOT NULL,
    category text NOT NULL,
    county text NOT NULL,
    title text NOT NULL,
    numbers text NOT NULL,
    opened_at timestamptz,
    changed_at timestamptz,
    event_count integer NOT NULL,
    clocks bigint[] NOT NULL,
    events bigint[] NOT NULL,
    regime smallint NOT NULL DEFAULT 0,
    gaps bigint NOT NULL DEFAULT 0,
    parties bigint NOT NULL DEFAULT 0,
    half text NOT NULL DEFAULT '',
    hand text NOT NULL DEFAULT '',
    alarm_at timestamptz,
    handling smallint NOT NULL DEFAULT 0,
    handling_expires timestamptz,
    roster text NOT NULL DEFAULT '',
    facts text NOT NULL DEFAULT '',
    hints text NOT NULL DEFAULT '',
    hint_marks bigint NOT NULL DEFAULT 0,
    persons text NOT NULL DEFAULT '',
    penalty text NOT NULL DEFAULT '',
    PRIMARY KEY (case_id, id)
) WITH (fillfactor = 80);
-- The one index that a tick needs, over running clocks only.
CREATE INDEX referral_alarm ON ecocase.referral (lane, alarm_at) WHERE alarm_at IS NOT NULL;
-- Few referrals wait for somebody to carry a paper, grew out of another, are operations, have a hint or are penalties: each is found by a partial index
-- that costs the others nothing.
CREATE INDEX referral_by_hand ON ecocase.referral (case_id) WHERE hand <> '';
CREATE INDEX referral_parent ON ecocase.referral (parent) WHERE parent <> '00000000-0000-0000-0000-000000000000';
CREATE INDEX referral_roster ON ecocase.referral (case_id) WHERE roster <> '';
CREATE INDEX referral_hinted ON ecocase.referral (case_id) WHERE hints <> '';
CREATE INDEX referral_penalised ON ecocase.referral USING gin (string_to_array(persons, ' ')) WHERE penalty <> '';
COMMENT ON TABLE ecocase.referral IS '移送的现状 the present state of each referral';
COMMENT ON COLUMN ecocase.referral.case_id IS '案件标识';
COMMENT ON COLUMN ecocase.referral.id IS '移送标识';
COMMENT ON COLUMN ecocase.referral.lane IS '泳道';
COMMENT ON COLUMN ecocase.referral.machine IS '程序代码';
COMMENT ON COLUMN ecocase.referral.state IS '状态代码';
COMMENT ON COLUMN ecocase.referral.rules IS '立时的规则版本，终身不变';
COMMENT ON COLUMN ecocase.referral.opener IS '移送单位编号';
COMMENT ON COLUMN ecocase.referral.holder IS '现办理单位编号（0：尚无）';
COMMENT ON COLUMN ecocase.referral.referrer IS '须知悉的原移送单位编号（0：无）';
COMMENT ON COLUMN ecocase.referral.parent IS '上一移送（全零：无）';
COMMENT ON COLUMN ecocase.referral.flags IS '规则所名的标记，按位';
COMMENT ON COLUMN ecocase.referral.category IS '案件类别';
COMMENT ON COLUMN ecocase.referral.county IS '行政区划代码';
COMMENT ON COLUMN ecocase.referral.title IS '案件名称';
COMMENT ON COLUMN ecocase.referral.numbers IS '出现过的文号（每行一个）';
COMMENT ON COLUMN ecocase.referral.opened_at IS '立时（业务时间）';
COMMENT ON COLUMN ecocase.referral.changed_at IS '最近变更（业务时间）';
COMMENT ON COLUMN ecocase.referral.event_count IS '事件数';
COMMENT ON COLUMN ecocase.referral.clocks IS '期限，每个六个数（ecocase.clocks_of）';
COMMENT ON COLUMN ecocase.referral.events IS '本泳道内的事件序号，由先到后';
COMMENT ON COLUMN ecocase.referral.regime IS '另适用哪些单位自己的规定（0：一般）';
COMMENT ON COLUMN ecocase.referral.gaps IS '尚缺的材料，按位';
COMMENT ON COLUMN ecocase.referral.parties IS '收发过的单位，按编号之位';
COMMENT ON COLUMN ecocase.referral.half IS '双方文书中先到一方的内容';
COMMENT ON COLUMN ecocase.referral.hand IS '待人工送达：每行送达机关、事项、文号、毫秒、送达毫秒，制表符分隔';
COMMENT ON COLUMN ecocase.referral.alarm_at IS '下一提醒的时间（broker/judge/alert.h）';
COMMENT ON COLUMN ecocase.referral.handling IS '处理限制，由发起单位设定';
COMMENT ON COLUMN ecocase.referral.handling_expires IS '处理限制有效期';
COMMENT ON COLUMN ecocase.referral.roster IS '联合行动的参与名册（broker/model/roster.h），工时与公里以十分之一计';
COMMENT ON COLUMN ecocase.referral.facts IS '量化事实：每行名称、数值、单位或代码，制表符分隔';
COMMENT ON COLUMN ecocase.referral.hints IS '应移未移提示，每行一条（broker/judge/hint_inside.h）';
COMMENT ON COLUMN ecocase.referral.hint_marks IS '各提示的办理情况，每条两位：0 待移送 1 已再告知 2 已移送 3 待更正';
COMMENT ON COLUMN ecocase.referral.persons IS '当事人标识（lib/wire/person.h），空格分隔';
COMMENT ON COLUMN ecocase.referral.penalty IS '首次处罚决定：毫秒、单位编号、文号，制表符分隔';

-- ---- What keeps the tables in shape
-- Statistics that cost what they are worth: an ANALYZE of a table of wide rows takes a sample of 30,000 and sorts every column of it, a second and
-- more of a core each time that autovacuum comes by. Nobody asks by a value, a header or a list of clocks; of the others 3,000 rows say enough.
-- Partitions do not inherit it, so make_segment calls this for each.
CREATE FUNCTION ecocase.spare_statistics(made regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    col name;
BEGIN
    FOR col IN SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = made AND a.attnum > 0 AND NOT a.attisdropped LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', made, col,
                       CASE WHEN col IN ('value', 'headers', 'key', 'answer', 'delivery_to', 'delivery_seq', 'delivery_role', 'clocks', 'events',
                                         'title', 'numbers', 'facts', 'half') THEN 0 ELSE 10 END);
    END LOOP;
END $$;
SELECT ecocase.spare_statistics(made::regclass)
FROM unnest(ARRAY['ecocase.event', 'ecocase.known', 'ecocase.referral']) AS made;

-- A segment of a lane: serials from number * 4,000,000 on. Made apart and attached, so that lanes at work go on meanwhile. TOAST would be a second table with a
-- B-tree: it gets only what no page holds.
CREATE FUNCTION ecocase.make_segment(p_lane smallint, number bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    parent constant text := format('ecocase.event_%s', p_lane);
    made constant text := format('ecocase.event_%s_%s', p_lane, number);
BEGIN
    IF to_regclass(made) IS NOT NULL THEN RETURN; END IF;
    EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL) WITH (toast_tuple_target = 8160)', made, parent);
    PERFORM ecocase.spare_statistics(made::regclass);
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%s) TO (%s)', parent, made, number * 4000000, (number + 1) * 4000000);
END $$;

-- What a lane asks for now and then (broker/ledger/segments.c): the segment of its next event and the one behind it are there, and what was written lately is in
-- the index. Answers the first serial that has no place. Takes only the lane: what is made follows from its row. Who holds a lock for long (a VACUUM) is not
-- waited for: half a second is less than it takes Postgres to end an autovacuum for our sake.
CREATE FUNCTION ecocase.tend_lane(p_lane smallint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
    segment bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7016996, p_lane); -- one at a time: a former owner may still be at it
    SELECT (l.serial + 1) / 4000000 INTO STRICT segment FROM ecocase.lane AS l WHERE l.lane = p_lane;
    PERFORM ecocase.make_segment(p_lane, segment + n) FROM generate_series(0, 1) AS n;
    BEGIN
        PERFORM brin_summarize_new_values(i.indexrelid)
        FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS a ON a.oid = c.relam
        WHERE a.amname = 'brin' AND i.indrelid IN (to_regclass(format('ecocase.event_%s_%s', p_lane, segment)), to_regclass(format('ecocase.event_%s_%s', p_lane, segment - 1)));
    EXCEPTION WHEN lock_not_available THEN NULL; -- the next call does it; until then those rows are looked at one by one
    END;
    RETURN (segment + 2) * 4000000;
END $$;

-- A lane with its part of the events; called by setup.
CREATE FUNCTION ecocase.make_lane(p_lane smallint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ecocase.lane (lane, next_offset, sequence, delivered)
    SELECT p_lane, z, z, z FROM (SELECT array_fill(0::bigint, ARRAY[64], ARRAY[0]) AS z) AS zero;
    EXECUTE format('CREATE TABLE ecocase.event_%s PARTITION OF ecocase.event FOR VALUES IN (%s) PARTITION BY RANGE (serial)', p_lane, p_lane);
    PERFORM ecocase.tend_lane(p_lane);
END $$;

-- ---- What the lane's transaction calls
-- The last statement before COMMIT. Answers the newest directory version. SQLSTATE EC002: the lane has another owner.
CREATE FUNCTION ecocase.fence(p_lane smallint, p_epoch bigint, p_clock_before bigint, p_next_before bigint[], p_serial bigint,
                              p_published bigint, p_time timestamptz, p_clock bigint, p_next bigint[], p_sequence bigint[],
                              p_delivered bigint[], p_directory integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ecocase.lane AS l
    SET serial = p_serial, published = p_published, "time" = p_time, clock_offset = p_clock, next_offset = p_next,
        sequence = p_sequence, delivered = p_delivered, directory_version = p_directory, changed = clock_timestamp()
    WHERE l.lane = p_lane AND l.epoch = p_epoch AND l.clock_offset = p_clock_before AND l.next_offset = p_next_before;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'lane % has another owner or other offsets than epoch %', p_lane, p_epoch USING ERRCODE = 'EC002';
    END IF;
    RETURN coalesce((SELECT max(d.version) FROM ecocase.directory AS d), 0);
END $$;

-- Ends the backend that the lane row names as its owner or former owner, and no other. True when it is gone.
CREATE FUNCTION ecocase.end_backend(p_lane smallint, p_pid integer, p_start timestamptz) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM 1 FROM ecocase.lane AS l
    WHERE l.lane = p_lane AND ((l.owner_pid = p_pid AND l.owner_start = p_start) OR (l.former_pid = p_pid AND l.former_start = p_start));
    IF NOT FOUND OR p_pid = pg_backend_pid() THEN RETURN true; END IF;
    PERFORM 1 FROM pg_stat_activity AS a WHERE a.pid = p_pid AND a.backend_start = p_start;
    IF NOT FOUND THEN RETURN true; END IF;
    RETURN pg_terminate_backend(p_pid, 5000);
END $$;

-- ---- 恢复 Recovery
-- After a restore, or a failover that lost its tail, lanes give sequences out again that recipients know
-- already, and judge again what the ledger forgot. A new generation (代次) tells recipients so; one row for each lane.
CREATE TABLE ecocase.recovery (
    generation bigint NOT NULL,
    lane smallint NOT NULL,
    recovered timestamptz NOT NULL DEFAULT clock_timestamp(),
    operator text NOT NULL DEFAULT session_user,
    recorded bigint NOT NULL,
    given_out bigint NOT NULL,
    clock_end bigint NOT NULL,
    outbox_ends bigint[] NOT NULL,
    PRIMARY KEY (generation, lane)
);
COMMENT ON TABLE ecocase.recovery IS '恢复 generations begun by ecocase-broker recover';
COMMENT ON COLUMN ecocase.recovery.generation IS '代次';
COMMENT ON COLUMN ecocase.recovery.lane IS '泳道';
COMMENT ON COLUMN ecocase.recovery.recovered IS '恢复时间';
COMMENT ON COLUMN ecocase.recovery.operator IS '操作人（数据库登录名）';
COMMENT ON COLUMN ecocase.recovery.recorded IS '恢复时台账所记的序号';
COMMENT ON COLUMN ecocase.recovery.given_out IS '收件箱中已见的序号（0：无）';
COMMENT ON COLUMN ecocase.recovery.clock_end IS '恢复时时钟主题之末，到此为止按时间顺序重读';
COMMENT ON COLUMN ecocase.recovery.outbox_ends IS '恢复时各发件箱之末（按参与方编号，从 0 起），到此为止按时间顺序重读';

-- One transaction: owners' backends are ended, every lane gets the generation and an epoch above all that was seen.
-- Arrays by lane from 1; p_outbox_ends: 64 numbers for each lane. Answers, for each lane and participant number from 0
-- to 63, the sequence behind which the lane gives out now: what is recorded and was not published is given out again.
CREATE FUNCTION ecocase.recover(p_generation bigint, p_epoch bigint[], p_given_out bigint[], p_clock_end bigint[], p_outbox_ends bigint[])
    RETURNS TABLE (lane smallint, epoch bigint, behind bigint[]) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ecocase.end_backend(l.lane, l.owner_pid, l.owner_start) FROM ecocase.lane AS l WHERE l.owner_pid IS NOT NULL;
    PERFORM ecocase.end_backend(l.lane, l.former_pid, l.former_start) FROM ecocase.lane AS l WHERE l.former_pid IS NOT NULL;
    UPDATE ecocase.world SET generation = p_generation;
    UPDATE ecocase.lane AS l
    SET generation = p_generation, epoch = greatest(l.epoch, p_epoch[l.lane + 1]) + 1, owner = NULL, owner_pid = NULL, owner_start = NULL,
        changed = clock_timestamp();
    INSERT INTO ecocase.recovery (generation, lane, recorded, given_out, clock_end, outbox_ends)
    SELECT p_generation, l.lane, l.serial, p_given_out[l.lane + 1], p_clock_end[l.lane + 1], p_outbox_ends[l.lane * 64 + 1 : l.lane * 64 + 64]
    FROM ecocase.lane AS l;
    RETURN QUERY
    SELECT l.lane, l.epoch,
           (SELECT array_agg(coalesce((SELECT min(d.sequence) - 1
                                       FROM ecocase.event AS e CROSS JOIN LATERAL unnest(e.delivery_to, e.delivery_seq) AS d(number, sequence)
                                       WHERE e.lane = l.lane AND e.serial > l.published AND e.serial <= l.serial AND d.number = n),
                                      l.sequence[n + array_lower(l.sequence, 1)], 0) ORDER BY n)
            FROM generate_series(0, 63) AS n)
    FROM ecocase.lane AS l ORDER BY l.lane;
END $$;
