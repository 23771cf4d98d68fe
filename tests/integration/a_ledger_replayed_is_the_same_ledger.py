"""Every kind of event there is (accepted, refused before and after judging, repeats, conflicts, dead letters, alerts at ticks of a manual clock) is judged
again by `ecocase ledger replay` and comes out the same; what somebody changed in the ledger behind the broker's back is found and named."""
import hashlib
import shutil
import subprocess

from case import *

CASES = 60


def replay(w, *options, user="ecocase_broker", status=0, schemas=None):
    done = subprocess.run([w.bin / "ecocase", "ledger", "replay", schemas or w.schemas, "--json", "--postgres", w.conninfo(user), *options], capture_output=True, text=True)
    assert done.returncode == status, (done.returncode, done.stdout[-2000:], done.stderr)
    return json.loads(done.stdout) if status < 2 else done.stderr


def documents(w, number, user, status=0):
    done = subprocess.run([w.bin / "ecocase", "ledger", "documents", number, "--json", "--schemas", w.schemas, "--postgres", w.conninfo(user)], capture_output=True, text=True)
    assert done.returncode == status, (done.returncode, done.stdout[-2000:], done.stderr)
    return json.loads(done.stdout) if status == 0 else done.stderr


def change(w, sql, *parameters):
    """As the database's superuser, who can do what no broker can."""
    with psycopg.connect(w.conninfo()) as db:
        assert db.execute(sql, parameters).rowcount == 1, sql


def found(w, *options):
    return {(d["lane"], d["serial"], d["referral_id"], d["field"]): (d["recorded"], d["replayed"]) for d in replay(w, *options, status=1)["differences"]}


