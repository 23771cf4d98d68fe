"""Two brokers share the lanes; one is killed -9 and one stopped past its session while cases flow: every submission is recorded once,
delivered once, in sequence; nothing in an inbox lacks its ledger row."""
import signal
import threading

from case import *

COUNT = 6000
with world("killed") as w:
    w.start_broker("broker-1")
    w.start_broker("broker-2")
    client = Client(w)
    todo = list(gen.submissions(COUNT, per_case=4, at_ms=AT))

    def feed():
        for n, (sender, key, value, _) in enumerate(todo):
            client.send(sender, value, key)
            client.producer.poll(0)
            if n % 20 == 0:
                time.sleep(0.05)
        client.flush()

    feeder = threading.Thread(target=feed)
    feeder.start()
    eventually(lambda: query(w, "SELECT count(*) FROM ecocase.event")[0][0] > 300, 60, "a start")
    w.stop_process("broker-1", signal.SIGKILL)
    eventually(lambda: query(w, "SELECT count(DISTINCT owner) FROM ecocase.lane WHERE owner IS NOT NULL")[0][0] == 1, 30, "hand-over")
    w.start_broker("broker-3")
    eventually(lambda: query(w, "SELECT bool_or(owner = 'broker-3') FROM ecocase.lane")[0][0], 30, "the third broker's share")
    stopped = w.processes["broker-2"]
    stopped.send_signal(signal.SIGSTOP)
    eventually(lambda: query(w, "SELECT bool_and(owner = 'broker-3') FROM ecocase.lane")[0][0], 40, "taking over from the stopped one")
    stopped.send_signal(signal.SIGCONT)
    feeder.join()
    wait_events(w, COUNT, 90)
    kinds = dict(query(w, 'SELECT kind::text, count(*) FROM ecocase.event GROUP BY 1'))
    assert kinds == {"A": COUNT}, kinds
    assert query(w, "SELECT count(*), count(DISTINCT message_id), count(DISTINCT (sender, lane, source_offset)) FROM ecocase.event")[0] == (COUNT,) * 3
    assert query(w, "SELECT bool_and(n = top) FROM (SELECT count(*) n, max(serial) top FROM ecocase.event GROUP BY lane) s")[0][0]
    delivered = check_sequences(w, ["psb-bynr", "jcy", *[s[0] for s in gen.SENDERS]])
    assert delivered == COUNT + COUNT // 4 + COUNT, delivered
    ledger = {str(r[0]): r[1] for r in query(w, "SELECT message_id, serial FROM ecocase.event")}
    order = {}
    for m in inbox(w, "psb-bynr"):
        h = headers(m)
        assert ledger[h["ce_id"]] == int(h["ecocase_serial"]), "an inbox record without its ledger row"
        if h["ce_id"] not in order.setdefault(h["ce_caseid"], []):
            order[h["ce_caseid"]].append(h["ce_id"])
    wanted = {}
    for _, key, _, message_id in todo:
        wanted.setdefault(key, []).append(message_id)
    assert order == wanted, "out of case order"
    show("killed broker", f"{COUNT} submissions, one kill -9, one SIGSTOP past the session: 0 lost, 0 twice, 0 gaps, 0 out of case order")
