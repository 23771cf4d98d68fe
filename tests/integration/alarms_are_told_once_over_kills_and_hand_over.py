"""Time passes in a ledger with a manual clock: warnings, overdue, escalation and correction come once each, to who must act and who supervises,
though both brokers are killed -9 again and again while hundreds of terms end at the same instant."""
import random
import signal
import threading
from collections import Counter

from case import *

CASES = 600


def wait_accepted(w, event, count):
    eventually(lambda: query(w, "SELECT count(*) FROM ecocase.event_list WHERE kind = 'A' AND event = %s", event)[0][0] >= count, 90, f"{count} {event}")


def alerts(w, referral, rule="D09"):
    """Of the filing review; other limits run beside it."""
    return query(w, "SELECT event, rule, told FROM ecocase.alert_list WHERE referral_id = %s AND rule = %s ORDER BY told_at, serial", referral, rule)


def told(w, agency):
    """What an agency was told, from its inbox alone."""
    return Counter((headers(m)["ce_type"], headers(m)["ce_subject"]) for m in inbox(w, agency) if headers(m)["ecocase_role"] == "alert")


with world("alarms") as w:
    w.start_broker("broker-1")
    w.start_broker("broker-2")
    client = Client(w)
    clock = Clock(w, client)

    # one case, step by step
    case = client.submit(client.case_file())
    referral = case["envelope"]["referral_id"]
    wait_events(w, 1)       # who answers has read what it answers
    client.submit(client.step(case, "psb-bynr", "REF.RECEIPT", "巴公(环)受字〔2026〕1号", at("2026-06-08 13:00")))
    wait_events(w, 2)
    assert not query(w, "SELECT * FROM ecocase.refusal_list"), query(w, "SELECT codes, reasons_en FROM ecocase.refusal_list")
    clock.pass_to("2026-06-09 12:00")
    assert alerts(w, referral) == [], alerts(w, referral)
    for when, wanted in (("2026-06-10 07:00", ("SYS.WARNING", "D09", "psb-bynr")), ("2026-06-11 01:00", ("SYS.WARNING", "D09", "psb-bynr")),
                         ("2026-06-11 20:00", ("SYS.WARNING", "D09", "psb-bynr")), ("2026-06-12 00:01", ("SYS.OVERDUE", "D09", "psb-bynr sthj")),
                         ("2026-06-13 02:00", ("SYS.ESCALATION", "D09", "jcy"))):
        before = len(alerts(w, referral))
        clock.pass_to(when)
        clock.pass_to(when)     # the same instant again tells nothing again
        found = alerts(w, referral)
        assert found[before:] == [wanted], (when, found[before:])
    clock.pass_to("2026-06-14 12:00")
    client.submit(client.step(case, "psb-bynr", "REF.FILED", "巴公(环)立字〔2026〕1号", at("2026-06-11 17:00")), at=at("2026-06-14 13:00"))
    eventually(lambda: ("SYS.CORRECTION", "D09", "jcy psb-bynr sthj") in alerts(w, referral), 30, "the correction of what was in time")
    (m,) = [m for m in inbox(w, "jcy") if headers(m)["ce_type"] == "SYS.CORRECTION"]
    notice = decode(m.value())
    assert notice["envelope"]["recipients"] == ["psb-bynr", "sthj", "jcy"] and notice["envelope"]["sender"] == "ecocase", notice
    assert notice["about_document_no"] == "巴环移送〔2026〕1号" and notice["about_event"] == "D09" and notice["clocks"][0]["due_lenient"] == at("2026-06-12 00:00")
    assert notice["reasons"][0]["code"] == "CLOCK_CORRECTION" and "D09" in notice["reasons"][0]["field"], notice["reasons"]
    show("one case", "three warnings, overdue, escalation, correction: " + ", ".join(f"{e} {t}" for e, rule, t in alerts(w, referral) if rule == "D09"))

    # hundreds of terms end at one instant, while the brokers die
    todo = [client.submit(client.case_file(number=f"巴环移送〔2026〕{n}号", business_time=at("2026-07-06 10:00"))) for n in range(100, 100 + CASES)]
    wait_accepted(w, "REF.SEND", 1 + CASES)
    for n, c in enumerate(todo):
        client.submit(client.step(c, "psb-bynr", "REF.RECEIPT", f"巴公(环)受字〔2026〕{100 + n}号", at("2026-07-06 11:00")))
    wait_accepted(w, "REF.RECEIPT", 1 + CASES)
    clock.pass_to("2026-07-07 08:00")
    rnd, over, killed = random.Random(11), threading.Event(), []

    def kill():
        n = 2
        while not over.wait(rnd.uniform(0.4, 1.5)):
            victim = rnd.choice([name for name in w.processes if name.startswith("broker")])
            w.stop_process(victim, signal.SIGKILL)
            killed.append(victim)
            n += 1
            w.start_broker(f"broker-{n}")

    killer = threading.Thread(target=kill)
    killer.start()
    for when in ("2026-07-08 07:00", "2026-07-09 01:00", "2026-07-09 20:00", "2026-07-10 00:01", "2026-07-11 02:00"):
        clock.strike(when)
        time.sleep(3)
    over.set()
    killer.join()
    clock.wait("2026-07-11 02:00")
    mine = [c["envelope"]["referral_id"] for c in todo]
    by_kind = dict(query(w, "SELECT event, count(*) FROM ecocase.alert_list WHERE referral_id = ANY (%s) AND rule = 'D09' GROUP BY 1", mine))
    assert by_kind["SYS.OVERDUE"] == CASES and by_kind["SYS.ESCALATION"] == CASES and CASES <= by_kind["SYS.WARNING"] <= 3 * CASES, by_kind
    twice = query(w, "SELECT referral_id, event FROM ecocase.alert_list WHERE rule = 'D09' AND event <> 'SYS.WARNING' GROUP BY 1, 2 HAVING count(*) > 1")
    assert not twice, twice[:5]
    check_sequences(w, ["psb-bynr", "sthj", "jcy"])
    ids = {(headers(m)["ce_id"], headers(m)["ecocase_sequence"]) for m in inbox(w, "sthj") if headers(m)["ecocase_role"] == "alert"}
    heard = {id for id, _ in ids}
    ledger = {str(i) for (i,) in query(w, "SELECT e.message_id FROM ecocase.event e JOIN ecocase.delivery_list d USING (lane, serial) WHERE e.kind = 'T' AND d.recipient = 'sthj'")}
    assert heard == ledger and len(ids) == len(heard), (len(heard), len(ledger))
    assert {r for (kind, r) in told(w, "jcy") if kind == "SYS.ESCALATION"} >= set(mine)
    show("killed", f"{CASES} terms ended at one instant over {len(killed)} kills: {by_kind}, each once, sequences gapless")

    # what ends late without a tick in between is told all the same
    late = client.submit(client.case_file(number="巴环移送〔2026〕9号", business_time=at("2026-07-13 10:00")))
    wait_accepted(w, "REF.SEND", 2 + CASES)
    client.submit(client.step(late, "psb-bynr", "REF.RECEIPT", "巴公(环)受字〔2026〕9号", at("2026-07-13 11:00")))
    client.submit(client.step(late, "psb-bynr", "REF.FILED", "巴公(环)立字〔2026〕9号", at("2026-07-20 11:00")))
    wait_accepted(w, "REF.FILED", 2)
    clock.pass_to("2026-07-21 12:00")
    late_alerts = [a for a in alerts(w, late["envelope"]["referral_id"]) if a[1] == "D09"]
    assert late_alerts == [("SYS.OVERDUE", "D09", "psb-bynr sthj")], late_alerts
    show("late", "a breach that no tick saw is told once")
