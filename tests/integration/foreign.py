"""A foreign client of the platform, written from docs/KAFKA.md and docs/asyncapi.yaml alone: it has none of our code and knows no file of ours but those two
and the published schemas that they name. Only the world (Kafka, Postgres, a broker) is the tests'."""
import hashlib
import io
import json
import re
import struct
import time
import uuid
from pathlib import Path

import fastavro
import yaml
from confluent_kafka import Consumer, Producer, TopicPartition

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTION = yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "KAFKA.md").read_text(encoding="utf-8")
PUBLISHED = ROOT / "schemas" / "avro" / "published"
NIL = str(uuid.UUID(int=0))
AT = 1780884000000  # 2026-06-08T10:00:00+08:00
HOUR = 3600000


def address(channel, agency=""):
    return DESCRIPTION["channels"][channel]["address"].replace("{agency}", agency)


# ---- a record: frame, schema, Avro
def plain(node):
    """Ids stay the text they are, times the milliseconds."""
    if isinstance(node, dict):
        return {k: plain(v) for k, v in node.items() if k != "logicalType"}
    return [plain(v) for v in node] if isinstance(node, list) else node


def schema(schema_id):
    (path,) = PUBLISHED.glob(f"{schema_id}-*.avsc")
    return fastavro.parse_schema(plain(json.loads(path.read_text(encoding="utf-8"))))


IDS = {m["name"]: m["x-ecocase-schema-ids"] for m in DESCRIPTION["components"]["messages"].values() if "payload" in m}
SCHEMAS = {i: schema(i) for ids in IDS.values() for i in ids}


def encode(name, record):
    newest = IDS[name][-1]
    out = io.BytesIO()
    fastavro.schemaless_writer(out, SCHEMAS[newest], record)
    return b"\0" + struct.pack(">I", newest) + out.getvalue()


def decode(value):
    magic, schema_id = struct.unpack(">bI", value[:5])
    assert magic == 0
    return fastavro.schemaless_reader(io.BytesIO(value[5:]), SCHEMAS[schema_id], None)


# ---- the partition of a key
def murmur2(key):
    m, whole = 0x5bd1e995, len(key) // 4 * 4
    h = 0x9747b28c ^ len(key)
    for i in range(0, whole, 4):
        k = int.from_bytes(key[i:i + 4], "little") * m & 0xffffffff
        h = (h * m & 0xffffffff) ^ ((k ^ k >> 24) * m & 0xffffffff)
    if key[whole:]:
        h = (h ^ int.from_bytes(key[whole:], "little")) * m & 0xffffffff
    h = (h ^ h >> 13) * m & 0xffffffff
    return h ^ h >> 15


def partition_of(key, partitions):
    return (murmur2(key.encode()) & 0x7fffffff) % partitions


def try_the_vectors():
    rows = re.findall(r"^\| `([0-9a-f-]{36})` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", PAGE, re.M)
    assert len(rows) == 2
    for key, hashed, *partitions in rows:
        assert murmur2(key.encode()) & 0x7fffffff == int(hashed)
        assert [partition_of(key, n) for n in (4, 6, 16)] == list(map(int, partitions))


