"""The agencies' own systems, played: they drop native files, read what is delivered to them, and answer. Each case is a list of steps that
the procedure allows; the next step is taken when the one before was delivered (or, to oneself, accepted)."""
import ctypes
import json
import os
import re
import struct
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

LEADS = {"sthj": "ENV1", "zrzy": "MINE1", "lcj": "LAND1", "slj": "WATR", "nm": "FISH", "scjg": "WILD3", "jtys": "TRAD", "yjgl": "TRAD", "zjj": "OBST",
         "cgzf": "OBST", "wlgd": "TRAD", "qxj": "OBST"}
FORCES = ["psb-bynr", "psb-bt", "psb-erds", "psb-wh"]
ONLOOKERS = ["sfj", "fgw", "htgq", "wlsh"]
DELIVERED = re.compile(r"_(\d+)-(\d+)〔2026〕x(\d+)号_\d+-\d+(?:g\d+)?\.json$")
ANSWERED = re.compile(r"^(\d+)-(\d+)\.json\.(receipt|refused)\.json$")


@dataclass
class Case:
    number: int
    steps: list                 # (actor, event, extra fields)
    category: str
    refused: bool = False
    done: set = field(default_factory=set)      # steps dropped
    answered: set = field(default_factory=set)

    @property
    def large(self):
        """Its attachment does not fit inside the record (profile.yaml): it travels in three chunks."""
        return self.number % 8 == 4

    def document_no(self, k):
        return f"巴移_{self.number}-{k}〔2026〕x{k}号"


def referral(ae, onlooker):
    psb, copy = "psb-bynr", {"copies": [onlooker]}
    return [(ae, "REF.SEND", {"to": psb, **copy}), (psb, "REF.RECEIPT", {"to": ae}), (psb, "REF.SUPP_REQ", {"to": ae, "reason": "缺少物品清单", "reason_code": "GAPS"}),
            (ae, "REF.SUPP_REPLY", {"to": psb}), (psb, "REF.FILED", {"to": ae}), (ae, "REF.HANDOVER", {"to": psb}), (psb, "REF.HANDOVER", {"to": ae}),
            (psb, "REF.CANCELLED", {"to": ae, "reason_code": "CX1", "reason": "没有犯罪事实"}), (ae, "REF.ADMIN_RESULT", {"to": psb, "reason_code": "AO1"})]


def reverse(opener, ae, onlooker):
    why = {"jcy": "NON_PROSECUTION", "zjfy": "EXEMPT"}.get(opener, "DIRECT_ADMIN")
    return [(opener, "REV.SEND", {"to": ae, "reason_code": why, "copies": [onlooker]}), (ae, "REV.RECEIPT", {"to": opener}), (ae, "REV.ADMIN_FILED", {"to": opener}),
            (ae, "REV.PENALTY", {"to": opener}), (ae, "REV.REPLY", {"to": opener, "reason_code": "AO1"}), (opener, "REV.CLOSE", {"to": ae})]


def jurisdiction(a, b, onlooker):
    return [(a, "JUR.FORWARD", {"to": b, "reason_code": "JB1", "copies": [onlooker]}), (b, "JUR.ACCEPT", {"to": a}), (b, "REF.FILED", {"to": a}),
            (a, "JUR.HANDOVER", {"to": b}), (b, "JUR.HANDOVER", {"to": a}), (b, "JUR.DONE", {"to": a})]


def cases(count, rnd, leads=LEADS, first=1):
    """Cases with `count` submissions in all, openings mixed."""
    made, left = [], count
    while left > 0:
        number, onlooker = first + len(made), rnd.choice(ONLOOKERS)
        ae, category = rnd.choice(sorted(leads.items()))
        kind = rnd.random()
        if kind < 0.5:
            case = Case(number, referral(ae, onlooker), category)
        elif kind < 0.8:
            case = Case(number, reverse(rnd.choice([*FORCES, *FORCES, "jcy", "zjfy"]), ae, onlooker), category)
        elif kind < 0.96:
            case = Case(number, jurisdiction(*rnd.sample(FORCES, 2), onlooker), "MINE1")
        else:
            case = Case(number, [(onlooker, "REF.SEND", {"to": "psb-bynr"})], "ENV1", refused=True)
        case.steps = case.steps[:left]
        left -= len(case.steps)
        made.append(case)
    return made


def clock(ms):
    return datetime.fromtimestamp(ms / 1000, timezone(timedelta(hours=8))).strftime("%Y-%m-%d %H:%M:%S")


def native(case, k, attachment=None):
    """A file of the agency's system: JSON that the harness's profile and the conversion's double both read."""
    actor, event, extra = case.steps[k]
    now = int(time.time() * 1000)
    if k == 0 and case.number % 20 == 0:
        now -= 26 * 3600 * 1000     # a receipt is overdue at once: alerts flow too
    envelope = {"event": event, "document_no": case.document_no(k), "recipients": [extra["to"]], "copies": extra.get("copies", []), "business_time": now, "time": clock(now),
                "cites": []}
    if k:
        envelope["cites"] = [case.document_no(k - 1 if case.steps[k - 1][0] != actor else 0)]
    record = {"envelope": envelope, "approver": "李某", "approver_level": "COUNTY_HEAD", "signer": "甲", "reason_code": extra.get("reason_code", ""),
              "reason": extra.get("reason", "")}
    if k == 0:
        record |= {"category": case.category, "title": "倾倒危险废物案", "county_code": "150823", "officers": ["甲", "乙"], "parties": [{"name": "某公司"}],
                   "report_time": now - 7200000, "approval_time": now - 3600000, "report": clock(now - 7200000), "approval": clock(now - 3600000)}
        if attachment:
            record["papers"] = [{"file": attachment}]
    return json.dumps({"record": record, "attachments": [attachment] if attachment else []}, ensure_ascii=False).encode()


