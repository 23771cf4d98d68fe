"""Attachments that do not fit inside the record: shipped once in sealed chunks however many receive them, resumed after kills at both ends,
delivered whole and before their case file; a chunk that is damaged, missing or expired is told in its place and holds nothing up."""
import hashlib
import os
import signal
import sqlite3

from case import *
from confluent_kafka.admin import AdminClient

CHUNK = 65536
SENDER, POLICE, ONLOOKER = "sthj", "psb-bynr", "fgw"


class Adapter:
    def __init__(self, w, agency):
        self.w, self.agency, self.spool = w, agency, w.spool(agency)
        self.profile = w.folder / f"{agency}.yaml"
        text = (ROOT / "tests" / "faults" / "profile.yaml").read_text().replace("agency: AGENCY", f"agency: {agency}", 1)
        self.profile.write_text(text.replace("attachment_inside: 4000", "attachment_inside: 1000").replace("attachment_chunk: 4096", f"attachment_chunk: {CHUNK}"))
        self.start()
        eventually(lambda: (self.spool / "outbox").is_dir(), 60)

    def start(self):
        self.process = self.w.start_adapter(self.agency, self.profile)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.start()

    def put(self, name, content):
        (self.spool / "outbox" / ("." + name)).write_bytes(content)
        os.rename(self.spool / "outbox" / ("." + name), self.spool / "outbox" / name)

    def send(self, number, papers, to=POLICE, copies=()):
        """`papers`: name to content; None: lies there already."""
        for name, content in papers.items():
            if content is not None:
                self.put(name, content)
        record = {"envelope": {"event": "REF.SEND", "document_no": number, "time": "2026-06-08 10:00:00", "recipients": [to], "copies": list(copies)},
                  "category": "ENV1", "title": "倾倒危险废物案", "county_code": "150823", "officers": ["甲", "乙"], "parties": [{"name": "某公司"}],
                  "report": "2026-06-07 10:00:00", "approval": "2026-06-07 12:00:00", "approver": "李某", "approver_level": "COUNTY_HEAD",
                  "papers": [{"file": name} for name in papers]}
        self.put(f"{number}.json", json.dumps({"record": record}, ensure_ascii=False).encode())

    def names(self, folder="inbox"):
        return sorted(p.name for p in (self.spool / folder).iterdir())

    def got(self, number, seconds=120):
        """The case file and, in its order, what lies beside it."""
        def case_file():
            return next((n for n in self.names() if n.startswith("REF.SEND_") and n.endswith(".json") and number in n), None)
        name = eventually(case_file, seconds, f"{number} at {self.agency}")
        papers = json.loads((self.spool / "inbox" / name).read_text())["record"]["papers"]
        return [(p["file"], (self.spool / "inbox" / p["file"]).read_bytes()) for p in papers]

    def journal(self, sql):
        with sqlite3.connect(f"file:{self.spool}/.journal.sqlite?mode=ro", uri=True) as db:
            return db.execute(sql).fetchall()


def chunks(w):
    """How many chunk records there are, and where they begin."""
    reader = Consumer({"bootstrap.servers": w.kafka, "group.id": "reader"})
    low, high = reader.get_watermark_offsets(TopicPartition(f"ecocase.files.{SENDER}", 0), timeout=30)
    reader.close()
    return low, high


