# shellcheck shell=bash
# 台账角色 · Run once by the postgres image on an empty volume: the roles of the ledger with their passwords (from the environment), before
# `ecocase-broker setup` gives them their rights. The owner makes the tables; the broker appends; the register's role reads the
# record; coordinators only read views; who audits reads all and
# writes nothing (a login IN ROLE ecocase_auditor).
set -eu
psql -v ON_ERROR_STOP=1 -q -U "$POSTGRES_USER" -d "$POSTGRES_DB" -v owner="$ECOCASE_OWNER_PASSWORD" -v broker="$ECOCASE_BROKER_PASSWORD" \
  -v coordinator="$ECOCASE_COORDINATOR_PASSWORD" -v register="$ECOCASE_REGISTER_PASSWORD" -v db="$POSTGRES_DB" <<'SQL'
CREATE ROLE ecocase LOGIN PASSWORD :'owner';
GRANT pg_signal_backend, pg_read_all_stats TO ecocase;      -- a new owner of a lane ends the former one's backend
CREATE ROLE ecocase_broker LOGIN PASSWORD :'broker';
CREATE ROLE ecocase_reader NOLOGIN;
GRANT ecocase_reader TO ecocase WITH ADMIN OPTION;
CREATE ROLE ecocase_auditor NOLOGIN;
CREATE ROLE ecocase_coordinator LOGIN PASSWORD :'coordinator';
CREATE ROLE ecocase_register LOGIN PASSWORD :'register';
GRANT ecocase_register TO ecocase;                          -- who sets the register up makes it in that role's name
CREATE ROLE ecocase_department NOLOGIN;
CREATE ROLE ecocase_prosecutor NOLOGIN;
ALTER DATABASE :"db" OWNER TO ecocase;
REVOKE ALL ON DATABASE :"db" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"db" TO ecocase_broker, ecocase_reader, ecocase_register, ecocase_department, ecocase_prosecutor;
SQL
