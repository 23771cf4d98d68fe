"""Adapters that serve an agency's own tables are killed -9 at each named point of that way, each TIMES times where it is passed, while cases and answers go
both ways, some rows are put in twice and some are wrong; then the agencies' database itself is killed amid traffic. Every row comes to its end once, every
message is one inbox row, positions have no gap, and what the agency took out of its inbox does not come back."""
import random
import signal
import sqlite3
import sys
import threading
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / part) for part in ("integration", "support")]

import http_clients_lose_nothing_when_adapters_are_killed as both  # noqa: E402
from tableagency import *  # noqa: E402
from case import *  # noqa: E402
from doomed import *  # noqa: E402

AT_MOST = 400       # cases; each passes every point
DATABASE_KILLS = 10
LARGE = [bytes([n]) * 500_000 for n in range(5)]    # a paper that goes in parts, in and out
PLANS = {"sthj": ("table.read", "table.taken", "table.telling", "table.told", "table.refusing", "front.received", "front.kept", "front.accepted", "front.named",
                  "front.placing", "front.placed", "front.failing", "front.sealed", "table.delivered", "front.acknowledging"),
         "psb-bynr": ("table.part", "table.delivering", "table.delivered", "front.acknowledging", "front.acknowledged", "table.telling", "table.told")}


class Doomed(Agency):
    def __init__(self, w, database, slug):
        super().__init__(w, database, slug, start=False, attachment_mib=1)
        self.life = Life(slug, PLANS[slug], self.begin, lambda: w.log_tail(f"adapter-{slug}"))

    def begin(self, env):
        self.start(env=env)
        return self.process


class Consumer(threading.Thread):
    """Takes rows out of its inbox as soon as they are there, in one transaction with its own note of them: what was taken may not come back, whatever
    was killed when."""
    def __init__(self, agency):
        super().__init__(daemon=True)
        self.agency, self.stop = agency, False
        agency.ask("CREATE TABLE public.taken (nth bigint GENERATED ALWAYS AS IDENTITY, id uuid, position bigint, type text, lane int, sequence bigint)", user="dba")
        agency.ask("GRANT SELECT, INSERT ON public.taken TO oa_app", user="dba")

    def run(self):
        while not self.stop:
            try:
                self.agency.ask("WITH gone AS (DELETE FROM ecocase.inbox RETURNING id, position, type, lane, sequence)"
                                " INSERT INTO public.taken (id, position, type, lane, sequence) SELECT * FROM gone ORDER BY position")
            except psycopg.OperationalError:
                pass
            time.sleep(0.05)

    @property
    def got(self):
        return self.agency.ask("SELECT id, position, type, lane, sequence FROM public.taken ORDER BY nth")


def patient(do, seconds=60):
    """As an application should: after a lost connection, the same row with the same id again."""
    until = time.monotonic() + seconds
    while True:
        try:
            return do()
        except psycopg.errors.UniqueViolation:
            return None  # it was in after all
        except psycopg.OperationalError:
            assert time.monotonic() < until, "no database"
            time.sleep(0.2)


def hand_in(agency, payload, papers=()):
    id = uuid.uuid4()
    patient(lambda: agency.submit(payload, papers, id=id))
    return id


def keep_up(agency, watch, most=8):
    """Cases whose attachments have one name leave one after the other, while their answers, which wait for them half a minute, are taken in at once."""
    until = time.monotonic() + 20
    while time.monotonic() < until and not watch.wrong:
        rows = patient(lambda: agency.ask("SELECT count(*) FROM ecocase.outbox_outcome WHERE state IN ('waiting', 'queued')"))
        if rows[0][0] <= most:
            return
        time.sleep(0.05)


def traffic(sthj, police, steps, watch, sent):
    for case, papers, answer in both.cases(steps):
        text = case[1].decode()
        if police.life.at == "table.part" or len(sent["cases"]) % 8 == 0:
            papers = [*papers[:-1], (papers[-1][0], LARGE)]
            sent["large"] += 1
        sent["cases"].append(hand_in(sthj, text, papers))
        sent["answers"].append(hand_in(police, answer[1].decode()))
        watch.pace(len(sent["cases"]))
        keep_up(sthj, watch)
        if sthj.life.plan or sthj.life.at == "front.failing":
            sent["doubles"].append(hand_in(sthj, text, papers))
            sent["broken"].append(hand_in(sthj, text + "}", papers))
        if watch.wrong or watch.all_lived:
            return


