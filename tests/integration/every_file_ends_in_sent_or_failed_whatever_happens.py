"""Whatever happens to an agency's files, its disk, its clock or Kafka: the adapter lives, each submission ends in sent/ or in failed/ with its
reason, nothing is sent twice, and `status` says how it stands."""
import resource
import signal
import sqlite3

from office import *

WAIT = 3            # attachment_wait of forestry.yaml, seconds
QUEUE = 1024        # most submissions in the journal that Kafka has not taken (ENGINE_QUEUE), and one more batch (ENGINE_TAKE)
BATCH = 256
PERSON, PHONE, IDENTITY = "欧阳无忌", "13947812345", "150802198503150016"
sent_numbers = []


def case(n, *more, **changes):
    number = f"林移〔2026〕{n}号"
    sent_numbers.append(number)
    return forestry_case(number, *more, **changes)


def gone(office, name, seconds=30):
    eventually(lambda: name in office.names("sent"), seconds, f"{name} in sent/")


def papers(office):
    """sent/ without the receipts."""
    return [n for n in office.names("sent") if not n.endswith(".receipt.json")]


def half_written(lcj):
    whole = case(1)
    with open(lcj.spool / "outbox" / "held.csv", "wb") as f:
        f.write(whole[:-20])
        f.flush()
        time.sleep(1.5)
        assert "held.csv" in lcj.names("outbox"), "not taken while somebody writes it"
        f.write(whole[-20:])
    gone(lcj, "held.csv")
    whole = case(2)
    (lcj.spool / "outbox" / "cut.csv").write_bytes(whole[:whole.rindex(b",")])
    (lcj.spool / "outbox" / "cut-for-good.csv").write_bytes(whole[:whole.rindex(b",")].replace("2号".encode("gb18030"), "200号".encode("gb18030")))
    time.sleep(1.2)
    assert "cut.csv" in lcj.names("outbox"), "what may be an attachment waits"
    (lcj.spool / "outbox" / "cut.csv").write_bytes(whole)
    gone(lcj, "cut.csv")
    lcj.failed("cut-for-good.csv", "CSV_SYNTAX", WAIT + 5)
    show("half written", "not taken while it is written, mended in time sent, else CSV_SYNTAX")


def changed_while_read(lcj):
    """A writer that does not rename and comes back again and again: the last state is what is sent, once."""
    path = lcj.spool / "outbox" / "rewritten.csv"
    for i in range(40):
        path.write_bytes(forestry_case("林移〔2026〕3号", 主要案情="改" * i * 50))
        time.sleep(0.05)
    path.write_bytes(case(3, 主要案情="定稿"))
    gone(lcj, "rewritten.csv")
    assert "定稿" in (lcj.spool / "sent" / "rewritten.csv").read_bytes().decode("gb18030")
    show("changed while read", "the last state was sent, once")


def attachments(lcj):
    lcj.put("without.csv", forestry_case("林移〔2026〕4号", "nowhere.pdf"))
    lcj.put("late.csv", case(5, "late.txt"))
    lcj.put("early.csv.txt", b"beside")
    time.sleep(0.8)
    lcj.put("late.txt", b"paper")
    lcj.put("list.csv", b"a,b\n1,2\n")
    time.sleep(0.8)
    lcj.put("names.csv", case(6, "list.csv"))
    gone(lcj, "late.csv")
    gone(lcj, "names.csv")
    assert "list.csv" in lcj.names("sent") and "late.txt" in lcj.names("sent")
    assert lcj.failed("without.csv", "MISSING_ATTACHMENT", WAIT + 5)["field"] == "nowhere.pdf"
    lcj.failed("early.csv.txt", "UNKNOWN_FORMAT", 2 * WAIT + 5)
    show("attachments", "late and early ones found their case, a missing one and one of nobody failed")


def no_permission(lcj):
    lcj.put("closed.csv", forestry_case("林移〔2026〕7号"))
    with open(lcj.spool / "outbox" / ".closed2", "wb") as f:
        f.write(forestry_case("林移〔2026〕7号"))
    os.chmod(lcj.spool / "outbox" / ".closed2", 0)
    os.rename(lcj.spool / "outbox" / ".closed2", lcj.spool / "outbox" / "closed2.csv")
    lcj.failed("closed2.csv", "FILE_READ")
    sent_numbers.append("林移〔2026〕7号")
    gone(lcj, "closed.csv")
    os.chmod(lcj.spool / "sent", 0o555)
    os.chmod(lcj.spool / "failed", 0o555)
    lcj.put(f"stays-{PERSON}.csv", case(8, 当事人=PERSON, 住所=PHONE, 主要案情=f"{PERSON}（{IDENTITY}）开垦草原"))
    lcj.put(f"wrong-{PERSON}{PHONE}.csv", forestry_case("林移〔2026〕9号", 违法类型=f"{PERSON}{IDENTITY}"))
    eventually(lambda: (lcj.status()[0]["lastError"] or {}).get("code") == "FILE_WRITE", 20, "the status tells of it")
    time.sleep(1)
    assert {f"stays-{PERSON}.csv", f"wrong-{PERSON}{PHONE}.csv"} <= set(lcj.names("outbox"))
    os.chmod(lcj.spool / "sent", 0o755)
    os.chmod(lcj.spool / "failed", 0o755)
    gone(lcj, f"stays-{PERSON}.csv")
    lcj.failed(f"wrong-{PERSON}{PHONE}.csv", "FIELD_CODE")
    show("no permission", "an unreadable file failed; with sent/ and failed/ closed files waited, then went on")