with world("replay", lanes=2) as w:
    w.start_broker("broker-1")
    client = Client(w)
    cases = [client.submit(client.case_file(number=f"巴环移送〔2026〕{n}号")) for n in range(1, CASES + 1)]
    wait_events(w, CASES)
    for n, case in enumerate(cases):
        client.submit(client.step(case, "psb-bynr", "REF.RECEIPT", f"巴公(环)受字〔2026〕{n}号", at("2026-06-08 13:00")))
    for case in cases[:10]:
        client.submit(case)                                                             # again: a repeat
        client.submit({**case, "title": "另一内容"})                                     # another text under the same id
        client.submit(client.step(case, "sthj", "REF.FILED", "巴公(环)立字〔2026〕1号"))    # not theirs to say
    refused = [client.case_file(to=("nobody",)), client.case_file(county_code="460000"), client.case_file(category="FISH"), client.case_file(event="REF.NONSENSE"),
               client.case_file(sender="zrzy", category="MINE1")]
    for record in refused:
        client.submit(record, "sthj")
    body, key = gen.encode(cases[0]), cases[0]["envelope"]["case_id"]
    for value, k in ((b"", key), (b"\1\0\0\0\1x", key), (body[:-1], None), (body + b"\0", key), (body + bytes(1572864), key), (gen.encode(client.case_file()), None),
                     (gen.encode(client.case_file()), key)):
        client.send("sthj", value, k)
    client.send("sthj", gen.encode(client.case_file()), key, partition=0)
    client.flush()
    wait_events(w, 2 * CASES + 30 + 5 + 8)
    for when in ("2026-06-10 07:00", "2026-06-11 20:00", "2026-06-12 00:01"):
        Clock(w, client).pass_to(when)
    for n, case in enumerate(cases[:30]):                                               # in time, but late to come: corrections
        client.submit(client.step(case, "psb-bynr", "REF.FILED", f"巴公(环)立字〔2026〕{n}号", at("2026-06-11 17:00")), at=at("2026-06-12 09:00"))
    wait_events(w, 2 * CASES + 43 + 30 + 1)
    Clock(w, client).pass_to("2026-06-14 12:00")
    kinds = dict(query(w, "SELECT kind::text, count(*) FROM ecocase.event GROUP BY 1"))
    assert set(kinds) == set("ARPDT") and kinds["P"] == 10 and kinds["T"] > CASES, kinds
    told = dict(query(w, "SELECT event, count(*) FROM ecocase.alert_list GROUP BY 1"))
    assert set(told) == {"SYS.WARNING", "SYS.OVERDUE", "SYS.ESCALATION", "SYS.CORRECTION"}, told

    same = replay(w, "--check")
    assert same["identical"] and [same[k] for k in ("accepted", "refused", "repeated", "dead_letters", "alerts")] == [kinds[k] for k in "ARPDT"], (same, kinds)
    assert same["referrals"] == query(w, "SELECT count(*) FROM ecocase.referral")[0][0] and same["lanes"] == 2
    show("identical", f"{kinds}, {same['referrals']} referrals, alerts {told}")
    other = w.folder / "schemas"                                                         # the same version number, but another rule
    shutil.copytree(w.schemas, other)
    policy = (other / "rules" / "alerts.yaml").read_text()
    assert policy.count("escalate_after: 24") == 1
    (other / "rules" / "alerts.yaml").write_text(policy.replace("escalate_after: 24", "escalate_after: 2400"))
    strayed = replay(w, "--limit", "10000", status=1, schemas=other)
    untold = [d for d in strayed["differences"] if d["field"] == "alert" and d["recorded"] == "SYS.ESCALATION"]
    assert len(untold) == told["SYS.ESCALATION"], (len(untold), told)
    denied = replay(w, user="ecocase_coordinator", status=2)
    assert "permission" in denied and "ecocase_auditor" in denied, denied
    with psycopg.connect(w.conninfo()) as db:
        db.execute("CREATE ROLE who_audits LOGIN IN ROLE ecocase_auditor")
    assert replay(w, "--check", user="who_audits")["identical"]
    papers = documents(w, cases[3]["envelope"]["document_no"], "who_audits")
    assert [(p["code"], p["size"], p["sha256"]) for p in papers if p["event"] == "REF.SEND"] == \
        [(d["code"], d["size"], hashlib.sha256(d["content"]).hexdigest()) for d in cases[3]["documents"]], papers
    assert "ecocase_auditor" in documents(w, cases[3]["envelope"]["document_no"], "ecocase_coordinator", status=1)

    (lane, referral, case_id), = query(w, "SELECT lane, id::text, case_id::text FROM ecocase.referral WHERE id = %s", cases[40]["envelope"]["referral_id"])
    (receipt, deliveries), = query(w, "SELECT serial, delivery_to FROM ecocase.event WHERE lane = %s AND referral_id = %s AND event = 'REF.RECEIPT' AND kind = 'A'", lane, referral)
    change(w, "UPDATE ecocase.referral SET state = 'A99' WHERE id = %s", referral)
    assert found(w) == {(lane, None, referral, "state"): ("A99", query(w, "SELECT to_state FROM ecocase.event WHERE lane = %s AND serial = %s", lane, receipt)[0][0])}, found(w)
    assert replay(w, "--lane", str(1 - lane))["identical"] and replay(w, "--to", str(receipt))["identical"]
    change(w, "UPDATE ecocase.referral SET state = (SELECT to_state FROM ecocase.event WHERE lane = %s AND serial = %s) WHERE id = %s", lane, receipt, referral)
    assert replay(w)["identical"]

    change(w, "UPDATE ecocase.event SET delivery_to[1] = 63 WHERE lane = %s AND serial = %s", lane, receipt)
    differences = found(w)
    assert (lane, receipt, referral, "deliveries[0]") in differences, differences
    assert found(w, "--from", str(receipt), "--to", str(receipt)).keys() == {(lane, receipt, referral, "deliveries[0]")}
    change(w, "UPDATE ecocase.event SET delivery_to = %s WHERE lane = %s AND serial = %s", deliveries, lane, receipt)
    assert replay(w)["identical"]

    change(w, "UPDATE ecocase.referral SET clocks[2] = clocks[2] # 8192 WHERE id = %s", referral)
    (rule,) = query(w, "SELECT rule FROM ecocase.clock_list WHERE referral_id = %s ORDER BY started_at", referral)[0]
    assert {f for (_, _, r, f) in found(w) if r == referral} >= {"clock." + rule + ".told"}, found(w)
    change(w, "UPDATE ecocase.referral SET clocks[2] = clocks[2] # 8192 WHERE id = %s", referral)

    for event in ("SYS.OVERDUE", "REF.RECEIPT"):
        with psycopg.connect(w.conninfo()) as db:
            db.execute("CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM ecocase.event WHERE false")
            (serial,), = db.execute("WITH gone AS (DELETE FROM ecocase.event WHERE lane = %s AND serial = (SELECT min(serial) FROM ecocase.event WHERE lane = %s"
                                    " AND referral_id = %s AND event = %s AND kind IN ('A', 'T')) RETURNING *) INSERT INTO kept SELECT * FROM gone RETURNING serial",
                                    (lane, lane, referral, event)).fetchall()
        differences = found(w, "--limit", "1000")
        assert (lane, serial, None, "event") in differences and "missing" in differences[lane, serial, None, "event"][0], differences
        assert any(s is None and r == referral and f == "events" for (_, s, r, f) in differences), differences
        change(w, "INSERT INTO ecocase.event SELECT * FROM kept WHERE serial = %s", serial)
        assert replay(w)["identical"]
    change(w, "INSERT INTO ecocase.event SELECT * FROM ecocase.event WHERE lane = %s AND serial = %s", lane, receipt)   # no index forbids it
    assert found(w) == {(lane, receipt, referral, "event"): ("重复 twice", "")}, found(w)
    change(w, "DELETE FROM ecocase.event WHERE lane = %s AND ctid = (SELECT max(ctid) FROM ecocase.event WHERE lane = %s AND serial = %s)", lane, lane, receipt)
    assert replay(w)["identical"]
    (beyond,), = query(w, "SELECT serial + 100000 FROM ecocase.lane WHERE lane = %s", lane)             # windows later than the lane's row says
    with psycopg.connect(w.conninfo()) as db:
        db.execute("CREATE TEMP TABLE late AS SELECT * FROM ecocase.event WHERE lane = %s AND serial = %s", (lane, receipt))
        db.execute("UPDATE late SET serial = %s", (beyond,))
        db.execute("INSERT INTO ecocase.event SELECT * FROM late")
    assert any(s == beyond for (_, s, _, _) in found(w, "--limit", "1000")), "an event beyond the lane's row is not seen"
    change(w, "DELETE FROM ecocase.event WHERE lane = %s AND serial = %s", lane, beyond)
    assert replay(w)["identical"]
    show("changed", "a rule, a state, a delivery, a told bit, two deleted events, one written twice and one beyond the row are found at lane, serial and field")
