-- Statistics that cost what they are worth: an ANALYZE of a table of wide rows takes a sample of 30,000 and sorts every column of it, a second and
-- more of a core each time that autovacuum comes by. Nobody asks by a value, a header or a list of clocks; of the others 3,000 rows say enough.
-- Partitions do not inherit it, so make_months calls this for each.
CREATE FUNCTION ecocase.spare_statistics(made regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    col name;
BEGIN
    FOR col IN SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = made AND a.attnum > 0 AND NOT a.attisdropped LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', made, col,
                       CASE WHEN col IN ('value', 'headers', 'key', 'answer', 'hash', 'delivery_to', 'delivery_seq', 'delivery_role', 'clocks', 'events',
                                         'title', 'numbers', 'facts', 'half') THEN 0 ELSE 10 END);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION ecocase.spare_statistics(regclass) FROM PUBLIC;

SELECT ecocase.spare_statistics(c.oid) FROM pg_class AS c
WHERE c.relnamespace = 'ecocase'::regnamespace AND c.relkind IN ('r', 'p') AND (c.relname ~ '^event(_other|_[0-9]{4}_[0-9]{2})?$' OR c.relname IN ('referral', 'submission'));

CREATE OR REPLACE FUNCTION ecocase.make_months(first date, months integer) RETURNS integer LANGUAGE plpgsql AS $$
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
                PERFORM ecocase.spare_statistics(('ecocase.' || name)::regclass);
                made := made + 1;
            EXCEPTION WHEN check_violation THEN
                RAISE NOTICE 'month % stays in the default partition', name;
            END;
        END IF;
        start := (start + interval '1 month')::date;
    END LOOP;
    RETURN made;
END $$;
