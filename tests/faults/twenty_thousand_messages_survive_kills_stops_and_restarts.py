"""20,000 submissions (收文) of all participants, dropped as files, while brokers and adapters are killed -9 at every named point, stopped past
their sessions (also between the last statement and COMMIT), and Kafka and Postgres are restarted: 0 lost, 0 twice, 0 gaps, 0 out of
case order, no inbox record without its ledger row. Arguments: BUILD SEED COUNT."""
import signal
import time
from collections import Counter

from doomed import ENGINE, points_of
from parties import *
from traffic import cases, Traffic

BUILD = sys.argv[1] if len(sys.argv) > 1 else "build-faults"
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20260608
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 20000
RATE = 115
BROKERS = ["broker-1", "broker-2", "broker-3"]
PASSINGS = {"batch": (30, 90), "record": (30, 90), "deliver": (100, 300), "publish": (1, 1), "tick": (6, 14), "alarm": (1, 4)}  # of a broker in some ten seconds
IN_A_LULL = "publish.noted"     # after 0.3 s with nothing to read; the report of a delivery, 0.2 s after it, would note it before
LULL, BEFORE_REPORTS, HUSH = 1.5, 0.15, 1.0     # seconds
EXTRA, FEW = 300, 12            # submissions at a time while points of the plans are still to come; where a lull is awaited
PAST_SESSION = 9                # seconds; the session is 6 s


def broker_plans(rnd):
    """Every point twice as a kill, once back at once, once down until others have its lanes; some as stops past the session. What comes
    about only where a lane has nothing to read stands last: within the traffic it would hold up the rest of its plan."""
    deeds = [Deed(p, rnd.randint(*PASSINGS[p.split(".")[0]]), "kill", rest) for p in points_of("broker") for rest in (0.3, PAST_SESSION)]
    deeds += [Deed(p, rnd.randint(30, 90), "stop", PAST_SESSION) for p in ("record.fenced", "record.copied", "record.committed", "deliver.produced")]
    rnd.shuffle(deeds)
    deeds.sort(key=lambda deed: deed.point == IN_A_LULL)
    return {name: deeds[i::len(BROKERS)] for i, name in enumerate(BROKERS)}


def adapter_plans(rnd, todo):
    """Every point at three agencies, and three stops; early or late as the agency's traffic lets expect."""
    sends = Counter(step[0] for case in todo for step in case.steps if not case.refused)
    gets = sends + Counter(step[2]["to"] for case in todo for step in case.steps)
    large = [case.steps[0] for case in todo if case.large and not case.refused]
    ships = Counter(opener for opener, _, _ in large)
    fetches = Counter(agency for _, _, extra in large for agency in (extra["to"], *extra.get("copies", [])))
    passed = {"out": sends, "in": gets, "ship": ships, "fetch": fetches}
    plans = {agency: [] for agency in AGENCIES}
    for point in points_of(*ENGINE) * 3:
        passings = passed[point.split(".")[0]]
        who = [a for a in AGENCIES if passings[a] > passings.total() / 80]
        plans[min(rnd.sample(who, min(4, len(who))), key=lambda a: len(plans[a]))].append(Deed(point, 0, "kill", rnd.choice([0.1, 1.5])))
    for agency, point in zip(rnd.sample(FORCES_AND_LEADS, 3), ("out.produced", "in.staged", "in.revealed")):
        plans[agency].append(Deed(point, 0, "stop", PAST_SESSION - 1))
    for agency, deeds in plans.items():
        rnd.shuffle(deeds)
        for deed in deeds:
            passings = passed[deed.point.split(".")[0]][agency]
            deed.nth = max(1, int(passings * rnd.uniform(0.3, 0.9) / (len(deeds) + 2)))
    return plans


FORCES_AND_LEADS = ["sthj", "zrzy", "nm", "psb-bt", "psb-wh", "lcj"]


def disturb(s, share, done):
    """What happens to Kafka and Postgres, and a look at the world at work."""
    w = s.world
    if share > 0.35 and "kafka" not in done:
        done["kafka"] = began = time.monotonic()
        w.stop_process("kafka", signal.SIGKILL)
        time.sleep(1)
        w.restart_kafka()
        print(f"Kafka killed -9 and restarted in {time.monotonic() - began:.1f} s", flush=True)
    if share > 0.5 and "look" not in done:
        code, table = s.check("--safety")
        done["look"] = time.monotonic()
        assert code == 0, f"while at work:\n{table}"
        print("the checker's look at the world at work: green", flush=True)
    if share > 0.6 and "postgres" not in done:
        done["postgres"] = began = time.monotonic()
        w.stop_process("postgres", signal.SIGQUIT)
        time.sleep(1)
        w.restart_postgres()
        print(f"Postgres ended at once and restarted in {time.monotonic() - began:.1f} s", flush=True)
    if share > 0.8:
        force_pending(s, done)


