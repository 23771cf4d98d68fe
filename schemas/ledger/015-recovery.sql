-- 恢复 (recovery): after a restore, or a failover that lost its tail, lanes give sequences out again that recipients know
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
GRANT SELECT ON ecocase.recovery TO ecocase_reader, ecocase_broker;

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
REVOKE ALL ON FUNCTION ecocase.recover(bigint, bigint[], bigint[], bigint[], bigint[]) FROM PUBLIC;
