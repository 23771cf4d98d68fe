"""A foreign client, written from docs/KAFKA.md and docs/asyncapi.yaml alone, plays an agency and a police force over Kafka: hands a case over, understands
a receipt, a refusal, a repeat and a wrong partitioner, answers, reports what arrived. It has none of our code; only the world (Kafka, Postgres, a
broker) is the tests'. In the end the ledger says the same as the client."""
import hashlib
import io
import json
import re
import struct
import sys
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support")]

import fastavro  # noqa: E402
import psycopg  # noqa: E402
import yaml  # noqa: E402
from confluent_kafka import Consumer, Producer, TopicPartition  # noqa: E402

from world import World, eventually  # noqa: E402

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


def codes(notice):
    return {(reason["code"], reason["field"]) for reason in notice["reasons"]}


def accepted(agency, record, state):
    headers, notice, _ = agency.answer(record)
    assert headers["ce_type"] == "SYS.ACCEPTED" and notice["state"] == state, notice
    return notice


def refused(agency, record):
    headers, notice, _ = agency.answer(record)
    assert headers["ce_type"] == "SYS.REFUSED", notice
    return notice


def a_case_is_handed_over(bureau, police):
    case = referral("巴环移送〔2026〕1号")
    value, _ = bureau.submit("CaseFile", case)
    notice = accepted(bureau, case, "A20")
    assert [clock["rule"] for clock in notice["clocks"]] == ["D04"]
    assert {("LACKS_DOCUMENT", "DOC03"), ("LACKS_DOCUMENT", "DOC29")} <= codes(notice)
    headers, arrived, bytes_of_it = police.arrival(case)
    assert headers["ecocase_role"] == "to" and bytes_of_it == value
    assert arrived["documents"][0]["content"].decode() == "案件移送书"
    return case, value


def a_refusal_is_understood(bureau):
    wrong = referral("巴环移送〔2026〕2号", county_code="460000", title="")
    bureau.submit("CaseFile", wrong)
    assert codes(refused(bureau, wrong)) == {("UNKNOWN_COUNTY", "county_code"), ("MISSING_FIELD", "title")}
    right = {**wrong, "county_code": "150823", "title": "倾倒危险废物案", "envelope": {**wrong["envelope"], "message_id": str(uuid.uuid4())}}
    bureau.submit("CaseFile", right)
    accepted(bureau, right, "A20")


def a_repeat_is_harmless(bureau):
    case = referral("巴环移送〔2026〕3号")
    bureau.submit("CaseFile", case)
    first, _, said = bureau.answer(case)
    bureau.restart()
    bureau.submit("CaseFile", case)
    again, _, said_again = bureau.answer(case, repeat="1")
    assert again["ce_id"] == first["ce_id"] and said_again == said
    other = {**case, "title": "另一案"}
    bureau.submit("CaseFile", other)
    assert codes(refused(bureau, other)) == {("ID_CONFLICT", "envelope.message_id")}


def a_wrong_partitioner_is_refused(bureau):
    """librdkafka's own default, on a key that it puts elsewhere."""
    careless = Agency(bureau.kafka, bureau.slug, partitioner="consistent_random")
    for number in range(100):
        case = referral(f"巴环移送〔2026〕{100 + number}号")
        _, (partition, _) = careless.submit("CaseFile", case)
        if partition != partition_of(case["envelope"]["case_id"], bureau.partitions):
            break
        accepted(bureau, case, "A20")
    notice = refused(bureau, case)
    assert codes(notice) == {("WRONG_LANE", "key")}
    (reason,) = notice["reasons"]
    assert all("murmur2(" in reason[text] and "partitioner=murmur2_random" in reason[text] and "Java" in reason[text] for text in ("zh", "en"))
    careless.reader.close()
    bureau.submit("CaseFile", case)     # its id is still free
    accepted(bureau, case, "A20")
    return number


def bytes_that_are_no_record_are_answered(bureau):
    partition, offset = bureau.produce(b"\1 no record", str(uuid.uuid4()), AT)
    headers, notice, _ = bureau.read_until(lambda h, r: h["ce_type"] == "SYS.REFUSED" and r["source_offset"] == offset and r["source_partition"] == partition)
    assert {code for code, _ in codes(notice)} == {"FRAME_MAGIC"} and notice["source_topic"] == address("outbox", bureau.slug), notice
    assert headers["ecocase_role"] == "notice" and notice["about_message_id"] in (None, NIL)


def the_recipient_answers(bureau, police, case):
    receipt = reply(case, "psb-bynr", "REF.RECEIPT", "巴公(环)受案字〔2026〕1号", AT + 2 * HOUR)
    police.submit("CaseStep", receipt)
    accepted(police, receipt, "A25")
    headers, _, _ = bureau.arrival(receipt)
    assert headers["ecocase_role"] == "to" and headers["ce_source"] == "/ecocase/psb-bynr" and headers["ce_subject"] == case["envelope"]["referral_id"]
    early = reply(case, "psb-bynr", "REF.PROGRESS", "", AT + 3 * HOUR)
    police.submit("CaseStep", early)
    assert codes(refused(police, early)) == {("NOT_IN_STATE", "envelope.referral_id")}


# ---- beside the ledger
def query(w, sql, *parameters):
    with psycopg.connect(w.conninfo("ecocase")) as db:
        return db.execute(sql, parameters).fetchall()


def the_ledger_says_the_same(w, agencies, case, kinds):
    assert dict(query(w, "SELECT kind::text, count(*) FROM ecocase.event GROUP BY 1")) == kinds
    assert query(w, "SELECT state FROM ecocase.referral WHERE case_id = %s", case["envelope"]["case_id"]) == [("A25",)]
    for agency in agencies:
        number = "(SELECT number FROM ecocase.participant WHERE slug = %s) + array_lower(delivered, 1)"
        eventually(lambda: {lane: up_to for lane, up_to in query(w, f"SELECT lane, delivered[{number}] FROM ecocase.lane", agency.slug) if up_to}
                   == {lane: place["sequence"] for lane, place in agency.places.items()}, 30, f"the delivery reports of {agency.slug} in the ledger")
        given = query(w, f"SELECT sum(sequence[{number}]) FROM ecocase.lane", agency.slug)[0][0]
        assert given == sum(place["sequence"] for place in agency.places.values()), f"{agency.slug}: {given} given out"


try_the_vectors()
with World(ROOT / "var" / "tests" / "foreign-client", build=sys.argv[1] if len(sys.argv) > 1 else "build") as w:
    w.start_broker("broker-1")
    bureau, police = Agency(w.kafka, "sthj"), Agency(w.kafka, "psb-bynr")
    case, _ = a_case_is_handed_over(bureau, police)
    a_refusal_is_understood(bureau)
    a_repeat_is_harmless(bureau)
    lucky = a_wrong_partitioner_is_refused(bureau)
    bytes_that_are_no_record_are_answered(bureau)
    the_recipient_answers(bureau, police, case)
    for agency in (bureau, police):
        agency.report()
    the_ledger_says_the_same(w, (bureau, police), case, {"A": 5 + lucky, "R": 4, "P": 1, "D": 1})
    arrived = sum(place["sequence"] for agency in (bureau, police) for place in agency.places.values())
    print(f"foreign client: a case handed over and answered, 4 refusals understood, 1 repeat, {arrived} records taken without a gap and reported, the ledger agrees", flush=True)
