"""The disks of sender and recipient fill up from outside, before and in the midst of a large attachment: either adapter lives and says so, what needs
no room goes on, and all arrives when there is room again; over HTTP what has no room is refused before it is sent."""
import os
import signal
import socket
import subprocess

from carrier import *
from httpagency import Agency
from case import *

DISK_MIB = 400
MANY = [f"环移满{k}号" for k in range(12)]


class Disk:
    """A small one of its own, for a spool."""
    def __init__(self, w, agency):
        self.where, self.filler = w.spool(agency), w.spool(agency) / ".filler"
        self.where.mkdir(parents=True)
        subprocess.run([*([] if os.getuid() == 0 else ["sudo", "-n"]), "mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m,mode=777", "tmpfs", self.where], check=True)

    def free(self):
        return os.statvfs(self.where).f_bavail * os.statvfs(self.where).f_frsize

    def fill(self, leave=0):
        with open(self.filler, "ab", buffering=0) as f:
            os.posix_fallocate(f.fileno(), 0, f.tell() + self.free() - leave)

    def empty(self):
        self.filler.unlink(missing_ok=True)

    def remove(self):
        subprocess.run([*([] if os.getuid() == 0 else ["sudo", "-n"]), "umount", "-l", self.where], check=True)


def told(adapter, *codes):
    def look():
        status = adapter.spool / ".status.json"  # there a moment after the start
        error = json.loads(status.read_text())["lastError"] if status.exists() else None
        return error if error and error["code"] in codes else None
    error = eventually(look, 30, f"{codes} in the status of {adapter.agency}")
    assert error["zh"] and error["en"] and adapter.process.poll() is None
    return error


def before(sender, police, disk):
    """No room for what is announced: that paper waits, others come."""
    disk.fill(leave=80 << 20)
    video = os.urandom(40 << 20)
    sender.send("环移等号", {"等.mp4": video})
    told(police, "DISK_FULL")
    for number in MANY:
        sender.send(number, {})
    came = eventually(lambda: [n for n in MANY if any(n in name for name in police.names())], 60, "other papers")
    time.sleep(2)
    assert not any("环移等号" in n for n in police.names())
    disk.empty()
    assert [c for _, c in police.got("环移等号", 60)] == [video]
    for number in MANY:
        police.got(number, 60)
    show("before", f"{len(came)} of {len(MANY)} others came meanwhile or with it; whole when there was room")


def midst_of_receiving(sender, police, disk):
    video = os.urandom(60 << 20)
    sender.send("环移半号", {"半.mp4": video})
    part = lambda: next((p.stat().st_size for p in (police.spool / ".files").glob("*.part")), 0)  # noqa: E731
    until = time.monotonic() + 60
    while part() < 5 << 20 and time.monotonic() < until:
        pass
    police.process.send_signal(signal.SIGSTOP)
    had = part()
    disk.fill()
    police.process.send_signal(signal.SIGCONT)
    error = told(police, "DISK_FULL", "JOURNAL")
    assert 0 < had < len(video) and not any("环移半号" in n for n in police.names()), "it was in the midst"
    time.sleep(3)
    assert part() >= had - CHUNK, "what was there stays"
    disk.empty()
    assert [c for _, c in police.got("环移半号", 60)] == [video]
    show("receiving", f"full after {had >> 20} MiB ({error['code']}), whole when there was room")


def midst_of_sending(sender, police, disk):
    video = os.urandom(60 << 20)
    sender.send("环移发号", {"发.mp4": video})
    until = time.monotonic() + 60
    while not sender.journal("SELECT 1 FROM file WHERE acked BETWEEN 100 AND count - 200") and time.monotonic() < until:
        pass
    sender.process.send_signal(signal.SIGSTOP)
    disk.fill()
    sender.process.send_signal(signal.SIGCONT)
    error = told(sender, "JOURNAL", "DISK_FULL", "FILE_WRITE")
    assert not any("环移发号" in n for n in police.names()), "it was in the midst"
    disk.empty()
    assert [c for _, c in police.got("环移发号", 60)] == [video]
    eventually(lambda: "环移发号.json" in sender.names("sent") and not sender.names("outbox"), 30, "sent/")
    show("sending", f"full in the midst ({error['code']}), whole when there was room")


def over_http(w, disk):
    """Its length is told: nothing is sent, and the answer says so. Its length is not told: refused in its midst, nothing of it stays."""
    agency = Agency(w, "scjg")
    eventually(lambda: (w.spool("scjg") / "outbox").is_dir(), 30)
    disk.fill(leave=70 << 20)
    with socket.create_connection(("127.0.0.1", agency.port)) as s:
        s.settimeout(20)
        s.sendall(f"POST /v1/submissions HTTP/1.1\r\nHost: x\r\nX-API-Key: {agency.key}\r\nIdempotency-Key: none\r\n"
                  f"Content-Length: {30 << 20}\r\nExpect: 100-continue\r\n\r\n".encode())
        answer = b""
        while b"}" not in answer:
            answer += s.recv(65536)
    assert answer.startswith(b"HTTP/1.1 503") and b'"DISK_FULL"' in answer and b"Retry-After" in answer, answer
    with agency.client() as c:
        try:
            assert c.post("/v1/submissions", headers={"Idempotency-Key": "endless"}, content=(bytes(65536) for _ in range(2000))).status_code == 503
        except Exception as error:  # cut in the midst of a body, as its size deserves
            assert type(error).__module__.startswith("httpx"), error
        eventually(lambda: not [n for n in agency.spool(".http") if not n.startswith("store")], 20, "nothing of it")
        disk.empty()
        assert c.post("/v1/submissions", params={"name": "a.xml"}, headers={"Idempotency-Key": "small"}, content=b"<x/>").status_code == 422, "it is read again"
    show("HTTP", "503 DISK_FULL before the body; nothing of a cut one stays")


if __name__ == "__main__":
    with world("full-disk", clock="real") as w:
        disks = {a: Disk(w, a) for a in (SENDER, POLICE, "scjg")}
        try:
            w.start_broker("broker-1")
            sender, police = Adapter(w, SENDER), Adapter(w, POLICE)
            before(sender, police, disks[POLICE])
            midst_of_receiving(sender, police, disks[POLICE])
            midst_of_sending(sender, police, disks[SENDER])
            over_http(w, disks["scjg"])
        finally:
            w.stop()
            for disk in disks.values():
                disk.remove()
