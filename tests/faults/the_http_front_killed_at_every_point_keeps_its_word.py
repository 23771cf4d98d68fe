"""The HTTP front is killed -9 at each named point of its own way, each TIMES times at either agency where it is passed, while cases and answers
go both ways and some papers are handed in twice: what was answered 202 arrives once, what was acknowledged stays so, nothing else does."""
import sys
import threading
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / part) for part in ("integration", "support")]

import http_clients_lose_nothing_when_adapters_are_killed as both  # noqa: E402
from httpagency import *  # noqa: E402
from case import *  # noqa: E402

TIMES = 10
AT_MOST = 400   # cases; each passes every point
PLANS = {"sthj": ("front.received", "front.kept", "front.accepted", "front.named", "front.placing", "front.placed", "front.failing", "front.sealed"),
         "psb-bynr": ("front.acknowledging", "front.acknowledged", "front.sealed", "front.accepted", "front.placed")}


class Doomed(Agency):
    """Started anew each time with the next point of its plan; the plan's end is a life without one."""
    def __init__(self, w, slug):
        self.plan = [p for p in PLANS[slug] for _ in range(TIMES)]
        self.at, self.hits = None, Counter()
        super().__init__(w, slug)

    def start(self):
        self.at = self.plan.pop(0) if self.plan else None
        env = {"ECOCASE_POINT": f"{self.at}@1=kill"} if self.at else {}
        self.process = self.w.start_adapter(self.slug, more=("--http", self.folder / "http.yaml"), env=env)

    def look(self):
        if self.process.poll() is None:
            return
        assert self.process.returncode == -9 and self.at, f"{self.slug} stopped by itself: {self.process.returncode}\n{self.w.log_tail('adapter-' + self.slug)}"
        self.hits[self.at] += 1
        self.start()


def sources_points():
    found = set()
    for path in (ROOT / "adapters" / "front").glob("*.c"):
        found |= {part.split('"')[0] for part in path.read_text().split('POINT("')[1:]}
    return found


def pace(agencies, count):
    """Cases go out no faster than agencies die and rise again, so that each point is still to be passed when its turn comes."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        alive = [sum(a.hits.values()) for a in agencies if a.at]
        if not alive or count <= 4 + min(alive):
            return
        time.sleep(0.02)


def main(w):
    assert {p for plan in PLANS.values() for p in plan} == sources_points(), "every point of the sources is in a plan"
    steps = sample_day_steps()
    both.CASES = AT_MOST
    sthj, police = Doomed(w, "sthj"), Doomed(w, "psb-bynr")
    over = threading.Event()
    wrong = []

    def watch():
        while not over.wait(0.05):
            try:
                sthj.look(), police.look()
            except AssertionError as error:
                wrong.append(error)
                return
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    readers = [both.Reader(sthj), both.Reader(police)]
    for reader in readers:
        reader.start()
    answers, doubles, count = [], [], 0
    with sthj.client() as bureau, police.client() as station:
        for case, papers, answer in both.cases(steps):
            answers += [(bureau, submit(bureau, case, papers)), (station, submit(station, answer))]
            count += 1
            pace((sthj, police), count)
            if sthj.plan or sthj.at == "front.failing":
                doubles.append(submit(bureau, (f"again-{count}.json", case[1]), papers))
            if wrong or (sthj.at is None and police.at is None):
                break
        assert not wrong, wrong
        for client, answer in answers:
            assert answer.status_code == 202 and final(client, answer.json(), 120)["state"] == "accepted", final(client, answer.json(), 1)
        for double in doubles:
            state = final(bureau, double.json(), 120)
            assert state["state"] == "failed" and state["error"]["code"] == "ALREADY_SENT", state
    eventually(lambda: len(readers[1].of("REF.SEND")) >= count and len(readers[0].of("REF.RECEIPT")) >= count, 60, "everything fetched")
    over.set()
    watcher.join()
    both.CASES = count
    both.check(w, steps, sthj, police, readers, failed=len(doubles))
    for agency in (sthj, police):
        assert not agency.plan and all(agency.hits[p] == TIMES for p in PLANS[agency.slug]), (agency.slug, agency.hits, agency.at, agency.plan)
        for point, hits in sorted(agency.hits.items()):
            print(f"  {point:20}{hits:4} {agency.slug}")
    show("http points", f"{count} cases and answers, {len(doubles)} papers handed in twice, {sum((sthj.hits + police.hits).values())} kills")


if __name__ == "__main__":
    with world("http-points") as w:
        w.start_broker("broker-1")
        main(w)
