"""A twenty-third agency joins while traffic flows: a directory entry, `ecocase-broker setup` again, adapters renewed one after the other,
its own adapter, cases with it. No broker restarts, no lane changes its owner or has two, nothing is lost."""
import shutil

from parties import *
from traffic import cases, Traffic

BUILD = sys.argv[1] if len(sys.argv) > 1 else "build-faults"
COUNT, NEW = 2400, 240
ENTRY = """  - number: 23
    slug: hhgl
    name: 内蒙古黄河干流管理局
    english: "Yellow River Main Stem Administration"
    role: AE
    region: "150800"
    uscc: "11150800990000230P"
    confidence: 1
    leads: [WATR, OBST]
"""


class Owners:
    """Looks at the lanes all the time: (lane, epoch): owners seen."""

    def __init__(self, scene):
        self.scene, self.seen, self.over = scene, {}, threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        import psycopg
        with psycopg.connect(self.scene.world.conninfo(), autocommit=True) as db:
            while not self.over.wait(0.05):
                for lane, epoch, owner in db.execute("SELECT lane, epoch, owner FROM ecocase.lane"):
                    self.seen.setdefault((lane, epoch), set()).add(owner)

    def stop(self):
        self.over.set()
        self.thread.join()
        return self.seen


def join(s):
    """As an operator does it."""
    w = s.world
    shutil.copytree(w.schemas, w.folder / "schemas")
    directory = w.folder / "schemas" / "directory.yaml"
    participants, mark, counties = directory.read_text().partition("# 行政区划 GB/T 2260")
    directory.write_text(participants + ENTRY + mark + counties)
    w.schemas = w.folder / "schemas"
    w.setup()
    for agency in AGENCIES:
        s.renew(agency)
    s.adapter("hhgl")


def main():
    began = time.monotonic()
    with Scene("faults-join", BUILD, clock="real") as s:
        for name in ("broker-1", "broker-2"):
            s.broker(name)
        eventually(lambda: s.query("SELECT count(owner), count(DISTINCT owner) FROM ecocase.lane")[0] == (6, 2), 30, "both brokers' lanes")
        owners = Owners(s)
        for agency in AGENCIES:
            s.adapter(agency)
        traffic = Traffic(s, cases(COUNT, dice(23)), rate=120)
        for agency in AGENCIES:
            traffic.watch(agency)
        traffic.start()
        eventually(lambda: traffic.answered > COUNT / 6, 60, "traffic")
        join(s)
        traffic.watch("hhgl")
        during = traffic.answered
        traffic.add(cases(NEW, dice(5), leads={"hhgl": "WATR"}, first=50000))
        eventually(traffic.finished, 90, "all cases")
        eventually(lambda: s.settled(COUNT + NEW), 30, "everything delivered and reported")
        traffic.stop()
        seen = owners.stop()
        assert during < COUNT, "the traffic was over before the agency had joined"
        assert len(seen) == 6 and all(len(o) == 1 for o in seen.values()), f"lanes changed hands: {seen}"
        sent, got = s.query("SELECT count(*) FILTER (WHERE sender = 23), count(*) FILTER (WHERE 23 = ANY(delivery_to) AND sender <> 23) FROM ecocase.event")[0]
        assert sent > NEW / 8 and got > NEW / 8, (sent, got)
        assert not any(s.finish().values())
        code, table = s.check()
        print(table)
        assert code == 0
        planted(s)
        print(f"agency 23 joined at {during} of {COUNT} answers, sent {sent}, was sent {got}; six lanes, one owner each throughout; {time.monotonic() - began:.0f} s")


def planted(s):
    """The checker is seen to fail on this very world: a file taken away, a file doubled, a record without its row."""
    done = s.spool("psb-bynr") / "done"
    paper = next(done.glob("REF.SEND_*.json"))
    paper.rename(s.world.folder / "away.json")
    code, table = s.check()
    assert code == 1 and counts_of(table)["lost"] == 1, table
    shutil.copy(s.world.folder / "away.json", paper)
    shutil.copy(paper, paper.with_name(paper.name.replace(".json", "~2.json")))
    code, table = s.check()
    assert code == 1 and counts_of(table)["twice"] == 1 and counts_of(table)["lost"] == 0, table
    import psycopg
    with psycopg.connect(s.world.conninfo()) as db:
        db.execute("DELETE FROM ecocase.event WHERE (lane, serial) = (SELECT lane, serial FROM ecocase.event WHERE event = 'REF.FILED' LIMIT 1)")
    code, table = s.check()
    assert code == 1 and counts_of(table)["unrecorded"] > 0 and counts_of(table)["lost"] > 0, table


main()