def logs_name_nobody(w):
    """Neither what files hold nor how they are called, in all that adapters and broker wrote meanwhile."""
    logs = {p.name: p.read_text(encoding="utf-8", errors="replace") for p in w.folder.rglob("*.log") if not p.name.startswith("kafka")}
    assert any("adapter-lcj" in n for n in logs) and any("outbound.not_failed" in text or "engine.trouble" in text for text in logs.values()), "trouble was logged"
    for word in (PERSON, PHONE, IDENTITY):
        assert not [n for n, text in logs.items() if word in text], word
    show("logs", f"{len(logs)} logs name nobody")


HOSTILE = ["移送 1.csv", "-rf.csv", "$(touch boom).csv", "a'b\"c.csv", "a\nb.csv", "\x01\x7f.csv", "长" * 80 + ".csv", "CON.csv", "a;b|c&d.csv", "🚜.csv", "%s%n%d.csv",
           "\u202ecsv.exe.csv", "a.csv.csv", "~a.csv", "<x>.csv", "AUX", "x.csv.error", "x.csv.receipt.json", "trailing.csv ", "COM1.CSV"]


def hostile_names(lcj):
    before = set(papers(lcj))
    for i, name in enumerate(HOSTILE):
        lcj.put(name, case(20 + i) if name.lower().endswith(".csv") else f"{i}".encode())
    lcj.put(b"\xff\xfe\x80.csv", forestry_case("林移〔2026〕90号"))
    os.mkdir(lcj.spool / "outbox" / "folder.csv")
    os.symlink("/etc/passwd", lcj.spool / "outbox" / "link.csv")
    os.mkfifo(lcj.spool / "outbox" / "pipe.csv")
    eventually(lambda: not [n for n in lcj.names("outbox") if not n.startswith(".")], 2 * WAIT + 20, "an empty outbox")
    cases = [n for n in HOSTILE if n.lower().endswith(".csv")]
    assert len(set(papers(lcj)) - before) == len(cases), set(cases) - set(lcj.names("sent"))
    for name in ("folder.csv", "link.csv", "pipe.csv"):
        lcj.failed(name, "FILE_READ")
    raw = os.listdir(os.fsencode(lcj.spool / "failed"))
    assert any(n.endswith(b".error") and n.startswith(b"\xff") for n in raw), raw
    for name in raw:
        assert name.endswith(b".error") or name + b".error" in raw, name
    assert not (lcj.spool / "boom").exists() and not os.path.exists("boom")
    show("hostile names", f"{len(cases)} sent, the others failed with their reasons")


