"""One large attachment from outbox/ to inbox/ (SHA-256 and SM3 at both ends, sealed, through Kafka) beside `cp` + `sync` + `sha256sum` of the same
file. Checks content and that either adapter stays under 64 MB; prints ratios, without thresholds. Arguments: BUILD MIB ROUNDS AGAINST; AGAINST: another
build folder, whose adapters take turns with BUILD's. Repeat the full one: var/venv/bin/python tests/bench/attachment.py build 2048"""
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support")]
from world import World, eventually  # noqa: E402

BUILD = sys.argv[1] if len(sys.argv) > 1 else "build"
MIB = int(sys.argv[2]) if len(sys.argv) > 2 else 96
ROUNDS = int(sys.argv[3]) if len(sys.argv) > 3 else 1
BUILDS = [BUILD, *sys.argv[4:5]]
AGENCIES = ("sthj", "psb-bynr")
MOST_RSS = 64_000_000


def profile(w, agency):
    path = w.folder / f"{agency}.yaml"
    text = (ROOT / "tests" / "faults" / "profile.yaml").read_text().replace("AGENCY", agency)
    path.write_text("".join(line for line in text.splitlines(True) if not re.match("attachment_(inside|chunk)", line)))
    return path


def make(path):
    with open(path, "wb") as f:
        for _ in range(MIB):
            f.write(os.urandom(1 << 20))


def floor(path, copy):
    began = time.monotonic()
    subprocess.run(["cp", path, copy], check=True)
    subprocess.run(["sync", copy], check=True)
    digest = subprocess.run(["sha256sum", copy], check=True, capture_output=True, text=True).stdout.split()[0]
    os.unlink(copy)
    return time.monotonic() - began, digest


def drop(spool, nth, name):
    record = {"envelope": {"event": "REF.SEND", "document_no": f"环移{nth}号", "time": "2026-06-08 10:00:00", "recipients": ["psb-bynr"], "copies": []},
              "category": "ENV1", "title": "倾倒危险废物案", "county_code": "150823", "officers": ["甲", "乙"], "parties": [{"name": "某公司"}],
              "report": "2026-06-07 10:00:00", "approval": "2026-06-07 12:00:00", "approver": "李某", "approver_level": "COUNTY_HEAD",
              "papers": [{"file": name}]}
    (spool / "outbox" / ".case").write_text(json.dumps({"record": record}, ensure_ascii=False))
    os.rename(spool / "outbox" / f".{name}", spool / "outbox" / name)
    os.rename(spool / "outbox" / ".case", spool / "outbox" / f"{nth}.json")


def usage(process):
    status = Path(f"/proc/{process.pid}/status").read_text()
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def carry(w, nth, build):
    """The nth adapters, of that build, started before the clock runs; times of cp + sync + sha256sum and of the way."""
    w.bin = ROOT / build / "bin"
    w.schemas = next(p for p in (ROOT / build / "schemas", ROOT / "schemas") if p.exists())
    adapters = {a: w.start_adapter(a, profile(w, a)) for a in AGENCIES}
    outbox, inbox, name = w.spool("sthj") / "outbox", w.spool("psb-bynr") / "inbox", f"录像{nth}.mp4"
    eventually(lambda: outbox.is_dir() and all(w.log_tail(f"adapter-{a}", 10000).count("inbound.reading") == nth for a in AGENCIES), 60)
    make(outbox / f".{name}")
    floor_seconds, digest = floor(outbox / f".{name}", w.folder / "copy")
    before = {a: usage(p) for a, p in adapters.items()}
    began = time.monotonic()
    drop(w.spool("sthj"), nth, name)
    arrived = eventually(lambda: [n for n in inbox.iterdir() if f"环移{nth}号" in n.name and n.name.endswith(".json")] and
                         [n for n in inbox.iterdir() if n.name.endswith(name)], 60 + MIB, "the case")[0]
    took = time.monotonic() - began
    assert subprocess.run(["sha256sum", arrived], capture_output=True, text=True).stdout.split()[0] == digest
    print(f"{build}, {MIB} MiB: cp + sync + sha256sum {floor_seconds:.2f} s ({MIB / floor_seconds:.0f} MiB/s); outbox/ to inbox/ {took:.2f} s "
          f"({MIB / took:.0f} MiB/s): {took / floor_seconds:.1f} times as long")
    for agency, process in adapters.items():
        rss, cpu = usage(process)
        print(f"  {agency:9s} RSS at most {rss / 1e6:.1f} MB (before: {before[agency][0] / 1e6:.1f}), CPU {cpu - before[agency][1]:.2f} s", flush=True)
        assert rss < MOST_RSS, f"{agency}: {rss} bytes of RSS"
        w.stop_process(f"adapter-{agency}")
    arrived.unlink()
    return took


def main(w):
    w.start_broker("broker-1")
    ratios = []
    for turn in range(ROUNDS):
        took = {}
        for build in BUILDS if turn % 2 == 0 else BUILDS[::-1]:
            took[build] = carry(w, turn * len(BUILDS) + len(took) + 1, build)
        ratios.append(took[BUILDS[-1]] / took[BUILD])
    if len(BUILDS) > 1:
        print(f"{BUILDS[1]} : {BUILD}, time: {', '.join(f'{r:.2f}' for r in sorted(ratios))}")


if __name__ == "__main__":
    with World(ROOT / "var" / "tests" / "attachment", build=BUILD, clock="real", quick=False) as world:
        main(world)
