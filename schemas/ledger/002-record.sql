-- What the lane's transaction calls. SQLSTATE EC001: a submission was recorded meanwhile; EC002: the lane has another owner.

CREATE FUNCTION ecocase.record_submissions(p_lane smallint, p_sender smallint[], p_message uuid[], p_hash bytea[], p_serial bigint[],
                                           p_kind "char"[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    stored bigint;
BEGIN
    INSERT INTO ecocase.submission (sender, message_id, hash, lane, serial, kind)
    SELECT n.sender, n.message_id, n.hash, p_lane, n.serial, n.kind
    FROM unnest(p_sender, p_message, p_hash, p_serial, p_kind) AS n(sender, message_id, hash, serial, kind)
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS stored = ROW_COUNT;
    IF stored <> cardinality(p_serial) THEN
        RAISE EXCEPTION 'a submission of lane % was recorded meanwhile', p_lane USING ERRCODE = 'EC001';
    END IF;
END $$;

-- The last statement before COMMIT. Answers the newest directory version.
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
