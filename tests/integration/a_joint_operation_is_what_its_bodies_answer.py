"""A joint operation encoded by fastavro: each body answers for itself, a limit that several owe reminds just those that still owe it, nobody confirms over a
silence that may yet be broken, each reports once, and what an operation led to is linked to it, whatever lane it lies in."""
import subprocess

from case import *

HOUR = 3600000
NIL = "00000000-0000-0000-0000-000000000000"
with world("operation") as w:
    w.start_broker("broker-1")
    client = Client(w)
    clock = Clock(w, client)
    case, referral = str(uuid.uuid4()), str(uuid.uuid4())
    plan_number, count = "巴公联〔2026〕3号", 0

    def envelope(event, sender, at, to=(), number="", **more):
        return {"message_id": str(uuid.uuid4()), "event": event, "case_id": case, "referral_id": referral, "parent_referral_id": None, "sender": sender, "sender_unit": "",
                "recipients": list(to), "copies": [], "business_time": at, "in_reply_to": None, "document_no": number, "cites": [], "handling": "OPEN_INTERNAL",
                "handling_expires": None} | more

    def operation(event, sender, at, to=(), number="", **more):
        corners = [(108.70, 40.85), (108.95, 40.85), (108.95, 41.10)]
        return {"envelope": envelope(event, sender, at, to, number), "kind": "PATROL", "title": "联合巡湖", "purpose": "禁渔期巡查", "category": "FISH", "county_code": "150823",
                "area_name": "河口", "coordinates_system": "CGCS2000", "area": [{"longitude": x, "latitude": y} for x, y in corners], "window_start": AT + 96 * HOUR,
                "window_end": AT + 110 * HOUR, "lead": sender, "reply_by": None, "tasks": [], "reason_code": "", "reason": "", "agency_case_no": "", "approver": "",
                "approver_level": "", "signer": "", "contact": "", "contact_phone": "", "note": "", "documents": [], "native": []} | more

    def step(event, sender, at, number="", **more):
        nothing = ["proposed_start", "proposed_end", "people", "vehicles", "uavs", "boats", "longitude", "latitude", "found_time", "patrol_hours", "patrol_km", "sites_inspected",
                   "hazards_found", "hazards_rectified", "admin_cases", "criminal_cases", "seized_items", "people_found"]
        to = () if sender == "psb-bynr" else ("psb-bynr",)
        texts = ["document_code", "reason_code", "reason", "units", "category", "county_code", "place", "coordinates_system", "leads_to", "agency_case_no", "approver",
                 "approver_level", "signer", "contact", "contact_phone", "note"]
        return {"envelope": envelope(event, sender, at, to, number)} | dict.fromkeys(nothing) | dict.fromkeys(texts, "") | {
            "evidence": [], "follow_ups": [], "overdue": [], "items": [], "documents": [], "native": []} | more

    def submit(record, events=1):
        global count
        schema = 11 if "window_start" in record else 12
        e = record["envelope"]
        client.send(e["sender"], gen.encode(record, schema, SCHEMAS[schema]), e["case_id"], e["business_time"])
        client.flush()
        count += events
        wait_events(w, count)
        return record

    def refused(record, code, *fields):
        submit(record)
        ((event, reasons),) = [(n["envelope"]["event"], n["reasons"]) for _, n in notices(w, record["envelope"]["sender"])
                             if n["about_message_id"] == record["envelope"]["message_id"]]
        found = [r["field"] for r in reasons if r["code"] == code]
        assert event == "SYS.REFUSED" and found and all(r["zh"] and r["en"] for r in reasons), reasons
        assert not fields or found == list(fields), found

    def bodies():
        return dict(query(w, "SELECT body, state_en FROM ecocase.operation_body_list WHERE referral_id = %s", referral))

    def got(agency, event):
        return [m for m in inbox(w, agency) if headers(m)["ce_type"] == event]

    # the invitation is the plan's own bytes, and an independent reader reads it
    plan = submit(operation("OPS.PLAN", "psb-bynr", AT, ["nm", "wlsh", "sthj", "jcy"], plan_number))
    (invitation,) = got("wlsh", "OPS.PLAN")
    assert decode(invitation.value()) == plan
    assert bodies() == {"nm": "invited", "wlsh": "invited", "sthj": "invited", "jcy": "observer"}
    refused(step("OPS.ACCEPT", "slj", AT + HOUR), "NOT_INVITED")
    submit(step("OPS.ACCEPT", "nm", AT + 2 * HOUR, people=6, boats=1))
    submit(step("OPS.DECLINE", "wlsh", AT + 3 * HOUR, reason_code="DC3", proposed_start=AT + 200 * HOUR, proposed_end=AT + 210 * HOUR))
    refused(step("OPS.CONFIRM", "psb-bynr", AT + 4 * HOUR), "ANSWER_AWAITED", "sthj")
    assert bodies() == {"nm": "accepted", "wlsh": "proposed", "sthj": "invited", "jcy": "observer"}

    # 48 hours for all; it is over for the one that is silent, and only that one and the lead are told
    clock.pass_to("2026-06-10 10:01")
    (told,) = query(w, "SELECT told, text_zh FROM ecocase.alert_list WHERE referral_id = %s AND rule = 'D90' AND event = 'SYS.OVERDUE'", referral)
    assert told[0] == "psb-bynr sthj", told
    (notice,) = [decode(m.value()) for m in got("sthj", "SYS.OVERDUE")]
    assert "生态环境局" in notice["reasons"][0]["field"] and "农牧局" not in notice["reasons"][0]["field"], notice["reasons"]
    assert not got("nm", "SYS.OVERDUE") and not got("wlsh", "SYS.OVERDUE")
    assert query(w, "SELECT actor FROM ecocase.clock_list WHERE referral_id = %s AND rule = 'D90'", referral) == [("sthj",)]
    count = query(w, "SELECT count(*) FROM ecocase.event")[0][0]

    # another time is asked of all anew, and goes to all
    submit(operation("OPS.RESCHEDULE", "psb-bynr", AT + 49 * HOUR, window_start=AT + 200 * HOUR, window_end=AT + 210 * HOUR))
    assert all(len(got(agency, "OPS.RESCHEDULE")) == 1 for agency in ("nm", "wlsh", "sthj", "jcy"))
    assert bodies() == {"nm": "invited", "wlsh": "invited", "sthj": "invited", "jcy": "observer"}
    for hours, agency in enumerate(("nm", "wlsh", "sthj")):
        submit(step("OPS.ACCEPT", agency, AT + (50 + hours) * HOUR))
    submit(step("OPS.CONFIRM", "psb-bynr", AT + 60 * HOUR))
    submit(step("OPS.START", "psb-bynr", AT + 200 * HOUR))

    # what is found leads to a case of its own: another case, whatever lane
    submit(step("OPS.FINDING", "nm", AT + 202 * HOUR, "巴农联〔2026〕4号", category="FISH", county_code="150823", place="河口", longitude=108.85, latitude=40.95,
                coordinates_system="CGCS2000", evidence=["锚鱼器"], leads_to="REF"))
    follow = client.submit(client.case_file("nm", "REF.SEND", "巴农移送〔2026〕9号", "FISH", ("psb-bynr",), parent_referral_id=referral, cites=[plan_number],
                                            business_time=AT + 203 * HOUR))
    count += 1
    wait_events(w, count)
    assert follow["envelope"]["case_id"] != case
    submit(step("OPS.END", "psb-bynr", AT + 210 * HOUR))
    for hours, agency in enumerate(("nm", "wlsh")):
        submit(step("OPS.REPORT", agency, AT + (220 + hours) * HOUR, patrol_hours=10.5, patrol_km=30.0, sites_inspected=3, hazards_found=1))
    refused(step("OPS.REPORT", "nm", AT + 223 * HOUR), "ALREADY_REPORTED")
    refused(step("OPS.CONSOLIDATE", "psb-bynr", AT + 224 * HOUR, overdue=["sthj"]), "REPORT_AWAITED", "sthj")
    late = AT + 480 * HOUR
    refused(step("OPS.CONSOLIDATE", "psb-bynr", late), "REPORT_AWAITED", "sthj")   # overdue, but the paper does not say so
    submit(step("OPS.CONSOLIDATE", "psb-bynr", late, overdue=["sthj"]))
    refused(step("OPS.CLOSE", "psb-bynr", late + HOUR), "FOLLOW_UP_MISSING")
    submit(step("OPS.CLOSE", "psb-bynr", late + HOUR, follow_ups=["巴农移送〔2026〕9号", "巴农移送〔2026〕10号"]))
    (answer, known), = query(w, "SELECT answer, elsewhere FROM ecocase.event WHERE referral_id = %s AND event = 'OPS.CLOSE' AND kind = 'A'", referral)
    unknown = [r["field"] for r in json.loads(answer)["reasons"] if r["code"] == "FOLLOW_UP_UNKNOWN"]
    assert unknown == ["巴农移送〔2026〕10号"] and known == "N\t巴农移送〔2026〕9号\n", (unknown, known)  # the one grew out of it, the other nobody knows
    assert query(w, "SELECT state FROM ecocase.referral_list WHERE referral_id = %s", referral) == [("O90",)]
    sums = query(w, "SELECT kind, bodies, joined, reported, patrol_hours, hazards_found, findings FROM ecocase.operation_list", user="ecocase_coordinator")
    assert [tuple(map(str, row)) for row in sums] == [("PATROL", "3", "3", "2", "21.0000000000000000", "2", "1")] or [float(x) if i else x for i, x in enumerate(sums[0])] == \
        ["PATROL", 3, 3, 2, 21, 2, 1], sums
    for one, other in ((referral, follow["envelope"]["referral_id"]), (follow["envelope"]["referral_id"], referral)):
        assert [str(r[0]) for r in query(w, "SELECT other_id FROM ecocase.link_list WHERE referral_id = %s", one, user="ecocase_coordinator")] == [other]

    def ecocase(*words):
        return subprocess.run([w.bin / "ecocase", "ledger", *words, "--postgres", w.conninfo("ecocase_broker")], capture_output=True, text=True, check=False)
    for number, other in ((plan_number, "巴农移送〔2026〕9号"), ("巴农移送〔2026〕9号", plan_number)):
        shown = json.loads(ecocase("show", number, "--json").stdout)
        shown = shown if isinstance(shown, dict) else [s for s in shown if s["referral"]["document_no"] == number][0]
        assert [link["document_no"] for link in shown["links"]] == [other], shown["links"]
    done = ecocase("replay", w.schemas, "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    show("operation", f"{count} events: answers, a reminder to the one that owes, another time, reports, a case in a case of its own; replayed identically")
