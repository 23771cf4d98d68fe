"""What the integration tests share: a world, an independent client (confluent-kafka + fastavro, none of our code), questions."""
import io
import json
import random
import struct
import sys
import time
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "bench")]

import fastavro  # noqa: E402
import psycopg  # noqa: E402
from confluent_kafka import Consumer, Producer, TopicPartition  # noqa: E402

import gen  # noqa: E402
from world import World, WorldError, eventually  # noqa: E402,F401

SCHEMAS = {int(path.name.split("-")[0]): gen.schema(int(path.name.split("-")[0])) for path in (gen.SCHEMAS / "avro" / "published").glob("*.avsc")}
AT = 1780884000000  # 2026-06-08T10:00:00+08:00
CHINA = timezone(timedelta(hours=8))


def at(text):
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CHINA).timestamp() * 1000)


def world(name, **options):
    build = sys.argv[1] if len(sys.argv) > 1 else "build"
    return World(ROOT / "var" / "tests" / name, build=build, **options)


def decode(value):
    assert value[0] == 0
    (schema_id,) = struct.unpack(">I", value[1:5])
    return fastavro.schemaless_reader(io.BytesIO(value[5:]), SCHEMAS[schema_id], None)


def headers(message):
    return {k: (v or b"").decode() for k, v in message.headers() or []}


class Client:
    def __init__(self, w):
        self.w = w
        self.producer = Producer({"bootstrap.servers": w.kafka, "partitioner": "murmur2_random", "enable.idempotence": True,
                                  "message.max.bytes": 3000000, "log_level": 2})
        self.rnd = random.Random(1)

    def send(self, outbox, value, key, at=AT, partition=None):
        where = {} if partition is None else {"partition": partition}
        self.producer.produce(f"ecocase.outbox.{outbox}", value, key, timestamp=at, **where)

    def flush(self):
        assert self.producer.flush(30) == 0

    def case_file(self, sender="sthj", event="REF.SEND", number="巴环移送〔2026〕1号", category="ENV1", to=("psb-bynr",), **changes):
        case, referral = str(uuid.uuid4()), str(uuid.uuid4())
        record = gen.case_file(sender, event, case, referral, str(uuid.uuid4()), number, category, AT, self.rnd, to)
        envelope = record["envelope"]
        for key, value in changes.items():
            (envelope if key in envelope else record)[key] = value
        return record

    def step(self, answered, sender, event, number, at=AT, to=None, **changes):
        e = answered["envelope"]
        record = {"envelope": {**e, "message_id": str(uuid.uuid4()), "event": event, "sender": sender, "recipients": [to or e["sender"]],
                               "in_reply_to": e["message_id"], "document_no": number, "cites": [e["document_no"]], "business_time": at},
                  "document_code": "", "reason_code": "", "reason": "", "target_organ": "", "agency_case_no": "", "decided_time": None,
                  "approver": "局长", "approver_level": "COUNTY_HEAD", "signer": "甲", "contact": "", "contact_phone": "", "penalties": [],
                  "note": "", "documents": [], "native": []}
        record.update(changes)
        return record

    def submit(self, record, outbox=None, at=None):
        schema_id = 1 if "category" in record else 2
        envelope = record["envelope"]
        self.send(outbox or envelope["sender"], gen.encode(record, schema_id, SCHEMAS[schema_id]), envelope["case_id"],
                  at or envelope["business_time"])
        self.flush()
        return record


def read_topic(w, topic, partitions=None):
    """Every record there is now, raw."""
    reader = Consumer({"bootstrap.servers": w.kafka, "group.id": "reader", "enable.auto.commit": False, "auto.offset.reset": "earliest"})
    ends = {p: reader.get_watermark_offsets(TopicPartition(topic, p), timeout=10)[1] for p in range(partitions or w.lanes)}
    reader.assign([TopicPartition(topic, p, 0) for p in ends])
    left, out = sum(ends.values()), []
    until = time.monotonic() + 60
    while len(out) < left and time.monotonic() < until:
        out += [m for m in reader.consume(1000, 0.5) if not m.error() and m.offset() < ends[m.partition()]]
    reader.close()
    assert len(out) == left, f"{topic}: {len(out)} of {left} read"
    return out


