"""What the checker judges, gathered from where it lies: the senders' journals, the ledger, the raw inbox topics, the files in the spools."""
import hashlib
import io
import json
import sqlite3
import struct
import time
from dataclasses import dataclass, field
from pathlib import Path

ROLES = {"t": "to", "c": "copy", "n": "notice", "a": "alert"}


@dataclass
class Sent:
    """A row of a sender's journal."""
    row: int
    id: str
    case: str
    document_no: str
    sent_as: str
    state: int


@dataclass
class Event:
    """A row of the ledger's event table; deliveries: (participant, role, sequence)."""
    lane: int
    serial: int
    kind: str
    sender: str
    offset: int
    id: str
    case: str
    document_no: str
    deliveries: list
    digest: bytes = b""


@dataclass
class Record:
    """A record of an inbox topic. about: what a notice answers; attachments: names of the documents with content."""
    partition: int
    offset: int
    lane: int
    generation: int
    sequence: int
    serial: int
    id: str
    type: str
    role: str
    repeat: bool
    case: str
    digest: bytes
    document_no: str = ""
    about: str = ""
    attachments: int = 0
    digests: tuple = ()         # SHA-256 of those, in hex, sorted


@dataclass
class Facts:
    journals: dict = field(default_factory=dict)    # agency: [Sent], None without a journal
    events: list = field(default_factory=list)
    submissions: set = field(default_factory=set)   # (sender, id)
    lanes: dict = field(default_factory=dict)       # lane: {serial, generation, given: {agency: sequence}, delivered: {…}}
    inboxes: dict = field(default_factory=dict)     # agency: [Record] by partition and offset
    folders: dict = field(default_factory=dict)     # agency: {"delivered" | "sent" | "outbox" | "failed": {name: content or None}}
    alarms: dict = field(default_factory=dict)      # agency: [text]

def strip_logical(node):
    if isinstance(node, dict):
        return {k: strip_logical(v) for k, v in node.items() if k != "logicalType"}
    return [strip_logical(v) for v in node] if isinstance(node, list) else node


class Decoder:
    def __init__(self, schemas):
        import fastavro
        self.fastavro, self.schemas = fastavro, {}
        for path in (Path(schemas) / "avro" / "published").glob("*.avsc"):
            self.schemas[int(path.name.split("-")[0])] = fastavro.parse_schema(strip_logical(json.loads(path.read_text())))

    def read(self, value):
        (schema_id,) = struct.unpack(">I", value[1:5])
        return self.fastavro.schemaless_reader(io.BytesIO(value[5:]), self.schemas[schema_id], None)


def read_journal(spool):
    path = spool / ".journal.sqlite"
    if not path.exists():
        return None, []
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10) as db:
        rows = db.execute("SELECT row, lower(hex(message_id)), lower(hex(case_id)), document_no, sent_as, state FROM submission ORDER BY row").fetchall()
        alarms = [f"{kind} {text}" for kind, text in db.execute("SELECT kind, text FROM alarm")]
    return [Sent(*row) for row in rows], alarms


def content_of(path):
    """A case file's bytes; an attachment's SHA-256."""
    try:
        return path.read_bytes() if path.suffix == ".json" else hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None


def read_spool(facts, spool):
    agency = spool.name
    facts.journals[agency], facts.alarms[agency] = read_journal(spool)
    names = {"outbox": {}, "failed": {}, "sent": {}, "delivered": {}}
    for folder in names:
        for place in ("done", "inbox") if folder == "delivered" else (folder,):  # what is moved meanwhile is seen at most once
            for path in (spool / place).iterdir() if (spool / place).is_dir() else ():
                if path.name.startswith("."):
                    continue
                if path.name in names[folder]:
                    names[folder]["twice " + path.name] = None
                names[folder][path.name] = content_of(path) if folder == "delivered" else None
    facts.folders[agency] = names


