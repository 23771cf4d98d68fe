"""The peer: what a good Python engineer would run instead: confluent-kafka -> fastavro -> check -> psycopg binary COPY of one lean row for
each message, offsets in the same transaction; one process for each set of partitions. It judges nothing, keeps no state of a case, knows no
repeats, and (with `forward`) sends each message on without sequence or recovery. Tuned: batch consume, raw uuid and timestamp bytes,
one COPY a batch, the value stored as it is.

usage: peer.py SETTINGS.json with {bootstrap, conninfo, topics, starts: {topic: [offset]}, ends, partitions, processes, forward: topic or
null, follow: bool}. Without `follow` it ends when all up to `ends` is stored (and acknowledged, with forward); with it, it waits for one
message, takes all that is there, and goes on until it is stopped.
"""
import io
import json
import multiprocessing
import os
import signal
import sys

import fastavro
import psycopg
from confluent_kafka import Consumer, Producer, TopicPartition

from gen import CASE_FILE

PG_EPOCH = 946684800000000
BATCH = 5000
DDL = """
CREATE SCHEMA IF NOT EXISTS peer;
DROP TABLE IF EXISTS peer.ledger; DROP TABLE IF EXISTS peer.offsets;
CREATE TABLE peer.ledger(message_id uuid PRIMARY KEY, case_id uuid NOT NULL, referral_id uuid NOT NULL, sender text NOT NULL,
  event text NOT NULL, business_time timestamptz NOT NULL, document_no text NOT NULL, category text NOT NULL, value bytea NOT NULL);
ALTER TABLE peer.ledger ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE INDEX ON peer.ledger(case_id);
CREATE TABLE peer.offsets(topic text, part int, done bigint NOT NULL, PRIMARY KEY(topic, part));
"""
EVENTS = {"REF.SEND", "REF.AMEND", "JUR.FORWARD"}
COPY = "COPY peer.ledger FROM STDIN (FORMAT BINARY)"
OFFSETS = "INSERT INTO peer.offsets VALUES(%s,%s,%s) ON CONFLICT(topic,part) DO UPDATE SET done=excluded.done"


def reader(s, parts):
    consumer = Consumer({"bootstrap.servers": s["bootstrap"], "group.id": "peer", "enable.auto.commit": False,
                         "enable.auto.offset.store": False, "auto.offset.reset": "earliest", "fetch.min.bytes": 1 if s["follow"] else 65536,
                         "fetch.wait.max.ms": 50, "queued.min.messages": 100000})
    consumer.assign([TopicPartition(t, p, s["starts"][t][p]) for t in s["topics"] for p in parts])
    return consumer


def take(consumer, follow):
    if not follow:
        return consumer.consume(BATCH, 0.05)
    first = consumer.poll(0.1)
    return [first, *consumer.consume(BATCH - 1, 0)] if first is not None else []


def worker(s, parts):
    consumer = reader(s, parts)
    producer = Producer({"bootstrap.servers": s["bootstrap"], "enable.idempotence": True, "compression.type": "lz4", "linger.ms": 0 if s["follow"] else 2,
                         "queue.buffering.max.messages": 500000}) if s["forward"] else None
    connection = psycopg.connect(s["conninfo"])
    cursor = connection.cursor()
    read, hexed, forward = fastavro.schemaless_reader, bytes.fromhex, s["forward"]
    left = sum(s["ends"][t][p] - s["starts"][t][p] for t in s["topics"] for p in parts)
    while s["follow"] or left > 0:
        rows, last, values = [], {}, []
        for m in take(consumer, s["follow"]):
            if m.error():
                continue
            value = m.value()
            record = read(io.BytesIO(value[5:]), CASE_FILE, None)
            e = record["envelope"]
            if value[0] != 0 or e["event"] not in EVENTS:
                raise SystemExit("bad record")
            last[m.topic(), m.partition()] = m.offset() + 1
            rows.append((hexed(e["message_id"].replace("-", "")), hexed(e["case_id"].replace("-", "")),
                         hexed(e["referral_id"].replace("-", "")), e["sender"], e["event"],
                         e["business_time"] * 1000 - PG_EPOCH, e["document_no"], record["category"], value))
            values.append((m.key(), value))
        if not rows:
            continue
        with cursor.copy(COPY) as copy:
            copy.set_types(["bytea", "bytea", "bytea", "text", "text", "int8", "text", "text", "bytea"])
            write = copy.write_row
            for row in rows:
                write(row)
        cursor.executemany(OFFSETS, [(t, p, o - s["starts"][t][p]) for (t, p), o in last.items()])
        connection.commit()
        if forward:
            for key, value in values:
                producer.produce(forward, value, key)
            producer.poll(0)
        left -= len(rows)
    if producer:
        producer.flush()
    os._exit(0)


def main():
    with open(sys.argv[1]) as file:
        s = json.load(file)
    with psycopg.connect(s["conninfo"], autocommit=True) as connection:
        connection.execute(DDL)
    workers = [multiprocessing.Process(target=worker, args=(s, list(range(i, s["partitions"], s["processes"])))) for i in range(s["processes"])]
    for w in workers:
        w.start()

    def leave(*_):
        for w in workers:
            w.kill()
        os._exit(0)
    signal.signal(signal.SIGTERM, leave)
    for w in workers:
        w.join()
        if w.exitcode != 0:
            sys.exit("peer worker failed")


if __name__ == "__main__":
    main()
