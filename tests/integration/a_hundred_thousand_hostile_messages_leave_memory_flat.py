"""100,000 hostile records (cut, changed at random, random, hostile lengths, unknown schemas, foreign senders) among good cases: each is answered or
becomes a dead letter, the good ones pass, and the broker's memory does not grow. Arguments: BUILD COUNT."""
from case import *

HOSTILE, GOOD_EVERY = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000, 1_000
SLOWER = max(1, HOSTILE / 100_000)


def rss_kib(pid):
    return next(int(line.split()[1]) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))


def hostile_of(rnd, body, n):
    kind = n % 8
    if kind == 0:
        return body[:rnd.randrange(len(body))]
    if kind == 1:
        at = rnd.randrange(5, len(body))
        return body[:at] + bytes([body[at] ^ (1 << rnd.randrange(8))]) + body[at + 1:]
    if kind == 2:
        return bytes(5) + rnd.randbytes(rnd.randrange(200))
    if kind == 3:
        return b"\0" + struct.pack(">I", rnd.randrange(1000, 1 << 32)) + body[5:]
    if kind == 4:
        return body[:5] + b"\xfe\xff\xff\xff\x0f" + body[6:]      # a length of 2 GiB
    if kind == 5:
        return body[:-1] + b"\xff\xff\xff\xff\x0f\0"              # an array of 2 billion items at the end
    if kind == 6:
        return body + rnd.randbytes(1 + rnd.randrange(50))
    return body[:5] + rnd.randbytes(len(body) - 5)


with world("hostile", lanes=2) as w:
    broker = w.start_broker("broker-1")
    client, rnd = Client(w), random.Random(7)
    good = client.case_file()
    body, key = gen.encode(good), good["envelope"]["case_id"]
    client.submit(good)
    sent, passed = 1, [good["envelope"]["message_id"]]
    early = None
    for n in range(HOSTILE):
        value = hostile_of(rnd, body, n)
        while True:
            try:
                client.send("sthj", value, key)
                break
            except BufferError:
                client.producer.poll(0.1)
        client.producer.poll(0)
        sent += 1
        if n % GOOD_EVERY == GOOD_EVERY - 1:
            record = client.case_file()
            client.send("sthj", gen.encode(record), record["envelope"]["case_id"])
            passed.append(record["envelope"]["message_id"])
            sent += 1
        if n == HOSTILE // 4:
            client.flush()
            wait_events(w, sent, 120 * SLOWER)
            early = rss_kib(broker.pid)
    client.flush()
    wait_events(w, sent, 240 * SLOWER)
    late = rss_kib(broker.pid)
    kinds = dict(query(w, "SELECT kind::text, count(*) FROM ecocase.event GROUP BY 1"))
    accepted = {str(r[0]) for r in query(w, "SELECT message_id FROM ecocase.event WHERE kind = 'A'")}
    assert accepted >= set(passed), "every good case among them is accepted"
    assert sum(kinds.values()) == sent, kinds
    assert kinds["D"] > HOSTILE // 2, kinds
    dead = sum(1 for _ in read_topic(w, "ecocase.dead-letter"))
    assert dead == kinds["D"], (dead, kinds)
    assert late - early < 8 * 1024, f"RSS grew from {early} to {late} KiB over {HOSTILE * 3 // 4} hostile records"
    assert broker.poll() is None
    check_sequences(w, ["sthj", "psb-bynr"])
    show("hostile", f"{HOSTILE} hostile and {len(passed)} good records: {kinds}; RSS {early} KiB after a quarter, {late} KiB at the end")
