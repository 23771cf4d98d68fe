"""./run: a private world with two brokers; the sample day is played into the agencies' outboxes and checked in ledger and inboxes."""
import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "integration")]
DAY, HOUR = 86400000, 3600000


def options():
    p = argparse.ArgumentParser(prog="./run", description="样例日 · plays the sample day on a private Kafka and Postgres")
    p.add_argument("--check", action="store_true", help="无人值守：核对后退出 · verify, stop everything, exit 0 or 1")
    return p.parse_args()


def sample_day(c, at):
    """(title, opening record, [(sender, event, number, when, receiver, changes)], machine, state, clocks)."""
    fishing = c.case_file(sender="psb-bynr", event="REV.SEND", number="巴公(环)移字〔2026〕3号", category="FISH", to=("nm",), reason_code="DIRECT_ADMIN",
                          title="乌梁素海禁渔期使用可视锚鱼器、射鱼装置非法捕捞案", offence="非法捕捞水产品", county_code="150823", business_time=at)
    waste = c.case_file(number="巴环移送〔2026〕15号", title="某化工企业非法倾倒危险废物案", business_time=at, report_time=at - 30 * HOUR, approval_time=at - 5 * HOUR)
    monitor = c.case_file(number="巴环移送〔2026〕16号", category="ENV5", title="重点排污单位伪造自动监测数据案", business_time=at)
    mine = c.case_file(sender="zrzy", number="巴自然资移送〔2026〕4号", category="MINE1", title="乌拉特中旗无证开采萤石案", business_time=at)
    grass = c.case_file(sender="lcj", number="巴林草移送〔2026〕9号", category="LAND1", title="非法开垦基本草原案", business_time=at)
    sand = c.case_file(sender="psb-bynr", event="JUR.FORWARD", number="巴公(环)移字〔2026〕5号", category="MINE1", to=("psb-erds",), reason_code="JB4",
                       title="黄河河道非法采砂案", business_time=at)
    return [
        ("非法捕捞 · fishing (police → fishery authority)", fishing, [
            ("nm", "REV.RECEIPT", "巴农收〔2026〕3号", at + 6 * HOUR, "psb-bynr", {}),
            ("nm", "REV.ADMIN_FILED", "巴农（渔业）立〔2026〕7号", at + 2 * DAY, "psb-bynr", {}),
            ("nm", "REV.PENALTY", "巴农（渔业）罚〔2026〕7号", at + 20 * DAY, "psb-bynr", {}),
            ("nm", "REV.REPLY", "巴农函〔2026〕21号", at + 22 * DAY, "psb-bynr", {})], "REV", "R40", {"D48": "M", "D49": "M", "D50": "M"}),
        ("危险废物 · hazardous waste", waste, [
            ("psb-bynr", "REF.RECEIPT", "巴公(环)受案字〔2026〕15号", at + 3 * HOUR, "sthj", {}),
            ("psb-bynr", "REF.FILED", "巴公(环)立字〔2026〕15号", at + 2 * DAY, "sthj", {})],
         "REF", "A40", {"D02": "M", "D03": "M", "D04": "M", "D09": "M", "D12": "R"}),
        ("监测数据造假 · falsified monitoring", monitor, [
            ("psb-bynr", "REF.RECEIPT", "巴公(环)受案字〔2026〕16号", at + 3 * HOUR, "sthj", {}),
            ("psb-bynr", "REF.NOT_FILED", "巴公(环)不立字〔2026〕2号", at + 9 * DAY, "sthj", {"reason_code": "NF2", "reason": "情节显著轻微"})],
         "REF", "A50", {"D02": "M", "D03": "M", "D04": "M", "D09": "B", "D13": "R"}),
        ("非法采矿 · illegal mining", mine, [
            ("psb-bynr", "REF.RECEIPT", "巴公(环)受案字〔2026〕17号", at + DAY, "zrzy", {}),
            ("psb-bynr", "REF.FILED", "巴公(环)立字〔2026〕17号", at + 3 * DAY, "zrzy", {})],
         "REF", "A40", {"D02": "M", "D03": "M", "D04": "M", "D09": "M", "D12": "R"}),
        ("毁坏草原 · grassland destruction", grass, [
            ("psb-bynr", "REF.RECEIPT", "巴公(环)受案字〔2026〕18号", at + HOUR, "lcj", {}),
            ("psb-bynr", "REF.FILED", "巴公(环)立字〔2026〕18号", at + DAY, "lcj", {})],
         "REF", "A40", {"D02": "M", "D03": "M", "D04": "M", "D09": "M", "D12": "R"}),
        ("河道采砂 · sand dredging (Bayannur → Ordos)", sand, [
            ("psb-erds", "JUR.ACCEPT", "鄂公(环)受案字〔2026〕2号", at + 5 * HOUR, "psb-bynr", {}),
            ("psb-erds", "REF.FILED", "鄂公(环)立字〔2026〕2号", at + 3 * DAY, "psb-bynr", {})], "JUR", "J05", {"D09": "M"}),
    ]


