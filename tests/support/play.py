"""./run: Kafka, Postgres, two brokers and the adapters of all participants; the agencies' own exports of the sample day go in at the adapters'
spools and come out at the recipients', and what happened is shown. --check verifies it and exits."""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import psycopg

import day
import sample_day
from world import ROOT, World, WorldError, eventually

KAFKA_PORT, POSTGRES_PORT = 19092, 15432
AGENCIES = ROOT / "adapters" / "agencies"


def options():
    """Read, refused and explained by ./run before anything is set up; here they are only taken."""
    p = argparse.ArgumentParser(prog="./run", add_help=False, allow_abbrev=False)
    p.add_argument("--check", action="store_true")
    p.add_argument("--fresh", action="store_true")
    p.add_argument("--list", action="store_true")
    p.add_argument("--kafka")
    p.add_argument("--postgres")
    p.add_argument("--kafka-port", type=int)
    p.add_argument("--postgres-port", type=int)
    return p.parse_args()


def folder_of(chosen):
    """Servers of the user's own have ledgers of their own, so spools and journals of their own."""
    if not (chosen.kafka or chosen.postgres):
        return ROOT / "var" / ("check" if chosen.check else "run")
    return ROOT / "var" / ("own-" + re.sub(r"[^A-Za-z0-9]+", "-", f"{chosen.kafka or ''}-{chosen.postgres or ''}").strip("-")[:80])


def make_world(chosen):
    keep = not (chosen.check or chosen.fresh) or bool(chosen.kafka or chosen.postgres)
    ports = {} if chosen.check else {"kafka_port": chosen.kafka_port or KAFKA_PORT, "postgres_port": chosen.postgres_port or POSTGRES_PORT}
    if chosen.check:
        ports = {"kafka_port": chosen.kafka_port, "postgres_port": chosen.postgres_port}
    return World(folder_of(chosen), keep=keep, kafka=chosen.kafka, postgres=chosen.postgres, quick=chosen.check, **ports)


class Screen:
    """Progress: one line that is written over on a terminal, plain lines elsewhere; each step of its own only where it was asked for (--list)."""
    def __init__(self, each=False):
        self.live, self.began, self.each = sys.stdout.isatty(), time.monotonic(), each

    def say(self, text):
        print(f"{chr(13) + chr(27) + '[K' if self.live else ''}{text}", flush=True)

    def step(self, text):
        (self.say if self.each else self.at)(text)

    def at(self, text):
        if self.live:
            print(f"\r\x1b[K{text}", end="", flush=True)


def wide(text, columns):
    """Padded as a terminal counts: a Chinese character takes two columns."""
    return text + " " * max(0, columns - sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text))


def start_all(w, screen):
    slugs = [p.name for p in sorted(AGENCIES.iterdir()) if (p / "profile.yaml").exists()]
    for name in ("broker-1", "broker-2"):
        w.start_broker(name)
    w.setup_register()
    w.start_register()
    for slug in slugs:
        w.start_adapter(slug)
    screen.say(f"▸ 已启动 2 个代理实例、登记簿、{len(slugs)} 个适配器 · 2 brokers, the register, {len(slugs)} adapters")

    def ready():
        for name in list(w.processes):
            if w.processes[name].poll() is not None:
                raise WorldError(f"{name} 意外退出 · stopped (exit {w.processes[name].returncode}):\n{w.log_tail(name, 3)}")
        return all((w.spool(slug) / ".status.json").exists() for slug in slugs)
    eventually(ready, 60, "全部适配器就绪 · every adapter being ready")
    return slugs


def ask(w, sql, *parameters):
    with psycopg.connect(w.conninfo()) as db:
        return db.execute(sql, parameters).fetchall()


def here(path):
    path = Path(path)
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


CLOCKS = "SELECT rule, rule_zh, state, state_zh, statutory_zh, due_lenient::date FROM ecocase.clock_list WHERE referral_id = %s ORDER BY started_at, rule"
EVENTS = """SELECT e.lane, e.serial, e.event, e.event_zh, e.sender, e.document_no, to_char(e.business_time AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI')
            FROM ecocase.event_list e WHERE e.referral_id = %s AND e.kind = 'A' ORDER BY e.lane, e.serial"""
ALERTS = """SELECT to_char(told_at AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI'), event, event_zh, coalesce(rule, ''), told FROM ecocase.alert_list
            WHERE referral_id = %s ORDER BY told_at, event, rule"""
