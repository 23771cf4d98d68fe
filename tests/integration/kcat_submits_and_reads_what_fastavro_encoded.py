"""kcat, which has none of our code, submits a case as raw bytes and reads the police inbox; fastavro understands what it read."""
import subprocess

from case import *


def kcat(w, *arguments, **options):
    done = subprocess.run(["kcat", "-b", w.kafka, *arguments], capture_output=True, timeout=60, **options)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


with world("kcat") as w:
    w.start_broker("broker-1")
    record = Client(w).case_file(number="巴环移送〔2026〕31号")
    key, message_id = record["envelope"]["case_id"], record["envelope"]["message_id"]
    value = w.folder / "case.avro"
    value.write_bytes(gen.encode(record, 1, SCHEMAS[1]))
    kcat(w, "-P", "-t", "ecocase.outbox.sthj", "-k", key, "-X", "partitioner=murmur2_random", value)
    wait_events(w, 1)
    out = kcat(w, "-C", "-t", "ecocase.inbox.psb-bynr", "-o", "beginning", "-e", "-q", "-f", "%k\\n%h\\n%S\\n%s")
    got_key, got_headers, size, got = out.split(b"\n", 3)
    assert got_key.decode() == key
    h = dict(pair.split("=", 1) for pair in got_headers.decode().split(","))
    assert h["ce_id"] == message_id and h["ce_type"] == "REF.SEND" and h["ce_specversion"] == "1.0" and h["content-type"] == "application/avro", h
    assert int(size) == len(got) and got == value.read_bytes(), "the value is forwarded byte for byte"
    assert decode(got) == record
    listed = json.loads(kcat(w, "-L", "-J"))
    lanes = {t["topic"]: len(t["partitions"]) for t in listed["topics"] if t["topic"].startswith("ecocase.outbox.") or t["topic"] == "ecocase.clock"}
    assert len(lanes) == 23 and set(lanes.values()) == {w.lanes}, lanes
    show("kcat", f"{len(got)} B submitted and read back, headers as CloudEvents says, 22 outboxes and the clock with {w.lanes} partitions each")
