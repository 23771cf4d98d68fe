-- 台账 (ledger), tables. Written by one transaction per batch and lane; the order of statements and the reasons for each
-- index are in broker/ledger/record.c. Arrays of a lane are indexed by participant number from 0 to 63.

CREATE TABLE ecocase.world (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    cluster_id text NOT NULL,
    manual_clock boolean NOT NULL,
    lanes integer NOT NULL CHECK (lanes BETWEEN 1 AND 64),
    generation bigint NOT NULL DEFAULT 1,
    created timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE ecocase.directory (
    version integer PRIMARY KEY,
    text text NOT NULL,
    stored timestamptz NOT NULL DEFAULT now()
);

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

-- Names of states (kind S), events (E), clocks (C) and machines (M), as the rules have them; refreshed by setup.
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

-- One lean row per record read. kind: A accepted, R refused, D dead letter, P repeat. A value is an opaque run of bytes
-- that does not shrink much: EXTERNAL spends no time on compressing it.
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
    PRIMARY KEY (lane, serial, broker_time)
) PARTITION BY RANGE (broker_time);
ALTER TABLE ecocase.event ALTER COLUMN value SET STORAGE EXTERNAL;
-- The few that people look for by kind.
CREATE INDEX event_refused ON ecocase.event (kind, broker_time) WHERE kind IN ('R', 'D');
CREATE TABLE ecocase.event_other PARTITION OF ecocase.event DEFAULT;

-- Not partitioned: a message id stays known for ever, in every lane.
CREATE TABLE ecocase.submission (
    sender smallint NOT NULL,
    message_id uuid NOT NULL,
    hash bytea NOT NULL,
    lane smallint NOT NULL,
    serial bigint NOT NULL,
    kind "char" NOT NULL,
    PRIMARY KEY (sender, message_id)
);

-- The present state of each referral (移送). clocks: six numbers for each clock (期限), see ecocase.clocks_of; a jsonb instead cost the
-- server 19 µs a referral, more than the whole event row. events: serials in this lane, oldest first; they lead to the event rows
-- without an index on them.
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
    PRIMARY KEY (case_id, id)
) WITH (fillfactor = 80);

-- 1 the rule's name, eight bytes filled up with spaces; 2 state + 256 statutory + 512 measured + 65536 actor; 3 to 6 start,
-- due_strict, due_lenient and stop in ms since 1970, the least bigint for none.
CREATE FUNCTION ecocase.instant(ms bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT to_timestamp(nullif(ms, -9223372036854775808)::double precision / 1000) $$;
CREATE FUNCTION ecocase.clocks_of(c bigint[]) RETURNS TABLE (rule text, state text, statutory boolean, measured boolean, actor smallint,
    start timestamptz, strict timestamptz, lenient timestamptz, stop timestamptz) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT rtrim(convert_from(int8send(c[i + 1]), 'UTF8')), chr((c[i + 2] & 255)::integer), c[i + 2] & 256 <> 0, c[i + 2] & 512 <> 0,
           (c[i + 2] >> 16)::smallint, ecocase.instant(c[i + 3]), ecocase.instant(c[i + 4]), ecocase.instant(c[i + 5]), ecocase.instant(c[i + 6])
    FROM generate_series(0, cardinality(c) - 6, 6) AS i
$$;

-- Months of ecocase.event from `first` on, in +08:00. A month whose rows lie in the DEFAULT partition already stays there.
CREATE FUNCTION ecocase.make_months(first date, months integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    start date := date_trunc('month', first)::date;
    made integer := 0;
    name text;
BEGIN
    FOR i IN 0 .. months - 1 LOOP
        name := 'event_' || to_char(start, 'YYYY_MM');
        IF to_regclass('ecocase.' || name) IS NULL THEN
            BEGIN
                EXECUTE format('CREATE TABLE ecocase.%I PARTITION OF ecocase.event FOR VALUES FROM (%L) TO (%L)', name,
                               to_char(start, 'YYYY-MM-DD') || ' 00:00:00+08',
                               to_char(start + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+08');
                made := made + 1;
            EXCEPTION WHEN check_violation THEN
                RAISE NOTICE 'month % stays in the default partition', name;
            END;
        END IF;
        start := (start + interval '1 month')::date;
    END LOOP;
    RETURN made;
END $$;
