"""Files per second through one adapter, against a straightforward Python adapter (adapter_peer.py) that does the same job for the same files.

    ./test bench                                        short: checks that both make the same records, prints ratios; no thresholds
    var/venv/bin/python tests/bench/adapter.py --long   figures for docs/BENCH.md (some ten minutes)
    ... --against DIR                                   the adapter of another build folder in the same rounds (before / after)
    var/venv/bin/python -m pip install pandas           then CSV is also run against a peer that reads with it; nothing else of ecocase needs it

Real Kafka; nobody reads what is sent. A contestant is started and sends one file; then all the others are moved into its outbox/ by rename, one
after the other, and the clock runs from the first of these until the last file lies in sent/. CPU is that of the contestant's process in
between, RSS the most it ever had. Who is first changes from round to round. Figures mean something beside the others of their run only.

Checked: each file's record is in Kafka once, framed by the same schema id, with headers of the same names, and decoded by fastavro equal to the
other's in every field but the three ids, which each derives in its own way; sent/ holds every file unchanged, outbox/ and failed/ none."""
import argparse
import importlib.util
import io
import json
import os
import shutil
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "bench")]

import fastavro  # noqa: E402

import gen  # noqa: E402
from adapter_files import AGENCIES, PARTS, files  # noqa: E402
from contest import read_range  # noqa: E402
from meter import measure, peak_mib  # noqa: E402
from offsets import Offsets  # noqa: E402
from world import World, eventually  # noqa: E402

OURS, PEER, PEER_JOURNAL, PEER_PANDAS = "adapter", "Python peer", "peer with a journal", "peer with pandas"
SCHEMA_ID, SCHEMA = 7, ROOT / "schemas" / "avro" / "CaseFile.avsc"
CASE_FILE = fastavro.parse_schema(gen.strip_logical(json.loads(SCHEMA.read_text())))
LANES = 6
PANDAS = importlib.util.find_spec("pandas") is not None
IDS = ("message_id", "case_id", "referral_id")


def options():
    o = argparse.ArgumentParser()
    o.add_argument("--build", default="build")
    o.add_argument("--against", help="another build folder whose adapter runs in the same rounds")
    o.add_argument("--long", action="store_true")
    o.add_argument("--count", type=int, help="files of 1 KB; of 100 KB a fifth of it")
    o.add_argument("--rounds", type=int)
    o.add_argument("--only", default="", help="comma-separated, e.g. 'csv 1 KB,xml'")
    given = o.parse_args()
    given.count = given.count or (5000 if given.long else 500)
    given.rounds = given.rounds or (5 if given.long else 1)
    return given


class Trial:
    """One contestant, one kind and size of files, a spool of its own."""

    def __init__(self, world, offsets, who, task, content):
        self.world, self.offsets, self.who, self.content = world, offsets, who, content
        self.kind, self.agency = task[0], AGENCIES[task[0]]
        self.topic = f"ecocase.outbox.{self.agency}"
        self.spool, self.ready = world.folder / "trial", world.folder / "ready"
        for folder in (self.spool, self.ready):
            shutil.rmtree(folder, ignore_errors=True)
        for folder in (self.ready, self.spool / "outbox", self.spool / "sent"):
            folder.mkdir(parents=True)
        for name, file in content.items():
            (self.ready / name).write_bytes(file)

    def start(self, build):
        if self.who not in (PEER, PEER_JOURNAL, PEER_PANDAS):
            profile = ROOT / "adapters" / "agencies" / self.agency / "profile.yaml"
            return self.world.start_process("contestant", [ROOT / build / "bin" / "ecocase-adapter", "run", "--agency", self.agency, "--profile", profile, "--spool",
                                                           self.spool, "--kafka", self.world.kafka, "--schemas", self.world.schemas])
        settings = self.world.folder / "peer.json"
        settings.write_text(json.dumps({"bootstrap": self.world.kafka, "kind": self.kind, "agency": self.agency, "outbox": str(self.spool / "outbox"),
                                        "sent": str(self.spool / "sent"), "schema": str(SCHEMA), "schema_id": SCHEMA_ID, "topic": self.topic,
                                        **({"journal": str(self.spool / ".journal")} if self.who == PEER_JOURNAL else {}),
                                        **({"reader": "csv by pandas"} if self.who == PEER_PANDAS else {})}))
        return self.world.start_process("contestant", [sys.executable, ROOT / "tests" / "bench" / "adapter_peer.py", settings])

    def sent(self):
        return sum(1 for _ in os.scandir(self.spool / "sent"))

    def move_in(self, names):
        for name in names:
            os.rename(self.ready / name, self.spool / "outbox" / name)

    def run(self, build):
        before = self.offsets.ends([self.topic], LANES)
        process = self.start(build)
        first, *others = self.content

        def alive():
            return self.world.log_tail("contestant") or "it ended" if process.poll() is not None else None
        self.move_in([first])
        eventually(lambda: alive() or self.sent(), 60, f"{self.who}'s first file")
        servers = {"own": [process.pid], "kafka": [self.world.processes["kafka"].pid]}
        result = measure(servers, self.sent, len(self.content), alive, 300, lambda: self.move_in(others))
        result.memory = peak_mib(process.pid)
        self.world.stop_process("contestant")
        return result, self.records(before)

    def records(self, before):
        """{document number: record}, and all that must be true of whoever ran."""
        left = {name: (self.spool / "sent" / name).read_bytes() for name in os.listdir(self.spool / "sent")}
        failed = self.spool / "failed"
        if left != self.content or os.listdir(self.spool / "outbox") or (failed.exists() and os.listdir(failed)):
            raise AssertionError(f"{self.who}: sent/ does not hold exactly what was put out")
        after, found = self.offsets.ends([self.topic], LANES), {}
        for m in read_range(self.world.kafka, {k: (before[k], after[k]) for k in after}):
            frame, record = m.value()[:5], fastavro.schemaless_reader(io.BytesIO(m.value()[5:]), CASE_FILE, None)
            if frame != b"\0\0\0\0" + bytes([SCHEMA_ID]) or m.key().decode() != record["envelope"]["case_id"]:
                raise AssertionError(f"{self.who}: frame {frame.hex()}, key {m.key()}")
            for name in IDS:
                record["envelope"].pop(name)
            record["headers"] = sorted(name for name, _ in m.headers())
            if found.setdefault(record["envelope"]["document_no"], record) is not record:
                raise AssertionError(f"{self.who}: {record['envelope']['document_no']} came twice")
        if len(found) != len(self.content):
            raise AssertionError(f"{self.who}: {len(found)} records of {len(self.content)} files")
        return found


