"""One round's records and those who run over them: the lane (two broker processes), the Python peers (two processes), the floors. Whoever
ran is checked against the records before its figure counts."""
import json
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from confluent_kafka import Consumer, Producer, TopicPartition

import peer
import stamps
from meter import Result, measure, peak_mib
from offsets import Offsets
from world import ROOT, eventually

HERE = Path(__file__).resolve().parent
LANES = 6
PROCESSES = 2
PEER_OUT = "peer.out"
KINDS = {"one": ([f"ecocase.outbox.{s}" for s in stamps.FORCES], 1), "three": ([f"ecocase.outbox.{s[0]}" for s in stamps.gen.SENDERS], 3)}
INBOXES = [f"ecocase.inbox.{s}" for s in [*stamps.FORCES, "jcy", *[s[0] for s in stamps.gen.SENDERS]]]


class Contest:
    """A world and its instruments, for all rounds."""

    def __init__(self, world):
        self.world = world
        self.offsets = Offsets(world.kafka)
        self.db = psycopg.connect(world.conninfo(), autocommit=True)
        self.servers = {who: [world.processes[who].pid] for who in ("kafka", "postgres")}
        self.brokers = []

    def start_brokers(self, build=None):
        """Both joined, three lanes each, nothing to do yet."""
        if build:
            self.world.bin = Path(build) / "bin" if Path(build).is_absolute() else ROOT / build / "bin"
        self.brokers = [self.world.start_broker(f"broker-{i + 1}") for i in range(PROCESSES)]
        share = "SELECT count(*) FROM ecocase.lane WHERE owner IS NOT NULL GROUP BY owner"
        eventually(lambda: self.db.execute(share).fetchall() == [(LANES // PROCESSES,)] * PROCESSES, 60, "an even share of the lanes")
        time.sleep(1.0)

    def stop_brokers(self):
        for i in range(PROCESSES):
            if self.world.stop_process(f"broker-{i + 1}") != 0:
                raise AssertionError("a broker did not stop cleanly: " + self.world.log_tail(f"broker-{i + 1}"))

    def broker_alive(self):
        dead = [i for i, b in enumerate(self.brokers) if b.poll() is not None]
        return self.world.log_tail(f"broker-{dead[0] + 1}") if dead else None

    def served(self, own):
        return {"own": own, **self.servers}


class Load:
    """Records of one kind, loaded in one Kafka transaction, so that all become visible at once."""

    def __init__(self, contest, kind, count, seed):
        self.kind, self.count, self.seed = kind, count, seed
        self.topics, self.each = KINDS[kind]
        self.all = {s.message_id: s for s in stamps.submissions(kind, count, seed)}
        self.before = contest.offsets.ends(self.topics, LANES)
        self.producer = Producer({"bootstrap.servers": contest.world.kafka, "partitioner": "murmur2_random", "linger.ms": 20,
                                  "compression.type": "lz4", "transactional.id": f"load-{kind}-{seed}", "queue.buffering.max.messages": 1000000, "log_level": 2})
        self.producer.init_transactions()
        self.producer.begin_transaction()
        for s in self.all.values():
            self.producer.produce(f"ecocase.outbox.{s.sender}", s.value, s.key, timestamp=stamps.AT)
            self.producer.poll(0)
        if self.producer.flush(60):
            raise AssertionError("the records could not be loaded")

    def show(self, contest):
        self.producer.commit_transaction(30)
        self.producer, self.contest = None, contest

    def ranges(self):
        """{(topic, partition): (from, to)} of the records, without the marker of the transaction behind them."""
        def ask():
            ends = self.contest.offsets.ends(self.topics, LANES)
            ranges = {k: (self.before[k], end - (end > self.before[k])) for k, end in ends.items()}
            return ranges if sum(to - at for at, to in ranges.values()) == self.count else None
        return eventually(ask, 20, "the markers of the load")

    def size(self):
        return sum(len(s.value) for s in self.all.values()) / self.count


def run_lane(contest, load):
    """The whole way: recorded in the ledger and acknowledged in the inboxes."""
    db, before = contest.db, contest.offsets.ends(INBOXES, LANES)
    serial = "SELECT sum(serial)::bigint FROM ecocase.lane"
    start, from_serial = sum(before.values()), db.execute(serial).fetchone()[0]
    load.show(contest)

    def progress():
        recorded = db.execute(serial).fetchone()[0] - from_serial
        return min(recorded, (contest.offsets.total(INBOXES, LANES) - start) // load.each) if recorded else 0
    result = measure(contest.served([b.pid for b in contest.brokers]), progress, load.count, contest.broker_alive)
    result.memory = max(peak_mib(b.pid) for b in contest.brokers)
    check_ledger(contest, load)
    check_inboxes(contest, load, before)
    return result


def check_ledger(contest, load):
    """Each submission is one accepted event and one known id; all is published."""
    db = contest.db
    eventually(lambda: db.execute("SELECT bool_and(published = serial) FROM ecocase.lane").fetchone()[0], 10, "published = serial")
    ids = list(load.all)
    kinds = db.execute("SELECT kind::text, count(*), count(DISTINCT message_id) FROM ecocase.event WHERE message_id = ANY(%s::uuid[]) GROUP BY 1", [ids]).fetchall()
    known = db.execute("SELECT count(*) FROM ecocase.known WHERE message_id = ANY(%s::uuid[])", [ids]).fetchone()[0]
    opened = db.execute("SELECT count(*) FROM ecocase.referral WHERE id = ANY(%s::uuid[])", [[s.referral_id for s in load.all.values()]]).fetchone()[0]
    if kinds != [("A", load.count, load.count)] or known != load.count or opened != load.count:
        raise AssertionError(f"ledger: events {kinds}, submissions {known}, referrals {opened}, expected {load.count} of each")


def read_range(bootstrap, ranges):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "check", "enable.auto.commit": False, "auto.offset.reset": "error"})
    consumer.assign([TopicPartition(t, p, at) for (t, p), (at, to) in ranges.items() if to > at])
    left = sum(to - at for at, to in ranges.values())
    until = time.monotonic() + 60
    while left > 0 and time.monotonic() < until:
        for m in consumer.consume(min(left, 10000), 0.2):
            if m.error():
                raise AssertionError(str(m.error()))
            if m.offset() < ranges[m.topic(), m.partition()][1]:
                left -= 1
                yield m
    consumer.close()
    if left:
        raise AssertionError(f"{left} records could not be read back")


def check_inboxes(contest, load, before):
    """Exactly the records that must be there, each once, byte for byte, gapless for each (lane, recipient)."""
    after = contest.offsets.ends(INBOXES, LANES)
    wanted = {(r, m) for m, s in load.all.items() for r in s.recipients}
    receipts = {s.referral_id: s.sender for s in load.all.values()} if load.each > len(next(iter(load.all.values())).recipients) else {}
    sequences = {}
    for m in read_range(contest.world.kafka, {k: (before[k], after[k]) for k in after}):
        headers = dict(m.headers())
        inbox, message_id = m.topic().rsplit(".", 1)[1], headers["ce_id"].decode()
        place, sequence = (m.topic(), headers["ecocase_lane"]), int(headers["ecocase_sequence"])
        if sequences.setdefault(place, sequence - 1) + 1 != sequence:
            raise AssertionError(f"gap in {place}: {sequences[place]}, {sequence}")
        sequences[place] = sequence
        if headers["ecocase_role"] == b"notice":
            if headers["ce_type"] != b"SYS.ACCEPTED" or receipts.pop(headers["ce_subject"].decode(), None) != inbox:
                raise AssertionError(f"a notice nobody expects: {headers}")
            continue
        if (inbox, message_id) not in wanted:
            raise AssertionError(f"{message_id} must not be in {inbox}, or not again")
        wanted.remove((inbox, message_id))
        if m.value() != load.all[message_id].value or m.key() != load.all[message_id].key:
            raise AssertionError(f"{message_id} was changed on its way")
    if wanted or receipts:
        raise AssertionError(f"{len(wanted)} records and {len(receipts)} receipts did not come")


def start_peer(contest, settings):
    path = contest.world.folder / "peer.json"
    path.write_text(json.dumps({"bootstrap": contest.world.kafka, "conninfo": contest.world.conninfo(), "partitions": LANES, "processes": PROCESSES,
                                **settings}))
    contest.db.execute(peer.DDL)
    return contest.world.start_process("peer", [sys.executable, HERE / "peer.py", path])


def run_peer(contest, load, forward):
    ranges = load.ranges()
    out_before = contest.offsets.total([PEER_OUT], LANES)
    process = start_peer(contest, {"topics": load.topics, "forward": PEER_OUT if forward else None, "follow": False,
                                   "starts": {t: [ranges[t, p][0] for p in range(LANES)] for t in load.topics},
                                   "ends": {t: [ranges[t, p][1] for p in range(LANES)] for t in load.topics}})
    stored = "SELECT coalesce(sum(done), 0)::bigint FROM peer.offsets"

    def progress():
        try:
            done = contest.db.execute(stored).fetchone()[0]
        except psycopg.errors.UndefinedTable:
            return 0
        return min(done, contest.offsets.total([PEER_OUT], LANES) - out_before) if forward and done else done
    alive = lambda: contest.world.log_tail("peer") or "the peer failed" if process.poll() not in (None, 0) else None  # noqa: E731
    result = measure(contest.served([process.pid]), progress, load.count, alive)
    contest.world.stop_process("peer")
    rows = contest.db.execute("SELECT count(*), count(DISTINCT message_id), sum(octet_length(value))::bigint FROM peer.ledger").fetchone()
    if rows != (load.count, load.count, sum(len(s.value) for s in load.all.values())):
        raise AssertionError(f"the peer stored {rows}")
    return result


def floor_result(command):
    count, wall, spent = subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True, cwd=ROOT).stdout.split()
    return Result(int(count), float(wall), {"own": float(spent) / int(count) * 1e6})


def run_floor(contest, load, what):
    ranges = [f"{t}:{p}:{at}:{to}" for (t, p), (at, to) in load.ranges().items() if to > at]
    result = floor_result([contest.world.bin / "floor", what, contest.world.kafka, *ranges])
    if result.count != load.count - 1:
        raise AssertionError(f"floor {what}: {result.count} of {load.count}")
    return result


def run_copy(contest, load):
    """The lane's own event rows, in transactions of 2,000, into a table of the same shape and indexes."""
    db, path = contest.db, contest.world.folder / "events.copy"
    db.execute("CREATE SCHEMA IF NOT EXISTS floor; DROP TABLE IF EXISTS floor.event; CREATE TABLE floor.event (LIKE ecocase.event INCLUDING ALL) WITH (toast_tuple_target = 8160)")
    ids = ",".join(f"'{m}'" for m in load.all)
    with open(path, "wb") as file, db.cursor().copy(f"COPY (SELECT * FROM ecocase.event WHERE message_id = ANY(ARRAY[{ids}]::uuid[])) TO STDOUT (FORMAT binary)") as rows:
        for piece in rows:
            file.write(piece)
    result = floor_result([contest.world.bin / "floor_copy", contest.world.conninfo(), "floor.event", path, 2, 2000])
    if db.execute("SELECT count(*) FROM floor.event").fetchone()[0] != load.count:
        raise AssertionError("floor copy: rows are missing")
    return result
