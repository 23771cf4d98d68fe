"""What a submission costs Postgres, by the shape of the tables it goes into: the ledger's own (schemas/ledger/record.sql), its parts alone, and
what was decided against, in turn on one server.

    var/venv/bin/python tests/bench/shapes.py [--count N] [--rounds N] [--bytes N] [SHAPE...]

Two connections, a lane each, 400 rows a transaction, binary COPY from files of the server: neither sockets nor libpq nor our own making of rows
are in it, and no autovacuum. CPU is of all of the server's processes, in seconds per million rows. Machines are shared: read ratios, of one run."""
import argparse
import shutil
import statistics
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "bench")]

import psycopg  # noqa: E402

import meter  # noqa: E402
from world import World  # noqa: E402

LANES, BATCH, TEND = 2, 400, 50  # as lanes do: a look after every 20,000 rows
LEDGER = "known, event, referral"
EVENT_BEFORE = """ALTER TABLE ecocase.event RENAME TO event_lean;
CREATE TABLE ecocase.event (LIKE ecocase.event_lean, PRIMARY KEY (lane, serial, broker_time)) PARTITION BY RANGE (broker_time);
ALTER TABLE ecocase.event ALTER value SET STORAGE EXTERNAL;
CREATE INDEX ON ecocase.event (kind, broker_time) WHERE kind IN ('R', 'D'); CREATE INDEX ON ecocase.event (broker_time) WHERE kind = 'T';
CREATE TABLE ecocase.event_other PARTITION OF ecocase.event DEFAULT"""
SUBMISSION = """DROP TABLE ecocase.known;
CREATE TABLE ecocase.known (sender smallint NOT NULL, message_id uuid NOT NULL, hash bytea NOT NULL, lane smallint NOT NULL, serial bigint NOT NULL,
                            kind "char" NOT NULL, PRIMARY KEY (sender, message_id))"""
COLUMNS = {"known": "message_id, sender, lane, serial", "submission": "sender, message_id, hash, lane, serial, kind"}
# name: (tables in the order of a lane, what is changed before)
SHAPES = {
    "the ledger": (LEDGER, ""),
    "the ledger of months and submissions": ("event, submission, referral", EVENT_BEFORE + ";" + SUBMISSION),
    "event": ("event", ""),
    "event, B-tree by lane and serial": ("event", "DROP INDEX ecocase.event_serial; CREATE UNIQUE INDEX ON ecocase.event (lane, serial)"),
    "event, values in TOAST": ("event", "; ".join(f"ALTER TABLE ecocase.event_{n}_0 RESET (toast_tuple_target)" for n in range(LANES))),
    "event by months": ("event", EVENT_BEFORE),
    "known": ("known", ""),
    "submission": ("submission", SUBMISSION),
    "referral": ("referral", ""),
}
ROWS = """CREATE TABLE public.rows AS
SELECT (g %% 2)::smallint AS lane, (g / 2 + 1)::bigint AS serial, now() + g * interval '1 ms' AS broker_time, now() - g * interval '1 s' AS business_time,
       'A'::"char" AS kind, (g %% 22)::smallint AS sender, g::bigint AS source_offset,
       (lpad(to_hex(1764550000000 + g), 12, '0') || '8' || substr(md5('m' || g), 1, 19))::uuid AS message_id, md5('c' || g)::uuid AS case_id,
       md5('r' || g)::uuid AS referral_id, sha256(g::text::bytea) AS hash,
       decode((SELECT string_agg(md5(g::text || i), '') FROM generate_series(1, %(pieces)s) AS i), 'hex') AS value
FROM generate_series(0, %(count)s - 1) AS g"""
SELECTS = {
    "event": "SELECT lane, serial, broker_time, business_time, kind, sender, source_offset, message_id, case_id, referral_id, 'JUR.FORWARD',"
             " '巴公(环)移字〔2026〕' || source_offset || '号', '', 'J1', 1::smallint, 1::smallint, '{3}'::smallint[], 't', ARRAY[serial],"
             " NULL::text, NULL::bytea, value,"
             " '{\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\"}', NULL::text FROM public.rows",
    "known": f"SELECT {COLUMNS['known']} FROM public.rows",
    "submission": f"SELECT {COLUMNS['submission']} FROM public.rows",
    "referral": "SELECT case_id, referral_id, lane, 'JUR', 'J1', 1::smallint, 2::smallint, 3::smallint, 2::smallint,"
                " '00000000-0000-0000-0000-000000000000'::uuid, 0::bigint, 'ENV1', '150822', '非法采砂案' || source_offset,"
                " '巴公(环)移字〔2026〕' || source_offset || '号',"
                " business_time, business_time, 1,"
                " '{1,2,3,4,5,6,7,8,9,10,11,12}'::bigint[], ARRAY[serial], 0::smallint, 0::bigint, 6::bigint, '', '',"
                " broker_time + interval '3 d', 0::smallint, NULL::timestamptz, '', '', '', 0::bigint, '', '' FROM public.rows",
}