def compare(who, ours, other, theirs):
    for number, record in ours.items():
        different = [k for k in record if record[k] != theirs.get(number, {}).get(k)]
        if different:
            field = different[0]
            raise AssertionError(f"{number}: {field} is\n{record[field]} of {who},\n{theirs.get(number, {}).get(field)} of {other}")


def one_round(world, offsets, o, nth, tasks):
    """{(kind, size): {who: Result}}"""
    found = {}
    for task in tasks:
        content = files(*task, o.count if task[1] == "1 KB" else max(o.count // 5, 20))
        contestants = [(OURS, o.build), (PEER, None), (PEER_JOURNAL, None)] + ([(f"{OURS}, {o.against}", o.against)] if o.against else [])
        if task[0] == "csv" and PANDAS:
            contestants.append((PEER_PANDAS, None))
        found[task], records = {}, {}
        for who, build in contestants if nth % 2 == 0 else contestants[::-1]:
            found[task][who], records[who] = Trial(world, offsets, who, task, content).run(build)
        for who in records:
            compare(OURS, records[OURS], who, records[who])
        print(f"round {nth + 1}: {' '.join(task)}: " + ", ".join(f"{who} {r.rate:,.0f}/s" for who, r in found[task].items()), flush=True)
    return found


def show(rounds):
    middle = statistics.median
    print(f"\n{'':12s} {'':24s} {'files/s':>8s} {'MB/s':>6s}  CPU s/1,000 files: own  kafka  RSS MiB   (medians of {len(rounds)} rounds)")
    for task in rounds[0]:
        size = statistics.mean(len(f) for f in files(*task, 20).values())
        for who in rounds[0][task]:
            all_of = [r[task][who] for r in rounds]
            rate = middle(r.rate for r in all_of)
            own, kafka = (middle(r.cpu[of] for r in all_of) / 1000 for of in ("own", "kafka"))
            print(f"{' '.join(task):12s} {who:24s} {rate:8,.0f} {rate * size / 1e6:6.1f} {own:23.3f} {kafka:6.3f} {max(r.memory for r in all_of):8.1f}")
    print(f"\n{'ratios, round by round':60s}  least middle greatest")
    for task in rounds[0]:
        for other in [who for who in rounds[0][task] if who != OURS]:
            for what, of in [(f"rate, {OURS} : {other}", lambda r: r[OURS].rate / r[other].rate),
                             (f"own CPU, {other} : {OURS}", lambda r: r[other].cpu["own"] / r[OURS].cpu["own"]),
                             (f"RSS, {other} : {OURS}", lambda r: r[other].memory / r[OURS].memory)]:
                values, name = [of(r[task]) for r in rounds], f"{' '.join(task)}: {what}"
                print(f"{name:60s} {min(values):6.2f} {middle(values):6.2f} {max(values):6.2f}")


def main():
    o = options()
    tasks = [t for t in PARTS if not o.only or any(" ".join(t).startswith(p) for p in o.only.split(","))]
    print(f"bench: one adapter against one Python process, {o.count:,} files of 1 KB, {max(o.count // 5, 20):,} of 100 KB, {o.rounds} rounds, {os.cpu_count()} CPUs\n"
          f"repeat: var/venv/bin/python tests/bench/adapter.py {' '.join(sys.argv[1:])}", flush=True)
    with World(ROOT / "var" / "bench-adapter", build=o.build, lanes=LANES, clock="real", quick=False) as world:
        offsets = Offsets(world.kafka)
        rounds = [one_round(world, offsets, o, nth, tasks) for nth in range(o.rounds)]
        show(rounds)
    print("every file's record of either was checked: once, equal in all mapped fields; every file lies in sent/ unchanged")


if __name__ == "__main__":
    main()
