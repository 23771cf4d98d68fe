"""An adapter between folders and Kafka is killed -9 at each named point of its own way, each TIMES times where it is passed, while cases with
attachments in chunks go out and answers come back: every file dropped ends once in sent/, every message is one file of the inbox, every attachment
is whole, and journal, topic and folder tell the same story."""
import hashlib
import os
import random
import sqlite3
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / part) for part in ("integration", "support")]

import http_clients_lose_nothing_when_adapters_are_killed as both  # noqa: E402
from case import *  # noqa: E402
from doomed import *  # noqa: E402

AT_MOST = 600       # cases; each passes every point
ATTACHMENT = 600_000  # bytes of each attachment; two of a case are more than a record may hold
OUT = ("out.read", "out.journaling", "out.journaled", "out.producing", "out.produced", "out.acked", "out.marking", "out.marked", "out.moving", "out.moved", "out.noted")
SHIP = ("ship.hashed", "ship.begun", "ship.produced", "ship.acked", "ship.noted")
IN = ("in.received", "in.staged", "in.journaling", "in.journaled", "in.revealing", "in.revealed", "in.sealed", "in.marking", "in.marked", "in.reported")
FETCH = ("fetch.taken", "fetch.verified", "fetch.named", "fetch.staged", "fetch.releasing")
PLANS = {"sthj": OUT + SHIP, "psb-bynr": IN + FETCH}


class Office:
    """An agency's folders, and the life of the adapter that serves them."""

    def __init__(self, w, slug):
        self.w, self.slug = w, slug
        self.spool = w.spool(slug)
        self.life = Life(slug, PLANS[slug], lambda env: w.start_adapter(slug, env=env), lambda: w.log_tail(f"adapter-{slug}"))

    def put(self, name, content):
        written = self.spool / "outbox" / f".{name}"
        written.write_bytes(content)
        written.rename(self.spool / "outbox" / name)

    def names(self, folder):
        return {n for n in os.listdir(self.spool / folder) if not n.startswith(".")}

    def journal(self, sql):
        with sqlite3.connect(f"file:{self.spool}/.journal.sqlite?mode=ro", uri=True) as db:
            return db.execute(sql).fetchall()


def cases(steps, rnd):
    """(number, case file, {attachment: content}, answer): as the sample day's, each with its own numbers, attachment names and contents."""
    for number, ((name, content), papers, (back_name, answer)) in enumerate(both.cases(steps), 300):
        mine = {}
        for paper, _ in papers:
            own = f"{number}-{paper}"
            assert paper.encode() in content, paper
            content = content.replace(paper.encode(), own.encode())
            mine[own] = rnd.randbytes(ATTACHMENT)
        yield f"{number}号", (name, content), mine, (f"{number}-{back_name}", answer)


def arrived(police, numbers):
    names = [n for n in police.names("inbox") if n.startswith("REF.SEND_")]
    return {number for number in numbers if any(f"〕{number}_" in n for n in names)}


def main(w):
    assert sorted({p for plan in PLANS.values() for p in plan}) == points_of(*ENGINE), "every point of the sources is in a plan"
    steps, both.CASES = sample_day_steps(), AT_MOST
    sthj, police = Office(w, "sthj"), Office(w, "psb-bynr")
    for office in (sthj, police):
        eventually(lambda: (office.spool / "outbox").is_dir(), 20, "the folders")
    watch = Watch(sthj.life, police.life)
    sent, answers, answered = {}, {}, set()

    def answer_all():
        for number in arrived(police, answers.keys() - answered):
            police.put(*answers[number])
            answered.add(number)
        return answered == answers.keys() or watch.wrong
    for number, (name, content), papers, answer in cases(steps, random.Random(11)):
        for paper, bytes_of in papers.items():
            sthj.put(paper, bytes_of)
        sthj.put(name, content)
        sent[name], answers[number] = papers, answer
        answer_all()
        watch.pace(len(sent))
        if watch.wrong or watch.all_lived:
            break
    eventually(answer_all, 120, "all cases at the police")
    watch.end()
    count = len(sent)
    eventually(lambda: sum(n.startswith("REF.RECEIPT_") for n in sthj.names("inbox")) >= count, 120, "all answers")
    eventually(lambda: not sthj.names("outbox") and not police.names("outbox"), 60, "empty outboxes")
    check(w, sthj, police, sent)
    for office in (sthj, police):
        office.life.check()
    show("adapter points", f"{count} cases and answers, {sum(o.life.hits.total() for o in (sthj, police))} kills: nothing lost, nothing twice, nothing cut")


def check(w, sthj, police, sent):
    count = len(sent)
    assert query(w, "SELECT count(*), count(DISTINCT document_no) FROM ecocase.event_list WHERE kind = 'A'")[0] == (2 * count, 2 * count)
    assert sent.keys() <= sthj.names("sent") and {p for papers in sent.values() for p in papers} <= sthj.names("sent")
    wanted = sorted(hashlib.sha256(content).hexdigest() for papers in sent.values() for content in papers.values())
    case_files = {n for n in police.names("inbox") if n.startswith("REF.SEND_") and n.endswith(".xml")}
    attachments = {n for n in police.names("inbox") if n.startswith("REF.SEND_")} - case_files
    assert len(case_files) == count, (len(case_files), count)
    assert sorted(hashlib.sha256((police.spool / "inbox" / n).read_bytes()).hexdigest() for n in attachments) == wanted, "every attachment whole, once"
    for office in (sthj, police):
        assert not office.names("failed"), office.names("failed")
        assert not [n for n in office.names("inbox") if "~" in n or n.endswith(".error")]
        eventually(lambda: not office.journal("SELECT 1 FROM submission WHERE state < 2"), 30, "nothing on its way")
        assert not office.journal("SELECT kind, text FROM alarm")
        delivered = office.journal("SELECT lower(hex(message_id)) FROM delivery")
        told = {headers(m)["ce_id"].replace("-", "") for m in inbox(w, office.slug)}
        assert sorted(m for m, in delivered) == sorted(told), "the journal holds exactly what the inbox topic holds"


if __name__ == "__main__":
    with world("adapter-points") as w:
        w.start_broker("broker-1")
        main(w)