def full_disk(lcj, police):
    """No write succeeds (RLIMIT_FSIZE acts as a full disk does: EFBIG for ENOSPC) at the sender, then at the receiver."""
    for n, office in ((100, lcj), (101, police)):
        inbox_before = len(police.names("inbox"))
        soft, hard = resource.prlimit(office.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(office.process.pid, resource.RLIMIT_FSIZE, (0, hard))
        lcj.put(f"disk{n}.csv", case(n))
        time.sleep(4)
        assert office.process.poll() is None, "it lives"
        if office is lcj:
            assert f"disk{n}.csv" in lcj.names("outbox")
        assert len(police.names("inbox")) == inbox_before
        resource.prlimit(office.process.pid, resource.RLIMIT_FSIZE, (soft, hard))
        gone(lcj, f"disk{n}.csv")
        eventually(lambda: len(police.names("inbox")) == inbox_before + 1, 20, "the case at the police")
    show("full disk", "both sides waited and went on, nothing lost")


def clock_jumps(lcj, police, jump):
    for n, seconds in ((110, 40 * 86400), (111, -40 * 86400), (112, 0)):
        jump.write_text(str(seconds))
        before = len(police.names("inbox"))
        lcj.put(f"clock{n}.csv", case(n))
        gone(lcj, f"clock{n}.csv", 15)
        eventually(lambda: len(police.names("inbox")) == before + 1, 15, "the case at the police")
    lcj.put("clock-missing.csv", forestry_case("林移〔2026〕113号", "nowhere.pdf"))
    time.sleep(0.5)
    jump.write_text("-86400")
    lcj.failed("clock-missing.csv", "MISSING_ATTACHMENT", WAIT + 5)
    jump.write_text("0")
    show("clock jumps", "40 days forth and back change no wait and lose nothing")


def journaled(lcj):
    with sqlite3.connect(f"file:{lcj.spool}/.journal.sqlite?mode=ro", uri=True) as db:
        return db.execute("SELECT count(*) FROM submission WHERE state = 0").fetchone()[0]


def without_kafka(w, lcj):
    count = QUEUE + 400
    w.stop_process("kafka", signal.SIGKILL)
    for i in range(count):
        lcj.put(f"k{i}.csv", case(1000 + i))
    lcj.put("bad.csv", forestry_case("林移〔2026〕999号", 违法类型="?"))
    eventually(lambda: lcj.status()[0]["kafka"] == "down", 30, "the status says so")
    eventually(lambda: journaled(lcj) >= QUEUE, 60, "a full queue")
    lcj.stop(signal.SIGKILL)
    lcj.start()
    time.sleep(8)
    told, code = lcj.status()
    assert QUEUE <= journaled(lcj) <= QUEUE + BATCH, journaled(lcj)
    assert code == 1 and told["state"] == "running" and told["queue"]["files"] >= count and told["queue"]["oldestSeconds"] >= 8 and told["kafkaSince"], told
    assert told["journaled"] == journaled(lcj), told
    table = subprocess.run([w.bin / "ecocase-adapter", "status", "--spool", lcj.spool], capture_output=True, text=True).stdout
    assert "未连接" in table and "queue" in table, table
    w.restart_kafka()
    eventually(lambda: not lcj.names("outbox"), 90, "an empty outbox")
    lcj.failed("bad.csv", "FIELD_CODE")
    told, code = eventually(lambda: (lambda s: s if s[1] == 0 and not s[0]["journaled"] else None)(lcj.status()), 20, "a healthy status")
    assert told["queue"]["files"] == 0, told
    show("without Kafka", f"{count} files: {QUEUE} in the journal, the others in outbox/; all sent when it came back")


def ten_thousand(lcj):
    count, bad = 10000, 20
    for i in range(count):
        lcj.put(f"m{i}.csv", case(100000 + i))
        if i % (count // bad) == 7:
            lcj.put(f"bad{i}.csv", forestry_case(f"林移〔2026〕{900000 + i}号", 违法类型="?"))
    began = time.monotonic()
    lcj.put("last.csv", case(200000))
    eventually(lambda: not lcj.names("outbox"), 400, "an empty outbox")
    took = time.monotonic() - began
    assert sum(n.startswith("m") and n.endswith(".csv") for n in lcj.names("sent")) == count
    assert sum(n.startswith("bad") and n.endswith(".error") for n in lcj.names("failed")) >= bad
    rss = int(next(line.split()[1] for line in open(f"/proc/{lcj.process.pid}/status") if line.startswith("VmHWM")))
    show("ten thousand", f"gone {took:.1f} s after the last was dropped; most memory {rss >> 10} MB")


def main():
    with world("never-stuck") as w:
        w.start_broker("broker-1")
        jump = w.folder / "jump"
        jump.write_text("0")
        shim = {"LD_PRELOAD": str(w.bin.parent / "tests" / "clock_shim.so"), "CLOCK_JUMP": str(jump)}
        lcj, police = Office(w, "lcj", FORESTRY, env=shim, bound=True), Office(w, "psb-bynr", env=shim)
        steps = {"half_written": lambda: half_written(lcj), "changed_while_read": lambda: changed_while_read(lcj), "attachments": lambda: attachments(lcj),
                 "no_permission": lambda: no_permission(lcj), "hostile_names": lambda: hostile_names(lcj), "full_disk": lambda: full_disk(lcj, police),
                 "clock_jumps": lambda: clock_jumps(lcj, police, jump), "without_kafka": lambda: without_kafka(w, lcj), "ten_thousand": lambda: ten_thousand(lcj)}
        for name in sys.argv[2:] or steps:  # by hand: BUILD STEP… plays only these
            steps[name]()
        eventually(lambda: query(w, "SELECT count(*) FROM ecocase.event")[0][0] >= len(sent_numbers), 60, "every case in the ledger")
        told = sorted(decode(m.value())["envelope"]["document_no"] for m in inbox(w, "psb-bynr") if headers(m)["ce_type"] == "REF.SEND")
        assert told == sorted(sent_numbers), (len(told), len(sent_numbers), set(told) ^ set(sent_numbers))
        logs_name_nobody(w)
        assert lcj.process.poll() is None and police.process.poll() is None
        show("in all", f"{len(told)} cases, each once")


if __name__ == "__main__":
    main()
