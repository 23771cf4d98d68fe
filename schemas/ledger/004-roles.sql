-- 角色: the broker appends events and submissions and can never change or remove them; readers see the views only.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecocase_broker') THEN CREATE ROLE ecocase_broker LOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecocase_reader') THEN CREATE ROLE ecocase_reader NOLOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecocase_coordinator') THEN CREATE ROLE ecocase_coordinator LOGIN; END IF;
END $$;
GRANT ecocase_reader TO ecocase_coordinator;
REVOKE ALL ON SCHEMA ecocase FROM PUBLIC;
GRANT USAGE ON SCHEMA ecocase TO ecocase_broker, ecocase_reader;

GRANT SELECT ON ecocase.world, ecocase.directory, ecocase.participant, ecocase.rule_name TO ecocase_broker;
GRANT SELECT, INSERT ON ecocase.event, ecocase.submission TO ecocase_broker;
GRANT SELECT, UPDATE ON ecocase.lane TO ecocase_broker;
GRANT SELECT, INSERT, UPDATE ON ecocase.referral TO ecocase_broker;

REVOKE ALL ON FUNCTION ecocase.make_months(date, integer), ecocase.end_backend(smallint, integer, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ecocase.end_backend(smallint, integer, timestamptz) TO ecocase_broker;

GRANT SELECT ON ecocase.participant_list, ecocase.lane_list, ecocase.clock_list, ecocase.referral_list, ecocase.event_list, ecocase.delivery_list,
    ecocase.refusal_list, ecocase.dead_letter_list, ecocase.world_list TO ecocase_reader, ecocase_broker;
