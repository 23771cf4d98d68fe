"""Each kind of bad input gets its clear answer, is recorded, and the next good case passes."""
from case import *

with world("bad-input", lanes=1) as w:
    w.start_broker("broker-1")
    client = Client(w)
    good = client.submit(client.case_file())
    body = gen.encode(good)
    key = good["envelope"]["case_id"]
    expected = []

    def hostile(value, code, with_key=key):
        client.send("sthj", value, with_key)
        expected.append(code)

    hostile(b"", "FRAME_SHORT")
    hostile(b"\1\0\0\0\1x", "FRAME_MAGIC")
    hostile(b"\0\0\0\0\x63" + body[5:], "SCHEMA_UNKNOWN")
    hostile(body[:-1], "AVRO_TRUNCATED")
    hostile(body + b"\0", "AVRO_TRAILING")
    hostile(body[:5] + b"\xff" * 400, "AVRO_VARINT")
    hostile(body[:5] + b"\x48" + b"\xff" * 36 + body[42:], "AVRO_UTF8")
    hostile(body + bytes(1572864 - len(body) + 64), "TOO_LARGE")
    other = gen.encode(client.case_file())
    hostile(other, "NO_KEY", with_key=None)
    hostile(gen.encode(client.case_file()), "KEY_MISMATCH")
    client.flush()

    def refused(record, code, outbox=None):
        client.submit(record, outbox)
        expected.append(code)

    refused(client.case_file(sender="zrzy", category="MINE1"), "SENDER_NOT_OWNER", "sthj")
    refused(client.case_file(to=("nobody",)), "UNKNOWN_RECIPIENT")
    refused(client.case_file(county_code="460000"), "UNKNOWN_COUNTY")
    refused(client.case_file(category="FISH"), "NOT_COMPETENT")
    refused(client.case_file(event="REF.NONSENSE"), "UNKNOWN_EVENT")
    refused({**client.case_file(), "envelope": {**client.case_file()["envelope"], "case_id": key, "referral_id": good["envelope"]["referral_id"]}}, "REFERRAL_EXISTS")
    conflict = json.loads(json.dumps({k: v for k, v in good.items() if k != "documents"}))
    refused({**conflict, "documents": [], "title": "另一内容"}, "ID_CONFLICT")
    client.submit(good)  # the same bytes again
    last = client.submit(client.case_file())
    wait_events(w, len(expected) + 3)

    answers = [n["reasons"][0]["code"] for _, n in notices(w, "sthj") if n["envelope"]["event"] == "SYS.REFUSED"]
    assert answers == expected, f"answers differ:\n{answers}\n{expected}"
    for _, n in notices(w, "sthj"):
        assert all(r["zh"] and r["en"] for r in n["reasons"])
    repeats = [(h, n) for h, n in notices(w, "sthj") if h["ecocase_repeat"] == "1"]
    first = [(h, n) for h, n in notices(w, "sthj") if n["about_message_id"] == good["envelope"]["message_id"] and h["ecocase_repeat"] == "0"
             and n["envelope"]["event"] == "SYS.ACCEPTED"]
    assert len(repeats) == 1 and len(first) == 1
    assert repeats[0][0]["ce_id"] == first[0][0]["ce_id"] and repeats[0][1] == first[0][1], "a repeat gets the recorded answer again"
    assert [decode(m.value())["envelope"]["message_id"] for m in inbox(w, "psb-bynr")] == [r["envelope"]["message_id"] for r in (good, last)]
    dead = read_topic(w, "ecocase.dead-letter")
    assert len(dead) == 8, len(dead)
    h = headers(dead[2])
    assert h["__connect.errors.topic"] == "ecocase.outbox.sthj" and h["__connect.errors.exception.class.name"] == "SCHEMA_UNKNOWN"
    assert dead[2].value() == b"\0\0\0\0\x63" + body[5:] and dead[2].key().decode() == key
    kinds = dict(query(w, 'SELECT kind::text, count(*) FROM ecocase.event GROUP BY 1'))
    assert kinds == {"A": 2, "R": 9, "D": 8, "P": 1}, kinds
    check_sequences(w, ["sthj", "psb-bynr", "jcy"])
    show("bad input", f"{len(expected)} refusals answered one by one, 8 dead letters, 1 repeat, lane went on")
