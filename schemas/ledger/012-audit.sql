-- 审计: reads what coordinators may not, the records themselves, and writes nothing: `ecocase ledger replay` and `ecocase ledger documents`. A person gets a
-- login of their own: CREATE ROLE zhang LOGIN PASSWORD '…' IN ROLE ecocase_auditor. Where setup may not make roles, the database's superuser makes
-- it (CREATE ROLE ecocase_auditor NOLOGIN) and the ledger's owner then calls ecocase.let_audit().
CREATE FUNCTION ecocase.let_audit() RETURNS void LANGUAGE sql AS $$
    GRANT USAGE ON SCHEMA ecocase TO ecocase_auditor;
    GRANT SELECT ON ecocase.world, ecocase.lane, ecocase.directory, ecocase.event, ecocase.submission, ecocase.referral TO ecocase_auditor;
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
