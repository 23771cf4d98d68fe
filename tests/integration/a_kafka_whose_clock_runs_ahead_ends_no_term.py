"""Kafka's clock stands three years ahead for some seconds. Every term would end at once, for good, and papers of that moment would begin terms that never end. The
lanes' time waits, one line says by how much, papers are judged at the lane's time; once the clock is right again all goes on by itself."""
import os

from case import *

YEARS = 3 * 365 * 86400


def times(w):
    return dict(query(w, 'SELECT lane, "time" FROM ecocase.lane'))


def log(w):
    return (w.folder / "log" / "broker-1.log").read_text()


def papers(w):
    return query(w, "SELECT broker_time FROM ecocase.event WHERE kind = 'A' ORDER BY serial")


def main():
    with world("ahead", clock="real", lanes=2) as w:
        jump = w.folder / "jump"
        jump.write_text("0")
        w.stop_process("kafka")
        shim = {"LD_PRELOAD": str(w.bin.parent / "tests" / "clock_shim.so"), "CLOCK_JUMP": str(jump)}
        w.start_process("kafka", [*w.java, "kafka.Kafka", w.folder / "kafka" / "server.properties"], env={**os.environ, **shim})
        w.await_kafka()
        w.start_broker("broker-1")
        client = Client(w)
        first = [client.submit(client.case_file(number=f"先{n}号")) for n in range(4)]
        eventually(lambda: len(papers(w)) == 4, 30, "the first papers")
        eventually(lambda: all(times(w).values()), 30, "the lanes' time")
        jump.write_text(str(YEARS))
        time.sleep(3)
        held = times(w)
        amid = [client.submit(client.case_file(number=f"其间{n}号")) for n in range(4)]
        eventually(lambda: len(papers(w)) == 8, 30, "papers of that moment")
        time.sleep(3)
        bound = datetime.now(timezone.utc) + timedelta(minutes=11)
        assert times(w) == held and all(t < bound for t in held.values()), (held, times(w))
        assert all(row[0] < bound for row in papers(w)), papers(w)
        line = next(line for line in log(w).splitlines() if "lane.clock.ahead" in line)
        assert abs(int(line.split("by_s=")[1].split()[0]) - YEARS) < 60, line
        jump.write_text("0")
        eventually(lambda: all(t > held[lane] for lane, t in times(w).items()), 60, "the lanes' time")
        after = client.submit(client.case_file(number="之后1号"))
        eventually(lambda: len(papers(w)) == 9, 60, "papers afterwards")
        assert query(w, "SELECT count(*) FROM ecocase.event WHERE broker_time > %s", bound)[0][0] == 0
        assert w.processes["broker-1"].poll() is None and first and amid and after
        show("ahead", f"three years ahead for {len(amid)} papers and 6 s of ticks: no term ended, time went on afterwards")


if __name__ == "__main__":
    main()
