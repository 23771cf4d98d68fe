"""Mutant no_fence: a broker is stopped before it records, another takes its lane and goes on, the first wakes. With epoch, offsets and
primary keys as guards nothing happens; without any of them the woken one turns the lane back, and the checker counts the damage."""
import signal

from mutants import *


def script(stage, mutant):
    s = stage.scene
    s.broker("broker-1", [Deed("record.before", 1, "stop", FOREVER)], mutant)
    eventually(lambda: stage.owner() == "broker-1", 20, "the first owner")
    stage.open_case()
    s.await_hit("broker-1")
    s.broker("broker-2", (), mutant)
    eventually(lambda: stage.owner() == "broker-2" and stage.recorded() == 1, 20, "the second owner")
    stage.open_case()
    stage.open_case()
    eventually(lambda: stage.recorded() == 3 and s.settled(3), 20, "three cases by the second owner")
    s.wake("broker-1")
    comes(lambda: stage.owner() == "broker-1", 12)
    stage.open_case()
    stage.open_case()
    done = comes(lambda: stage.answered() and s.settled(5), 8 if mutant else 20)
    assert done or mutant, f"{stage.recorded()} of 5 recorded, owner {stage.owner()}"
    answer = s.check()
    for name in ("broker-1", "broker-2"):
        s.end(name, signal.SIGTERM)
    return answer


play("faults-no-fence", "no_fence", script, ("twice", "lost", "gaps"))