def count(content):
    return -(-len(content) // CHUNK)


def document(w, agency, number, name):
    for m in inbox(w, agency):
        value = decode(m.value())
        if value["envelope"]["document_no"] == number:
            return value, next(d for d in value["documents"] if d["file_name"] == name)


def sent_once(w, sender, police, onlooker):
    small, video = os.urandom(500), os.urandom(3_000_001)
    sender.send("环移1号", {"小.jpg": small, "录像.mp4": video, "同一录像.mp4": video}, copies=[ONLOOKER])
    for agency in (police, onlooker):
        papers = agency.got("环移1号")
        assert [c for _, c in papers] == [small, video, video], [(n, len(c)) for n, c in papers]
        assert [n.split("_")[-1] for n, _ in papers] == ["小.jpg", "录像.mp4", "同一录像.mp4"], papers
        assert len({(agency.spool / "inbox" / n).stat().st_ino for n, _ in papers}) == 3, "each file its own"
        eventually(lambda: not list((agency.spool / ".files").iterdir()), 30, "an empty store")
    assert chunks(w) == (0, count(video)), (chunks(w), count(video))
    _, paper = document(w, POLICE, "环移1号", "录像.mp4")
    assert paper["content"] is None and paper["size"] == len(video) and paper["chunks"]["count"] == count(video)
    assert paper["sha256"] == hashlib.sha256(video).hexdigest() and paper["sm3"] == hashlib.new("sm3", video).hexdigest()
    raw = [m.value() for m in read_topic(w, f"ecocase.files.{SENDER}", 1)]
    assert all(len(v) <= CHUNK + 16 for v in raw) and not any(video[at:at + 64] in raw[0] for at in range(0, 65536, 997)), "chunks are sealed"
    sender.send("环移2号", {"又一份.mp4": video})
    assert [c for _, c in police.got("环移2号")] == [video]
    assert chunks(w) == (0, count(video)), "the same content again is not shipped again"
    stored = query(w, "SELECT value FROM ecocase.event WHERE document_no = '环移1号' AND event = 'REF.SEND'")[0][0]
    assert decode(bytes(stored))["documents"][1]["sm3"] == paper["sm3"], "the ledger holds the digests"
    show("sent once", f"{len(video)} bytes to two recipients in {count(video)} sealed chunks; the same again ships none")
    return video


def resumed(w, sender, police):
    """Kills while it ships and while it fetches; what was acknowledged is not shipped again, what was written is not fetched again."""
    video, before, kills = os.urandom(48 << 20), chunks(w)[1], 0
    sender.send("环移3号", {"长录像.mp4": video})
    until = time.monotonic() + 120
    while time.monotonic() < until and kills < 4:
        acked = [a for (a,) in sender.journal("SELECT acked FROM file WHERE acked < count")]
        if acked and acked[0] > 100 * kills:
            sender.kill()
            kills += 1
        if chunks(w)[1] - before >= count(video):
            break
    part_kills = 0
    while time.monotonic() < until and part_kills < 3 and not any("环移3号" in n and n.endswith(".json") for n in police.names()):
        part = next((p.stat().st_size for p in (police.spool / ".files").glob("*.part")), 0)
        if part > part_kills * 10 << 20:
            police.kill()
            part_kills += 1
    assert [c for _, c in police.got("环移3号")] == [video]
    shipped = chunks(w)[1] - before
    assert kills and part_kills, (kills, part_kills)
    assert count(video) <= shipped <= count(video) + kills * 32, f"{shipped} chunks shipped of {count(video)} after {kills} kills"
    show("resumed", f"{count(video)} chunks, {shipped} shipped with {kills} kills of the sender, {part_kills} of the recipient")


def wrong(w, client, police, video):
    """Records of an independent sender that name real chunks wrongly. Each is delivered within a bound, the error in the paper's place."""
    value, paper = document(w, POLICE, "环移1号", "录像.mp4")
    end = chunks(w)[1]
    last = paper["chunks"]["last_offset"]
    changes = {"CHUNK_CORRUPT": {"key": bytes(32)}, "CHUNK_MISSING": {"last_offset": last + 1, "first_offset": paper["chunks"]["first_offset"] + 1},
               "CHUNKS_MALFORMED": {"count": paper["chunks"]["count"] + 1}, "CHUNKS_MISMATCH": {}}
    for k, (code, change) in enumerate(changes.items()):
        number = f"环移误{k}号"
        bad = {**paper, "chunks": {**paper["chunks"], **change}}
        if code == "CHUNKS_MISMATCH":
            bad["sm3"] = "0" * 64
        record = client.case_file(SENDER, number=number, documents=[bad])
        client.send(SENDER, gen.encode(record, 7, SCHEMAS[7]), record["envelope"]["case_id"])
        client.flush()
        (name, content), = police.got(number, 40)
        error = json.loads(content)
        assert name.endswith("录像.mp4.error") and error["code"] == code and error["zh"] and error["sender"] == SENDER, (name, error)
        assert error["sha256"] == paper["sha256"] and error["file"] == "录像.mp4", error
    assert end == chunks(w)[1] and last < end
    show("wrong", f"{', '.join(changes)}: each told in the paper's place")


def expired(w, sender, police, client, video):
    record = client.case_file(SENDER, number="环移过期号", documents=[document(w, POLICE, "环移1号", "录像.mp4")[1]])
    end = chunks(w)[1]
    where = TopicPartition(f"ecocase.files.{SENDER}", 0, end)
    admin = AdminClient({"bootstrap.servers": w.kafka})
    for future in admin.delete_records([where]).values():
        future.result(60)
    client.send(SENDER, gen.encode(record, 7, SCHEMAS[7]), record["envelope"]["case_id"])
    client.flush()
    (name, content), = police.got("环移过期号", 40)
    assert json.loads(content)["code"] == "CHUNKS_EXPIRED", content
    sender.send("环移4号", {"再发.mp4": video})
    assert [c for _, c in police.got("环移4号")] == [video]
    assert chunks(w) == (end, end + count(video)), "what expired is shipped again"
    show("expired", "told as such; the same content sent again is shipped again")


def changed(w, sender, police):
    """A paper that is replaced while it is on its way arrives as what it became; one that goes away fails the case file."""
    first, second = os.urandom(30 << 20), os.urandom(5_000_000)
    sender.send("环移5号", {"换.mp4": first})
    eventually(lambda: sender.journal("SELECT 1 FROM file WHERE acked BETWEEN 16 AND count - 1"), 60, "half of it on its way")
    sender.put("换.mp4", second)
    assert [c for _, c in police.got("环移5号")] == [second]
    sender.send("环移6号", {"丢.mp4": os.urandom(30 << 20)})
    eventually(lambda: sender.journal("SELECT 1 FROM file WHERE acked BETWEEN 16 AND count - 1 AND at > (SELECT max(at) - 1 FROM file)"), 60, "half of it on its way")
    (sender.spool / "outbox" / "丢.mp4").unlink()
    eventually(lambda: "环移6号.json.error" in sender.names("failed"), 60, "the error")
    assert json.loads((sender.spool / "failed" / "环移6号.json.error").read_text())["code"] == "MISSING_ATTACHMENT"
    show("changed", "arrives as what it became; gone, the case file fails")


if __name__ == "__main__":
    with world("attachments", clock="real") as w:
        w.start_broker("broker-1")
        client = Client(w)
        sender, police, onlooker = (Adapter(w, a) for a in (SENDER, POLICE, ONLOOKER))
        video = sent_once(w, sender, police, onlooker)
        resumed(w, sender, police)
        wrong(w, client, police, video)
        expired(w, sender, police, client, video)
        changed(w, sender, police)
        for adapter in (police, onlooker):
            assert not [t for _, t in adapter.journal("SELECT kind, text FROM alarm")], adapter.journal("SELECT kind, text FROM alarm")
