"""Submissions at a steady rate, one at a time, and when each is seen again: by Kafka's clock (appended to the inbox) and by ours (read)."""
import time
from dataclasses import dataclass

from confluent_kafka import Consumer, Producer, TopicPartition

import stamps

RATE = 200
WARM = 3 * RATE          # not counted: connections, pages and the JVM of whoever has just started
MESSAGE_ID = slice(6, 42)  # behind the frame and the length: the first field of the first record


@dataclass
class Latency:
    appended: list   # ms, produce to LogAppendTime of the record; both are the machine's clock, Kafka's has whole milliseconds
    read: list       # ms, produce to read by a waiting consumer, monotonic

    @staticmethod
    def at(values, share):
        return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def follow(contest, topics, lanes, count, seed):
    """Produces `count` submissions; the records expected are those that carry the submission itself, the first copy of each counts."""
    before = contest.offsets.ends(topics, lanes)
    consumer = Consumer({"bootstrap.servers": contest.world.kafka, "group.id": "latency", "enable.auto.commit": False, "fetch.wait.max.ms": 500})
    consumer.assign([TopicPartition(t, p, end) for (t, p), end in before.items()])
    producer = Producer({"bootstrap.servers": contest.world.kafka, "partitioner": "murmur2_random", "linger.ms": 0, "acks": "all", "log_level": 2})
    todo = stamps.submissions("one", count + WARM, seed)
    sent, seen, appended, read = {}, set(), [], []
    began, n = time.monotonic() + 0.5, 0
    while len(seen) < count + WARM and time.monotonic() < began + count / RATE + 15:
        if n < count + WARM and time.monotonic() >= began + n / RATE:
            s = next(todo)
            sent[s.message_id.encode()] = (time.time(), time.monotonic(), n)
            producer.produce(f"ecocase.outbox.{s.sender}", s.value, s.key, timestamp=stamps.AT)
            producer.poll(0)
            n += 1
        message = consumer.poll(0.0005)
        if message is None or message.error():
            continue
        key = message.value()[MESSAGE_ID]
        wall, mono, nth = sent.get(key, (0, 0, 0))
        if not wall:
            continue
        if key in seen:
            raise AssertionError("a record came twice")
        seen.add(key)
        if nth >= WARM:
            read.append((time.monotonic() - mono) * 1e3)
            appended.append(message.timestamp()[1] - wall * 1e3)
    consumer.close()
    producer.flush(5)
    if len(read) != count:
        raise AssertionError(f"{len(read)} of {count} came back")
    return Latency(appended, read)
