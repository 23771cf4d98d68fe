"""An agency's system that speaks through tables of its own PostgreSQL database, as its own staff would write it, and the adapter beside it.

The database is not the ledger's: a cluster of its own, which can be stopped, killed and started."""
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import psycopg
from case import ROOT, WorldError, eventually, sample_day_steps
from world import PG_BIN, free_port, wait_port


class Database:
    """The agencies' database server: `with Database(w) as database:`, stopped and removed at its end."""
    def __init__(self, w, durable=True):  # durable=False: not waiting for the disk, for who creates many and kills none
        self.w, self.port, self.durable = w, free_port(), durable
        self.folder = Path(tempfile.mkdtemp(prefix="ecocase-oa-"))
        self.drop = {}
        if os.getuid() == 0:  # Postgres refuses root
            postgres = pwd.getpwnam("postgres")
            os.chown(self.folder, postgres.pw_uid, postgres.pw_gid)
            self.drop = {"user": "postgres", "group": "postgres", "extra_groups": []}
        subprocess.run([PG_BIN / "initdb", "-D", self.folder / "data", "-A", "trust", "-U", "dba", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], check=True,
                       stdout=subprocess.DEVNULL, cwd="/", **self.drop)
        self.start()

    def start(self):
        process = self.w.start_process("postgres-oa", [PG_BIN / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-k", self.folder, "-c",
                                                       "listen_addresses=127.0.0.1", "-c", f"fsync={'on' if self.durable else 'off'}"], cwd="/", **self.drop)
        wait_port(self.port, process, "the agencies' Postgres")
        for _ in range(400):
            if subprocess.run([PG_BIN / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode == 0:
                return
            time.sleep(0.05)
        raise WorldError("the agencies' Postgres is not ready")

    def stop(self, how=signal.SIGQUIT):
        self.w.stop_process("postgres-oa", how)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def conninfo(self, database, user):
        return f"host=127.0.0.1 port={self.port} dbname={database} user={user}"


class Agency:
    """Its application connects as oa_app, which may do what table-setup grants it."""
    def __init__(self, w, database, slug, start=True, **settings):  # settings: as in table.yaml
        self.w, self.server, self.slug, self.database = w, database, slug, "oa_" + slug.replace("-", "_")
        self.settings = {"connection": database.conninfo(self.database, "ecocase_adapter"), "roles": {"agency": "oa_app"}, "poll_seconds": 2, **settings}
        self.file = w.folder / f"table-{slug}.yaml"
        self.file.write_text(json.dumps(self.settings, ensure_ascii=False, indent=2))
        with psycopg.connect(database.conninfo("postgres", "dba"), autocommit=True) as db:
            db.execute(f"CREATE DATABASE {self.database}")
            if not db.execute("SELECT FROM pg_roles WHERE rolname = 'oa_app'").fetchall():
                db.execute("CREATE ROLE oa_app LOGIN")
        self.setup()
        if start:
            self.start()

    def setup(self):
        done = subprocess.run([self.w.bin / "ecocase-adapter", "table-setup", "--table", self.file, "--apply", "--owner", "dba"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def start(self, env=None):
        self.process = self.w.start_adapter(self.slug, more=("--table", self.file), env=env)

    def connect(self, user="oa_app", **options):
        return psycopg.connect(self.server.conninfo(self.database, user), **options)

    def ask(self, sql, *values, user="oa_app"):
        with self.connect(user, autocommit=True) as db:
            got = db.execute(sql, values)
            return got.fetchall() if got.description else []

    def put(self, db, payload, attachments=(), id=None, aggregate="案件甲", type="移送", kind="ecocase"):
        """One submission inside the caller's transaction."""
        id = id or uuid.uuid4()
        db.execute("INSERT INTO ecocase.outbox (id, aggregatetype, aggregateid, type, payload) VALUES (%s, %s, %s, %s, %s)", (id, kind, aggregate, type, payload))
        for name, content in attachments:
            whole = content if isinstance(content, bytes) else None
            db.execute("INSERT INTO ecocase.outbox_file (id, name, content) VALUES (%s, %s, %s)", (id, name, whole))
            for part, piece in enumerate(() if whole is not None else content, 1):  # a large one comes in pieces
                db.execute("INSERT INTO ecocase.outbox_part (id, name, part, content) VALUES (%s, %s, %b, %b)", (id, name, part, piece))
        return id

    def submit(self, payload, attachments=(), **options):
        with self.connect() as db:
            return self.put(db, payload, attachments, **options)

    def outcome(self, id):
        rows = self.ask("SELECT state, error, receipt, conflict, writes > seen FROM ecocase.outbox_outcome WHERE id = %s", id)
        return dict(zip(("state", "error", "receipt", "conflict", "open"), rows[0])) if rows else None

    def final(self, id, seconds=60):
        """The last word: accepted, refused or failed, with nothing left to be looked at."""
        until = time.monotonic() + seconds
        while True:
            outcome = self.outcome(id)
            if outcome and outcome["state"] in ("accepted", "refused", "failed") and not outcome["open"]:
                return outcome
            assert time.monotonic() < until, (self.slug, id, outcome, self.w.log_tail(f"adapter-{self.slug}"))
            time.sleep(0.05)

    def inbox(self, event=None):
        columns = "position, id, aggregatetype, aggregateid, type, payload, name, lane, sequence"
        rows = self.ask(f"SELECT {columns} FROM ecocase.inbox ORDER BY position")
        rows = [dict(zip(columns.split(", "), row)) for row in rows]
        return [r for r in rows if event in (None, r["type"])]

    def files(self, id):
        whole = "CASE WHEN parts = 0 THEN content ELSE (SELECT string_agg(p.content, '' ORDER BY part) FROM ecocase.inbox_part p WHERE p.id = f.id AND p.nth = f.nth) END"
        return {nth: (name, content, path) for nth, name, content, path in self.ask(f"SELECT nth, name, {whole}, path FROM ecocase.inbox_file f WHERE id = %s", id)}

    def status(self):
        done = subprocess.run([self.w.bin / "ecocase-adapter", "status", "--spool", self.w.spool(self.slug), "--json"], capture_output=True, text=True)
        return done.returncode, json.loads(done.stdout)

    def spool(self, folder):
        return sorted(p.name for p in (self.w.spool(self.slug) / folder).iterdir())


__all__ = ["Agency", "Database", "ROOT", "eventually", "sample_day_steps"]