def play(w, case):
    client, wrong, events, wanted = case.Client(w), [], 0, {}
    for title, opening, steps, machine, state, clocks in sample_day(client, case.AT):
        print(f"▸ {title}", flush=True)
        client.submit(opening)
        events += 1
        for sender, event, number, at, to, changes in steps:
            case.wait_events(w, events)
            client.submit(client.step(opening, sender, event, number, at, to, **changes))
            print(f"    {sender:9s} {event:16s} {number} → {to}", flush=True)
            events += 1
        case.wait_events(w, events)
        wanted[opening["envelope"]["referral_id"]] = (title, machine, state, clocks)
    rows = {str(r[0]): r[1:] for r in case.query(w, "SELECT r.id, r.machine, r.state, coalesce((SELECT jsonb_agg(to_jsonb(k)) FROM ecocase.clocks_of(r.clocks) k), '[]') FROM ecocase.referral r")}
    for referral, (title, machine, state, clocks) in wanted.items():
        there = rows.get(referral)
        found = there and (there[0], there[1], {c["rule"]: c["state"] for c in there[2]})
        if found != (machine, state, clocks):
            wrong.append(f"{title}: {found} 而非 · instead of {(machine, state, clocks)}")
    kinds = dict(case.query(w, "SELECT kind::text, count(*) FROM ecocase.event GROUP BY 1"))
    if kinds != {"A": events}:
        wrong.append(f"事件 · events {kinds}, 应为 · wanted {events} accepted")
    slugs = [r[0] for r in case.query(w, "SELECT slug FROM ecocase.participant ORDER BY number")]
    delivered = case.check_sequences(w, slugs)
    booked = case.query(w, "SELECT sum(cardinality(delivery_to)) FROM ecocase.event")[0][0]
    if delivered != booked:
        wrong.append(f"送达 · delivered {delivered}, 台账 · ledger {booked}")
    print(f"{events} 个事件、{delivered} 份送达 · events recorded, inbox records delivered; 0 lost, 0 twice" if not wrong else "\n".join(wrong), flush=True)
    return not wrong


def main():
    chosen = options()
    sys.argv[1:] = []
    import case
    try:
        with case.World(ROOT / "var" / ("check" if chosen.check else "run")) as w:
            for name in ("broker-1", "broker-2"):
                w.start_broker(name)
            right = play(w, case)
            (ROOT / "var" / "run").mkdir(exist_ok=True)
            (ROOT / "var" / "run" / "ledger.conninfo").write_text(w.conninfo("ecocase") + "\n")
            subprocess.run([w.bin / "ecocase", "--postgres", w.conninfo(), "ledger", "list"], check=False)
            if not chosen.check:
                print(f"Kafka {w.kafka}   Postgres \"{w.conninfo()}\"\n在另一终端 · in another terminal: build/bin/ecocase ledger list\nCtrl-C 停止 · stops everything", flush=True)
                signal.signal(signal.SIGTERM, signal.default_int_handler)
                signal.pause()
    except KeyboardInterrupt:
        right = True
        print("已停止 · stopped", flush=True)
    except (case.WorldError, AssertionError) as error:
        print(f"run: {error}", file=sys.stderr)
        right = False
    sys.exit(0 if right else 1)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