def force_pending(s, done):
    """Brokers one after the other, and not before one had time for it: killed, it has no lanes until its former session is over (6 s) and all
    have joined anew; a point in a lull needs a lull then."""
    last = lambda name: done.get(name, 0)  # noqa: E731
    pending = s.pending()
    brokers = sorted((name for name in pending if name in BROKERS), key=last)
    for name in brokers[:1] + [name for name in pending if name not in BROKERS]:
        since, patience = (max(map(last, BROKERS)), 24) if name in BROKERS else (last(name), 6)
        if time.monotonic() - since > patience:
            done[name] = time.monotonic()
            s.force(name)


def flow_on(s, traffic, rnd, done):
    """A point is passed only while something flows, one of them only in a lull: more cases, few at a time and with pauses where that
    is awaited, until every point of the plans came about."""
    until, told = time.monotonic() + 240, 0
    while pending := s.pending():
        assert time.monotonic() < until, f"points that did not come about: {pending}"
        if time.monotonic() - told > 15:
            told = time.monotonic()
            print(f"after the traffic, awaited: {'; '.join(f'{name} {deeds[0].point} and {len(deeds) - 1}' for name, deeds in pending.items())}", flush=True)
        force_pending(s, done)
        if traffic.finished():
            quiet = all(deeds[0].point == IN_A_LULL for deeds in pending.values())
            time.sleep(LULL if quiet else 0)
            traffic.add(cases(FEW if quiet else EXTRA, rnd, first=len(traffic.cases) + 1))
            if quiet:
                time.sleep(BEFORE_REPORTS)
                s.hush(AGENCIES, HUSH)
        time.sleep(0.1)
    eventually(traffic.finished, 60, "answers to all")


def main():
    rnd = dice(SEED)
    todo = list(cases(COUNT, rnd))
    print(f"seed {SEED}: {COUNT} submissions in {len(todo)} cases", flush=True)
    with Scene("faults", BUILD, clock="real") as s:
        began = time.monotonic()  # a former run's thousands of files are gone by now
        plans = broker_plans(rnd)
        for name in BROKERS:
            s.broker(name, plans[name])
        plans = adapter_plans(rnd, todo)
        for agency in AGENCIES:
            s.adapter(agency, plans[agency])
        traffic = Traffic(s, todo, RATE)
        for agency in AGENCIES:
            traffic.watch(agency)
        traffic.start()
        done, told = {}, 0
        while not traffic.finished():
            assert time.monotonic() - began < 400 * max(1, COUNT / 20000), f"{traffic.answered} of {traffic.total} answered; {s.pending()}"
            disturb(s, traffic.answered / traffic.total, done)
            if time.monotonic() - told > 15:
                told = time.monotonic()
                print(f"{told - began:4.0f} s: {traffic.dropped} dropped, {traffic.answered} answered, {len(s.hits)} kills and stops", flush=True)
            time.sleep(0.1)
        flow_on(s, traffic, rnd, done)
        eventually(lambda: s.settled(traffic.total), 60, "everything delivered and reported")
        flowed = time.monotonic() - began
        traffic.stop()
        codes = s.finish()
        assert not any(codes.values()), codes
        code, table = s.check()
        print(table)
        report(s)
        print(f"{traffic.total} submissions, {'ecocase-adapter' if s.real else 'adapters with the double'}: traffic ended after {flowed:.0f} s, all after "
              f"{time.monotonic() - began:.0f} s")
        sys.exit(code)


def report(s):
    """Which points were hit, by whom; one that was not is a failure."""
    hits = Counter((point, what) for point, what, _ in s.hits)
    for (point, what), count in sorted(hits.items()):
        print(f"  {point:18}{what:6}{count:4}  {', '.join(sorted(name for p, w, name in s.hits if (p, w) == (point, what)))}")
    wanted = [(p, "kill") for p in points_of("broker", *ENGINE)] + [("record.fenced", "stop")]
    missed = [f"{p} {what}" for p, what in wanted if not hits[p, what]]
    assert not missed, f"points not hit: {missed}"
    assert not [h for h in s.hits if h[0] == "-"], "a process ended by itself"


main()
