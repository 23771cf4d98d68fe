"""One large attachment from outbox/ to inbox/ (SHA-256 and SM3 at both ends, sealed, through Kafka) beside `cp` + `sha256sum` of the same file.
Checks content and that either adapter stays under 64 MB; prints ratios, without thresholds. Arguments: BUILD MIB. Repeat the full one:
var/venv/bin/python tests/bench/attachment.py build 2048"""
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
NUMBER, FILE = "环移1号", "录像.mp4"
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


def drop(spool):
    record = {"envelope": {"event": "REF.SEND", "document_no": NUMBER, "time": "2026-06-08 10:00:00", "recipients": ["psb-bynr"], "copies": []},
              "category": "ENV1", "title": "倾倒危险废物案", "county_code": "150823", "officers": ["甲", "乙"], "parties": [{"name": "某公司"}],
              "report": "2026-06-07 10:00:00", "approval": "2026-06-07 12:00:00", "approver": "李某", "approver_level": "COUNTY_HEAD",
              "papers": [{"file": FILE}]}
    (spool / "outbox" / ".case").write_text(json.dumps({"record": record}, ensure_ascii=False))
    os.rename(spool / "outbox" / f".{FILE}", spool / "outbox" / FILE)
    os.rename(spool / "outbox" / ".case", spool / "outbox" / "1.json")


def usage(process):
    status = Path(f"/proc/{process.pid}/status").read_text()
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(w):
    w.start_broker("broker-1")
    adapters = {a: w.start_adapter(a, profile(w, a)) for a in ("sthj", "psb-bynr")}
    outbox, inbox = w.spool("sthj") / "outbox", w.spool("psb-bynr") / "inbox"
    eventually(lambda: outbox.is_dir() and inbox.is_dir(), 60)
    make(outbox / f".{FILE}")
    seconds, digest = floor(outbox / f".{FILE}", w.folder / "copy")
    before = {a: usage(p) for a, p in adapters.items()}
    began = time.monotonic()
    drop(w.spool("sthj"))
    eventually(lambda: any(n.name.endswith(".json") for n in inbox.iterdir()), 60 + MIB, "the case")
    took = time.monotonic() - began
    (arrived,) = [n for n in inbox.iterdir() if n.name.endswith(FILE)]
    assert subprocess.run(["sha256sum", arrived], capture_output=True, text=True).stdout.split()[0] == digest
    print(f"{MIB} MiB: cp + sync + sha256sum {seconds:.2f} s ({MIB / seconds:.0f} MiB/s); outbox/ to inbox/ {took:.2f} s ({MIB / took:.0f} MiB/s): "
          f"{took / seconds:.1f} times as long")
    for agency, process in adapters.items():
        rss, cpu = usage(process)
        print(f"  {agency:9s} RSS at most {rss / 1e6:.1f} MB (before: {before[agency][0] / 1e6:.1f}), CPU {cpu - before[agency][1]:.2f} s")
        assert rss < MOST_RSS, f"{agency}: {rss} bytes of RSS"


if __name__ == "__main__":
    with World(ROOT / "var" / "tests" / "attachment", build=BUILD, clock="real") as world:
        main(world)
