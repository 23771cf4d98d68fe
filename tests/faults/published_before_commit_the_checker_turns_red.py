"""Mutant publish_before_commit: a broker is killed between its last statement and COMMIT. What the inboxes hold then must be in the ledger."""
from mutants import *


def script(stage, mutant):
    s = stage.scene
    s.broker("broker-1", [Deed("record.fenced", 1, "kill", FOREVER)], mutant)
    eventually(lambda: stage.owner() == "broker-1", 20, "the owner")
    stage.open_case()
    s.await_hit("broker-1")
    assert stage.recorded() == 0
    comes(lambda: any((s.spool("psb-bynr") / "inbox").glob(f"*_{stage.mine[0].number}-0*")), 1.5)
    answer = s.check("--safety")
    if mutant:
        return answer
    assert answer[0] == 0, answer[1]
    s.wake("broker-1")
    eventually(lambda: stage.answered() and s.settled(1), 20, "the case, by the next process")
    answer = s.check()
    s.end("broker-1")
    return answer


play("faults-early-publish", "publish_before_commit", script, ("unrecorded",))
