"""A broker is restarted with version 3 of the rules, version 2 kept in earlier/2: cases that began under version 2 keep its limits, rows,
thresholds, facts, divisions and alerts to the end, new ones have those of version 3, both at once; a year that the calendar gets
meanwhile counts from its day on; and the ledger judged again is the same ledger."""
import shutil
import subprocess

from case import *

NOT_VERSIONED = {"holidays.yaml"}


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old, text.count(old))
    path.write_text(text.replace(old, new), encoding="utf-8")


def make_version_3(rules):
    """The review of a filing has five days, three tonnes of waste have become five, and a receipt must name its signer; a new fact, a new banner, and
    escalation after two days instead of one. The calendar gets 2027, known from 31 December on."""
    (rules / "earlier" / "2").mkdir(parents=True)
    for path in rules.glob("*.yaml"):
        if path.name not in NOT_VERSIONED:
            shutil.copy(path, rules / "earlier" / "2" / path.name)
    change(rules / "rules.yaml", "version: 2\nfrom: 2016-01-01", "version: 3\nfrom: 2026-07-01")
    change(rules / "clocks.yaml", "{id: D09, zh: 立案审查, en: filing review, unit: CAL_DAY, amount: 3,", "{id: D09, zh: 立案审查, en: filing review, unit: CAL_DAY, amount: 5,")
    change(rules / "thresholds.yaml", "when: {fact: waste_t, least: 3}", "when: {fact: waste_t, least: 5}")
    change(rules / "facts.yaml", "  - {name: waste_t,", "  - {name: barrels, zh: 桶数, en: barrels, kind: number, unit: 只}\n  - {name: waste_t,")
    change(rules / "divisions.yaml", 'divisions:\n', 'divisions:\n  - {code: "152829", name: 新录旗, from: 1980}\n')
    change(rules / "alerts.yaml", "escalate_after: 24\n", "escalate_after: 48\n")
    change(rules / "holidays.yaml", "until: 2026-12-31\n", "until: 2027-12-31\n")
    with open(rules / "holidays.yaml", "a", encoding="utf-8") as file:
        file.write('  "2027":\n    known: 2026-12-31\n    off: [01-01..01-04]\n    work: [01-09]\n')
    change(rules / "machine-ref.yaml", "{id: T08, from: [A20], event: REF.RECEIPT, sender: [PSB],", "{id: T08, from: [A20], event: REF.RECEIPT, required: [signer], sender: [PSB],")


NEWCOMER = [{"kind": "PERSON", "name": "甲某", "id_type": "111", "id_no": "152829198503150017", "sex": "1", "address": "", "phone": "", "role": ""}]


def penalty(client, number, tonnes, when):
    return client.case_file(event="ADM.PENALTY", number=number, to=(), business_time=at(when), approval_time=at(when), found_time=None,
                            facts=[{"name": "waste_t", "value": tonnes, "unit": "t"}])


def of(w, record):
    """(rules, D09 in days or None, hints) of a record's referral."""
    referral = record["envelope"]["referral_id"]
    (version,), = query(w, "SELECT rules FROM ecocase.referral WHERE id = %s", referral)
    days = query(w, "SELECT (due_strict AT TIME ZONE 'Asia/Shanghai')::date - (started_at AT TIME ZONE 'Asia/Shanghai')::date - 1 FROM ecocase.clock_list"
                    " WHERE referral_id = %s AND rule = 'D09'", referral)
    hints = query(w, "SELECT level, threshold FROM ecocase.hint_list WHERE referral_id = %s", referral)
    return version, days[0][0] if days else None, hints


def remarks(w, record):
    rows = query(w, "SELECT answer FROM ecocase.event WHERE referral_id = %s AND kind = 'A'", record["envelope"]["referral_id"])
    return {reason["code"] for answer, in rows for reason in json.loads(answer or "{}").get("reasons", [])}


def wait_judged(w, count):
    """So many papers accepted or refused, besides alerts."""
    eventually(lambda: query(w, "SELECT count(*) FROM ecocase.event WHERE kind IN ('A', 'R')")[0][0] >= count, 60, f"{count} papers judged")


def replay(w, *options):
    return subprocess.run([w.bin / "ecocase", "ledger", "replay", w.schemas, *options, "--postgres", w.conninfo("ecocase_broker")], capture_output=True, text=True)


