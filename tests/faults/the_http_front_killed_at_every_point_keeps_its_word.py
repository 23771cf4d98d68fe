"""The HTTP front is killed -9 at each named point of its own way, each TIMES times at either agency where it is passed, while cases and answers
go both ways and some papers are handed in twice: what was answered 202 arrives once, what was acknowledged stays so, nothing else does."""
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / part) for part in ("integration", "support")]

import http_clients_lose_nothing_when_adapters_are_killed as both  # noqa: E402
from httpagency import *  # noqa: E402
from case import *  # noqa: E402
from doomed import *  # noqa: E402

AT_MOST = 400   # cases; each passes every point
PLANS = {"sthj": ("front.received", "front.kept", "front.accepted", "front.named", "front.placing", "front.placed", "front.failing", "front.sealed"),
         "psb-bynr": ("front.acknowledging", "front.acknowledged", "front.sealed", "front.accepted", "front.placed")}


class Doomed(Agency):
    def start(self):
        self.life = Life(self.slug, PLANS[self.slug], lambda env: self.w.start_adapter(self.slug, more=("--http", self.folder / "http.yaml"), env=env),
                         lambda: self.w.log_tail(f"adapter-{self.slug}"))


def main(w):
    assert sorted({p for plan in PLANS.values() for p in plan}) == points_of("adapters/gateway"), "every point of the sources is in a plan"
    steps = sample_day_steps()
    both.CASES = AT_MOST
    sthj, police = Doomed(w, "sthj"), Doomed(w, "psb-bynr")
    watch = Watch(sthj.life, police.life)
    readers = [both.Reader(sthj), both.Reader(police)]
    for reader in readers:
        reader.start()
    answers, doubles, count = [], [], 0
    with sthj.client() as bureau, police.client() as station:
        for case, papers, answer in both.cases(steps):
            answers += [(bureau, submit(bureau, case, papers)), (station, submit(station, answer))]
            count += 1
            watch.pace(count)
            if sthj.life.plan or sthj.life.at == "front.failing":
                doubles.append(submit(bureau, (f"again-{count}.json", case[1]), papers))
            if watch.wrong or watch.all_lived:
                break
        assert not watch.wrong, watch.wrong
        for client, answer in answers:
            assert answer.status_code == 202 and final(client, answer.json(), 120)["state"] == "accepted", final(client, answer.json(), 1)
        for double in doubles:
            state = final(bureau, double.json(), 120)
            assert state["state"] == "failed" and state["error"]["code"] == "ALREADY_SENT", state
    eventually(lambda: len(readers[1].of("REF.SEND")) >= count and len(readers[0].of("REF.RECEIPT")) >= count, 60, "everything fetched")
    watch.end()
    both.CASES = count
    both.check(w, steps, sthj, police, readers, failed=len(doubles))
    for agency in (sthj, police):
        agency.life.check()
    show("http points", f"{count} cases and answers, {len(doubles)} papers handed in twice, {sum(a.life.hits.total() for a in (sthj, police))} kills")


if __name__ == "__main__":
    with world("http-points") as w:
        w.start_broker("broker-1")
        main(w)
