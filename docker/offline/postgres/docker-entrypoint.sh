#!/bin/bash
# An empty PGDATA is made with POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB, then /docker-entrypoint-initdb.d/*.sh run on a server
# that listens on its socket only; then the command is the server. As the official image does it.
set -euo pipefail
if [ "${1:-}" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  export POSTGRES_USER=${POSTGRES_USER:-postgres}
  export POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD:?}") --auth=trust >/dev/null
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
  pg_ctl -w -s start -o "-c listen_addresses=''"
  [ "$POSTGRES_DB" = postgres ] || createdb --username="$POSTGRES_USER" "$POSTGRES_DB"
  for script in /docker-entrypoint-initdb.d/*.sh; do
    # shellcheck source=/dev/null
    if [ -e "$script" ]; then . "$script"; fi
  done
  pg_ctl -w -s -m fast stop
fi
exec "$@"