class Inotify:
    """IN_MOVED_TO in many folders, by the C library; the standard library has nothing for it."""
    MOVED_TO = 0x80

    def __init__(self):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.fd, self.folders = self.libc.inotify_init1(0o4000), {}

    def watch(self, folder):
        wd = self.libc.inotify_add_watch(self.fd, os.fsencode(folder), self.MOVED_TO)
        if wd < 0:
            raise OSError(ctypes.get_errno(), f"inotify: {folder}")
        self.folders[wd] = folder

    def names(self):
        try:
            data = os.read(self.fd, 1 << 20)
        except BlockingIOError:
            return
        at = 0
        while at < len(data):
            wd, _, _, length = struct.unpack_from("iIII", data, at)
            if wd in self.folders:
                yield self.folders[wd], data[at + 16:at + 16 + length].rstrip(b"\0").decode()
            at += 16 + length


class Traffic:
    """One thread plays all agencies. `rate` submissions a second are the most, `most` cases are open at one time."""

    def __init__(self, scene, todo, rate=150, most=600):
        self.scene, self.todo, self.rate, self.most = scene, list(todo), rate, most
        self.cases = {c.number: c for c in todo}
        self.total = sum(len(c.steps) for c in todo)
        self.dropped = self.answered = self.open = 0
        self.wrong, self.ready = [], []
        self.inotify, self.agencies, self.swept = Inotify(), set(), 0
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.over = threading.Event()

    def watch(self, agency):
        spool = self.scene.spool(agency)
        deadline = time.monotonic() + 20
        while not all((spool / f).is_dir() for f in ("outbox", "inbox", "sent", "done")):
            if time.monotonic() > deadline:
                raise AssertionError(f"{agency}: no spool folders\n{self.scene.world.log_tail(agency)}")
            time.sleep(0.02)
        self.inotify.watch(spool / "inbox")
        self.inotify.watch(spool / "sent")
        self.agencies.add(agency)

    def start(self):
        self.began = time.monotonic()
        self.thread.start()

    def add(self, more):
        """More cases while it runs."""
        self.cases |= {c.number: c for c in more}
        self.total += sum(len(c.steps) for c in more)
        self.todo += more

    def finished(self):
        if self.wrong:
            raise AssertionError(f"{len(self.wrong)} answers nobody expected: {self.wrong[:5]}")
        return self.answered >= self.total

    def stop(self):
        self.over.set()
        self.thread.join(10)

    # -- the thread ---------------------------------------------------------------------------------------------------
    def run(self):
        while not self.over.is_set():
            for folder, name in self.inotify.names():
                self.hear(folder, name)
            if time.monotonic() - self.swept > 4:
                self.sweep()
            self.drop_ready()
            time.sleep(0.01)

    def sweep(self):
        """What inotify did not tell of."""
        self.swept = time.monotonic()
        for agency in list(self.agencies):
            for folder in ("inbox", "sent"):
                path = self.scene.spool(agency) / folder
                for name in os.listdir(path):
                    self.hear(path, name)

    def hear(self, folder, name):
        if name.startswith("."):
            return
        if folder.name == "sent":
            self.hear_answer(name)
            return
        m = DELIVERED.search(name)
        if m:
            self.advance(int(m[1]), int(m[2]), folder.parent.name, own=False)
        try:
            os.rename(folder / name, folder.parent / "done" / name)
        except FileNotFoundError:
            pass

    def hear_answer(self, name):
        m = ANSWERED.match(name)
        case = self.cases.get(int(m[1])) if m else None
        if not case or int(m[2]) in case.answered:
            return
        k = int(m[2])
        case.answered.add(k)
        self.answered += 1
        if (m[3] == "refused") != case.refused:
            self.wrong.append((case.steps[k][:2], case.document_no(k), m[3]))
        if len(case.answered) == len(case.steps):
            self.open -= 1
        if m[3] == "receipt":
            self.advance(case.number, k, case.steps[k][0], own=True)

    def advance(self, number, k, agency, own):
        case = self.cases.get(number)
        if not case or k + 1 >= len(case.steps) or k + 1 in case.done:
            return
        if case.steps[k + 1][0] == agency and (case.steps[k][0] == agency) == own:
            case.done.add(k + 1)
            self.ready.append((case, k + 1))

    def drop_ready(self):
        allowed = int((time.monotonic() - self.began) * self.rate) - self.dropped
        while allowed > 0 and (self.ready or self.todo and self.open < self.most):
            if self.ready:
                self.drop(*self.ready.pop(0))
            else:
                self.open += 1
                self.drop(self.todo.pop(0), 0)
            allowed -= 1

    def drop(self, case, k):
        outbox, name = self.scene.spool(case.steps[k][0]) / "outbox", f"{case.number}-{k}.json"
        attachment = f"{case.number}.txt" if k == 0 and (case.number % 16 == 0 or case.large) else None
        if attachment:
            put(outbox, attachment, os.urandom(9000 if case.large else 2000))
        put(outbox, name, native(case, k, attachment))
        self.dropped += 1


def put(folder, name, content):
    (folder / f".{name}").write_bytes(content)
    os.rename(folder / f".{name}", folder / name)
