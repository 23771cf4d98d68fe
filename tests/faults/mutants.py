"""What the tests of the mutants share: one world of one lane in which the same scripted interleaving is played first as the programs are
(the checker must be green), then with the mutant planted (it must turn red)."""

from parties import *
from traffic import Case, native, put


class Stage:
    """The script's hands: files that open cases, and what became of them."""

    def __init__(self, scene, first):
        self.scene, self.next, self.mine = scene, first, []

    def open_case(self, ae="sthj", category="ENV1"):
        case = Case(self.next, [(ae, "REF.SEND", {"to": "psb-bynr"})], category)
        self.next += 1
        self.mine.append(case)
        put(self.scene.spool(ae) / "outbox", f"{case.number}-0.json", native(case, 0))

    def recorded(self):
        return self.scene.query("SELECT count(*) FROM ecocase.event WHERE kind = 'A' AND document_no = ANY(%s)", [c.document_no(0) for c in self.mine])[0][0]

    def answered(self):
        sent = self.scene.spool("sthj") / "sent"
        return all((sent / f"{c.number}-0.json.receipt.json").exists() for c in self.mine)

    def owner(self):
        return self.scene.query("SELECT owner FROM ecocase.lane WHERE lane = 0")[0][0]


def play(name, mutant, script, expected):
    """script(stage, mutant) -> the checker's (exit code, table); expected: kinds of which at least one must be counted."""
    build = sys.argv[1] if len(sys.argv) > 1 else "build-faults"
    began = time.monotonic()
    with Scene(name, build, lanes=1) as s:
        for agency in ("sthj", "jcy", "psb-bynr"):
            s.adapter(agency)
        eventually(lambda: all((s.spool(a) / "outbox").is_dir() for a in ("sthj", "jcy", "psb-bynr")))
        code, table = script(Stage(s, 1000), None)
        assert code == 0, f"without the mutant:\n{table}"
        print(f"without the mutant: green after {time.monotonic() - began:.0f} s", flush=True)
        code, table = script(Stage(s, 2000), mutant)
        print(table)
        found = counts_of(table)
        assert code == 1 and any(found[kind] for kind in expected), f"{mutant}: the checker stayed green, or counted none of {expected}"
        print(f"{mutant}: red as expected, {({k: v for k, v in found.items() if v})}; {time.monotonic() - began:.0f} s in all")
