"""A record that unpacks to 150 MB, one with a damaged byte, records deleted unread and one of a schema that this broker does not know yet: each holds its sender's
outbox in that lane, told by name at once, to probes too; the others' papers and the lane's time go on, their alerts too, the sender's own wait. An operator passes
over what nobody can read, in writing; a broker that knows the schema judges what waited. Nothing is lost but what was passed over, and the ledger replays."""
import shutil
import subprocess

from confluent_kafka.admin import AdminClient

from case import *

BOMB = 150 << 20
LANES = 2


def log(w, name="broker-1"):
    return (w.folder / "log" / f"{name}.log").read_text()


def held(w, code, name="broker-1"):
    return [line for line in log(w, name).splitlines() if "lane.outbox.held" in line and f"code={code}" in line]


def field(line, name):
    return line.split(f" {name}=")[1].split()[0].strip('"')


def bomb(w, partition):
    producer = Producer({"bootstrap.servers": w.kafka, "compression.type": "zstd", "message.max.bytes": 1000000000})
    producer.produce("ecocase.outbox.sthj", bytes(BOMB), b"x", partition=partition)
    assert producer.flush(60) == 0


def pass_over(w, line, agency="sthj", **options):
    words = {"agency": agency, "lane": field(line, "lane"), "offset": field(line, "offset"), "operator": "张某", "reason": "磁盘损坏，已电话告知", **options}
    return subprocess.run([w.bin / "ecocase-broker", "pass-over", "--postgres", w.conninfo(), "--schemas", w.schemas, *[x for k, v in words.items() for x in (f"--{k}", str(v))]],
                          capture_output=True, text=True)


def health(w):
    words = ["health", "--postgres", w.conninfo("ecocase_broker"), "--instance", "broker-1", "--tick-seconds", "1"]
    return subprocess.run([w.bin / "ecocase-broker", *words], capture_output=True, text=True)


def papers(w, agency):
    return query(w, "SELECT count(*) FROM ecocase.event e JOIN ecocase.participant p ON p.number = e.sender WHERE e.kind = 'A' AND p.slug = %s", agency)[0][0]


def lane_times(w):
    return dict(query(w, 'SELECT lane, "time" FROM ecocase.lane'))


def goes_on(w):
    """Every lane's time."""
    before = lane_times(w)
    eventually(lambda: all(t > before[lane] for lane, t in lane_times(w).items()), 20, "the lanes' time")


