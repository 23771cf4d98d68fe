"""An attachment far beyond what PostgreSQL holds in one value goes from one agency's table to another's, part by part: neither adapter's memory grows by it,
adapters killed in between go on, and nobody sees the message before all of it is there. One of some MiB comes as one value.

    large_attachments_travel_over_tables.py BUILD [MIB]      300 by default, at most 2048"""
import hashlib
import os
import re
import signal

from case import *
from tableagency import *

MIB = 1 << 20
SIZE = (int(sys.argv[2]) if len(sys.argv) > 2 else 300) * MIB - 1
MOST_RSS = 64_000_000
PIECE = 4 * MIB
MIDDLE = os.urandom(9 * MIB + 5)   # more than one statement carries, less than attachment_mib
SECONDS = 60 + SIZE // MIB


class Large(Agency):
    """It remembers what its adapters took before they were killed."""
    def __init__(self, *arguments):
        self.most = 0
        super().__init__(*arguments)

    def look(self):
        self.most = max(self.most, int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())[1]) * 1024)
        return self.most

    def kill(self):
        self.look()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.start()


def pieces(digest):
    for left in range(SIZE, 0, -PIECE):
        piece = os.urandom(min(PIECE, left))
        digest.update(piece)
        yield piece


def hand_in(sthj, out, began):
    """One transaction; the adapter is killed while it reads it. (id, the names of its large papers, their digest)"""
    large, middle = out.attachments[-1].name, out.attachments[-2].name
    digest = hashlib.sha256()
    papers = [(a.name, pieces(digest) if a.name == large else MIDDLE if a.name == middle else a.content) for a in out.attachments]
    id = sthj.submit(out.file.content.decode(), papers)
    print(f"the agency has put it in after {time.monotonic() - began:.0f} s", flush=True)
    reading = eventually(lambda: next((p for p in (sthj.w.spool("sthj") / ".table").glob("in-*/*") if p.stat().st_size > SIZE // 3), None), SECONDS, "it is being read")
    print(f"a third read after {time.monotonic() - began:.0f} s", flush=True)
    sthj.kill()
    eventually(lambda: not reading.parent.exists(), 20, "what was read of it is cleared away")
    return id, large, middle, digest.hexdigest()


def staged(police):
    """How many parts of the large one, its case's last paper, there are; when the first was written, which is not to be written twice."""
    return police.ask("SELECT count(*), min(written) FROM ecocase.inbox_part WHERE nth = 3")[0]


def killed_underway(police):
    """At a quarter, a half and three quarters. When the first part was written."""
    parts, began = SIZE // MIB, None
    for quarter in (1, 2, 3):
        eventually(lambda: staged(police)[0] > quarter * parts // 4 or police.inbox("REF.SEND"), SECONDS, f"{quarter} quarters")
        assert not police.inbox("REF.SEND"), "not before all of it is there"
        police.kill()
        began = began or staged(police)[1]
    return began


def fetch(police, row, large, middle, wanted):
    """As its application would: part by part."""
    files = {name.split("_", 3)[-1]: rest for name, *rest in police.ask("SELECT name, nth, size, parts, path, length(content) FROM ecocase.inbox_file WHERE id = %s", row["id"])}
    files = {next(n for n in (large, middle, name) if name.endswith(n)): rest for name, rest in files.items()}
    nth, size, parts, path, content = files[large]
    assert (size, parts, content) == (SIZE, -(-SIZE // MIB), None), files
    digest = hashlib.sha256()
    with police.connect() as db:
        for part in range(1, parts + 1):
            digest.update(db.execute("SELECT content FROM ecocase.inbox_part WHERE id = %b AND nth = %b AND part = %b", (row["id"], nth, part), binary=True).fetchone()[0])
    assert digest.hexdigest() == wanted
    assert eventually((police.w.spool("psb-bynr") / path).exists, 20, "it lies in done/ too")
    nth, size, parts, path, content = files[middle]
    assert (size, parts, content) == (len(MIDDLE), 0, len(MIDDLE)), files
    assert police.ask("SELECT content FROM ecocase.inbox_file WHERE id = %s AND nth = %s", row["id"], nth)[0][0] == MIDDLE
    assert police.ask("SELECT count(DISTINCT nth) FROM ecocase.inbox_part") == [(1,)], "of what came as one value no parts are left"


def main(w, database):
    sthj, police = Large(w, database, "sthj"), Large(w, database, "psb-bynr")
    eventually(lambda: all((w.spool(a.slug) / ".status.json").exists() and a.status()[0] == 0 for a in (sthj, police)), 60, "they are up")
    before = [a.look() for a in (sthj, police)]
    began = time.monotonic()
    id, large, middle, wanted = hand_in(sthj, sample_day_steps()["waste-1"], began)
    first = killed_underway(police)
    print(f"three quarters put ahead after {time.monotonic() - began:.0f} s", flush=True)
    row = eventually(lambda: next(iter(police.inbox("REF.SEND")), None), SECONDS, "the case")
    came = time.monotonic() - began
    assert staged(police)[1] == first, "what was put before the kills is gone on with"
    assert sthj.final(id)["state"] == "accepted"
    fetch(police, row, large, middle, wanted)
    after = [a.look() for a in (sthj, police)]
    assert max(after) < MOST_RSS, after
    police.ask("DELETE FROM ecocase.inbox WHERE id = %s", row["id"])
    assert police.ask("SELECT count(*) FROM ecocase.inbox_part") == [(0,)], "parts go with their message"
    assert [n for n in sthj.spool(".table") if not n.startswith("store")] == [], "nothing is left in between"
    show("large", f"{SIZE} bytes from table to table in {came:.0f} s over 4 kills; "
         f"RSS at most {', '.join(f'{a / 1e6:.0f} MB (before {b / 1e6:.0f})' for a, b in zip(after, before))}")


if __name__ == "__main__":
    with world("table-large") as w:
        w.start_broker("broker-1")
        with Database(w, durable=False) as database:
            main(w, database)
