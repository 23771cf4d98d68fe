"""Two adapters (with the conversion's double) hand cases over and answer them; attachments arrive whole, receipts lie beside what was
sent, bad files end in failed/ with their reason, and kill -9 at random instants loses and doubles nothing."""
import base64
import hashlib
import os
import signal
import sqlite3

from case import *

CASES = 40


class Adapter:
    def __init__(self, w, agency, wait_ms=1500):
        self.w, self.agency, self.spool = w, agency, w.folder / "spool" / agency
        self.spool.mkdir(parents=True)
        self.profile = w.folder / f"{agency}.profile"
        self.profile.write_text(f"{agency} {wait_ms}\n")
        self.start()

    def start(self):
        program = self.w.bin.parent / "tests" / "adapter_doubled"
        self.process = self.w.start_process(self.agency, [program, self.agency, self.profile, self.spool, self.w.kafka, self.w.schemas])

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.start()

    def put(self, name, content, slowly=False):
        text = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
        if slowly:  # written in place, in two parts
            with open(self.spool / "outbox" / name, "wb") as f:
                f.write(text[:len(text) // 2])
                f.flush()
                time.sleep(0.05)
                f.write(text[len(text) // 2:])
            return
        (self.spool / "outbox" / ("." + name)).write_bytes(text)
        os.rename(self.spool / "outbox" / ("." + name), self.spool / "outbox" / name)

    def names(self, folder):
        return sorted(p.name for p in (self.spool / folder).iterdir())

    def read(self, folder, name):
        return json.loads((self.spool / folder / name).read_text())

    def status(self):
        return json.loads((self.spool / ".status.json").read_text())


def opening(number, attachments=(), **changes):
    envelope = {"event": "REF.SEND", "document_no": number, "recipients": ["psb-bynr"], "business_time": AT}
    record = {"envelope": envelope, "category": "ENV1", "title": "倾倒危险废物案", "county_code": "150823", "report_time": AT - 3600000 * 30,
              "approval_time": AT - 3600000 * 5, "approver": "李某", "approver_level": "CHIEF", "officers": ["甲", "乙"],
              "parties": [{"name": "某公司"}], "items": [{"name": "废渣"}], **changes}
    return {"record": record, "attachments": list(attachments)}


def answer(cites, number, event="REF.RECEIPT", at=AT + 3600000):
    return {"record": {"envelope": {"event": event, "document_no": number, "cites": [cites], "business_time": at}, "approver": "局长",
                       "approver_level": "COUNTY_HEAD", "signer": "甲"}}


def first_round(sthj, police):
    photo = os.urandom(300_000)
    sthj.put("照片.jpg", photo)
    sthj.put("移送 1.json", opening("巴环移送〔2026〕1号", ["照片.jpg"]), slowly=True)
    eventually(lambda: len(police.names("inbox")) == 2, 20, "the case at the police")
    picture, case_file = sorted(police.names("inbox"), key=lambda n: n.endswith(".json"))
    stem = case_file.removesuffix(".json")
    assert stem.startswith("REF.SEND_巴环移送〔2026〕1号_") and picture == f"{stem}_1_照片.jpg", (case_file, picture)
    assert (police.spool / "inbox" / picture).read_bytes() == photo
    came = police.read("inbox", case_file)
    assert came["attachments"] == [picture] and came["role"] == "to", came["attachments"]
    eventually(lambda: "移送 1.json.receipt.json" in sthj.names("sent"), 20, "the receipt")
    assert sthj.names("sent") == sorted(["照片.jpg", "移送 1.json", "移送 1.json.receipt.json"]), sthj.names("sent")
    message = came["value"]["envelope"]["message_id"]
    native = (sthj.spool / "sent" / "移送 1.json").read_bytes()
    parts = [b"sthj", native, "照片.jpg".encode(), photo]
    digest = hashlib.sha256(b"".join(len(p).to_bytes(8, "big") + p for p in parts)).digest()
    made = uuid.UUID(message)
    assert made.version == 8 and int.from_bytes(made.bytes[:6], "big") == AT and made.bytes[9:] == digest[9:16], "the message id is the paper's time and the content's digest"
    assert sthj.read("sent", "移送 1.json.receipt.json")["messageId"] == message
    police.put("回执.json", answer("巴环移送[2026] １号", "巴公(环)受案字〔2026〕1号"))
    eventually(lambda: any(n.startswith("REF.RECEIPT_") for n in sthj.names("inbox")), 20, "the answer")
    show("first round", "case, attachment, receipt and answer arrived")


def bad_files(sthj, police):
    for folder in ("移送 1.json", "照片.jpg"):
        (sthj.spool / "outbox" / f".{folder}").write_bytes((sthj.spool / "sent" / folder).read_bytes())
    os.rename(sthj.spool / "outbox" / ".照片.jpg", sthj.spool / "outbox" / "照片.jpg")
    os.rename(sthj.spool / "outbox" / ".移送 1.json", sthj.spool / "outbox" / "again.json")
    sthj.put("bad1.json", {"x": 1})
    sthj.put("missing.json", opening("巴环移送〔2026〕90号", ["nowhere.pdf"]))
    with open(sthj.spool / "outbox" / ".big.bin", "wb") as big:
        big.truncate((2 << 30) + 1)
    os.rename(sthj.spool / "outbox" / ".big.bin", sthj.spool / "outbox" / "big.bin")
    sthj.put("large.json", opening("巴环移送〔2026〕91号", ["big.bin"]))
    sthj.put("stray.csv", b"a,b\n")
    os.symlink("/etc/passwd", sthj.spool / "outbox" / "link.json")
    sthj.put("refused.json", opening("巴环移送〔2026〕92号", category="NONE"))
    wanted = {"again.json": "ALREADY_SENT", "bad1.json": "JSON_SYNTAX", "missing.json": "MISSING_ATTACHMENT", "large.json": "TOO_LARGE",
              "stray.csv": "UNKNOWN_FORMAT", "link.json": "FILE_READ"}
    eventually(lambda: all(f"{n}.error" in sthj.names("failed") for n in wanted), 20, f"{wanted} in failed/")
    for name, code in wanted.items():
        error = sthj.read("failed", f"{name}.error")
        assert error["code"] == code and error["zh"] and error["en"] and error["at"] and "messageId" in error, error
        assert name in sthj.names("failed")
    error = sthj.read("failed", "bad1.json.error")
    assert (error["line"], error["column"], error["field"]) == (3, 7, "record"), error
    assert sthj.read("failed", "again.json.error")["earlier"]["file"] == "移送 1.json"
    assert "big.bin" in sthj.names("failed")
    eventually(lambda: any(n.startswith("SYS.REFUSED_") for n in sthj.names("inbox")), 20, "the refusal")
    eventually(lambda: "refused.json.refused.json" in sthj.names("sent"), 20, "the refusal beside the file")
    assert sthj.read("sent", "refused.json.refused.json")["reasons"][0]["code"] == "UNKNOWN_CATEGORY"
    show("bad files", "every one in failed/ with its reason; the refusal names the file sent")


def late_citation(sthj, police):
    """The answer lies in outbox/ before what it cites arrives; another file is not held up."""
    police.put("quick.json", answer("巴环移送〔2026〕50号", "巴公(环)受案字〔2026〕50号"))
    police.put("quick2.json", answer("巴环移送〔2026〕1号", "巴公(环)立字〔2026〕1号", "REF.FILED", AT + 7200000))
    eventually(lambda: "quick2.json" in police.names("sent"), 10, "the file behind the waiting one")
    assert police.names("outbox") == ["quick.json"], police.names("outbox")
    sthj.put("slow.json", opening("巴环移送〔2026〕50号"))
    eventually(lambda: "quick.json" in police.names("sent"), 20, "the answer once its citation is known")
    assert not police.names("failed"), police.names("failed")
    show("late citation", "waited for, nothing held up")


def killed(w, sthj, police):
    rnd = random.Random(7)
    numbers = [f"巴环移送〔2026〕{100 + i}号" for i in range(CASES)]
    kills = 0
    for i, number in enumerate(numbers):
        sthj.put(f"{i}.txt", os.urandom(2000))
        sthj.put(f"{i}.json", opening(number, [f"{i}.txt"]))
        if i % 4 == 3:
            time.sleep(rnd.random() * 0.4)
            rnd.choice((sthj, police)).kill()
            kills += 1
    for i, number in enumerate(numbers):
        police.put(f"a{i}.json", answer(number, f"巴公(环)受案字〔2026〕{100 + i}号"))
        if i % 4 == 3:
            time.sleep(rnd.random() * 0.4)
            rnd.choice((sthj, police)).kill()
            kills += 1
    eventually(lambda: sum(n.startswith("REF.RECEIPT_") for n in sthj.names("inbox")) >= CASES + 2, 90, "all answers")
    eventually(lambda: not sthj.names("outbox") and not police.names("outbox"), 30, "empty outboxes")
    for adapter in (sthj, police):
        eventually(lambda: all(f"{n}.receipt.json" in adapter.names("sent") or f"{n}.refused.json" in adapter.names("sent")
                               for n in adapter.names("sent") if n.endswith(".json") and n.count(".json") == 1), 30, "all receipts")
        adapter_check(w, adapter)
    show("killed", f"{CASES} cases and answers, {kills} kills: nothing lost, nothing twice")


def adapter_check(w, adapter):
    """Journal, inbox topic and files tell the same story."""
    with sqlite3.connect(f"file:{adapter.spool}/.journal.sqlite?mode=ro", uri=True) as db:
        deliveries = db.execute("SELECT lower(hex(message_id)), stem, files FROM delivery").fetchall()
        alarms = db.execute("SELECT kind, text FROM alarm").fetchall()
        unmoved = db.execute("SELECT count(*) FROM submission WHERE state < 2").fetchone()[0]
    told = {headers(m)["ce_id"].replace("-", "") for m in inbox(w, adapter.agency)}
    assert sorted(m for m, _, _ in deliveries) == sorted(told), "the journal holds exactly what the inbox topic holds"
    assert not alarms and not unmoved, (alarms, unmoved)
    stems = {}
    for name in adapter.names("inbox"):
        assert "~" not in name, name
        if name.endswith(".json"):
            stems[name.removesuffix(".json")] = stems.get(name.removesuffix(".json"), 0) + 1
            value = adapter.read("inbox", name)
            for n, document in zip(value["attachments"], value["value"].get("documents", [])):
                assert (adapter.spool / "inbox" / n).read_bytes() == base64.b64decode(document["content"]), n
    wanted = {s for _, s, _ in deliveries if not s.startswith("SYS.ACCEPTED")}
    assert set(stems) == wanted and all(v == 1 for v in stems.values()), set(stems) ^ wanted
    assert all(f is None for _, _, f in deliveries)


def without_kafka(w, sthj, police):
    """Kafka goes away: the adapter stays, says so, takes files, costs next to nothing, and goes on when Kafka is back."""
    w.stop_process("kafka", signal.SIGKILL)
    sthj.put("offline.json", opening("巴环移送〔2026〕95号"))
    eventually(lambda: sthj.status()["kafka"] == "down", 20, "the status says so")
    before = cpu(sthj.process.pid)
    time.sleep(5)
    assert cpu(sthj.process.pid) - before < 0.25, "no hot loop"
    assert sthj.process.poll() is None and sthj.names("outbox") == ["offline.json"]
    w.restart_kafka()
    eventually(lambda: "offline.json.receipt.json" in sthj.names("sent"), 60, "sent after all")
    eventually(lambda: sthj.status()["kafka"] == "up", 20, "the status says so")
    before = cpu(sthj.process.pid)
    time.sleep(5)
    used = cpu(sthj.process.pid) - before
    assert used < 0.15, f"idle: {used} s of CPU in 5 s"
    began = time.monotonic()
    sthj.process.terminate()
    assert sthj.process.wait(5) == 0 and time.monotonic() - began < 2, "a clean stop within 2 s"
    assert sthj.status()["running"] is False
    show("without Kafka", f"stays and goes on; idle {used * 20:.1f} % of a core; stops in {time.monotonic() - began:.2f} s")


def cpu(pid):
    fields = (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    with world("adapter-killed") as w:
        w.start_broker("broker-1")
        sthj, police = Adapter(w, "sthj"), Adapter(w, "psb-bynr")
        eventually(lambda: (sthj.spool / "outbox").is_dir() and (police.spool / "outbox").is_dir())
        first_round(sthj, police)
        bad_files(sthj, police)
        late_citation(sthj, police)
        killed(w, sthj, police)
        without_kafka(w, sthj, police)
