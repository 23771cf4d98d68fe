"""Kafka puts a broker out when another joins under its name (or, after it was killed, seems to): the broker joins anew after the other's session, and works
on; two living ones of one name find out, and one of them ends with a line that says so."""
from case import *

with world("one-name", lanes=2) as w:
    client = Client(w)
    first = w.start_broker("broker-1")
    client.submit(client.case_file())
    wait_events(w, 1)
    start = w.start_process("second", [w.bin / "ecocase-broker", "run", "--kafka", w.kafka, "--postgres", w.conninfo("ecocase_broker"), "--schemas", w.schemas,
                                       "--instance", "broker-1", "--tick-seconds", "1"])
    log = w.folder / "log" / "broker-1.log"
    eventually(lambda: "group.joining_anew" in log.read_text(), 30, "being put out")
    assert first.poll() is None
    eventually(lambda: (first.poll() is None) + (start.poll() is None) == 1, 60, "one of the two giving in")
    given_in, name = (first, "broker-1") if first.poll() is not None else (start, "second")
    assert given_in.returncode == 1
    assert "another process under the name broker-1" in (w.folder / "log" / f"{name}.log").read_text().splitlines()[-1]
    client.submit(client.case_file(number="巴环移送〔2026〕2号"))
    wait_events(w, 2)
    assert query(w, "SELECT count(*), count(DISTINCT message_id) FROM ecocase.event") == [(2, 2)]
    show("one name", "put out, joined anew; of two living ones one ended by a line that says why, the other works on")