def kill_database(database, sthj, police, steps, sent, wrong):
    """Immediate shut-downs while rows are written on both sides: COMMITs whose answer is lost."""
    both.CASES = AT_MOST
    begun, kills = len(sent["cases"]), [0]
    rnd = random.Random(7)

    def killer():
        while kills[0] < DATABASE_KILLS and not wrong:
            time.sleep(0.1 + rnd.random())
            database.stop(signal.SIGQUIT)
            database.start()
            kills[0] += 1
            try:
                sthj.final(sent["cases"][-1], 60)   # else the next kill comes before anything went through
            except AssertionError as error:
                wrong.append(error)
    thread = threading.Thread(target=killer, daemon=True)
    thread.start()
    for number, (case, papers, answer) in enumerate(list(both.cases(steps))[begun:]):
        while number > 3 + 3 * kills[0] and not wrong:    # paced by the kills: an answer does not wait for its case for ever
            time.sleep(0.05)
        sent["cases"].append(hand_in(sthj, case[1].decode(), papers))
        sent["answers"].append(hand_in(police, answer[1].decode()))
        if wrong or kills[0] >= DATABASE_KILLS:
            break
    thread.join()
    assert not wrong and kills[0] >= DATABASE_KILLS, (kills, wrong)
    return kills[0]


def check(w, steps, sthj, police, consumer, sent):
    for agency, kind, state in ((sthj, "cases", "accepted"), (police, "answers", "accepted"), (sthj, "doubles", "failed"), (sthj, "broken", "failed")):
        for id in sent[kind]:
            outcome = agency.final(id, 120)
            assert outcome["state"] == state and outcome["conflict"] is None, (kind, outcome)
            if kind == "doubles":
                assert outcome["error"]["code"] == "ALREADY_SENT", outcome
            if kind == "broken":
                assert outcome["error"]["code"] == "JSON_SYNTAX" and outcome["error"]["line"], outcome
    count = len(sent["cases"])
    assert query(w, "SELECT count(*), count(DISTINCT document_no) FROM ecocase.event_list WHERE kind = 'A'")[0] == (2 * count, 2 * count)
    eventually(lambda: len(police.inbox("REF.SEND")) >= count and len([g for g in consumer.got if g[2] == "REF.RECEIPT"]) >= count, 60, "everything delivered")
    time.sleep(2)
    rows = [(r["id"], r["position"], r["type"], r["lane"], r["sequence"]) for r in police.inbox()]
    papers = sorted(a.content for a in steps["waste-1"].attachments)
    large = sorted([*(a.content for a in steps["waste-1"].attachments[:-1]), b"".join(LARGE)])
    came = [sorted(content for _, content, _ in police.files(row["id"]).values()) for row in police.inbox("REF.SEND")]
    assert came.count(large) == sent["large"] and came.count(papers) == count - sent["large"]
    assert police.ask("SELECT count(DISTINCT id), count(*) FROM ecocase.inbox_part") == [(sent["large"], 3 * sent["large"])]
    taken = consumer.got
    for agency, got, event in ((police, rows, "REF.SEND"), (sthj, taken, "REF.RECEIPT")):
        assert len([g for g in got if g[2] == event]) == count, (agency.slug, Counter(g[2] for g in got))
        assert len({g[0] for g in got}) == len(got), f"{agency.slug}: a message came twice"
        assert [g[1] for g in got] == list(range(1, len(got) + 1)), f"{agency.slug}: positions have a gap or come out of order"
        for lane in {g[3] for g in got}:
            own = [g[4] for g in got if g[3] == lane]
            assert own == sorted(set(own)), f"{agency.slug}: lane {lane} out of order"
        with sqlite3.connect(f"file:{w.spool(agency.slug)}/.journal.sqlite?mode=ro", uri=True) as db:
            delivered = db.execute("SELECT lane, sequence FROM delivery WHERE stem NOT LIKE 'SYS.ACCEPTED%'").fetchall()
            assert not db.execute("SELECT kind, text FROM alarm").fetchall()
        assert sorted(delivered) == sorted((g[3], g[4]) for g in got), f"{agency.slug}: the table has exactly what the journal says was delivered"
        assert not agency.spool("inbox") and not agency.spool("outbox"), agency.slug
    return count


def main(w, database):
    assert sorted({p for plan in PLANS.values() for p in plan}) == points_of("adapters/gateway", "adapters/table"), "every point of the sources is in a plan"
    steps = sample_day_steps()
    both.CASES = AT_MOST
    sthj, police = Doomed(w, database, "sthj"), Doomed(w, database, "psb-bynr")
    consumer = Consumer(sthj)
    consumer.start()
    watch = Watch(sthj.life, police.life)
    sent = {"cases": [], "answers": [], "doubles": [], "broken": [], "large": 0}
    traffic(sthj, police, steps, watch, sent)
    assert not watch.wrong, watch.wrong
    kills = kill_database(database, sthj, police, steps, sent, watch.wrong)
    count = check(w, steps, sthj, police, consumer, sent)
    watch.end()
    consumer.stop = True
    for agency in (sthj, police):
        agency.life.check()
    show("table points", f"{count} cases and answers, {sent['large']} of them with a paper in parts, {len(sent['doubles'])} rows put in twice, "
         f"{len(sent['broken'])} wrong, {sum(a.life.hits.total() for a in (sthj, police))} kills, "
                         f"the database killed {kills} times")


if __name__ == "__main__":
    with world("table-points") as w:
        w.start_broker("broker-1")
        with Database(w) as database:
            main(w, database)
