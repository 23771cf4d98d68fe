"""Mutant no_journal: an adapter is killed after it revealed a file. With its journal it goes on where it was; without journal and without
any look at what lies in the folders it delivers again."""
from mutants import *


def script(stage, mutant):
    s = stage.scene
    s.end("psb-bynr")
    s.adapter("psb-bynr", [Deed("in.marked", 1, "kill", 0.3)], mutant)
    if not mutant:
        s.broker("broker-1")
    before = s.parties["psb-bynr"].deaths
    stage.open_case()
    eventually(lambda: s.parties["psb-bynr"].deaths > before and stage.answered(), 30, "the kill and the answer")
    stage.open_case()
    eventually(lambda: stage.answered() and any((s.spool("psb-bynr") / "inbox").glob(f"*_{stage.mine[1].number}-0*")), 20, "the second case")
    if not mutant:
        eventually(lambda: s.settled(2), 20, "delivery reports")
    return s.check()


play("faults-no-journal", "no_journal", script, ("twice",))
