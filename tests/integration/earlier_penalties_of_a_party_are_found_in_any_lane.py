"""Penalties of one party lie in cases of different lanes. The one that is a third in two years brings the hint that the threshold is met; so do three that come
in one batch; and the ledger judged again is the same ledger, because what was known is kept with the event."""
import subprocess

from case import *

PERSON = "150802198503150015"
OTHER = "15080220000229001X"


def party(number, role=""):
    return [{"kind": "PERSON", "name": "甲某", "id_type": "111", "id_no": number, "sex": "1", "address": "", "phone": "", "role": role}]


def lane_of(key, lanes):
    """Kafka's murmur2 partitioner; a UUID's text has no odd bytes at its end."""
    m, mask = 0x5bd1e995, 0xffffffff
    h = 0x9747b28c ^ len(key)
    for i in range(0, len(key), 4):
        k = int.from_bytes(key[i:i + 4].encode(), "little") * m & mask
        h = h * m & mask ^ (k ^ k >> 24) * m & mask
    h = (h ^ h >> 13) * m & mask
    return ((h ^ h >> 15) & 0x7fffffff) % lanes


def penalty(client, lane, number, decided, who, days=20):
    """Of a case in that lane."""
    while True:
        record = client.case_file(event="ADM.PENALTY", number=number, to=(), business_time=at(decided), approval_time=at(decided), parties=party(who),
                                  facts=[{"name": "substance", "value": 1, "unit": "TOXIC"}], found_time=at(decided) - 86400000 * days)
        if lane_of(record["envelope"]["case_id"], client.w.lanes) == lane:
            return record


def hints(w, record):
    return set(query(w, "SELECT level, threshold FROM ecocase.hint_list WHERE referral_id = %s", record["envelope"]["referral_id"]))


def known(w, record):
    (text,), = query(w, "SELECT elsewhere FROM ecocase.event WHERE referral_id = %s AND kind = 'A'", record["envelope"]["referral_id"])
    return [line.split("\t") for line in (text or "").splitlines()]


def replay(w, status=0):
    done = subprocess.run([w.bin / "ecocase", "ledger", "replay", w.schemas, "--json", "--postgres", w.conninfo("ecocase_broker")], capture_output=True, text=True)
    assert done.returncode == status, (done.returncode, done.stdout[-2000:], done.stderr)
    return json.loads(done.stdout)["differences"]


with world("antecedent", lanes=3) as w:
    w.start_broker("broker-1")
    client = Client(w)
    first = client.submit(penalty(client, 0, "巴环罚〔2025〕3号", "2025-03-03 09:00", PERSON))
    second = client.submit(penalty(client, 1, "巴环罚〔2025〕30号", "2025-11-20 09:00", PERSON))
    client.submit(penalty(client, 1, "巴环罚〔2022〕1号", "2022-11-20 09:00", PERSON))       # too long ago
    client.submit(penalty(client, 2, "巴环罚〔2025〕31号", "2025-11-20 09:00", OTHER))       # somebody else
    wait_events(w, 4)
    assert hints(w, first) == hints(w, second) == set(), (hints(w, first), hints(w, second))
    third = client.submit(penalty(client, 2, "巴环罚〔2026〕7号", "2026-06-08 09:00", PERSON))
    wait_events(w, 5)
    assert hints(w, third) == {("RED", "ENV1-8")}, hints(w, third)
    numbers = [line[5] for line in known(w, third)]
    assert sorted(numbers) == sorted(["巴环罚〔2025〕30号", "巴环罚〔2025〕3号", "巴环罚〔2022〕1号"]), numbers
    told = [n for h, n in notices(w, "sthj") if n["about_document_no"] == "巴环罚〔2026〕7号"]
    remarks = [r["field"] for n in told for r in n["reasons"] if r["code"] == "EARLIER_PENALTY"]
    assert [r.split(" · ")[0] for r in remarks] == ["巴环罚〔2025〕30号", "巴环罚〔2025〕3号"], remarks
    assert "SYS.HINT" in {decode(m.value())["envelope"]["event"] for m in inbox(w, "jcy")}, "the procuratorate was not told"
    show("lanes", f"{third['envelope']['document_no']} in lane 2 saw lanes 0 and 1: {remarks}")

    w.stop_process("broker-1")                                                          # what comes meanwhile is one batch
    batch = [client.submit(penalty(client, 0, f"巴环罚〔2026〕{n}号", f"2026-05-{n} 09:00", OTHER, days=0)) for n in range(10, 22)]
    w.start_broker("broker-1")
    wait_events(w, 5 + len(batch))
    assert [len(known(w, r)) for r in batch] == [n + 1 for n in range(len(batch))], [known(w, r) for r in batch]  # 巴环罚〔2025〕31号, and those before it
    assert hints(w, batch[0]) == set() and {h for r in batch[1:] for h in hints(w, r)} == {("RED", "ENV1-8")}, [hints(w, r) for r in batch]

    twice = subprocess.run([w.bin / "ecocase", "ledger", "duplicates", "--json", "--limit", "1000", "--postgres", w.conninfo("ecocase_coordinator")],
                           capture_output=True, text=True)
    pairs = {(d["document_no"], d["other_document_no"]) for d in json.loads(twice.stdout)}
    assert pairs == {(f"巴环罚〔2026〕{a}号", f"巴环罚〔2026〕{b}号") for a in range(10, 22) for b in range(a + 1, 22)}, (pairs, twice.stderr)

    rows = query(w, "SELECT persons, penalty FROM ecocase.referral")
    assert all(len(p) == 16 and PERSON not in p + q for p, q in rows) and len({p for p, _ in rows}) == 2, rows
    for column in ("persons", "penalty"):
        try:
            query(w, f"SELECT {column} FROM ecocase.referral", user="ecocase_coordinator")
            raise AssertionError(f"a coordinator reads {column}")
        except psycopg.errors.InsufficientPrivilege:
            pass
    assert replay(w) == []
    with psycopg.connect(w.conninfo()) as db:                                            # what was known is part of the record
        assert db.execute("UPDATE ecocase.event SET elsewhere = NULL WHERE referral_id = %s", (third["envelope"]["referral_id"],)).rowcount == 1
    fields = {d["field"] for d in replay(w, status=1) if d["referral_id"] == third["envelope"]["referral_id"]}
    assert {"answer", "hints"} <= fields, fields
    show("replay", f"identical; without what was known then: {sorted(fields)}")
