"""A case encoded by fastavro goes from the environment bureau to the police and is answered; every byte arrives as it was sent."""
from case import *

with world("independent") as w:
    w.start_broker("broker-1")
    client = Client(w)
    sent = client.submit(client.case_file())
    wait_events(w, 1)
    (arrived,) = inbox(w, "psb-bynr")
    assert decode(arrived.value()) == sent, "the value is forwarded byte for byte"
    assert arrived.key().decode() == sent["envelope"]["case_id"]
    h = headers(arrived)
    assert h["ce_id"] == sent["envelope"]["message_id"] and h["ce_type"] == "REF.SEND" and h["ecocase_role"] == "to"
    (copy,) = inbox(w, "jcy")
    assert copy.value() == arrived.value() and headers(copy)["ecocase_role"] == "copy"
    ((_, accepted),) = notices(w, "sthj")
    assert accepted["envelope"]["event"] == "SYS.ACCEPTED" and accepted["about_message_id"] == sent["envelope"]["message_id"]
    hour = 3600000
    client.submit(client.step(sent, "psb-bynr", "REF.RECEIPT", "巴公(环)受案字〔2026〕1号", AT + 2 * hour))
    wait_events(w, 2)
    client.submit(client.step(sent, "psb-bynr", "REF.FILED", "巴公(环)立字〔2026〕1号", AT + 50 * hour))
    wait_events(w, 3)
    ((state, clocks),) = query(w, "SELECT r.state, (SELECT jsonb_agg(to_jsonb(k)) FROM ecocase.clocks_of(r.clocks) k) FROM ecocase.referral r")
    assert state == "A40", state
    states = {c["rule"]: c["state"] for c in clocks}
    # papers are missing and nobody asked for them within 24 hours: D05 is breached; filed all the same
    assert states == {"D02": "M", "D03": "M", "D04": "M", "D05": "B", "D09": "M", "D12": "R"}, states
    assert [headers(m)["ce_type"] for m in inbox(w, "sthj") if headers(m)["ecocase_role"] == "to"] == ["REF.RECEIPT", "REF.FILED"]
    denied = 0
    for statement in ("UPDATE ecocase.event SET event = 'x'", "DELETE FROM ecocase.event", "DELETE FROM ecocase.known"):
        try:
            query(w, statement, user="ecocase_broker")
        except psycopg.errors.InsufficientPrivilege:
            denied += 1
    assert denied == 3, "the broker's role can neither change nor delete what is recorded"
    show("independent client", "3 events, one referral filed, clocks as stated, ledger append-only")