with world("version", lanes=2) as w:
    both = w.folder / "schemas"
    shutil.copytree(w.schemas, both)
    w.schemas = both
    w.start_broker("broker-1")
    client = Client(w)
    old = [client.submit(client.case_file(number=f"巴环移送〔2026〕{n}号")) for n in range(1, 13)]
    fined = client.submit(penalty(client, "巴环罚〔2026〕1号", 3.5, "2026-06-09 10:00"))
    reaching = [client.submit(client.case_file(number=f"巴环移送〔2026〕{n}号", parties=NEWCOMER)) for n in (301, 302)]
    wait_judged(w, 15)                       # outboxes do not wait for each other
    for n, case in enumerate(old[:6]):
        client.submit(client.step(case, "psb-bynr", "REF.RECEIPT", f"巴公(环)受字〔2026〕{n}号", at("2026-06-08 13:00"), signer=""))
    client.submit(client.step(reaching[0], "psb-bynr", "REF.RECEIPT", "巴公(环)受字〔2026〕301号", at("2026-12-30 13:00"), signer=""))
    wait_judged(w, 22)
    Clock(w, client).pass_to("2026-06-11 09:00")
    before = {r["envelope"]["referral_id"]: of(w, r) for r in old + [fined]}
    assert {version for version, _, _ in before.values()} == {2}

    w.stop_process("broker-1")
    make_version_3(both / "rules")
    checked = subprocess.run([w.bin / "ecocase", "rules", "check", both / "rules"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    w.setup(both)
    w.start_broker("broker-1")

    new = [client.submit(client.case_file(number=f"巴环移送〔2026〕{n}号", business_time=at("2026-07-06 10:00"))) for n in range(101, 107)]
    for n, case in enumerate(old[6:]):       # cases of version 2, after version 3 is in force
        client.submit(client.step(case, "psb-bynr", "REF.RECEIPT", f"巴公(环)受字〔2026〕{n + 6}号", at("2026-07-06 11:00"), signer=""))
    late = client.submit(client.case_file(number="巴环移送〔2026〕200号", business_time=at("2026-07-06 10:00")))
    client.submit(client.step(reaching[1], "psb-bynr", "REF.RECEIPT", "巴公(环)受字〔2026〕302号", at("2026-12-31 13:00"), signer=""))
    later = client.submit(client.case_file(number="巴环移送〔2026〕303号", parties=NEWCOMER, business_time=at("2026-07-06 10:00")))
    wait_judged(w, 22 + 15)
    for n, case in enumerate(new):
        client.submit(client.step(case, "psb-bynr", "REF.RECEIPT", f"巴公(环)受字〔2026〕{n + 101}号", at("2026-07-06 13:00")))
    client.submit(client.step(late, "psb-bynr", "REF.RECEIPT", "巴公(环)受字〔2026〕202号", at("2026-07-06 13:00"), signer=""))
    fined_later = client.submit(penalty(client, "巴环罚〔2026〕2号", 4.1, "2026-07-06 10:00"))
    amended = client.case_file(event="ADM.AMEND", number="巴环罚〔2026〕3号", to=(), business_time=at("2026-07-06 12:00"), approval_time=at("2026-07-06 12:00"), found_time=None,
                               facts=[{"name": "waste_t", "value": 4.1, "unit": "t"}])
    for name in ("case_id", "referral_id"):
        amended["envelope"][name] = fined["envelope"][name]
    client.submit(amended)
    wait_judged(w, 22 + 15 + 9)
    Clock(w, client).pass_to("2026-07-10 12:00")

    for case in old:
        assert of(w, case)[:2] == (2, 3), (case["envelope"]["document_no"], of(w, case))      # three days, whenever the receipt came
    for case in new:
        assert of(w, case)[:2] == (3, 5), (case["envelope"]["document_no"], of(w, case))
    assert of(w, late)[:2] == (3, None), of(w, late)                                          # no signer: version 3 refused the receipt
    (why,), = query(w, "SELECT codes FROM ecocase.refusal_list WHERE referral_id = %s", late["envelope"]["referral_id"])
    assert "MISSING_FIELD" in why, why
    assert of(w, fined) == (2, None, [("RED", "ENV1-2")]), of(w, fined)                       # 4.1 t of the three of version 2
    assert of(w, fined_later) == (3, None, [("AMBER", "ENV1-2")]), of(w, fined_later)         # 82 % of the five of version 3
    told = query(w, "SELECT event, rules, told FROM ecocase.alert_list JOIN ecocase.event USING (lane, serial, event) WHERE event = 'SYS.UNREFERRED' ORDER BY serial")
    assert {(t[1], t[2]) for t in told} == {(2, "jcy sfj sthj")} and len(told) == 2, told
    assert [remarks(w, r) & {"ID_DIVISION_UNKNOWN", "CALENDAR"} for r in (*reaching, later)] == [{"ID_DIVISION_UNKNOWN", "CALENDAR"}, {"ID_DIVISION_UNKNOWN"}, set()]
    ends = [query(w, "SELECT due_lenient FROM ecocase.clock_list WHERE referral_id = %s AND rule = 'D09'", r["envelope"]["referral_id"])[0][0] for r in reaching]
    assert [e.astimezone(CHINA).strftime("%m-%d") for e in ends] == ["01-05", "01-06"], ends  # by weekdays; by the calendar that came in between
    mine = {r["envelope"]["referral_id"] for r in old + new}
    escalated = lambda: {r for r, in query(w, "SELECT referral_id::text FROM ecocase.alert_list WHERE event = 'SYS.ESCALATION' AND rule = 'D09'")} & mine  # noqa: E731
    for when in ("2026-07-11 12:00", "2026-07-15 12:00"):                                   # a day after; those of version 3 two days after
        Clock(w, client).pass_to(when)
        assert escalated() == {r["envelope"]["referral_id"] for r in old}, (when, escalated())
    Clock(w, client).pass_to("2026-07-16 00:01")
    assert escalated() == mine, escalated()
    show("versions", "12 cases and a penalty keep version 2 (3 days, 3 t, no signer), 7 and a penalty have version 3 (5 days, 5 t, a signer), at once")

    again = replay(w, "--check")
    assert again.returncode == 0, again.stdout + again.stderr
    shutil.rmtree(both / "rules" / "earlier")
    gone = replay(w, "--check")
    assert gone.returncode == 2 and "earlier/2" in gone.stderr, (gone.returncode, gone.stdout, gone.stderr)
    show("replay", f"identical; without earlier/2: {gone.stderr.strip()[:120]}")
