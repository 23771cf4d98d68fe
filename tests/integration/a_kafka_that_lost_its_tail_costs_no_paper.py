"""Kafka is killed and has forgotten its last records, of two outboxes and the clock, as after a power cut without fsync; new papers come before the broker is
back. It reads so much again that it finds them all, answers what it knows as repeats, and its time goes on; no line of it says that it stops."""
import signal
import struct

from confluent_kafka import KafkaError, KafkaException

from case import *

CASES = 40


def batches(content):
    """Where each record batch begins, and the end of the last."""
    at = [0]
    while at[-1] + 12 <= len(content) and struct.unpack(">i", content[at[-1] + 8:at[-1] + 12])[0]:
        at.append(at[-1] + 12 + struct.unpack(">i", content[at[-1] + 8:at[-1] + 12])[0])
    return at


def forget(w, topic, partition, count):
    """The last `count` batches, and what Kafka made of them."""
    folder = w.folder / "kafka" / "data" / f"{topic}-{partition}"
    log = folder / "00000000000000000000.log"
    content = log.read_bytes()
    at = batches(content)
    cut = at[max(0, len(at) - 1 - count)]
    with open(log, "r+b") as f:
        f.truncate(cut)
    for other in folder.iterdir():
        if other.suffix in (".index", ".timeindex", ".snapshot"):
            other.unlink()
    return len(at) - 1 - at.index(cut)


def end_of(client, topic, partition):
    """Asked again while a Kafka just started has no leader for it yet."""
    reader, found = Consumer({"bootstrap.servers": client.w.kafka, "group.id": "ends"}), []

    def told():
        try:
            found.append(reader.get_watermark_offsets(TopicPartition(topic, partition), timeout=20)[1])
        except KafkaException as e:
            if not e.args[0].retriable() and e.args[0].code() != KafkaError.NOT_LEADER_FOR_PARTITION:
                raise
        return bool(found)

    eventually(told, 30, f"the end of {topic}-{partition}")
    reader.close()
    return found[0]


def accepted(w):
    return {str(r[0]) for r in query(w, "SELECT message_id FROM ecocase.event WHERE kind = 'A'")}


def log(w):
    return (w.folder / "log" / "broker-1.log").read_text()


def main():
    with world("tail", clock="real", lanes=2) as w:
        w.start_broker("broker-1")
        client, sent = Client(w), []
        for n in range(CASES):
            sent.append(client.submit(client.case_file(number=f"巴环移送〔2026〕{n}号")))
            sent.append(client.submit(client.case_file(sender="zrzy", category="MINE1", number=f"巴自移〔2026〕{n}号")))
        eventually(lambda: len(accepted(w)) == 2 * CASES, 60, "the papers")
        eventually(lambda: query(w, "SELECT bool_and(clock_offset > 3) FROM ecocase.lane")[0][0], 30, "ticks")
        w.stop_process("broker-1", signal.SIGKILL)
        w.stop_process("kafka", signal.SIGKILL)
        lost = {(agency, p): forget(w, f"ecocase.outbox.{agency}", p, 5) for agency in ("sthj", "zrzy") for p in range(2)}
        assert all(n == 5 for n in lost.values()), lost
        for p in range(2):
            assert forget(w, "ecocase.clock", p, 3)
        w.restart_kafka()
        again = Client(w)
        new = [again.submit(again.case_file(number=f"断电后{n}号")) for n in range(3)]
        new += [again.submit(again.case_file(sender="zrzy", category="MINE1", number=f"断电后自{n}号")) for n in range(3)]
        read = {row[0]: row[1] for row in query(w, "SELECT lane, next_offset FROM ecocase.lane")}
        assert any(end_of(again, "ecocase.outbox.sthj", p) < read[p][2] or end_of(again, "ecocase.outbox.zrzy", p) < read[p][3] for p in range(2)), read
        before = dict(query(w, 'SELECT lane, "time" FROM ecocase.lane'))
        w.start_broker("broker-1")
        eventually(lambda: len(accepted(w)) == 2 * CASES + 6, 60, "what came after the cut")
        assert accepted(w) == {c["envelope"]["message_id"] for c in sent + new}
        eventually(lambda: all(t > before[lane] for lane, t in query(w, 'SELECT lane, "time" FROM ecocase.lane')), 30, "the lanes' time")
        assert "lane.outbox.tail_lost" in log(w) and "lane.clock.tail_lost" in log(w) and "WRONG_WORLD" not in log(w)
        repeats, dead = (query(w, "SELECT count(*) FROM ecocase.event WHERE kind = %s", kind)[0][0] for kind in "PD")
        assert repeats and not dead
        assert w.processes["broker-1"].poll() is None
        w.stop_process("kafka", signal.SIGKILL)  # amid work, this time
        counted = [forget(w, "ecocase.outbox.sthj", p, 2) for p in range(2)]
        w.restart_kafka()
        last = Client(w)
        one = last.submit(last.case_file(number="再断电1号"))
        eventually(lambda: one["envelope"]["message_id"] in accepted(w), 90, "what came after the second cut")
        show("tail", f"{sum(lost.values())} records and ticks forgotten, then {sum(counted)} under a working broker: all {len(accepted(w))} papers are in, "
             f"{repeats} answered as repeats, time went on")


if __name__ == "__main__":
    main()
