"""The whole lane against its floors and the Python peer, side by side in one run on the same records:
    var/venv/bin/python tests/bench/bench.py [BUILD [COUNT]]
No thresholds: it checks that the answers are right and prints figures; compare ratios within one run only."""
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "bench")]

import psycopg  # noqa: E402
from confluent_kafka import Consumer, Producer  # noqa: E402

import gen  # noqa: E402
from world import World, eventually  # noqa: E402

BUILD = sys.argv[1] if len(sys.argv) > 1 else "build"
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 24000
HZ = os.sysconf("SC_CLK_TCK")
LANES = 6


def cpu(pid):
    """CPU seconds of a process with the children it has waited for, and of its living children."""
    total = 0.0
    for p in [pid, *(int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]:
        try:
            fields = Path(f"/proc/{p}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(f) for f in fields[11:13]) + (sum(int(f) for f in fields[13:15]) if p == pid else 0)
    return total / HZ


def peak_mib(pid):
    return next(int(line.split()[1]) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")) / 1024


def load(world, per_case, count, tag):
    producer = Producer({"bootstrap.servers": world.kafka, "partitioner": "murmur2_random", "linger.ms": 20, "compression.type": "lz4"})
    size = 0
    for sender, key, value, _ in gen.submissions(count, per_case=per_case, tag=tag):
        size += len(value)
        while True:
            try:
                producer.produce(f"ecocase.outbox.{sender}", value, key, timestamp=1780000000000)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    assert producer.flush(60) == 0
    return size / count


def line(name, count, wall, *cpus):
    shares = "".join(f"  {who} {seconds / count * 1e6:6.1f}" for who, seconds in cpus)
    print(f"{name:44s} {count / wall:10,.0f}/s {shares}", flush=True)
    return count / wall


def run_lane(folder, per_case, receipts):
    directory = (ROOT / "schemas" / "directory.yaml").read_text()
    schemas = ROOT / "var" / "bench" / "schemas"
    subprocess.run(["rm", "-rf", schemas], check=True)
    subprocess.run(["cp", "-r", ROOT / "schemas", schemas], check=True)
    if not receipts:
        (schemas / "directory.yaml").write_text(directory.replace("    role:", "    receipts: false\n    role:"))
    world = World(ROOT / "var" / "bench" / folder, build=BUILD, lanes=LANES)
    world.schemas = schemas
    return world


def whole_lane(name, world, per_case, inbox_records):
    size = load(world, per_case, COUNT, name)
    pids = {who: world.processes[who].pid for who in ("kafka", "postgres")}
    before = {who: cpu(pid) for who, pid in pids.items()}
    broker = world.start_broker("broker-1")
    with psycopg.connect(world.conninfo(), autocommit=True) as db:
        ask = "SELECT sum(serial)::bigint, bool_and(published = serial), sum((SELECT sum(s) FROM unnest(sequence) s))::bigint FROM ecocase.lane"
        serial = eventually(lambda: db.execute(ask).fetchone()[0], 60, "a first event")
        began, first = time.monotonic(), serial
        while True:
            serial, published, records = db.execute(ask).fetchone()
            if serial == COUNT and published:
                break
            assert broker.poll() is None, world.log_tail("broker-1")
            time.sleep(0.02)
        wall = time.monotonic() - began
        kinds = db.execute("SELECT kind::text, count(*) FROM ecocase.event GROUP BY 1").fetchall()
    assert kinds == [("A", COUNT)] and records == inbox_records, (kinds, records)
    line(f"{name} ({size:.0f} B, {records / COUNT:.2f} inbox records each)", COUNT - first, wall, ("own", cpu(broker.pid)),
         *((who, cpu(pid) - before[who]) for who, pid in pids.items()))
    print(f"{'':44s} peak RSS of the broker {peak_mib(broker.pid):.0f} MiB", flush=True)
    return broker


def latency(world, count=1000, rate=200):
    consumer = Consumer({"bootstrap.servers": world.kafka, "group.id": "latency", "auto.offset.reset": "latest", "fetch.wait.max.ms": 5})
    consumer.subscribe(["ecocase.inbox.psb-bynr"])
    eventually(lambda: consumer.poll(0.1) or consumer.assignment(), 20, "an assignment")
    time.sleep(1)
    producer = Producer({"bootstrap.servers": world.kafka, "partitioner": "murmur2_random", "linger.ms": 0})
    sent, took, began = {}, [], time.monotonic()
    todo = gen.submissions(count, per_case=1, seed=5, tag="latency")
    n = 0
    while len(took) < count and time.monotonic() < began + count / rate + 20:
        if n < count and time.monotonic() >= began + n / rate:
            sender, key, value, message_id = next(todo)
            sent[message_id] = time.monotonic()
            producer.produce(f"ecocase.outbox.{sender}", value, key, timestamp=1780000000000)
            producer.poll(0)
            n += 1
        message = consumer.poll(0.0005)
        if message and not message.error():
            at = sent.get(dict(message.headers())["ce_id"].decode())
            if at:
                took.append(time.monotonic() - at)
    consumer.close()
    assert len(took) == count, f"{len(took)} of {count}"
    took.sort()
    print(f"{'latency, produce to inbox read, at 200/s':44s} p50 {took[count // 2] * 1e3:.1f} ms  p99 {took[count * 99 // 100] * 1e3:.1f} ms", flush=True)


def tool(name, command, world, repeat=1):
    out = subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True, cwd=ROOT).stdout.split()
    return line(name, int(out[0]), float(out[1]), ("client", float(out[2])))


def main():
    subprocess.run(["mkdir", "-p", ROOT / "var" / "bench"], check=True)
    print(f"{COUNT} submissions, {LANES} lanes; CPU in seconds per million; repeat: var/venv/bin/python tests/bench/bench.py {BUILD} {COUNT}")
    cases = -(-COUNT // 8)
    with run_lane("one", 8, False) as world:
        topics = [f"ecocase.outbox.{s[0]}" for s in gen.SENDERS]
        whole_lane("whole lane, one police inbox", world, 8, COUNT + cases)
        latency(world)
        world.stop_process("broker-1")
        floor = ROOT / BUILD / "bin" / "floor"
        tool("floor: consume", [floor, "consume", world.kafka, LANES, *topics], world)
        tool("floor: consume + Avro C decode", [floor, "decode", world.kafka, LANES, *topics], world)
        tool("peer: Python sink, 2 processes (no judging)", [sys.executable, ROOT / "tests/bench/peer.py", world.kafka, world.conninfo(),
                                                             ",".join(topics), LANES, 2], world)
    with run_lane("three", 1, True) as world:
        whole_lane("whole lane, receipt and procuratorate copy", world, 1, COUNT * 3)


if __name__ == "__main__":
    main()
