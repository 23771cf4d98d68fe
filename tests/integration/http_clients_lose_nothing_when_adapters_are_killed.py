"""Adapters that speak HTTP are killed at random instants while cases and answers go both ways. The clients do what clients do: the same
request with the same key until it is answered, acknowledge what they have. Nothing is lost, nothing comes twice."""
import random
import sqlite3
import threading

from httpagency import *
from case import *

CASES = 24


def cases(steps):
    """Many cases from one sample: other numbers, the same attachment names in all."""
    out, back = steps["waste-1"], steps["waste-2"]
    papers = [(a.name, a.content) for a in out.attachments]
    for i in range(CASES):
        number, case_number = f"{300 + i}号".encode(), f"BH-2026-{3000 + i}".encode()
        yield ((f"移送-{300 + i}.json", out.file.content.replace("15号".encode(), number).replace(b"BH-2026-0115", case_number)), papers,
               (back.file.name, back.file.content.replace("15号".encode(), number).replace(b"2026060015", f"20260{60000 + i}".encode())))


class Reader(threading.Thread):
    """Long-polls, fetches, acknowledges; what it acknowledged it may not see again."""
    def __init__(self, agency):
        super().__init__(daemon=True)
        self.agency, self.got, self.twice, self.stop = agency, {}, [], False

    def run(self):
        with self.agency.client() as c:
            while not self.stop:
                page = patient(lambda: c.get("/v1/inbox", params={"wait": 2})).json()
                for item in page["items"]:
                    files = {f["name"]: patient(lambda: c.get(f["href"])).content for f in item["files"]}
                    if item["id"] in self.got:
                        self.twice.append(item["id"])
                    assert patient(lambda: c.post(item["href"] + "/acknowledge")).status_code == 200
                    self.got[item["id"]] = (item, files)

    def of(self, event):
        return [files for item, files in self.got.values() if item["event"] == event]


def main(w):
    steps, rnd = sample_day_steps(), random.Random(5)
    sthj, police = Agency(w, "sthj"), Agency(w, "psb-bynr")
    readers = [Reader(sthj), Reader(police)]
    over, kills, answers = threading.Event(), [0], {}
    for reader in readers:
        reader.start()

    def killer():
        while not over.wait(0.2 + rnd.random() * 1.5):
            rnd.choice((sthj, police)).kill()
            kills[0] += 1

    def send(agency, number, case, papers):
        with agency.client() as c:
            answers[agency.slug, number] = submit(c, case, papers)
    for agency in (sthj, police):
        with agency.client() as c:
            patient(lambda: c.get("/v1/inbox"))
    threading.Thread(target=killer, daemon=True).start()
    for number, (case, papers, answer) in enumerate(cases(steps)):
        eventually(lambda: kills[0] >= number // 3, 60, "kills")    # a fast machine would be done before the killer is
        both = [threading.Thread(target=send, args=(sthj, number, case, papers)), threading.Thread(target=send, args=(police, number, answer, []))]
        for one in both:
            one.start()
        for one in both:
            one.join(90)
    over.set()
    assert kills[0] >= 5, kills
    assert len(answers) == 2 * CASES and all(a.status_code == 202 for a in answers.values()), [a.text for a in answers.values() if a.status_code != 202]
    for (slug, _), answer in answers.items():
        with (sthj if slug == "sthj" else police).client() as c:
            state = final(c, answer.json(), 120)
            assert state["state"] == "accepted", state
    eventually(lambda: len(readers[1].of("REF.SEND")) >= CASES and len(readers[0].of("REF.RECEIPT")) >= CASES, 60, "everything fetched")
    time.sleep(2)
    check(w, steps, sthj, police, readers)
    show("killed", f"{CASES} cases with attachments and {CASES} answers, {kills[0]} kills: nothing lost, nothing twice")


def check(w, steps, sthj, police, readers, failed=0):
    assert len(readers[1].of("REF.SEND")) == CASES and len(readers[0].of("REF.RECEIPT")) == CASES, [len(r.got) for r in readers]
    assert query(w, "SELECT count(*), count(DISTINCT document_no) FROM ecocase.event_list WHERE kind = 'A'")[0] == (2 * CASES, 2 * CASES)
    wanted = sorted(a.content for a in steps["waste-1"].attachments)
    for files in readers[1].of("REF.SEND"):
        assert sorted(c for n, c in files.items() if not n.endswith(".xml")) == wanted
    for agency, reader in zip((sthj, police), readers):
        reader.stop = True
        with sqlite3.connect(f"file:{w.spool(agency.slug)}/.journal.sqlite?mode=ro", uri=True) as db:
            delivered = db.execute("SELECT lane || '-' || generation || '-' || sequence FROM delivery WHERE stem NOT LIKE 'SYS.ACCEPTED%'").fetchall()
            assert not db.execute("SELECT kind, text FROM alarm").fetchall()
        assert sorted(m for m, in delivered) == sorted(reader.got), "the client has exactly what the journal says was delivered"
        assert not reader.twice, "what was acknowledged, and that answered, comes back no more"
        assert not agency.spool("inbox") and not agency.spool("outbox"), agency.slug
        assert len([n for n in agency.spool("failed") if n.endswith(".error")]) == (failed if agency is sthj else 0), agency.spool("failed")


if __name__ == "__main__":
    with world("http-killed") as w:
        w.start_broker("broker-1")
        main(w)
