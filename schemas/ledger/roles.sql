-- 角色: the broker appends events and known ids and can never change or remove them; readers see the views only; who audits reads the records too and writes
-- nothing. After record.sql and views.sql.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecocase_broker') THEN CREATE ROLE ecocase_broker LOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecocase_reader') THEN CREATE ROLE ecocase_reader NOLOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecocase_coordinator') THEN CREATE ROLE ecocase_coordinator LOGIN; END IF;
END $$;
GRANT ecocase_reader TO ecocase_coordinator;
REVOKE ALL ON SCHEMA ecocase FROM PUBLIC;
GRANT USAGE ON SCHEMA ecocase TO ecocase_broker, ecocase_reader;

-- ---- The broker
GRANT SELECT ON ecocase.schema_version, ecocase.world, ecocase.directory, ecocase.participant, ecocase.rule_name TO ecocase_broker;
GRANT SELECT, INSERT ON ecocase.event, ecocase.known TO ecocase_broker;
GRANT SELECT, UPDATE ON ecocase.lane TO ecocase_broker;
GRANT SELECT, INSERT, UPDATE ON ecocase.referral TO ecocase_broker;
REVOKE ALL ON FUNCTION ecocase.make_lane(smallint), ecocase.make_segment(smallint, bigint), ecocase.spare_statistics(regclass), ecocase.tend_lane(smallint),
    ecocase.end_backend(smallint, integer, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION ecocase.recover(bigint, bigint[], bigint[], bigint[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ecocase.tend_lane(smallint), ecocase.end_backend(smallint, integer, timestamptz) TO ecocase_broker;

-- ---- Who reads the views
GRANT SELECT ON ecocase.schema_version TO ecocase_reader;
GRANT SELECT ON ecocase.recovery TO ecocase_reader, ecocase_broker;
GRANT SELECT ON ecocase.participant_list, ecocase.lane_list, ecocase.clock_list, ecocase.referral_list, ecocase.event_list, ecocase.delivery_list,
    ecocase.refusal_list, ecocase.dead_letter_list, ecocase.world_list, ecocase.message_list, ecocase.by_hand_list, ecocase.alert_list,
    ecocase.operation_body_list, ecocase.operation_finding_list, ecocase.operation_list, ecocase.link_list, ecocase.hint_list, ecocase.duplicate_list
    TO ecocase_reader, ecocase_broker;

-- ---- 审计 Who audits
-- Reads what coordinators may not, the records themselves, and writes nothing: `ecocase ledger replay` and `ecocase ledger documents`. A person gets a
-- login of their own: CREATE ROLE zhang LOGIN PASSWORD '…' IN ROLE ecocase_auditor. Where setup may not make roles, the database's superuser makes
-- it (CREATE ROLE ecocase_auditor NOLOGIN) and the ledger's owner then calls ecocase.let_audit().
CREATE FUNCTION ecocase.let_audit() RETURNS void LANGUAGE sql AS $$
    GRANT USAGE ON SCHEMA ecocase TO ecocase_auditor;
    GRANT SELECT ON ecocase.world, ecocase.lane, ecocase.directory, ecocase.event, ecocase.known, ecocase.referral TO ecocase_auditor;
    GRANT ecocase_reader TO ecocase_auditor;
$$;
REVOKE ALL ON FUNCTION ecocase.let_audit() FROM PUBLIC;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecocase_auditor') THEN CREATE ROLE ecocase_auditor NOLOGIN; END IF;
    PERFORM ecocase.let_audit();
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'role ecocase_auditor is not there: see docs/OPERATIONS.md';
END $$;

-- ---- The register's follower (ecocase-register)
-- Reads the record, personal data included, and writes nothing of it; what it makes of it is its own (schemas/ledger/register.sql, often in this database).
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecocase_register') THEN CREATE ROLE ecocase_register LOGIN; END IF;
END $$;
GRANT USAGE ON SCHEMA ecocase TO ecocase_register;
GRANT SELECT ON ecocase.schema_version, ecocase.world, ecocase.lane, ecocase.directory, ecocase.event, ecocase.referral TO ecocase_register;
