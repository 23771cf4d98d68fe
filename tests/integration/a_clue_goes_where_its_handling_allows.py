"""Clues encoded by fastavro: a copy reaches who subscribed, byte for byte; an originator-controlled one goes nowhere without consent; what is for
information starts no case; each refusal says why in two languages; what came of a clue is linked to it; no view shows a controlled title."""
import shutil
import subprocess

from case import *

HOUR = 3600000
with world("clues") as w:
    w.start_broker("broker-1")
    client = Client(w)

    def clue(number, sender="wlsh", to=("nm",), event="CLU.CREATE", **changes):
        record = client.case_file(sender, event, number, "FISH", to)
        record = {k: record[k] for k in ("envelope", "category", "title", "summary", "county_code", "place", "longitude", "latitude", "coordinates_system", "found_time",
                                         "agency_case_no", "officers", "contact", "contact_phone", "parties", "facts", "native")}
        record |= {"title": f"线索 {number}", "source": "PATROL", "purpose": "核查", "areas": ["KEY2"], "reporter_kind": "NAMED", "documents": [],
                   "reporter": {"algorithm": "AES-256-GCM-SHA256", "key_id": "0011223344556677", "content": b"\x9a" * 272}}
        for key, value in changes.items():
            (record["envelope"] if key in record["envelope"] else record)[key] = value
        return record

    def step(answered, sender, event, at, to=None, **changes):
        e = answered["envelope"]
        record = {"envelope": {**e, "message_id": str(uuid.uuid4()), "event": event, "sender": sender, "recipients": [to or e["sender"]], "in_reply_to": e["message_id"],
                               "document_no": "", "cites": [e["document_no"]], "business_time": at, "handling": "OPEN_INTERNAL", "handling_expires": None},
                  "reason_code": "", "reason": "", "target_organ": "", "agency_case_no": "", "linked_numbers": [], "purpose": "", "checks": [], "signer": "",
                  "contact": "", "contact_phone": "", "note": "", "documents": [], "native": []}
        record.update(changes)
        return record

    def submit(record, at=None):
        schema = 9 if "areas" in record else 10
        e = record["envelope"]
        client.send(e["sender"], gen.encode(record, schema, SCHEMAS[schema]), e["case_id"], at or e["business_time"])
        client.flush()
        return record

    def again(record, event, at, sender, to, **changes):
        return {**record, **changes, "envelope": {**record["envelope"], "message_id": str(uuid.uuid4()), "event": event, "sender": sender, "recipients": to, "business_time": at}}

    count = 0

    def settled(more=1):
        global count
        count += more
        wait_events(w, count)

    def answers(agency, record):
        return [(n["envelope"]["event"], {r["code"]: (r["zh"], r["en"]) for r in n["reasons"]}) for _, n in notices(w, agency)
                if n["about_message_id"] == record["envelope"]["message_id"]]

    def refused(agency, record, code):
        ((event, reasons),) = answers(agency, record)
        assert event == "SYS.REFUSED" and code in reasons and all(reasons[code]), (event, reasons)

    # open: to who must check it, and to those who subscribed; the same bytes everywhere, the reporter sealed as it was sent
    first = submit(clue("乌护线〔2026〕1号"))
    settled()
    (arrived,) = [m for m in inbox(w, "nm") if headers(m)["ecocase_role"] == "to"]
    assert decode(arrived.value()) == first
    for agency in ("psb-bynr",):
        (copy,) = inbox(w, agency)
        assert headers(copy)["ecocase_role"] == "copy" and copy.value() == arrived.value()
    assert not inbox(w, "psb-wh") and not inbox(w, "sthj")
    for event, more in (("CLU.RECEIPT", {}), ("CLU.CHECK_START", {}), ("CLU.FEEDBACK", {"reason_code": "CR1", "linked_numbers": ["巴农移送〔2026〕9号"]})):
        submit(step(first, "nm", event, AT + HOUR, **more))
        settled()
    follow = client.case_file("nm", "REF.SEND", "巴农移送〔2026〕9号", "FISH", ("psb-bynr",), case_id=first["envelope"]["case_id"],
                              parent_referral_id=first["envelope"]["referral_id"], cites=[first["envelope"]["document_no"]])
    client.submit(follow)
    settled()
    ((state, handling),) = query(w, "SELECT state, handling FROM ecocase.referral_list WHERE machine = 'CLU'")
    assert (state, handling) == ("K20", "OPEN_INTERNAL")
    assert query(w, "SELECT count(*) FROM ecocase.referral_list r JOIN ecocase.referral_list k ON r.parent = k.referral_id WHERE r.machine = 'REF' AND k.machine = 'CLU'") == [(1,)]

    # originator controlled: no subscriber, no onward dispatch but with consent, and the claim of a paper changes nothing
    secret = submit(clue("巴公线〔2026〕2号", "psb-bynr", ("sthj",), handling="ORCON", handling_expires=AT + 480 * HOUR))
    settled()
    assert not [m for m in inbox(w, "wlsh") if headers(m)["ce_id"] == secret["envelope"]["message_id"]]
    submit(step(secret, "sthj", "CLU.RECEIPT", AT + HOUR))
    submit(step(secret, "sthj", "CLU.REASSIGN", AT + HOUR, reason="河道", target_organ="市水利局"))
    settled(2)
    on = submit(again(secret, "CLU.DISPATCH", AT + HOUR, "sthj", ["slj"]))
    settled()
    refused("sthj", on, "ONWARD_CONSENT")
    lowered = submit({**again(secret, "CLU.DISPATCH", AT + HOUR, "sthj", ["slj"])} | {"envelope": {**secret["envelope"], "message_id": str(uuid.uuid4()), "event": "CLU.DISPATCH",
                     "sender": "sthj", "recipients": ["slj"], "business_time": AT + HOUR, "handling": "OPEN_INTERNAL", "handling_expires": None}})
    settled()
    refused("sthj", lowered, "HANDLING_DIFFERS")
    assert not inbox(w, "slj")
    submit(step(secret, "psb-bynr", "CLU.CONSENT", AT + 2 * HOUR, to="sthj", reason_code="CN1"))
    settled()
    late = submit(again(secret, "CLU.DISPATCH", AT + 3 * HOUR, "sthj", ["slj"]), at=AT + 481 * HOUR)   # dated before the expiry, come after it
    settled()
    refused("sthj", late, "CLUE_EXPIRED")
    submit(again(secret, "CLU.DISPATCH", AT + 3 * HOUR, "sthj", ["slj"]))
    settled()
    assert [headers(m)["ce_type"] for m in inbox(w, "slj")] == ["CLU.DISPATCH"]

    # for information: no case is started from it
    note = submit(clue("乌护线〔2026〕3号", handling="NO_ACTION"))
    settled()
    started = client.submit(client.case_file("nm", "REF.SEND", "巴农移送〔2026〕10号", "FISH", ("psb-bynr",), case_id=note["envelope"]["case_id"],
                                             parent_referral_id=note["envelope"]["referral_id"]))
    settled()
    refused("nm", started, "START_CONSENT")

    # a subscription is the directory's: a new version holds from then on, and the replay judges each event by the version it names
    shutil.copytree(w.schemas, w.folder / "schemas")
    w.schemas = w.folder / "schemas"
    directory = w.schemas / "directory.yaml"
    text = directory.read_text(encoding="utf-8")
    mark = 'subscribes: [{areas: [RIV-WH, "150300"]}]'
    assert mark in text
    directory.write_text(text.replace(mark, "subscribes: [{areas: [KEY9]}]"), encoding="utf-8")
    try:
        w.setup()
        raise AssertionError("a subscription to what there is not was taken")
    except WorldError as error:
        assert f"{directory}:" in str(error) and "KEY9" in str(error), error
    directory.write_text(text.replace(mark, "subscribes: [{categories: [FISH], areas: [KEY2]}]"), encoding="utf-8")
    w.setup()

    def noticed():
        last = submit(clue(f"乌护线〔2026〕{count + 10}号"))
        settled()
        return [m for m in inbox(w, "psb-wh") if headers(m)["ce_id"] == last["envelope"]["message_id"]]
    eventually(noticed, 60, "the new subscription")
    assert query(w, "SELECT count(DISTINCT directory) FROM ecocase.event") == [(2,)]

    shown = "\n".join(str(row) for view in ("referral_list", "clock_list", "alert_list", "event_list", "refusal_list", "delivery_list", "by_hand_list")
                      for row in query(w, f"SELECT * FROM ecocase.{view}", user="ecocase_coordinator"))
    assert "线索 乌护线〔2026〕1号" in shown and "线索 巴公线〔2026〕2号" not in shown and "巴公线〔2026〕2号" in shown, "a controlled clue is seen by its number only"
    assert "9a9a9a9a" not in shown
    done = subprocess.run([w.bin / "ecocase", "ledger", "replay", w.schemas, "--check", "--postgres", w.conninfo("ecocase_broker")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    show("clues", f"{count} events: copies by subscription, four refusals by handling, one referral linked, replayed identically")
