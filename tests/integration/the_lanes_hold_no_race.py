"""The broker built with ThreadSanitizer: two instances share the lanes, hand them over twice while submissions and refusals flow, tick a real clock, and
stop. No data race is reported by either. librdkafka, libpq and jansson are not instrumented: what happens inside of them is passed over (tsan.supp)."""
import os

from case import *

COUNT = 1500
OPTIONS = {"TSAN_OPTIONS": f"exitcode=66:halt_on_error=0:suppressions={Path(__file__).parent / 'tsan.supp'}"}
with World(ROOT / "var" / "tests" / "race", build=os.environ.get("ECOCASE_TSAN_BUILD", "build-tsan"), clock="real") as w:
    for name in ("broker-1", "broker-2"):
        w.start_broker(name, env=OPTIONS)
    client = Client(w)
    now = int(time.time() * 1000)
    todo = list(gen.submissions(COUNT, per_case=4, at_ms=now))

    def send(part):
        for sender, key, value, _ in part:
            client.send(sender, value, key, at=0)
            client.producer.poll(0)
        client.send("sthj", b"\x00no record", str(uuid.uuid4()), at=0)
        client.flush()

    def owners():
        return {r[0] for r in query(w, "SELECT DISTINCT owner FROM ecocase.lane WHERE owner IS NOT NULL")}

    eventually(lambda: len(owners()) == 2, 60, "both brokers' share")
    send(todo[:COUNT // 3])
    assert w.stop_process("broker-1", seconds=60) == 0, w.log_tail("broker-1", 60)
    eventually(lambda: owners() == {"broker-2"}, 60, "hand-over")
    send(todo[COUNT // 3:2 * COUNT // 3])
    w.start_broker("broker-1", env=OPTIONS)
    eventually(lambda: len(owners()) == 2, 60, "both brokers' share again")
    send(todo[2 * COUNT // 3:])
    eventually(lambda: query(w, "SELECT count(*) FROM ecocase.event WHERE kind IN ('A', 'D')")[0][0] >= COUNT + 3, 120, "all recorded")
    for name in ("broker-1", "broker-2"):
        code = w.stop_process(name, seconds=60)
        log = (w.folder / "log" / f"{name}.log").read_text(errors="replace")
        assert "WARNING: ThreadSanitizer" not in log, log[log.index("WARNING: ThreadSanitizer"):][:4000]
        assert code == 0, (name, code, log[-2000:])
    show("no race", f"{COUNT} submissions over two brokers and two hand-overs under ThreadSanitizer: 0 reports")