def inbox(w, agency):
    return read_topic(w, f"ecocase.inbox.{agency}")


def query(w, sql, *parameters, user="ecocase"):
    with psycopg.connect(w.conninfo(user)) as db:
        return db.execute(sql, parameters).fetchall()


def wait_events(w, count, seconds=60):
    eventually(lambda: query(w, "SELECT count(*) FROM ecocase.event")[0][0] >= count, seconds, f"{count} events in the ledger")
    eventually(lambda: query(w, "SELECT bool_and(published = serial) FROM ecocase.lane")[0][0], seconds, "everything published")


def notices(w, agency):
    return [(headers(m), decode(m.value())) for m in inbox(w, agency) if headers(m)["ecocase_role"] == "notice"]


def check_sequences(w, agencies):
    """Per (lane, recipient): gapless from 1; the same sequence again only as the same record."""
    total = 0
    for agency in agencies:
        seen = {}
        for m in inbox(w, agency):
            h = headers(m)
            lane, sequence = int(h["ecocase_lane"]), int(h["ecocase_sequence"])
            known = seen.setdefault(lane, {})
            if sequence in known:
                assert known[sequence] == (h["ce_id"], m.value()), f"{agency} lane {lane}: sequence {sequence} is two records"
                continue
            assert sequence == len(known) + 1, f"{agency} lane {lane}: {sequence} after {len(known)}"
            known[sequence] = (h["ce_id"], m.value())
            total += 1
        for lane, known in seen.items():
            booked = query(w, "SELECT sequence[%s] FROM ecocase.lane WHERE lane = %s",
                           query(w, "SELECT number + array_lower(sequence, 1) FROM ecocase.participant, ecocase.lane WHERE slug = %s AND lane = %s", agency, lane)[0][0], lane)
            assert booked[0][0] == len(known), f"{agency} lane {lane}: {len(known)} delivered, {booked[0][0]} given out"
    return total


class Clock:
    """Ticks of every lane, as the lanes' owners would send them."""

    def __init__(self, w, client):
        self.w, self.client = w, client

    def strike(self, text):
        ms = at(text)
        for lane in range(self.w.lanes):
            nil = str(uuid.UUID(int=0))
            envelope = {"message_id": str(uuid.uuid4()), "event": "SYS.TICK", "case_id": nil, "referral_id": nil, "parent_referral_id": None, "sender": "ecocase",
                        "sender_unit": "", "recipients": [], "copies": [], "business_time": ms, "in_reply_to": None, "document_no": "", "cites": [],
                        "handling": "OPEN_INTERNAL", "handling_expires": None}
            self.client.producer.produce("ecocase.clock", gen.encode({"envelope": envelope, "lane": lane}, 5, SCHEMAS[5]), partition=lane, timestamp=ms)
        self.client.flush()

    def wait(self, text):
        """Every lane is there and has told what was to be told."""
        strike = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)
        eventually(lambda: query(self.w, 'SELECT bool_and(coalesce("time" >= %s, false)) FROM ecocase.lane', strike)[0][0], 90, f"the lanes at {text}")
        eventually(lambda: not query(self.w, 'SELECT count(*) FROM ecocase.referral r JOIN ecocase.lane l USING (lane) WHERE r.alarm_at <= l."time"')[0][0],
                   90, f"alarms at {text}")
        eventually(lambda: query(self.w, "SELECT bool_and(published = serial) FROM ecocase.lane")[0][0], 90, "everything published")

    def pass_to(self, text):
        self.strike(text)
        self.wait(text)


def sample_day_steps():
    """By id: the sample day's steps, with the bytes of their files."""
    import sample_day
    return {s.id: s for s in sample_day.load(ROOT / "adapters" / "agencies" / "sample-day.yaml")}


def show(name, text):
    print(f"{name}: {text}", flush=True)


__all__ = [n for n in dir() if not n.startswith("_")] + ["json"]