DELIVERIES = """SELECT d.recipient, d.role_zh, d.lane, d.sequence, d.delivered FROM ecocase.delivery_list d
                WHERE d.lane = %s AND d.serial = %s AND d.role IN ('t', 'c', 'h') ORDER BY d.role DESC, d.recipient"""


SUMMARY = """SELECT machine, machine_zh, count(*), count(*) FILTER (WHERE open), count(*) FILTER (WHERE overdue_clocks > 0) FROM ecocase.referral_list
             GROUP BY 1, 2 ORDER BY 3 DESC, 1"""
OVERDUE = """SELECT r.document_no, r.title, c.rule_zh, c.actor_name, to_char(c.due_lenient AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI') FROM ecocase.clock_list AS c
             JOIN ecocase.referral_list AS r ON r.case_id = c.case_id AND r.referral_id = c.referral_id WHERE c.overdue AND c.running ORDER BY c.due_lenient, r.document_no LIMIT 5"""


def summary(w):
    """What a person who looks in for the first time wants to see: how much there is, what is late, and how to see more."""
    rows = ask(w, SUMMARY)
    print(f"\n▸ {sum(r[2] for r in rows)} 件 · referrals")
    for machine, machine_zh, count, still_open, late in rows:
        print(f"    {machine:4s}{wide(machine_zh, 26)} {count:3d} 件 · 未办结 · open {still_open:3d} · 超期 · overdue {late:3d}")
    late = ask(w, OVERDUE)
    if late:
        print("\n▸ 已超期仍未办的，最早五件 · overdue and still running, the oldest five")
    for number, title, rule_zh, actor, due in late:
        print(f"    {due}  {wide(rule_zh, 28)} {wide(actor or '', 24)} {number}  {title}")
    alerts(w)
    (number,), = ask(w, "SELECT document_no FROM ecocase.referral_list WHERE machine = 'REF' ORDER BY opened_at, referral_id LIMIT 1") or [("",)]
    print(f"\n▸ 查看 · to see more: build/bin/ecocase list · overdue · show '{number}'；逐件列出 · every one of them: ./run --list")


def report(w):
    """Every referral: its way, its state, its clocks, and where each delivered native file lies."""
    spools = {p.name: p for p in (w.folder / "spool").iterdir()}
    for referral, machine, machine_zh, title, opener, holder, state, state_zh, state_en in ask(
            w, "SELECT referral_id, machine, machine_zh, title, opener, holder, state, state_zh, state_en FROM ecocase.referral_list ORDER BY opened_at, referral_id"):
        print(f"\n■ {title}\n  {machine} {machine_zh}   {opener}{' → ' + holder if holder else ''}   状态 · state: {state} {state_zh} · {state_en}")
        bodies = [f"{body} {state}" for body, state in ask(w, "SELECT body, state_zh FROM ecocase.operation_body_list WHERE referral_id = %s ORDER BY body", referral)]
        if bodies:
            print(f"    参战单位 · bodies: {', '.join(bodies)}")
        for rule, rule_zh, clock, clock_zh, statutory, due in ask(w, CLOCKS, referral):
            print(f"    时限 · clock {rule:5s}{wide(rule_zh, 28)} {clock} {wide(clock_zh, 12)} 至 · until {due or ''}  {statutory}")
        for lane, serial, event, event_zh, sender, number, at in ask(w, EVENTS, referral):
            print(f"    {at}  {event:24s}{wide(event_zh, 26)} {sender}  {number}")
            for recipient, role, d_lane, sequence, delivered in ask(w, DELIVERIES, lane, serial):
                files = day.delivered_files(spools[recipient], d_lane, sequence) if recipient in spools else []
                print(f"        {role} {recipient:9s} " + ("  ".join(str(here(f)) for f in files) or ("已取走 · taken" if delivered else "未送达 · not yet delivered")))
        for at, event, event_zh, rule, told in ask(w, ALERTS, referral):
            print(f"    {at}  {event:24s}{wide(event_zh, 26)} {rule:5s} → {told}")
    alerts(w)


def alerts(w):
    counted = ask(w, "SELECT event, event_zh, event_en, count(*), count(DISTINCT referral_id) FROM ecocase.alert_list GROUP BY 1, 2, 3 ORDER BY 1")
    if counted:
        print("\n▸ 提醒 · alerts")
    for event, event_zh, event_en, alerts, referrals in counted:
        print(f"    {event:24s}{wide(event_zh, 26)} {alerts:3d} 次，涉及 {referrals} 件 · {event_en}, of {referrals} referrals")


