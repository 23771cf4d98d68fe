"""Plays the sample day from outside: files go into the senders' outboxes, files come out in the recipients' inboxes; nothing but folders and, for
the verification, questions to the ledger. Used by ./run (its own world) and by the compose test (containers)."""
import json
import os
import re
import time

import native_files

EXTENSION = r"\.(?!cpg$)[^._]+$"   # a .cpg file says in which code page the DBF table beside it is
CASE_FILE = re.compile(r"(?!SYS\.)[A-Z]+\.[A-Z_]+_.*_\d+-\d+(g\d+)?" + EXTENSION)   # an attachment has _<n>_<name> behind its place
QUIET_SECONDS = 90   # nothing has moved for so long: something is stuck


def put(spool, step):
    """As an agency's export does it: the attachments, then the case file, each complete at once (written aside, renamed)."""
    for file in (*step.attachments, step.file):
        aside = spool / "outbox" / ("." + file.name)
        aside.write_bytes(file.content)
        os.rename(aside, spool / "outbox" / file.name)


def delivered_files(spool, lane, sequence):
    """The files of one delivery, the case file first, wherever the agency has put them since."""
    mine = re.compile(rf"_{lane}-{sequence}(g\d+)?[._]")
    found = [p for folder in ("inbox", "done") if (spool / folder).is_dir() for p in (spool / folder).iterdir() if mine.search(p.name)]
    return sorted(found, key=lambda p: (len(p.name), p.suffix == ".cpg", p.name))


def safe(text):
    return re.sub(r"[\x00-\x20\x7f/\\:*?\"<>|'`$&;%~#]", "_", text)


def failure(spool, step):
    error = spool / "failed" / (step.file.name + ".error")
    if not error.exists():
        return None
    told = json.loads(error.read_text())
    return f"{step.id}: {step.agency}/{step.file.name} 未能发送 · failed: {told['code']} {told['field']} {told['zh']} · {told['detail']}"


def receipt(spool, step):
    """What the broker answered: (accepted, answer) once it lies beside the file in sent/."""
    for kind in ("receipt", "refused"):
        path = spool / "sent" / f"{step.file.name}.{kind}.json"
        if path.exists():
            return kind == "receipt", json.loads(path.read_text())
    return None


def as_refused(step, told):
    return not told[0] and step.refused in [r["code"] for r in told[1].get("reasons", [])]


def arrived(spool, step, answer, event=None):
    """The case files of this step in an agency's inbox; with `event`, the broker's notices about it."""
    begin = f"{event or step.event}_{safe(answer['aboutDocumentNo'])}_{answer['lane']}-"
    return [spool / folder / name for folder in ("inbox", "done") for name in (os.listdir(spool / folder) if (spool / folder).is_dir() else ())
            if name.startswith(begin) and re.match(r"\d+\.(?!cpg$)", name[len(begin):])]


GOLDEN_LANE, GOLDEN_SEQUENCE = "5", "12"   # the place that golden files were made with


def as_golden(path, delivery):
    """Is a delivered case file its golden one, but for the names of its attachments, its own lane and sequence, and the year of its numbers?"""
    def shown(file):
        text = native_files.shown(delivery.form, file.read_bytes())
        return text.replace(*reversed(delivery.years)) if delivery.years else text
    stem, wanted = path.name.rsplit(".", 1)[0], shown(delivery.golden)
    lane, sequence = re.search(r"_(\d+)-(\d+)(?:g\d+)?$", stem).groups()
    stem = stem.replace(*reversed(delivery.years)) if delivery.years else stem
    mine = re.split(r"(\d+)", re.sub(re.escape(stem) + r"_\d+_", "", shown(path)))
    theirs = re.split(r"(\d+)", wanted)
    return len(mine) == len(theirs) and all(m == t or (t, m) in ((GOLDEN_LANE, lane), (GOLDEN_SEQUENCE, sequence)) for m, t in zip(mine, theirs))


class Running:
    """One case on its way: the step that is out, and what is still awaited of it. Ticks that are to come hold back what waits for them."""
    def __init__(self, steps, to_come, hand_in):
        self.steps, self.at, self.out, self.answer, self.to_come, self.hand_in = steps, 0, False, None, to_come, hand_in

    def held(self):
        return not self.out and self.steps[self.at].after in [tick.id for tick in self.to_come]

    def look(self, spools):
        """(moved, wrong): moved — something happened; wrong — why this case cannot go on."""
        step = self.steps[self.at]
        if self.held():
            return False, None
        if not self.out:
            self.hand_in(spools[step.agency], step)
            self.out = True
            return True, None
        failed = failure(spools[step.agency], step)
        if failed:
            return False, failed
        if self.answer is None:
            told = receipt(spools[step.agency], step)
            if told is None:
                return False, None
            if step.refused:
                self.answer = told[1]
                return True, None if as_refused(step, told) else f"{step.id}: 应以 {step.refused} 拒绝 · should be refused: {told}"
            if not told[0]:
                return False, f"{step.id}: {step.file.name} 被拒绝 · refused: {json.dumps(told[1].get('reasons'), ensure_ascii=False)}"
            self.answer = told[1]
            return True, None
        hinted = {agency for hint in step.hints for agency in hint["to"]}
        if not all(arrived(spools[d.agency], step, self.answer) for d in step.deliver) or not all(arrived(spools[a], step, self.answer, "SYS.HINT") for a in hinted):
            return False, None
        self.at, self.out, self.answer = self.at + 1, False, None
        return True, None

    def awaits(self, spools):
        step = self.steps[self.at]
        if self.answer is None:
            return f"{step.id}: {step.agency} 的回执 · the receipt of {step.file.name}"
        missing = [d.agency for d in step.deliver if not arrived(spools[d.agency], step, self.answer)]
        missing += [f"{a} (SYS.HINT)" for hint in step.hints for a in hint["to"] if not arrived(spools[a], step, self.answer, "SYS.HINT")]
        return f"{step.id}: {step.event} 送达 · delivery to {' '.join(missing)}"


