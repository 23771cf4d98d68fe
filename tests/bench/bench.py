"""The whole lane against its floors and the Python peers: one run, the same records, interleaved rounds.

    ./test bench                                    short: checks that every answer is right, prints ratios; no thresholds
    var/venv/bin/python tests/bench/bench.py --long figures for docs/BENCH.md (some ten minutes)
    ... --against DIR                               the lane of another build in the same rounds (before / after)

Machines are shared and noisy: a figure means something beside the others of its run only, so the ratios of the rounds are printed with
their least, middle and greatest. CPU is in seconds per million messages, of all our processes, of Kafka and of Postgres."""
import argparse
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "bench")]

from confluent_kafka.admin import NewTopic  # noqa: E402

import contest as c  # noqa: E402
import latency  # noqa: E402
from world import World  # noqa: E402

LANE, THREE, SINK, FORWARD = "whole lane", "whole lane, receipt + copy", "Python sink (no judging)", "Python sink + forward"
WARM = 3  # rounds until the JVM of Kafka has compiled most of what it uses: after one it was still a third of its CPU and more
CONSUME, DECODE, COPY = "floor: consume", "floor: consume + Avro C", "floor: COPY of the event rows"


def options():
    o = argparse.ArgumentParser()
    o.add_argument("--build", default="build")
    o.add_argument("--against", help="another build folder whose broker runs in the same rounds")
    o.add_argument("--long", action="store_true")
    o.add_argument("--count", type=int, help="messages a round")
    o.add_argument("--rounds", type=int)
    o.add_argument("--only", default="", help="comma-separated beginnings of the contestants' names")
    given = o.parse_args()
    given.count = given.count or (150000 if given.long else 30000)
    given.rounds = given.rounds or (5 if given.long else 2)
    return given


def make_world(build):
    """The police forces take no receipts here: then a referral between forces is exactly one inbox record."""
    folder = ROOT / "var" / "bench"
    schemas = folder.parent / "bench-schemas"
    c.subprocess.run(["rm", "-rf", schemas], check=True)
    c.subprocess.run(["cp", "-r", ROOT / "schemas", schemas], check=True)
    directory = (schemas / "directory.yaml").read_text()
    (schemas / "directory.yaml").write_text(directory.replace("    role: PSB\n", "    receipts: false\n    role: PSB\n"))
    world = World(folder, build=build, lanes=c.LANES, quick=False)
    world.schemas = schemas
    return world


