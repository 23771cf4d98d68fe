"""Rows a second through the table transport: all rows of one transaction, each a case without attachments, until each is `accepted` in the outcome table
(outbox row → adapter → Kafka → broker → ledger → receipt → outcome row).

    var/venv/bin/python tests/bench/table.py [--rows 1000] [--rounds 3] [--against DIR]

--against: the adapter of another build folder in the same rounds, in turn, each in a database and a spool of its own; only ratios of one run mean something."""
import argparse
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / part) for part in ("support", "integration", "bench")]

from adapter_files import files  # noqa: E402
from world import World  # noqa: E402
from meter import cpu, peak_mib  # noqa: E402
from tableagency import Agency, Database  # noqa: E402


def trial(w, database, bin, rows):
    """(rows a second, CPU ms a row, MiB)."""
    agency = Agency(w, database, "sthj", start=False)
    was, w.bin = w.bin, bin
    agency.start()
    w.bin = was
    agency.final(agency.submit(rows[0].decode()))
    before = cpu(agency.process.pid)
    began = time.monotonic()
    with agency.connect() as db:
        for row in rows[1:]:
            agency.put(db, row.decode())
    while agency.ask("SELECT count(*) FROM ecocase.outbox_outcome WHERE state <> 'accepted'")[0][0]:
        assert time.monotonic() - began < 300, agency.ask("SELECT state, count(*) FROM ecocase.outbox_outcome GROUP BY 1")
        time.sleep(0.1)
    wall, spent, memory = time.monotonic() - began, cpu(agency.process.pid) - before, peak_mib(agency.process.pid)
    w.stop_process("adapter-sthj")
    return (len(rows) - 1) / wall, spent / (len(rows) - 1) * 1000, memory


def main():
    o = argparse.ArgumentParser()
    o.add_argument("--rows", type=int, default=1000)
    o.add_argument("--rounds", type=int, default=3)
    o.add_argument("--against")
    o.add_argument("build", nargs="?", default="build")
    o = o.parse_args()
    contestants = [o.build] + ([o.against] if o.against else [])
    found = {build: [] for build in contestants}
    content = list(files("json", "1 KB", (o.rows + 1) * o.rounds * len(contestants)).values())
    for nth in range(o.rounds):
        for build in contestants if nth % 2 == 0 else contestants[::-1]:
            rows = [content.pop() for _ in range(o.rows + 1)]
            with World(ROOT / "var" / "bench-table" / f"{nth}-{contestants.index(build)}", build=o.build, quick=False) as w:  # ours alone: no receipts of others
                w.start_broker("broker-1")
                with Database(w) as database:
                    found[build].append(trial(w, database, ROOT / build / "bin", rows))
            print(f"round {nth + 1}: {build}: {found[build][-1][0]:,.0f} rows/s, {found[build][-1][1]:.2f} ms CPU a row, {found[build][-1][2]:.0f} MiB", flush=True)
    for build in contestants:
        print(f"{build}: {statistics.median(r[0] for r in found[build]):,.0f} rows/s, {statistics.median(r[1] for r in found[build]):.2f} ms CPU a row (medians)")


if __name__ == "__main__":
    main()