def replayed(w):
    done = subprocess.run([w.bin / "ecocase", "ledger", "replay", w.schemas, "--json", "--postgres", w.conninfo("ecocase_broker")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def damage(w, partition, mark):
    """One byte of a record, as a disk may; Kafka was stopped cleanly and does not look."""
    w.stop_process("kafka")
    path = w.folder / "kafka" / "data" / f"ecocase.outbox.sthj-{partition}" / "00000000000000000000.log"
    content = bytearray(path.read_bytes())
    at = content.rindex(mark)
    content[at] ^= 0x20
    path.write_bytes(content)
    w.restart_kafka()


def alerts(w, case):
    return query(w, "SELECT count(*) FROM ecocase.event WHERE kind = 'T' AND case_id = %s", case["envelope"]["case_id"])[0][0]


def unreadable(w, client):
    partition = query(w, "SELECT lane FROM ecocase.event WHERE kind = 'A' LIMIT 1")[0][0]
    bomb(w, partition)
    line = eventually(lambda: next(iter(held(w, "UNREADABLE")), None), 20, "the hold")
    assert field(line, "agency") == "sthj" and int(field(line, "lane")) == partition, line
    goes_on(w)
    probe = health(w)
    assert probe.returncode == 1 and "lane.outbox.held" in probe.stderr and f"lane {partition} held: sthj" in probe.stderr, probe
    before = papers(w, "sthj"), papers(w, "zrzy")
    waiting = [client.submit(client.case_file(number=f"巴环移送〔2026〕{n}号")) for n in range(20, 40)]
    others = [client.submit(client.case_file(sender="zrzy", category="MINE1", number=f"巴自移〔2026〕{n}号")) for n in range(6)]
    eventually(lambda: papers(w, "zrzy") == before[1] + 6, 30, "the others' papers")
    eventually(lambda: all(alerts(w, c) for c in others), 20, "the others' alerts")
    time.sleep(2)
    behind = 20 - (papers(w, "sthj") - before[0])
    assert behind, "some of them lie behind the bomb"
    assert not any(alerts(w, c) for c in waiting if not query(w, "SELECT 1 FROM ecocase.event WHERE kind = 'A' AND case_id = %s", c["envelope"]["case_id"]))
    wrong = pass_over(w, line, offset=int(field(line, "offset")) + 1)
    assert wrong.returncode == 1 and "NOT_NEXT" in wrong.stderr, wrong.stderr
    assert pass_over(w, line, agency="nobody").returncode == 1
    done = pass_over(w, line)
    assert done.returncode == 0 and "passed over: sthj" in done.stdout, done.stderr
    eventually(lambda: papers(w, "sthj") == before[0] + 20, 60, "what lay behind it")
    eventually(lambda: health(w).returncode == 0, 30, "a probe that is content")
    row = query(w, "SELECT kind::text, answer FROM ecocase.event WHERE lane = %s AND source_offset = %s AND kind = 'D'", partition, int(field(line, "offset")))
    assert len(row) == 1 and json.loads(row[0][1])["reasons"][0]["code"] == "PASSED_OVER" and "张某" in row[0][1], row
    assert any(r["code"] == "PASSED_OVER" for _, n in notices(w, "sthj") for r in n["reasons"]), "the sender is told"
    show("bomb", f"held sthj in lane {partition} only; {behind} papers behind it came when it was passed over in writing")
    return partition


def damaged(w, client, partition):
    victim = None
    while victim is None:
        case = client.submit(client.case_file(number=f"损坏{uuid.uuid4().hex[:6]}号"))
        eventually(lambda: query(w, "SELECT 1 FROM ecocase.event WHERE case_id = %s", case["envelope"]["case_id"]), 20)
        if query(w, "SELECT lane FROM ecocase.event WHERE case_id = %s AND kind = 'A'", case["envelope"]["case_id"])[0][0] == partition:
            victim = case
    w.stop_process("broker-1")
    last = client.case_file(number="损坏末号")
    last["envelope"]["case_id"] = victim["envelope"]["case_id"]
    client.submit(last)
    damage(w, partition, "损坏末号".encode())
    count = len(held(w, "UNREADABLE"))
    w.start_broker("broker-1")
    line = eventually(lambda: held(w, "UNREADABLE")[count:] and held(w, "UNREADABLE")[-1], 60, "the damaged record's hold")
    goes_on(w)
    assert pass_over(w, line).returncode == 0
    show("damage", "one flipped byte held its sender by name; passed over")


def deleted(w, client, partition):
    """By somebody, or by a retention that was set by hand, while no broker works."""
    w.stop_process("broker-1")
    number = query(w, "SELECT number FROM ecocase.participant WHERE slug = 'sthj'")[0][0]
    next_offset = query(w, "SELECT next_offset FROM ecocase.lane WHERE lane = %s", partition)[0][0][number]
    before = papers(w, "sthj"), papers(w, "zrzy")
    reader = Consumer({"bootstrap.servers": w.kafka, "group.id": "ends"})
    at = TopicPartition("ecocase.outbox.sthj", partition)
    sent = 0
    while reader.get_watermark_offsets(at, timeout=20)[1] < next_offset + 5:
        client.submit(client.case_file(number=f"删{sent}号"))
        sent += 1
    reader.close()
    at.offset = next_offset + 3
    admin = AdminClient({"bootstrap.servers": w.kafka})  # its answers come as long as it lives
    for done in admin.delete_records([at]).values():
        done.result()
    w.start_broker("broker-1")
    line = eventually(lambda: next(iter(held(w, "DELETED")), None), 60, "the hold")
    assert int(field(line, "offset")) == next_offset and f"--up-to {next_offset + 2} " in line, line
    goes_on(w)
    client.submit(client.case_file(sender="zrzy", category="MINE1", number="巴自移〔2026〕88号"))
    eventually(lambda: papers(w, "zrzy") == before[1] + 1, 30, "the others")
    assert pass_over(w, line, **{"up-to": next_offset - 1}).returncode == 1
    done = pass_over(w, line, **{"up-to": next_offset + 2})
    assert done.returncode == 0, done.stderr
    eventually(lambda: papers(w, "sthj") == before[0] + sent - 3, 60, "what was not deleted")
    assert w.processes["broker-1"].poll() is None
    show("deleted", f"3 records deleted unread held sthj in lane {partition} only, and were passed over in writing")


def newer(w, client):
    """The broker is older than the sender's adapter: it lacks the last schema."""
    last = max(SCHEMAS)
    now = w.schemas
    shutil.copytree(now, w.folder / "older")
    catalogue = w.folder / "older" / "catalogue.yaml"
    catalogue.write_text("".join(line for line in catalogue.read_text().splitlines(True) if f"{{id: {last}," not in line))
    w.stop_process("broker-1")
    w.schemas = w.folder / "older"
    w.start_broker("broker-1")
    case = client.submit(client.case_file(number="新模式1号"))
    eventually(lambda: query(w, "SELECT 1 FROM ecocase.event WHERE kind = 'A' AND case_id = %s", case["envelope"]["case_id"]), 30, "the case")
    receipt = client.step(case, "psb-bynr", "REF.RECEIPT", "巴公(环)受字〔2026〕1号", at("2026-06-08 13:00"))
    client.send("psb-bynr", gen.encode(receipt, last, SCHEMAS[last]), case["envelope"]["case_id"])
    client.flush()
    line = eventually(lambda: next(iter(held(w, "SCHEMA_NEWER")), None), 20, "the hold")
    assert field(line, "agency") == "psb-bynr" and f"schema id {last}" in line, line
    goes_on(w)
    before = papers(w, "zrzy")
    client.submit(client.case_file(sender="zrzy", category="MINE1", number="巴自移〔2026〕99号"))
    eventually(lambda: papers(w, "zrzy") == before + 1, 30, "the others")
    assert papers(w, "psb-bynr") == 0
    w.stop_process("broker-1")
    w.schemas = now
    w.start_broker("broker-1")
    eventually(lambda: papers(w, "psb-bynr") == 1, 60, "its judgement by a broker that knows it")
    assert not query(w, "SELECT 1 FROM ecocase.event e JOIN ecocase.participant p ON p.number = e.sender WHERE e.kind IN ('D', 'R') AND p.slug = 'psb-bynr'")
    show("newer", f"schema id {last} waited by name under a broker that lacks it and was judged by one that knows it")


if __name__ == "__main__":
    with world("held", clock="real", lanes=LANES) as w:
        w.start_broker("broker-1")
        client = Client(w)
        client.submit(client.case_file())
        wait_events(w, 1)
        where = unreadable(w, client)
        damaged(w, client, where)
        deleted(w, client, where)
        newer(w, client)
        replayed(w)