def one_round(contest, o, seed, wanted):
    """{name: Result}. The lane runs first, because brokers join before there is work; then whoever reads the same records."""
    results = {}
    for name, build in [(LANE, o.build), (f"{LANE}, {o.against}", o.against)]:
        if not build or not wanted(LANE):
            continue
        contest.start_brokers(build)
        load = c.Load(contest, "one", o.count, f"{seed} {name}")
        results[name] = c.run_lane(contest, load)
        contest.stop_brokers()
    for name, run in [(SINK, lambda: c.run_peer(contest, load, False)), (FORWARD, lambda: c.run_peer(contest, load, True)),
                      (CONSUME, lambda: c.run_floor(contest, load, "consume")), (DECODE, lambda: c.run_floor(contest, load, "decode")),
                      (COPY, lambda: c.run_copy(contest, load))]:
        if wanted(name):
            results[name] = run()
    if wanted(THREE):
        contest.start_brokers(o.build)
        results[THREE] = c.run_lane(contest, c.Load(contest, "three", o.count // 2, seed))
        contest.stop_brokers()
    return results


def spread(values):
    return f"{min(values):6.2f} {statistics.median(values):6.2f} {max(values):6.2f}"


def show(rounds):
    print(f"\n{'':32s} {'messages/s':>10s}   CPU s/million: own  kafka  postgres   RSS MiB   (medians of {len(rounds)} rounds)")
    for name in rounds[0]:
        all_of = [r[name] for r in rounds]
        spent = {who: statistics.median(r.cpu[who] for r in all_of) for who in all_of[0].cpu}
        memory = f"{max(r.memory for r in all_of):8.0f}" if all_of[0].memory else ""
        print(f"{name:32s} {statistics.median(r.rate for r in all_of):10,.0f}           " + " ".join(f"{s:7.1f}" for s in spent.values())
              + " " * (8 * (3 - len(spent))) + f" {memory}")
    print(f"\n{'ratios, round by round':44s}    least middle greatest")
    for a, b in [(LANE, SINK), (LANE, FORWARD), (THREE, FORWARD), (LANE, COPY), (SINK, COPY), (LANE, CONSUME), (DECODE, CONSUME)]:
        if a in rounds[0] and b in rounds[0]:
            print(f"rate, {a} : {b}".ljust(64) + spread([r[a].rate / r[b].rate for r in rounds]))
    for other in [n for n in rounds[0] if n.startswith(LANE + ", ") and n != THREE]:
        print(f"rate, {LANE} : {other}".ljust(64) + spread([r[LANE].rate / r[other].rate for r in rounds]))
        for who in ("own", "postgres", "kafka"):
            print(f"{who} CPU, {LANE} : {other}".ljust(64) + spread([r[LANE].cpu[who] / r[other].cpu[who] for r in rounds]))
    if LANE in rounds[0] and SINK in rounds[0]:
        print(f"own CPU, {SINK} : {LANE}".ljust(64) + spread([r[SINK].cpu["own"] / r[LANE].cpu["own"] for r in rounds]))
    if LANE in rounds[0] and FORWARD in rounds[0]:
        print(f"own CPU, {FORWARD} : {LANE}".ljust(64) + spread([r[FORWARD].cpu["own"] / r[LANE].cpu["own"] for r in rounds]))


def show_latency(contest, o, rounds):
    """The lane and the Python peer (sink + forward) in turn, after a rest: right after heavy load the disk's tail is all one would see."""
    count = latency.RATE * (20 if o.long else 5)
    found = {"whole lane": [], "Python sink + forward": []}
    for nth in range(rounds):
        time.sleep(3)
        contest.start_brokers(o.build)
        time.sleep(2)
        found["whole lane"].append(latency.follow(contest, c.INBOXES, c.LANES, count, f"latency {nth}"))
        contest.stop_brokers()
        topics = c.KINDS["one"][0]
        ends = contest.offsets.ends(topics, c.LANES)
        starts = {t: [ends[t, p] for p in range(c.LANES)] for t in topics}
        c.start_peer(contest, {"topics": topics, "starts": starts, "ends": starts, "forward": c.PEER_OUT, "follow": True})
        time.sleep(4)
        found["Python sink + forward"].append(latency.follow(contest, [c.PEER_OUT], c.LANES, count, f"peer latency {nth}"))
        contest.world.stop_process("peer")
    print(f"\nlatency at {latency.RATE}/s, ms (medians of {rounds}; produce to inbox appended by Kafka's clock | produce to inbox read by ours)")
    at, middle = latency.Latency.at, statistics.median
    for name, runs in found.items():
        print(f"{name:32s} p50 {middle(at(r.appended, .5) for r in runs):6.1f}  p99 {middle(at(r.appended, .99) for r in runs):6.1f}   |   "
              f"p50 {middle(at(r.read, .5) for r in runs):6.1f}  p99 {middle(at(r.read, .99) for r in runs):6.1f}")


def main():
    o = options()
    chosen = [p for p in o.only.split(",") if p]
    wanted = lambda name: not chosen or any(name.startswith(p) for p in chosen)  # noqa: E731
    print(f"bench: {o.rounds} rounds of {o.count:,} submissions, {c.LANES} lanes, {c.PROCESSES} broker processes against {c.PROCESSES} Python processes, "
          f"{os.cpu_count()} CPUs\nrepeat: var/venv/bin/python tests/bench/bench.py {' '.join(sys.argv[1:])}", flush=True)
    with make_world(o.build) as world:
        contest = c.Contest(world)
        made = contest.offsets.admin.create_topics([NewTopic(c.PEER_OUT, c.LANES, 1)])
        made[c.PEER_OUT].result()
        for nth in range(WARM):  # not counted
            one_round(contest, argparse.Namespace(**{**vars(o), "count": min(o.count, 20000)}), f"warm {nth}", wanted)
        rounds = []
        for nth in range(o.rounds):
            rounds.append(one_round(contest, o, nth, wanted))
            print(f"round {nth + 1}: " + ", ".join(f"{n} {r.rate:,.0f}/s" for n, r in rounds[-1].items()), flush=True)
        show(rounds)
        if wanted("latency"):
            show_latency(contest, o, 3 if o.long else 1)
    print("every ledger row, inbox record and peer's row was checked: each submission once, unchanged, in order")


if __name__ == "__main__":
    main()