def play(steps, spools, progress, waiting=lambda text: None, between=lambda done: None, ticks=(), strike=None, hand_in=put):
    """Plays all cases side by side, the steps of each in order. What went wrong, line by line. `progress(step)` after each step that
    arrived everywhere; `between(count)` after each, e.g. to kill something. `strike(tick)` is called for each of `ticks`, in order, as soon as all
    that goes on waits for it; without ticks nothing waits (who has no hand at the clock plays the papers alone). `hand_in(spool, step)`: other ways in than the outbox folder."""
    cases, to_come = {}, list(ticks)
    for step in steps:
        cases.setdefault(step.case, []).append(step)
    running, wrong, done, moved_at = [Running(s, to_come, hand_in) for s in cases.values()], [], 0, time.monotonic()
    while running or to_come:
        if to_come and all(one.held() for one in running):
            strike(to_come[0])
            to_come.pop(0)
            moved_at = time.monotonic()
        for one in list(running):
            before = one.at
            moved, why = one.look(spools)
            if moved:
                moved_at = time.monotonic()
            if one.at > before:
                done += 1
                progress(one.steps[before])
                between(done)
            if why or one.at == len(one.steps):
                running.remove(one)
                wrong += [why] if why else []
        if time.monotonic() - moved_at > QUIET_SECONDS:
            return wrong + [f"{QUIET_SECONDS} 秒没有进展 · nothing moved for {QUIET_SECONDS} s: {one.awaits(spools)}" for one in running]
        if running:
            waiting(running[0].awaits(spools))
            time.sleep(0.02)
    return wrong


REFERRALS = """SELECT r.machine, r.state, coalesce((SELECT json_object_agg(c.rule, c.state) FROM ecocase.clock_list c WHERE c.referral_id = r.referral_id), '{}')
               FROM ecocase.referral_list r WHERE r.referral_id = %s"""

PARENT = """SELECT p.machine FROM ecocase.referral_list r JOIN ecocase.referral_list p ON p.case_id = r.case_id AND p.referral_id = r.parent WHERE r.referral_id = %s"""
LINKS = """SELECT r.machine, r.state FROM ecocase.link_list AS k JOIN ecocase.referral_list AS r ON r.referral_id = k.other_id
           WHERE k.referral_id = %s ORDER BY r.opened_at"""


HINTS = """SELECT level, threshold, state FROM ecocase.hint_list WHERE referral_id = %s AND event = %s ORDER BY threshold"""
HINT_FILE = re.compile(r"SYS\.HINT_.*_\d+-\d+(g\d+)?" + EXTENSION)


def verify_hints(steps, spools, ask):
    """应移未移: each hint in the ledger with its level, and as a notice in the inbox of everybody told; none beside them."""
    wrong, told = [], dict.fromkeys(spools, 0)
    for step in steps:
        said = receipt(spools[step.agency], step)
        if not said or not said[0]:
            continue
        rows = [tuple(r) for r in ask(HINTS, said[1]["referralId"], step.event)]
        wanted = sorted((h["level"], h["threshold"], h.get("state", "")) for h in step.hints)
        if sorted(rows) != wanted:
            wrong.append(f"{step.id}: 提示 · hints {rows} 而非 · instead of {wanted}")
        for agency in {a for h in step.hints for a in h["to"]}:
            told[agency] += 1
            if not arrived(spools[agency], step, said[1], "SYS.HINT"):
                wrong.append(f"{step.id}: {agency} 未收到提示 · no hint in the inbox")
    for agency, spool in spools.items():
        came = [p.name for folder in ("inbox", "done") if (spool / folder).is_dir() for p in (spool / folder).iterdir() if HINT_FILE.match(p.name)]
        if len(came) != told[agency]:
            wrong.append(f"{agency}: 提示 {len(came)} 份而非 {told[agency]} 份 · hints came instead of the expected ones: {sorted(came)}")
    return wrong