def play(w, slugs, screen):
    """What went wrong, line by line; nothing: all as expected."""
    steps = sample_day.load(AGENCIES / "sample-day.yaml")
    there = {r[0] for r in ask(w, "SELECT document_no FROM ecocase.event_list WHERE kind = 'A' LIMIT 1000")}
    if there:
        screen.say("▸ 样例日已在台账中，不再重演；--fresh 重新开始 · the sample day is in the ledger already and is not played again (--fresh begins anew)")
        return []
    screen.say(f"▸ 样例日 · the sample day: {len({s.case for s in steps})} 件 · cases, {len(steps)} 份文书 · papers")
    done = []

    def progress(step):
        done.append(step)
        screen.step(f"  [{len(done):2d}/{len(steps)}] {step.agency:9s}{step.event:24s}{wide(step.file.name, 26)} → " +
                    " ".join(("抄 " if d.role == "copy" else "") + d.agency for d in step.deliver))
    spools = {slug: w.spool(slug) for slug in slugs}
    ticks, clock = sample_day.ticks(AGENCIES / "sample-day.yaml"), independent().Clock

    def strike(tick):
        screen.say(f"▸ 时钟到 · the clock reaches {tick.at}: {len(tick.alerts)} 条提醒 · alerts")
        clock(w, independent().Client(w)).pass_to(tick.at)
    wrong = day.play(steps, spools, progress, waiting=lambda text: screen.at("  … " + text), ticks=ticks, strike=strike)
    return wrong + all_delivered(w, 60) + day.verify(steps, spools, lambda sql, *p: ask(w, sql, *p), ticks)


def independent():
    """What the integration tests share: a client and a hand at the clock that are none of our code."""
    sys.path[:0] = [str(ROOT / "tests" / "integration")]
    arguments, sys.argv[1:] = sys.argv[1:], []
    import case
    sys.argv[1:] = arguments
    return case


def all_delivered(w, seconds):
    """A tick is over when its alerts are published; their files, and the reports that they lie there, come a moment later."""
    try:
        eventually(lambda: ask(w, "SELECT count(*) FILTER (WHERE NOT delivered) FROM ecocase.delivery_list")[0][0] == 0, seconds, "送达报告 · every delivery reported")
    except AssertionError as error:
        return [str(error)]
    return []


def whole(w, slugs, kinds_allowed=("A",), ticks=()):
    """--check: nothing lost, nothing twice, by an independent client's look into the inboxes. Where an adapter was killed it may have had to
    send again: P, a repeat that was recognised."""
    case, wrong = independent(), []
    case.wait_events(w, 1)
    kinds = dict(ask(w, "SELECT kind::text, count(*) FROM ecocase.event GROUP BY 1"))
    alerts = kinds.pop("T", 0)
    refused = sum(bool(s.refused) for s in sample_day.load(AGENCIES / "sample-day.yaml"))
    if kinds.pop("R", 0) != refused or not set(kinds) <= set(kinds_allowed):
        wrong.append(f"台账中有未受理的来文 · the ledger has events that were not accepted: {kinds}")
    if alerts != sum(len(tick.alerts) for tick in ticks):
        wrong.append(f"台账中有 {alerts} 条提醒 · the ledger has so many alerts instead of {sum(len(tick.alerts) for tick in ticks)}")
    delivered = case.check_sequences(w, slugs)
    booked = ask(w, "SELECT sum(cardinality(delivery_to)) FROM ecocase.event")[0][0]
    if delivered != booked:
        wrong.append(f"送达 {delivered} 份，台账记 {booked} 份 · delivered {delivered}, the ledger has {booked}")
    wrong += all_delivered(w, 20)
    print(f"\n{kinds.get('A', 0)} 份文书受理、{delivered} 份送达，无遗漏、无重复 · papers accepted, records delivered, none lost, none twice" if not wrong else "")
    return wrong


def replay(w):
    """The ledger judged again is the same ledger."""
    again = subprocess.run([w.bin / "ecocase", "ledger", "replay", w.schemas, "--check", "--postgres", w.conninfo("ecocase_broker")], capture_output=True, text=True)
    print(again.stdout.rstrip())
    return [f"重演台账 · replaying the ledger: {again.stderr.strip()}"] if again.returncode else []


