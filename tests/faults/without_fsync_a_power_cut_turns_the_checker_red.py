"""Mutant no_fsync: the power fails at an agency that sends, and at one that receives, at each point of their ways. What the adapter fsynced is
there, the rest is forgotten, and it goes on: with its fsyncs nothing is lost or twice; without them the recipient's journal knows a paper that
is in no folder. (The sender's paper is in outbox/ again, and so is its row: that comes right by itself.)"""
from forgetful import Disk
from mutants import *

OUT = ("out.read", "out.journaling", "out.journaled", "out.producing", "out.produced", "out.acked", "out.marking", "out.marked", "out.moving", "out.moved", "out.noted")
IN = ("in.received", "in.staged", "in.journaling", "in.journaled", "in.revealing", "in.revealed", "in.sealed", "in.marking", "in.marked")
FORGOTTEN = []  # names, by the cuts without the mutant


def cuts(stage, agency, points, mutant):
    """A case for each point, dropped while the adapter is down, so that what its own system wrote is on the disk."""
    s = stage.scene
    s.end(agency)
    stage.open_case()
    disk = Disk(s.world.bin.parent / "tests" / "forgetful.so", s.spool(agency), s.world.folder / f"kept-{agency}")
    s.adapter(agency, [Deed(point, 1, "kill", 120) for point in points], mutant, disk.under())
    for count, point in enumerate(points, 1):
        s.await_hit(agency)
        forgotten = [name for name in disk.cut() if not name.startswith((".journal.sqlite-shm", ".status"))]
        print(f"power cut at {point}: forgotten {forgotten}", flush=True)
        FORGOTTEN.extend(forgotten if not mutant else [])
        stage.open_case()
        disk.note()
        s.wake(agency)
        eventually(lambda: s.parties[agency].deaths == count and not s.parties[agency].due, 10, "the adapter's next life")


def script(stage, mutant):
    s = stage.scene
    if not mutant:
        s.broker("broker-1")
    cuts(stage, "sthj", OUT[-1:] if mutant else OUT, mutant)  # at the last of them all was promised
    cuts(stage, "psb-bynr", IN[-1:] if mutant else IN, mutant)
    eventually(lambda: any((s.spool("psb-bynr") / "inbox").glob(f"*_{stage.mine[-1].number}-0*")), 30, "the last case")
    if not mutant:
        eventually(lambda: stage.answered() and s.settled(len(stage.mine)), 30, "answers and delivery reports")
        assert ".journal.sqlite-wal" in FORGOTTEN and any(name.startswith("inbox/") for name in FORGOTTEN), f"too little was forgotten: {FORGOTTEN}"
    return s.check()


play("faults-no-fsync", "no_fsync", script, ("lost",))