# ---- one agency's client
class Agency:
    def __init__(self, kafka, slug, partitioner="murmur2_random"):
        self.kafka, self.slug, self.partitioner = kafka, slug, partitioner
        self.offsets, self.places, self.had, self.news, self.written = {}, {}, set(), [], []
        self.connect()

    def connect(self):
        self.producer = Producer({"bootstrap.servers": self.kafka, "partitioner": self.partitioner, "enable.idempotence": True, "acks": "all", "log_level": 2})
        self.reader = Consumer({"bootstrap.servers": self.kafka, "group.id": f"foreign-{self.slug}", "enable.auto.commit": False, "auto.offset.reset": "earliest", "log_level": 2})
        topic = address("inbox", self.slug)
        self.partitions = len(self.reader.list_topics(topic, timeout=30).topics[topic].partitions)
        self.reader.assign([TopicPartition(topic, p, self.offsets.get(p, 0)) for p in range(self.partitions)])

    def restart(self):
        """With nothing but the positions it kept."""
        self.reader.close()
        self.connect()

    def produce(self, value, key, at, **where):
        def acknowledged(error, message):
            assert not error, error
            self.written.append((message.partition(), message.offset()))
        self.producer.produce(address("outbox", self.slug), value, key, timestamp=at, on_delivery=acknowledged, **where)
        assert self.producer.flush(30) == 0
        return self.written[-1]

    def submit(self, name, record):
        value = encode(name, record)
        return value, self.produce(value, record["envelope"]["case_id"], record["envelope"]["business_time"])

    def take(self, message):
        """By the rules of "Positions"; a repeat of what was had is passed over."""
        headers = {name: text.decode() for name, text in message.headers()}
        missing = set(DESCRIPTION["components"]["schemas"]["HeadersOfInbox"]["required"]) - set(headers)
        assert not missing, missing
        lane, sequence, generation = (int(headers[f"ecocase_{n}"]) for n in ("lane", "sequence", "generation"))
        before = self.places.get(lane, {"generation": generation, "sequence": 0})
        assert generation == before["generation"]
        self.offsets[message.partition()] = message.offset() + 1
        if sequence <= before["sequence"]:
            return
        assert sequence == before["sequence"] + 1, f"{self.slug}, lane {lane}: {sequence} after {before['sequence']}"
        self.places[lane] = {"generation": generation, "epoch": int(headers["ecocase_epoch"]), "sequence": sequence, "at": int(headers["ecocase_brokertime"])}
        record = decode(message.value())
        assert record["envelope"]["message_id"] == headers["ce_id"] and record["envelope"]["event"] == headers["ce_type"]
        assert message.key().decode() == record["envelope"]["case_id"] == headers["ce_caseid"]
        self.news.append((headers, record, message.value()))

    def read_until(self, wanted, seconds=30):
        """The first arrival, of those not looked at yet, that is wanted; it is taken out."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for i, arrival in enumerate(self.news):
                if wanted(*arrival[:2]):
                    return self.news.pop(i)
            for message in self.reader.consume(100, 0.2):
                assert not message.error(), message.error()
                self.take(message)
        raise AssertionError(f"{self.slug}: not in the inbox after {seconds} s")

    def answer(self, record, repeat="0"):
        """What the platform says of a submission."""
        about = record["envelope"]["message_id"]
        headers, notice, value = self.read_until(lambda h, r: h["ecocase_role"] == "notice" and r["about_message_id"] == about and h["ecocase_repeat"] == repeat)
        assert headers["ce_source"] == "/ecocase/broker" and notice["about_event"] == record["envelope"]["event"]
        assert all(reason["code"] and reason["zh"] and reason["en"] for reason in notice["reasons"])
        return headers, notice, value

    def arrival(self, record):
        return self.read_until(lambda h, r: h["ce_id"] == record["envelope"]["message_id"] and h["ecocase_role"] in ("to", "copy"))

    def report(self):
        """Of each lane, up to the last sequence."""
        for lane, place in self.places.items():
            envelope = envelope_of(self.slug, "SYS.DELIVERED", case_id=NIL, referral_id=NIL, business_time=place["at"])
            value = encode("DeliveryReport", {"envelope": envelope, "lane": lane, "generation": place["generation"], "epoch": place["epoch"], "up_to": place["sequence"]})
            self.produce(value, NIL, place["at"], partition=lane)


# ---- records of an agency
def envelope_of(sender, event, **more):
    return {"message_id": str(uuid.uuid4()), "event": event, "case_id": str(uuid.uuid4()), "referral_id": str(uuid.uuid4()), "sender": sender, "recipients": [],
            "business_time": AT, **more}


def referral(number, **changes):
    """REF.SEND: category, county_code, envelope.document_no, title; what else the rules would miss is only remarked upon."""
    letter = "案件移送书".encode()
    envelope = envelope_of("sthj", "REF.SEND", recipients=["psb-bynr"], document_no=number)
    return {"envelope": envelope, "category": "ENV1", "title": "倾倒危险废物案", "summary": "某公司倾倒废酸。", "county_code": "150823", "report_time": AT - 9 * HOUR,
            "approval_time": AT - 2 * HOUR, "approver": "李某", "approver_level": "CHIEF", "officers": ["甲", "乙"],
            "parties": [{"kind": "ORGANISATION", "name": "某公司"}],
            "documents": [{"code": "DOC02", "title": "移送书", "file_name": "移送书.txt", "size": len(letter), "sha256": hashlib.sha256(letter).hexdigest(),
                           "content": letter}], **changes}


def reply(to, sender, event, number, at, **more):
    about = to["envelope"]
    return {"envelope": envelope_of(sender, event, case_id=about["case_id"], referral_id=about["referral_id"], recipients=[about["sender"]], business_time=at,
                                    in_reply_to=about["message_id"], document_no=number, cites=[about["document_no"]]), **more}


