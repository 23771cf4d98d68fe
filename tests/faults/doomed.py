"""Adapters that die at one named point after the other, each TIMES times, and rise again; traffic paced by their deaths."""
import threading
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TIMES = 10
ENGINE = ("adapters/chunks", "adapters/inbound", "adapters/outbound", "adapters/transfer")  # the gateways before it have tests of their own


def points_of(*folders):
    """The named points in the sources, so that no plan forgets one."""
    found = set()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.c")):
        if not path.stem.endswith("_test"):
            found |= {part.split('"')[0] for part in path.read_text().split('POINT("')[1:]}
    return sorted(found)


class Life:
    """One agency's plan. `start(env)` begins a life of its adapter and returns the process; the plan's end is a life without a point."""

    def __init__(self, slug, points, start, log_tail):
        self.slug, self.points, self.begin, self.log_tail = slug, points, start, log_tail
        self.plan = [p for p in points for _ in range(TIMES)]
        self.at, self.hits = None, Counter()
        self.next()

    def next(self):
        self.at = self.plan.pop(0) if self.plan else None
        self.process = self.begin({"ECOCASE_FAILPOINT": f"{self.at}@1=kill"} if self.at else {})

    def look(self):
        if self.process.poll() is None:
            return
        assert self.process.returncode == -9 and self.at, f"{self.slug} stopped by itself: {self.process.returncode}\n{self.log_tail()}"
        self.hits[self.at] += 1
        self.next()

    def check(self):
        assert not self.plan and self.at is None and all(self.hits[p] == TIMES for p in self.points), (self.slug, self.hits, self.at, self.plan)
        for point, hits in sorted(self.hits.items()):
            print(f"  {point:20}{hits:4} {self.slug}")


class Watch(threading.Thread):
    """Looks after the lives; `wrong` has what ended otherwise than planned."""

    def __init__(self, *lives):
        super().__init__(daemon=True)
        self.lives, self.wrong, self.over = lives, [], threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(0.05):
            try:
                for life in self.lives:
                    life.look()
            except AssertionError as error:
                self.wrong.append(error)
                return

    @property
    def all_lived(self):
        return all(life.at is None for life in self.lives)

    def pace(self, count):
        """Work goes out no faster than adapters die and rise again, so that each point is still to be passed when its turn comes."""
        until = time.monotonic() + 5
        while time.monotonic() < until and not self.wrong:
            alive = [sum(life.hits.values()) for life in self.lives if life.at]
            if not alive or count <= 4 + min(alive):
                return
            time.sleep(0.02)

    def end(self):
        self.over.set()
        self.join()
        assert not self.wrong, self.wrong