ALERTS = """SELECT referral_id, coalesce(rule, ''), event, told, to_char(told_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') FROM ecocase.alert_list"""
ALERT_FILE = re.compile(r"SYS\.(WARNING|OVERDUE|ESCALATION|UNREFERRED|CORRECTION)_.*_\d+-\d+(g\d+)?" + EXTENSION)


def alerts_by_tick(steps, spools, ask):
    """{when: [(case, limit, event, told)]} as the ledger has it; the case by the referrals that its steps were answered with."""
    cases, found = {}, {}
    for step in steps:
        said = receipt(spools[step.agency], step)
        if said and said[0]:
            cases[str(said[1]["referralId"])] = step.case
    for referral, rule, event, told, when in ask(ALERTS):
        found.setdefault(when, []).append((cases.get(str(referral), "?"), rule, event, told))
    return found


def verify_alerts(steps, spools, ask, ticks):
    """Each tick brought its alerts, to whom it should, and nothing else: in the ledger, and as notices in the inboxes."""
    wrong, found, told = [], alerts_by_tick(steps, spools, ask), dict.fromkeys(spools, 0)
    for tick in ticks:
        came = found.pop(tick.at, [])
        for alert in set(came) | set(tick.alerts):
            if came.count(alert) != tick.alerts.count(alert):
                wrong.append(f"{tick.at} {' '.join(alert)}: 提醒 {came.count(alert)} 次而非 {tick.alerts.count(alert)} 次 · told so often instead of that often")
        for *_, agencies in tick.alerts:
            for agency in agencies.split():
                told[agency] += 1
    wrong += [f"{when} {' '.join(alert)}: 无此时刻 · nobody struck the clock then" for when, alerts in found.items() for alert in alerts]
    for agency, spool in spools.items():
        came = [p.name for folder in ("inbox", "done") if (spool / folder).is_dir() for p in (spool / folder).iterdir() if ALERT_FILE.match(p.name)]
        if len(came) != told[agency]:
            wrong.append(f"{agency}: 提醒 {len(came)} 份而非 {told[agency]} 份 · alerts came instead of the expected ones: {sorted(came)}")
    return wrong


def verify(steps, spools, ask, ticks=()):
    """After play: native files as expected (golden where there is one), nothing sent is in failed/ or left in an outbox, each delivery once,
    the ledger's state and clocks of every case's referral, and what each tick brought. `ask(sql, *parameters)` queries the ledger."""
    wrong, last = [], {}
    for step in steps:
        told = receipt(spools[step.agency], step)
        if step.refused:
            if not told or not as_refused(step, told):
                wrong.append(f"{step.id}: 应以 {step.refused} 拒绝 · should be refused: {told}")
            continue
        if not told or not told[0]:
            wrong.append(f"{step.id}: 无回执 · no receipt of {step.file.name}")
            continue
        last[step.case] = (step, told[1])
        if step.referral.get("parent") and ask(PARENT, told[1]["referralId"]) != [(step.referral["parent"],)]:
            wrong.append(f"{step.id}: 未与 {step.referral['parent']} 关联 · not linked to what it came of")
        for d in step.deliver:
            files = arrived(spools[d.agency], step, told[1])
            if len(files) != 1:
                wrong.append(f"{step.id}: {d.agency} 收到 {len(files)} 份而非 1 份 · files instead of one: {[f.name for f in files]}")
            elif d.golden is None:
                wrong.append(f"{step.id}: {d.agency} 没有预期文件 · no golden file for {files[0].name}")
            elif not as_golden(files[0], d):
                wrong.append(f"{step.id}: {files[0]} 与预期不同 · differs from {d.golden}")
    for step, answer in last.values():
        if not step.referral:
            continue
        rows = ask(REFERRALS, answer["referralId"])
        wanted = (step.referral["machine"], step.referral["state"], step.referral["clocks"])
        if [tuple(r) for r in rows] != [wanted]:
            wrong.append(f"{step.case}: 台账 · ledger {rows} 而非 · instead of {wanted}")
        linked = [(w["machine"], w["state"]) for w in step.referral.get("links", [])]
        if linked and [tuple(r) for r in ask(LINKS, answer["referralId"])] != linked:
            wrong.append(f"{step.case}: 关联 · linked {ask(LINKS, answer['referralId'])} 而非 · instead of {linked}")
    for agency, spool in sorted(spools.items()):
        expected = sum(d.agency == agency for step in steps for d in step.deliver)
        came = [p.name for folder in ("inbox", "done") if (spool / folder).is_dir() for p in (spool / folder).iterdir() if CASE_FILE.match(p.name)]
        if len(came) != expected:
            wrong.append(f"{agency}: 收件 {len(came)} 份而非 {expected} 份 · case files came instead of the expected ones: {sorted(came)}")
        left = [p.name for p in (spool / "outbox").iterdir() if not p.name.startswith(".")]
        failed = [p.name for p in (spool / "failed").iterdir()]
        if left or failed:
            wrong.append(f"{agency}: 留在 outbox · left {left}; failed {failed}")
    return wrong + verify_hints(steps, spools, ask) + verify_alerts(steps, spools, ask, ticks)
