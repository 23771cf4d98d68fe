"""A case whose identifiers are wrong is handed over all the same: the law knows no such refusal. The receipt names each by its field."""
from case import *

with world("identifiers", lanes=1) as w:
    w.start_broker("broker-1")
    client = Client(w)

    def party(kind, id_type, id_no):
        return {"kind": kind, "name": "某某", "id_type": id_type, "id_no": id_no, "sex": "", "address": "", "phone": "", "role": ""}

    right = client.submit(client.case_file(parties=[party("PERSON", "111", "152824198503150015"), party("ORGANISATION", "USCC", "11150800990000025T")]))
    wrong = client.submit(client.case_file(
        parties=[party("PERSON", "111", "150802198503150015"), party("PERSON", "111", "150802198503150016"), party("PERSON", "", "150802200102290017"),
                 party("ORGANISATION", "USCC", "11150800990000025U")],
        longitude=40.75, latitude=107.4, fine_paid_fen=-1))
    wait_events(w, 2)

    receipts = {n["about_message_id"]: n for _, n in notices(w, "sthj")}
    assert {n["envelope"]["event"] for n in receipts.values()} == {"SYS.ACCEPTED"}, receipts
    named = {k: [(r["code"], r["field"]) for r in receipts[s["envelope"]["message_id"]]["reasons"] if r["code"] not in ("CLOCK_SKEW", "LACKS_DOCUMENT")]
             for k, s in (("right", right), ("wrong", wrong))}
    assert named["right"] == [], named["right"]
    assert named["wrong"] == [("ID_NUMBER_CHECK", "parties[2].id_no"), ("ID_NUMBER_DATE", "parties[3].id_no"), ("CREDIT_CODE_CHECK", "parties[4].id_no"),
                              ("COORDINATE_RANGE", "latitude"), ("AMOUNT_RANGE", "fine_paid_fen")], named["wrong"]
    assert all(r["zh"] and r["en"] for n in receipts.values() for r in n["reasons"])
    assert [decode(m.value())["envelope"]["message_id"] for m in inbox(w, "psb-bynr")] == [r["envelope"]["message_id"] for r in (right, wrong)]
    answers = "".join(a or "" for a, in query(w, "SELECT answer FROM ecocase.event"))
    logs = "".join(p.read_text(encoding="utf-8", errors="replace") for p in w.folder.rglob("*.log") if "broker" in p.name)
    assert "broker" in logs and "198503150016" not in answers + logs, "neither answers nor logs repeat an identity number"
    show("wrong identifiers", f"accepted, {len(named['wrong'])} named in the receipt")