def plain(uuid):
    return str(uuid).replace("-", "") if uuid else ""


def read_ledger(facts, conninfo):
    import psycopg
    with psycopg.connect(conninfo) as db:
        db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        slugs = dict(db.execute("SELECT number, slug FROM ecocase.participant").fetchall())
        for lane, generation, serial, sequence, delivered in db.execute("SELECT lane, generation, serial, sequence, delivered FROM ecocase.lane"):
            facts.lanes[lane] = {"serial": serial, "generation": generation, "given": {s: sequence[n] for n, s in slugs.items()},
                                 "delivered": {s: delivered[n] for n, s in slugs.items()}}
        for lane, serial, kind, sender, offset, id, case, number, to, role, seq, value in db.execute(
                "SELECT lane, serial, kind::text, sender, source_offset, message_id, case_id, document_no, delivery_to, delivery_role, delivery_seq, value"
                " FROM ecocase.event"):
            facts.events.append(Event(lane, serial, kind, slugs.get(sender, "ecocase"), offset, plain(id), plain(case), number,
                                      [(slugs[t], ROLES.get(c, c), s) for t, c, s in zip(to, role, seq)], hashlib.sha256(value or b"").digest()))
        facts.submissions = {(slugs[s], plain(m)) for s, m in db.execute("SELECT sender, message_id FROM ecocase.known")}


def record_of(message, decoder):
    h = {k: (v or b"").decode() for k, v in message.headers() or []}
    value = decoder.read(message.value())
    envelope = value["envelope"]
    return Record(message.partition(), message.offset(), int(h["ecocase_lane"]), int(h["ecocase_generation"]), int(h["ecocase_sequence"]),
                  int(h["ecocase_serial"]), plain(h["ce_id"]), h["ce_type"], h["ecocase_role"], h["ecocase_repeat"] == "1", plain(h["ce_caseid"]),
                  hashlib.sha256(message.value()).digest(), value.get("about_document_no") or envelope["document_no"],
                  plain(envelope.get("in_reply_to")), len(value.get("documents", ())), tuple(d["sha256"] for d in value.get("documents", ())))


def reader_of(kafka):
    from confluent_kafka import Consumer
    return Consumer({"bootstrap.servers": kafka, "group.id": "checker", "enable.auto.commit": False, "auto.offset.reset": "earliest", "log_level": 2})


def read_inboxes(facts, kafka, decoder):
    from confluent_kafka import TopicPartition
    reader = reader_of(kafka)
    topics = {f"ecocase.inbox.{agency}": agency for agency in facts.folders}
    known = reader.list_topics(timeout=20).topics
    places = [TopicPartition(t, p, 0) for t in topics for p in known[t].partitions]
    ends = {(p.topic, p.partition): reader.get_watermark_offsets(p, timeout=20)[1] for p in places}
    left = {place for place, end in ends.items() if end}
    reader.assign(places)
    until = time.monotonic() + 120
    facts.inboxes = {agency: [] for agency in topics.values()}
    while left and time.monotonic() < until:
        for m in reader.consume(2000, 1):
            place = m.topic(), m.partition()
            if m.error() or m.offset() >= ends[place]:
                continue
            facts.inboxes[topics[m.topic()]].append(record_of(m, decoder))
            if m.offset() + 1 == ends[place]:
                left.discard(place)
    reader.close()
    if left:
        raise SystemExit(f"checker: not read to their ends: {sorted(left)[:5]}")
    for records in facts.inboxes.values():
        records.sort(key=lambda r: (r.partition, r.offset))


def collect(kafka, conninfo, spools, schemas):
    """Inboxes before the ledger: whatever was delivered then must be recorded then."""
    facts = Facts()
    for spool in sorted(p for p in Path(spools).iterdir() if p.is_dir()):
        read_spool(facts, spool)
    read_inboxes(facts, kafka, Decoder(schemas))
    read_ledger(facts, conninfo)
    return facts