def write_files(world, db, count, size):
    db.execute(ROWS % {"count": count, "pieces": size // 16})
    db.execute("CREATE INDEX ON public.rows (lane, serial)")
    folder = world.pg_data / "copied"
    db.execute("ANALYZE public.rows")
    folder.mkdir()
    folder.chmod(0o777)
    batches = count // LANES // BATCH
    for table, select in SELECTS.items():
        for lane in range(LANES):
            for n in range(batches):
                where = f"WHERE lane = {lane} AND serial > {n * BATCH} AND serial <= {(n + 1) * BATCH} ORDER BY serial"
                db.execute(f"COPY ({select} {where}) TO '{folder}/{table}.{lane}.{n}' (FORMAT binary)")
    return folder, batches


def write_lane(conninfo, folder, lane, batches, tables, tended):
    with psycopg.connect(conninfo) as db:
        db.execute("SET client_min_messages = warning")
        for n in range(batches):
            for table in tables:
                into = f"known ({COLUMNS[table]})" if table in COLUMNS else table
                db.execute(f"COPY ecocase.{into} FROM '{folder}/{table}.{lane}.{n}' (FORMAT binary)")
            db.execute("UPDATE ecocase.lane SET serial = %s WHERE lane = %s", ((n + 1) * BATCH, lane))
            db.commit()
            if tended and n % TEND == TEND - 1:
                db.execute("SELECT ecocase.tend_lane(%s::smallint)", (lane,))
                db.commit()


def run(world, db, folder, batches, shape):
    tables, change = SHAPES[shape]
    db.execute("DROP SCHEMA IF EXISTS ecocase CASCADE; CREATE SCHEMA ecocase")
    db.execute((ROOT / "schemas" / "ledger" / "record.sql").read_text(encoding="utf-8"))
    for lane in range(LANES):
        db.execute("SELECT ecocase.make_lane(%s::smallint)", (lane,))
    if change:
        db.execute(change)
    db.execute("CHECKPOINT")
    pid = world.processes["postgres"].pid
    before, began = meter.cpu(pid), time.monotonic()
    work = (batches, tables.split(", "), "months" not in shape)
    lanes = [threading.Thread(target=write_lane, args=(world.conninfo(), folder, n, *work)) for n in range(LANES)]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    wall, count = time.monotonic() - began, LANES * batches * BATCH
    time.sleep(0.3)
    first = tables.split(", ")[0].replace("submission", "known")
    found = db.execute(f"SELECT count(*) FROM ecocase.{first}").fetchone()[0]
    if found != count:
        raise AssertionError(f"{shape}: {found} rows of {count}")
    return count / wall, (meter.cpu(pid) - before) * 1e6 / count


def main():
    o = argparse.ArgumentParser()
    o.add_argument("--count", type=int, default=80000)
    o.add_argument("--rounds", type=int, default=3)
    o.add_argument("--bytes", type=int, default=1024, help="of a value; TOAST shows above 2 KB only")
    o.add_argument("shapes", nargs="*", metavar="SHAPE", help=f"of: {'; '.join(SHAPES)}")
    given = o.parse_args()
    chosen = given.shapes or list(SHAPES)
    folder = ROOT / "var" / "shapes"
    folder.mkdir(parents=True, exist_ok=True)
    world = World(folder, kafka="none")
    shutil.rmtree(folder / "pg", ignore_errors=True)
    (folder / "log").mkdir(exist_ok=True)
    try:
        world.start_postgres()
        with psycopg.connect(world.conninfo(), autocommit=True) as db:
            db.execute("ALTER SYSTEM SET autovacuum = off")
            db.execute("SELECT pg_reload_conf()")
            db.execute("SET client_min_messages = warning")
            files, batches = write_files(world, db, given.count, given.bytes)
            rounds = [{s: run(world, db, files, batches, s) for s in chosen} for _ in range(given.rounds)]
        print(f"{given.rounds} rounds of {LANES * batches * BATCH:,} rows; medians; the ratio is of CPU, round by round (least, middle, greatest)\n")
        print(f"{'':40s} {'rows/s':>9s}  CPU s/million   to {chosen[0]}")
        for shape in chosen:
            rate, cost = (statistics.median(r[shape][n] for r in rounds) for n in (0, 1))
            ratios = sorted(r[shape][1] / r[chosen[0]][1] for r in rounds)
            print(f"{shape:40s} {rate:9,.0f}  {cost:13.1f}   {ratios[0]:5.2f} {statistics.median(ratios):5.2f} {ratios[-1]:5.2f}")
    finally:
        world.stop()


if __name__ == "__main__":
    main()
