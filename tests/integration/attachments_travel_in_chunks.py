"""Attachments that do not fit inside the record: shipped once in sealed chunks however many receive them, resumed after kills at both ends,
delivered whole and before their case file; chunks that are missing or expired are shipped again by their sender; what that has no longer, or does not
answer for, is told in its place and holds nothing up."""
import hashlib
import os
import re
import signal
from collections import Counter

from carrier import *
from case import *
from confluent_kafka.admin import AdminClient


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
    part_kills, kept = 0, []
    while time.monotonic() < until and part_kills < 3 and not any("环移3号" in n and n.endswith(".json") for n in police.names()):
        part = next((p.stat().st_size for p in (police.spool / ".files").glob("*.part")), 0)
        if part > part_kills * 10 << 20 and part // CHUNK > max(kept, default=0):  # it has gone on since the last kill
            police.kill()
            part_kills += 1
            kept.append(part // CHUNK)
    assert [c for _, c in police.got("环移3号")] == [video]
    shipped = chunks(w)[1] - before
    assert kills and part_kills, (kills, part_kills)
    had = [int(n) for n in re.findall(r"download.resumed have=(\d+)", (w.folder / "log" / f"adapter-{POLICE}.log").read_text())]
    assert len(had) >= part_kills and all(h >= k for h, k in zip(had, kept)) and had == sorted(had), f"the recipient began anew: had {had} chunks, {kept} were written"
    assert count(video) <= shipped <= count(video) + kills * 32, f"{shipped} chunks shipped of {count(video)} after {kills} kills"
    show("resumed", f"{count(video)} chunks, {shipped} shipped with {kills} kills of the sender, {part_kills} of the recipient, which went on at {had}")


def wrong(w, client, police, video):
    """Records of an independent sender that name real chunks wrongly. Each is delivered within a bound, the error in the paper's place."""
    value, paper = document(w, POLICE, "环移1号", "录像.mp4")
    end = chunks(w)[1]
    last = paper["chunks"]["last_offset"]
    beyond = {"last_offset": last + 1, "first_offset": paper["chunks"]["first_offset"] + 1}
    changes = {"CHUNK_CORRUPT": {"key": bytes(32)}, "CHUNK_MISSING": {"key": bytes(32), **beyond},
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
        assert error["resend"] == ("gone" if "key" in change else "unasked"), error  # who has not the key is not shipped to
    record = client.case_file(SENDER, number="环移误位号", documents=[{**paper, "chunks": {**paper["chunks"], **beyond}}])
    client.send(SENDER, gen.encode(record, 7, SCHEMAS[7]), record["envelope"]["case_id"])
    client.flush()
    assert [c for _, c in police.got("环移误位号", 40)] == [video], "the sender told where they are"
    assert chunks(w)[1] - end == 3 and last < end, "three answers, and nothing shipped"
    show("wrong", f"{', '.join(changes)}: each told in the paper's place")


def forget(w, topic=f"ecocase.files.{SENDER}"):
    """All chunks of the sender that Kafka has, as if their time were over."""
    reader = Consumer({"bootstrap.servers": w.kafka, "group.id": "reader"})
    end = reader.get_watermark_offsets(TopicPartition(topic, 0), timeout=30)[1]
    reader.close()
    admin = AdminClient({"bootstrap.servers": w.kafka})
    for future in admin.delete_records([TopicPartition(topic, 0, end)]).values():
        future.result(60)
    return end


def shipped_since(w, offset):
    """Chunks by content, without the answers beside them."""
    reader = Consumer({"bootstrap.servers": w.kafka, "group.id": "reader", "enable.partition.eof": True})
    reader.assign([TopicPartition(f"ecocase.files.{SENDER}", 0, offset)])
    found, until = Counter(), time.monotonic() + 60
    while time.monotonic() < until:
        m = reader.poll(1)
        if m and m.error():
            reader.close()
            return found
        if m and m.value():
            found[m.key().decode()] += 1
    raise AssertionError("no end of the chunks")


def away(w, sender):
    """The sender's adapter is away for so long that what it has read of the asks, and what came since, are no longer kept."""
    sender.process.kill()
    sender.process.wait()
    other = Producer({"bootstrap.servers": w.kafka})
    other.produce("ecocase.wanted", b"", b"somebody else's")
    other.flush(60)
    forget(w, "ecocase.wanted")
    sender.start()


def expired(w, sender, police, onlooker, client, video):
    """Chunks that are gone are asked of their sender, who ships them once for all who ask; same key, so that the record that was sent opens them."""
    sender.send("环移7号", {"短录像.mp4": os.urandom(200_000)})
    police.got("环移7号")
    papers = {name: document(w, POLICE, number, name)[1] for number, name in (("环移1号", "录像.mp4"), ("环移3号", "长录像.mp4"), ("环移7号", "短录像.mp4"))}

    def send(number, copies=(), name="录像.mp4"):
        record = client.case_file(SENDER, number=number, documents=[papers[name]])
        record["envelope"]["copies"] = list(copies)
        client.send(SENDER, gen.encode(record, 7, SCHEMAS[7]), record["envelope"]["case_id"])
        client.flush()
    end, began = forget(w), time.monotonic()
    send("环移过期1号", [ONLOOKER])
    assert [c for _, c in police.got("环移过期1号", 40)] == [video] == [c for _, c in onlooker.got("环移过期1号", 40)]
    took = time.monotonic() - began
    shipped = shipped_since(w, end)
    assert shipped.total() == count(video), f"{shipped} chunks for two who asked"
    sender.send("环移4号", {"再发.mp4": video})
    assert [c for _, c in police.got("环移4号")] == [video]
    assert shipped_since(w, end) == shipped, "what was shipped again is there to be named"
    show("expired", f"two recipients asked, {shipped.total()} chunks shipped once, whole after {took:.1f} s")

    end, kills = forget(w), 0
    send("环移过期6号", name="长录像.mp4")
    for nth in (1, 2):
        acked = eventually(lambda: next((n for (n,) in sender.journal("SELECT acked FROM file WHERE acked BETWEEN 16 AND count - 200") if n >= 150 * nth), None), 60, "half of it")
        sender.kill()
        kills += 1
    assert len(police.got("环移过期6号", 60)[0][1]) == 48 << 20
    shipped = shipped_since(w, end)
    again = shipped[papers["长录像.mp4"]["sha256"]]
    assert shipped.keys() == {papers["长录像.mp4"]["sha256"]}, f"what was shipped before a restart, and has expired since, was shipped again: {shipped}"
    assert 768 <= again <= 768 + kills * 32, f"{again} chunks shipped again with {kills} kills"
    show("expired, sender killed", f"{again} chunks of 768 shipped with {kills} kills, the last after {acked}")

    end = forget(w)
    kept = [p for p in (sender.spool / "sent").iterdir() if p.stat().st_size == len(video)]
    for p in kept[1:]:
        p.unlink()
    kept[0].write_bytes(os.urandom(len(video)))  # its name and size, another content
    send("环移过期2号")
    (name, content), = police.got("环移过期2号", 40)
    error = json.loads(content)
    assert name.endswith("录像.mp4.error") and error["code"] == "CHUNKS_EXPIRED" and error["resend"] == "gone" and error["sender"] == SENDER, error
    assert not shipped_since(w, end), "nothing else was shipped for it"
    kept[0].unlink()
    send("环移过期3号")
    assert json.loads(police.got("环移过期3号", 40)[0][1])["resend"] == "gone"
    last_error = lambda: json.loads((sender.spool / ".status.json").read_text())["lastError"]  # noqa: E731
    told = eventually(lambda: (lambda e: e if e and e["code"] == "CONTENT_GONE" else None)(last_error()), 20, "the sender's status")
    assert hashlib.sha256(video).hexdigest() in told["detail"] and told["zh"], told
    eventually(lambda: sender.journal("SELECT 1 FROM alarm WHERE kind = 'WANTED'"), 20, "an alarm")
    show("gone", "the sender has it no longer: told to the recipient and in the sender's status")

    sender.process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    send("环移过期4号", name="长录像.mp4")
    assert json.loads(police.got("环移过期4号", 90)[0][1])["resend"] == "unanswered"
    first = time.monotonic() - began
    send("环移过期5号", name="短录像.mp4")
    assert json.loads(police.got("环移过期5号", 30)[0][1])["resend"] == "unanswered"
    assert first > 55 and time.monotonic() - began - first < 20, "a sender that does not answer is not waited for again"
    sender.process.send_signal(signal.SIGCONT)
    show("unanswered", f"the sender is away: told after {first:.0f} s, the next one at once")

    eventually(lambda: shipped_since(w, end).total() >= 768, 60, "what was asked while it was away")
    forget(w)
    away(w, sender)
    send("环移过期8号", [ONLOOKER], name="长录像.mp4")
    eventually(lambda: sender.journal("SELECT 1 FROM file WHERE acked BETWEEN 16 AND count - 200"), 60, "half of it")
    sender.process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    assert json.loads(onlooker.got("环移过期8号", 90)[0][1])["resend"] == "unanswered"
    assert 50 < time.monotonic() - began < 80, "who said that it comes and falls silent is waited for a minute"
    sender.process.send_signal(signal.SIGCONT)
    show("silent", f"the sender stopped amid shipping: told after {time.monotonic() - began:.0f} s")


def changed(w, sender, police):
    """A paper that is replaced while it is on its way arrives as what it became; one that goes away fails the case file."""
    first, second, third = os.urandom(30 << 20), os.urandom(5_000_000), os.urandom(30 << 20)

    def on_its_way(content):
        acked = f"SELECT 1 FROM file WHERE lower(hex(sha256)) = '{hashlib.sha256(content).hexdigest()}' AND acked BETWEEN 16 AND count - 200"
        eventually(lambda: sender.journal(acked), 60, "half of it on its way")
    sender.send("环移5号", {"换.mp4": first})
    on_its_way(first)
    sender.put("换.mp4", second)
    assert [c for _, c in police.got("环移5号")] == [second]
    sender.send("环移6号", {"丢.mp4": third})
    on_its_way(third)
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
        expired(w, sender, police, onlooker, client, video)
        changed(w, sender, police)
        for adapter in (police, onlooker):
            assert not [t for _, t in adapter.journal("SELECT kind, text FROM alarm")], adapter.journal("SELECT kind, text FROM alarm")
