"""What a run costs: CPU of every process that takes part, memory, and the window of time over which both are read."""
import os
import time
from dataclasses import dataclass
from pathlib import Path

HZ = os.sysconf("SC_CLK_TCK")
SAMPLE_S = 0.02


def children(pid):
    try:
        return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def cpu(pid):
    """CPU seconds of a process with the children it has waited for, and of its living children."""
    total = 0.0
    for p in [pid, *children(pid)]:
        try:
            fields = Path(f"/proc/{p}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(f) for f in fields[11:13]) + (sum(int(f) for f in fields[13:15]) if p == pid else 0)
    return total / HZ


def peak_mib(pid):
    """Peak resident memory; without the pages that processes share with others it would read less."""
    return next(int(line.split()[1]) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")) / 1024


@dataclass
class Result:
    count: int
    wall: float
    cpu: dict           # seconds per million messages
    memory: float = 0   # MiB of the largest process

    @property
    def rate(self):
        return self.count / self.wall


def measure(pids, progress, total, alive, seconds=120, begin=lambda: None):
    """Follows `progress` from its first step to `total`; everything before the first step (start, joining, connecting) is nobody's cost.
    pids: {who: [pid]}. `begin` is called when the clock runs: it may bring the work."""
    def spent():
        return {who: sum(cpu(p) for p in all_of) for who, all_of in pids.items()}
    until = time.monotonic() + seconds
    first = 0
    while not first:
        first = progress()
        began, before = time.monotonic(), spent()
        check(alive, until, first, total)
        time.sleep(SAMPLE_S / 4)
    begin()
    seen = first
    while seen < total:
        check(alive, until, seen, total)
        time.sleep(SAMPLE_S)
        seen = progress()
    wall, after = time.monotonic() - began, spent()
    if seen > total:
        raise AssertionError(f"{seen} instead of {total}")
    if total - first < total / 3:
        raise AssertionError(f"the first step was {first} of {total}: too few messages to measure")
    return Result(total - first, wall, {who: (after[who] - before[who]) / (total - first) * 1e6 for who in pids})


def check(alive, until, seen, total):
    why = alive()
    if why:
        raise AssertionError(why)
    if time.monotonic() > until:
        raise AssertionError(f"{seen} of {total} within the time allowed")