def register(w):
    """The register says what the record says."""
    own = w.conninfo("ecocase_register")
    same = subprocess.run([w.bin / "ecocase", "register", "verify", w.schemas, "--postgres", own], capture_output=True, text=True)
    print(same.stdout.rstrip())
    return [f"核对登记簿 · verifying the register: {same.stdout}{same.stderr}"] if same.returncode else []


def questions(w):
    """Coordinators' commands over the register list what the record's own views list."""
    def of_register(*words):
        done = subprocess.run([w.bin / "ecocase", *words, "--json", "--limit", "10000", "--register", w.conninfo("ecocase_coordinator")], capture_output=True, text=True)
        return json.loads(done.stdout)["rows"] if done.returncode == 0 else done.stderr
    wrong = []
    for word, key, sql in (
            ("list", ("referral_id", "state", "title"), "SELECT referral_id, state, title FROM ecocase.referral_list"),
            ("overdue", ("referral_id", "rule"), "SELECT referral_id, rule FROM ecocase.clock_list WHERE overdue AND stopped_at IS NULL"),
            ("hints", ("referral_id", "code", "mark"), "SELECT referral_id, code, state FROM ecocase.hint_list"),
            ("by-hand", ("referral_id", "addressee", "document_no"), "SELECT referral_id, addressee, document_no FROM ecocase.by_hand_list"),
            ("clues", ("referral_id", "handling"), "SELECT referral_id, handling FROM ecocase.referral_list WHERE machine = 'CLU'"),
            ("calendar", ("referral_id", "kind", "bodies", "joined", "findings"), "SELECT referral_id, kind, bodies, joined, findings FROM ecocase.operation_list"),
            ("refusals", ("lane", "serial"), "SELECT lane, serial FROM ecocase.refusal_list")):
        shown, there = of_register(word), {tuple(str(v) for v in row) for row in ask(w, sql)}
        if isinstance(shown, str) or {tuple(str(row[k]) for k in key) for row in shown} != there:
            wrong.append(f"ecocase {word}: 与台账视图不同 · not what the record's view says: {shown if isinstance(shown, str) else len(shown)}, {len(there)}")
    return wrong


def live(w, chosen, screen):
    slugs = start_all(w, screen)
    if not chosen.check:
        (ROOT / "var" / "run").mkdir(parents=True, exist_ok=True)
        (ROOT / "var" / "run" / "ledger.conninfo").write_text(w.conninfo() + "\n")
    wrong = play(w, slugs, screen)
    (report if chosen.list else summary)(w)
    if chosen.check:
        wrong += whole(w, slugs, ticks=sample_day.ticks(AGENCIES / "sample-day.yaml")) + replay(w) + register(w) + questions(w)
    for line in wrong:
        print(f"✗ {line}", file=sys.stderr)
    if chosen.check:
        print("核对通过 · verified" if not wrong else "核对未通过 · verification failed", flush=True)
        return not wrong
    print(f"\nKafka {w.kafka}   Postgres \"{w.conninfo()}\"   用时 · took {time.monotonic() - screen.began:.0f} s\n"
          f"把文件放入 · put files into {here(w.folder)}/spool/<单位 agency>/outbox；收到的在 · what came lies in …/inbox\n"
          "另一终端 · in another terminal: build/bin/ecocase list（移送一览）、overdue、show 文号 · …\nCtrl-C 停止 · stops everything", flush=True)
    while True:
        time.sleep(1)
        for name, process in w.processes.items():
            if process.poll() is not None:
                raise WorldError(f"{name} 意外退出 · stopped (exit {process.returncode}); 见 · see {here(w.folder)}/log/{name}.log")


def main():
    chosen = options()
    screen = Screen(chosen.list)
    for number in (signal.SIGTERM, signal.SIGINT):  # also where a shell had it ignored
        signal.signal(number, signal.default_int_handler)
    try:
        screen.say("▸ 启动 Kafka 与 Postgres · starting Kafka and Postgres")
        with make_world(chosen) as w:
            right = live(w, chosen, screen)
    except KeyboardInterrupt:
        right = not chosen.check
        screen.say("已停止 · stopped")
    except (WorldError, AssertionError, psycopg.Error, subprocess.SubprocessError) as error:
        print(f"run: {error}", file=sys.stderr)
        right = False
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
