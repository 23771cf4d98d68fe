-- 工作台 (the desk): what people do with the register, in a schema of its own that survives the register's rebuilding: which login speaks for which participant, and
-- who looked at personal data. Run once by `ecocase-register setup` as the database's owner, before the register is built by its own role. Run again it changes nothing.
DO $$
DECLARE
    made text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecocase_register') THEN CREATE ROLE ecocase_register LOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ecocase_coordinator') THEN CREATE ROLE ecocase_coordinator LOGIN; END IF;
    FOREACH made IN ARRAY ARRAY['ecocase_department', 'ecocase_prosecutor', 'ecocase_auditor'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = made) THEN EXECUTE format('CREATE ROLE %I NOLOGIN', made); END IF;
    END LOOP;
    IF NOT pg_has_role('ecocase_register', 'MEMBER') THEN EXECUTE format('GRANT ecocase_register TO %I', current_user); END IF;
    EXECUTE format('GRANT CREATE ON DATABASE %I TO ecocase_register', current_database()); -- a rebuilt register is a new schema
END $$;
CREATE SCHEMA IF NOT EXISTS desk AUTHORIZATION ecocase_register;
SET LOCAL ROLE ecocase_register;

CREATE TABLE IF NOT EXISTS desk.account (
    login name PRIMARY KEY,
    participant smallint NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE desk.account IS '账号：数据库用户代表哪个参与单位 for which participant a login speaks';
COMMENT ON COLUMN desk.account.login IS '数据库用户名';
COMMENT ON COLUMN desk.account.participant IS '单位编号';
COMMENT ON COLUMN desk.account.since IS '自';

-- Appended by desk.look alone; nobody but its owner may write it.
CREATE TABLE IF NOT EXISTS desk.look (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    looked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    login name NOT NULL,
    participant smallint,
    case_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    reason text NOT NULL,
    parties integer NOT NULL
);
CREATE INDEX IF NOT EXISTS look_time ON desk.look (looked_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS look_referral ON desk.look (case_id, referral_id);
COMMENT ON TABLE desk.look IS '查阅个人信息的记录 who looked at whose personal data, when and why';
COMMENT ON COLUMN desk.look.id IS '编号';
COMMENT ON COLUMN desk.look.looked_at IS '查阅时间';
COMMENT ON COLUMN desk.look.login IS '数据库用户名';
COMMENT ON COLUMN desk.look.participant IS '所代表的单位编号';
COMMENT ON COLUMN desk.look.case_id IS '案件标识';
COMMENT ON COLUMN desk.look.referral_id IS '移送标识';
COMMENT ON COLUMN desk.look.reason IS '查阅理由';
COMMENT ON COLUMN desk.look.parties IS '所示当事人数';

-- For whom this session speaks; NULL: for nobody. By the login, not by a role that it has put on: a role is shared, an account is one's own.
CREATE OR REPLACE FUNCTION desk.me() RETURNS smallint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ SELECT a.participant FROM desk.account AS a WHERE a.login = session_user $$;

-- 查阅当事人: the only way to names, numbers, addresses and telephones of parties. Whoever sent or received the referral, or supervises it, sees the parties of the
-- papers that it may see; each look is written down first, with its reason. Names of the register's tables are found when it runs, since rebuilding puts new ones there.
CREATE OR REPLACE FUNCTION desk.look(p_case uuid, p_referral uuid, p_reason text)
    RETURNS TABLE (lane smallint, serial bigint, ordinal smallint, kind text, role text, name text, id_type text, id_no text, sex text, address text, phone text)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who constant smallint := desk.me();
BEGIN
    IF length(btrim(coalesce(p_reason, ''))) < 4 THEN
        RAISE EXCEPTION '查阅个人信息须写明理由（至少四个字） a look at personal data needs a reason of four characters or more' USING ERRCODE = 'EC010';
    END IF;
    IF who IS NULL OR NOT EXISTS (SELECT FROM register.seen AS s WHERE s.participant = who AND s.case_id = p_case AND s.referral_id = p_referral) THEN
        RAISE EXCEPTION '此用户不得查阅该移送 this login may not look at that referral' USING ERRCODE = 'EC011';
    END IF;
    RETURN QUERY
    SELECT p.lane, p.serial, p.ordinal, p.kind, p.role, p.name, p.id_type, p.id_no, p.sex, p.address, p.phone FROM register.party AS p
    WHERE p.case_id = p_case AND p.referral_id = p_referral
      AND (EXISTS (SELECT FROM register.witness AS w WHERE w.lane = p.lane AND w.serial = p.serial AND w.participant = who)
           OR EXISTS (SELECT FROM register.seen AS s WHERE s.participant = who AND s.case_id = p_case AND s.referral_id = p_referral AND s.supervised))
    ORDER BY p.lane, p.serial, p.ordinal;
    GET DIAGNOSTICS ordinal = ROW_COUNT;
    INSERT INTO desk.look (login, participant, case_id, referral_id, reason, parties) VALUES (session_user, who, p_case, p_referral, btrim(p_reason), ordinal);
END $$;
-- Which of the referrals that the caller may see name such a party (its name, or its number, whole): asked with a reason, written down for each that is found.
CREATE OR REPLACE FUNCTION desk.find_party(p_party text, p_reason text) RETURNS TABLE (case_id uuid, referral_id uuid)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who constant smallint := desk.me();
BEGIN
    IF length(btrim(coalesce(p_reason, ''))) < 4 THEN
        RAISE EXCEPTION '查阅个人信息须写明理由（至少四个字） a look at personal data needs a reason of four characters or more' USING ERRCODE = 'EC010';
    END IF;
    FOR case_id, referral_id IN
        SELECT DISTINCT p.case_id, p.referral_id FROM register.party AS p
        WHERE (p.name = btrim(p_party) OR (p.id_no <> '' AND p.id_no = upper(btrim(p_party))))
          AND (EXISTS (SELECT FROM register.witness AS w WHERE w.lane = p.lane AND w.serial = p.serial AND w.participant = who)
               OR EXISTS (SELECT FROM register.seen AS s WHERE s.participant = who AND s.case_id = p.case_id AND s.referral_id = p.referral_id AND s.supervised))
        LIMIT 1000
    LOOP
        INSERT INTO desk.look (login, participant, case_id, referral_id, reason, parties) VALUES (session_user, who, case_id, referral_id, btrim(p_reason), 0);
        RETURN NEXT;
    END LOOP;
END $$;
COMMENT ON FUNCTION desk.find_party(text, text) IS '按当事人查找移送，并记录查阅 referrals of a party; each is recorded';
COMMENT ON FUNCTION desk.look(uuid, uuid, text) IS '查阅一件移送的当事人，并记录查阅 the parties of a referral; the look is recorded';
REVOKE ALL ON FUNCTION desk.look(uuid, uuid, text), desk.find_party(text, text), desk.me() FROM PUBLIC;
GRANT USAGE ON SCHEMA desk TO ecocase_department, ecocase_prosecutor, ecocase_coordinator, ecocase_auditor;
GRANT EXECUTE ON FUNCTION desk.me() TO ecocase_department, ecocase_prosecutor, ecocase_coordinator, ecocase_auditor;
GRANT EXECUTE ON FUNCTION desk.look(uuid, uuid, text), desk.find_party(text, text) TO ecocase_department, ecocase_prosecutor;
GRANT SELECT ON desk.look TO ecocase_coordinator, ecocase_auditor;
RESET ROLE;
