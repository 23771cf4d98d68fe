"""The peer: what a good Python engineer would run instead. It ONLY sinks rows (no judging, no delivery): confluent-kafka -> fastavro ->
psycopg binary COPY of a lean row, offsets in the same transaction; one process per set of partitions.
usage: peer.py BOOTSTRAP CONNINFO TOPICS(comma) PARTITIONS PROCESSES
"""
import io
import multiprocessing
import os
import sys
import time

import fastavro
import psycopg
from confluent_kafka import Consumer, TopicPartition

from gen import CASE_FILE

PG_EPOCH = 946684800000000
DDL = """
CREATE SCHEMA IF NOT EXISTS peer;
DROP TABLE IF EXISTS peer.ledger; DROP TABLE IF EXISTS peer.offsets;
CREATE TABLE peer.ledger(message_id uuid PRIMARY KEY, case_id uuid NOT NULL, referral_id uuid NOT NULL, sender text NOT NULL,
  event text NOT NULL, business_time timestamptz NOT NULL, document_no text NOT NULL, category text NOT NULL, value bytea NOT NULL);
CREATE INDEX ON peer.ledger(case_id);
CREATE TABLE peer.offsets(topic text, part int, next_offset bigint NOT NULL, PRIMARY KEY(topic, part));
"""
EVENTS = {"REF.SEND", "REF.AMEND"}


def worker(bootstrap, conninfo, topics, partitions, total, batch):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "peer", "enable.auto.commit": False,
                         "enable.auto.offset.store": False, "auto.offset.reset": "earliest", "fetch.min.bytes": 65536,
                         "fetch.wait.max.ms": 50, "queued.min.messages": 100000})
    consumer.assign([TopicPartition(t, p, 0) for t in topics for p in partitions])
    connection = psycopg.connect(conninfo)
    cursor = connection.cursor()
    read, hexed = fastavro.schemaless_reader, bytes.fromhex
    done = 0
    while done < total:
        messages = consumer.consume(batch, 0.05)
        if not messages:
            continue
        rows, last = [], {}
        for m in messages:
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
        with cursor.copy("COPY peer.ledger FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["bytea", "bytea", "bytea", "text", "text", "int8", "text", "text", "bytea"])
            write = copy.write_row
            for row in rows:
                write(row)
        cursor.executemany("INSERT INTO peer.offsets VALUES(%s,%s,%s) ON CONFLICT(topic,part) DO UPDATE SET next_offset=excluded.next_offset",
                           [(t, p, o) for (t, p), o in last.items()])
        connection.commit()
        done += len(rows)
    os._exit(0)


def main():
    bootstrap, conninfo, topics, count, processes = sys.argv[1], sys.argv[2], sys.argv[3].split(","), int(sys.argv[4]), int(sys.argv[5])
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(DDL)
    probe = Consumer({"bootstrap.servers": bootstrap, "group.id": "peer-probe"})
    ends = {p: sum(probe.get_watermark_offsets(TopicPartition(t, p), timeout=10)[1] for t in topics) for p in range(count)}
    probe.close()
    sets = [[p for p in range(count) if p % processes == i] for i in range(processes)]
    started = time.monotonic()
    workers = [multiprocessing.Process(target=worker, args=(bootstrap, conninfo, topics, s, sum(ends[p] for p in s), 5000)) for s in sets]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
        if w.exitcode != 0:
            sys.exit("peer worker failed")
    wall = time.monotonic() - started
    usage = os.times()
    total = sum(ends.values())
    print(f"{total} {wall:.3f} {usage.children_user + usage.children_system:.3f}")


if __name__ == "__main__":
    main()
