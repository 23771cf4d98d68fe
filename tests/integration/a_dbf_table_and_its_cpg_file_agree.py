"""A DBF table brings the name of its code page in a .cpg file beside it: awaited where its header names none and the profile has it so (the forestry bureau's
does), refused where it says something else than the profile, moved with its table; and one is written beside every table that is delivered."""
import ctypes
import struct

import dbfread
from office import *

PROFILE = ROOT / "adapters" / "agencies" / "lcj" / "profile.yaml"


def profile(w, wait):
    path = w.folder / "lcj.yaml"
    path.write_text(PROFILE.read_text() + f"\nattachment_wait: {wait}\n")
    return path


def silent(table):
    """The table with a header that names no code page."""
    assert table[29] in (0x4d, 0x7a), "the sample's own header does"
    return table[:29] + bytes(1) + table[30:]


class Revealed:
    """The names that appear in a folder, in their order (inotify: IN_MOVED_TO, IN_CREATE)."""
    def __init__(self, folder):
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.inotify_init1(os.O_NONBLOCK)
        assert self.fd >= 0 and libc.inotify_add_watch(self.fd, os.fsencode(folder), 0x80 | 0x100) >= 0

    def names(self):
        told, at, names = os.read(self.fd, 1 << 20), 0, []
        while at < len(told):
            (count,) = struct.unpack_from("I", told, at + 12)
            names.append(os.fsdecode(told[at + 16:at + 16 + count].rstrip(b"\0")))
            at += 16 + count
        return names


def main(w, steps):
    w.start_broker("broker-1")
    bureau, police = Office(w, "lcj", profile(w, 2)), Office(w, "psb-bynr")  # what is wrong lies there for twice its wait
    out, back = steps["grass-1"], steps["grass-2"]
    paper = out.attachments[0]
    stem = out.file.name.rsplit(".", 1)[0]
    for said, code in ((None, "MISSING_ATTACHMENT"), (b"1252\n", "DBF_SYNTAX"), (b"UTF-8\n", "DBF_SYNTAX"), (b"", "DBF_SYNTAX")):
        if said is not None:
            bureau.put(f"{stem}.cpg", said)
        bureau.put(paper.name, paper.content)
        bureau.put(out.file.name, silent(out.file.content))
        error = bureau.failed(out.file.name, code)
        assert ".cpg" in error["field"], error
        eventually(lambda: not bureau.names("outbox"), 20, "all that belongs to it in failed/")
        assert (said is None) != (f"{stem}.cpg" in bureau.names("failed"))
        for left in bureau.names("failed"):
            (bureau.spool / "failed" / left).unlink()
    show("wrong", "a missing, two of other code pages and an empty .cpg file: refused, in failed/ with the table")

    bureau.stop()
    bureau = Office(w, "lcj", profile(w, 4))
    for name, content in ((paper.name, paper.content), (out.file.name, silent(out.file.content))):
        bureau.put(name, content)
    time.sleep(1)
    assert out.file.name in bureau.names("outbox"), "it waits for its .cpg file"
    bureau.put(f"{stem}.cpg", b"GBK\r\n")
    bureau.sent(out.file.name)
    assert f"{stem}.cpg" in bureau.names("sent") and not bureau.names("outbox")
    show("sent", "with GBK beside it, and moved with it")

    own = steps["pasture-1"]
    for file in (*own.attachments, own.file):
        bureau.put(file.name, file.content)
    bureau.sent(own.file.name)
    show("own header", "a table that names its code page itself goes without one")

    revealed = Revealed(bureau.spool / "inbox")
    eventually(lambda: any("巴林草移送" in n for n in police.names("inbox")), 30, "the case at the police")
    for a in back.attachments:
        police.put(a.name, a.content)
    police.put(back.file.name, back.file.content)
    table = eventually(lambda: next((n for n in bureau.names("inbox") if n.startswith("REF.RECEIPT") and n.endswith(".dbf")), None), 30, "the receipt")
    beside = bureau.spool / "inbox" / (table[:-4] + ".cpg")
    assert beside.read_bytes() == b"936\n"
    names = revealed.names()
    assert names.index(beside.name) < names.index(table), f"it came before its table: {names}"
    rows = list(dbfread.DBF(bureau.spool / "inbox" / table, encoding=f"cp{beside.read_text().strip()}"))
    assert rows and any("巴公" in str(v) for v in rows[0].values()), rows
    show("received", f"{table} with {beside.read_text().strip()} beside it, read so by dbfread")


if __name__ == "__main__":
    from case import sample_day_steps
    day = sample_day_steps()
    with world("dbf-cpg") as w:
        main(w, day)
