"""Coordinators' questions, each by one command over the register: lists with filters by name or code, whole paging, search for two Chinese characters, one page a case,
exports that cut nothing and that no spreadsheet takes for formulas; unknown values are refused with the nearest; a department gets what is its own."""
import csv
import os
import pty
import subprocess
import xml.etree.ElementTree as xml
import zipfile

from case import *

CASES = 120
FORMULA = '=HYPERLINK("http://127.0.0.1/","倾倒")'


def ask(w, *words, user="ecocase_coordinator", status=0):
    done = subprocess.run([w.bin / "ecocase", *words, "--register", w.conninfo(user)], capture_output=True, text=True)
    assert done.returncode == status, (words, done.returncode, done.stdout[-1500:], done.stderr[-1500:])
    return done.stdout if status == 0 else done.stderr


def rows(w, *words, **options):
    return json.loads(ask(w, *words, "--json", **options))["rows"]


def on_terminal(w, columns, *words):
    """What a terminal of that width shows."""
    main, end = pty.openpty()
    subprocess.run(["stty", "cols", str(columns), "rows", "200"], stdin=end, check=True)
    child = subprocess.Popen([w.bin / "ecocase", *words, "--register", w.conninfo("ecocase_coordinator")], stdout=end, stderr=end, env={**os.environ, "TERM": "xterm"})
    os.close(end)
    shown = b""
    while True:
        try:
            shown += os.read(main, 65536)
        except OSError:
            break
    assert child.wait() == 0, shown
    return shown.decode().replace("\r", "")


def wide(text):
    return sum(2 if ord(c) > 0x2e80 else 1 for c in text)


with world("questions", lanes=2) as w:
    w.setup_register()
    w.start_register()
    w.start_broker("broker-1")
    client = Client(w)
    cases = []
    for n in range(1, CASES + 1):
        title = FORMULA if n == 7 else f"第{n}起{'跨界倾倒' if n % 2 else '非法采砂'}案"
        cases.append(client.submit(client.case_file(number=f"巴环移送〔2026〕{n}号", title=title, county_code="150821" if n % 3 else "150823", declared_missing=["DOC05"])))
        client.flush()
    for n, case in enumerate(cases[:20], 1):
        client.submit(client.step(case, "psb-bynr", "REF.RECEIPT", f"巴公(环)受字〔2026〕{n}号", at("2026-06-08 13:00")))
    client.submit(client.step(cases[0], "zrzy", "REF.FILED", "自然资移〔2026〕1号"))
    client.flush()
    wait_events(w, CASES + 21)
    Clock(w, client).pass_to("2026-06-12 00:01")
    eventually(lambda: query(w, "SELECT sum(l.serial - p.serial) FROM ecocase.lane AS l JOIN register.position AS p USING (lane)")[0][0] == 0, 30,
               "the register at the record's end")

    # ---- filters, by name or code
    everything = {c["envelope"]["referral_id"] for c in cases}
    assert {r["referral_id"] for r in rows(w, "list", "--limit", "1000")} == everything
    for county in ("150823", "乌拉特前旗"):
        assert len(rows(w, "list", "--county", county, "--limit", "1000")) == CASES // 3, county
    assert len(rows(w, "list", "--county", "巴彦淖尔市", "--limit", "1000")) == CASES
    for agency in ("sthj", "巴彦淖尔市生态环境局"):
        assert len(rows(w, "list", "--agency", agency, "--limit", "1000")) == CASES
    assert rows(w, "list", "--agency", "zrzy") == []
    for direction in ("正向", "REF", "forward"):
        assert len(rows(w, "list", "--direction", direction, "--limit", "1000")) == CASES
    assert rows(w, "list", "--direction", "反向") == [] and rows(w, "list", "--since", "2027-01-01") == []
    assert len(rows(w, "list", "--until", "2027-01-01", "--category", "ENV1", "--open", "--limit", "1000")) == CASES
    (state, zh), = {(r["state"], r["state_zh"]) for r in rows(w, "list", "--number", "巴环移送[2026]1号")}
    assert {r["referral_id"] for r in rows(w, "list", "--state", zh)} == {r["referral_id"] for r in rows(w, "list", "--state", state)}
    assert len(rows(w, "list", "--text", "采砂", "--limit", "1000")) == CASES // 2
    assert len(rows(w, "search", "倾倒", "--limit", "1000")) == CASES // 2 and len(rows(w, "search", "砂", "--limit", "1000")) == CASES // 2
    assert rows(w, "search", "%") == [] and rows(w, "search", "'); DROP TABLE x; --") == []
    assert [r["document_no"] for r in rows(w, "search", "〔2026〕77号")] == ["巴环移送〔2026〕77号"]
    for words, nearest in ((("--agency", "sthi"), "sthj"), (("--agency", "环保局"), "巴彦淖尔市生态环境局"), (("--county", "乌拉特前期"), "乌拉特前旗"), (("--state", "已受里"), "已受理"),
                           (("--category", "ENV9"), "ENV"), (("--circle", "CIR9"), "CIR"), (("--direction", "RFE"), "RE"), (("--since", "yesterday"), "2026-06-08"),
                           (("--after", "x"), "--after"), (("--party", "张三"), "--reason")):
        assert nearest in ask(w, "list", *words, status=1), words
    assert "不能用" in ask(w, "flows", "--state", "A20", status=1) and "overdue" in ask(w, "overdu", status=2)

    # ---- whole paging: every row once, in order
    seen, after = [], []
    while True:
        page = json.loads(ask(w, "list", "--limit", "7", "--json", *after))
        seen += [r["referral_id"] for r in page["rows"]]
        if page["next"] is None:
            break
        after = ["--after", page["next"]]
    assert len(seen) == CASES and set(seen) == everything
    owed = rows(w, "overdue", "--limit", "1000")
    assert owed and all(r["overdue"] and r["days_late"] >= 0 and r["actor"] == "psb-bynr" for r in owed), owed[:2]
    of_record = query(w, "SELECT referral_id, rule FROM ecocase.clock_list WHERE overdue AND stopped_at IS NULL")
    assert {(r["referral_id"], r["rule"]) for r in owed} == {(str(referral), rule) for referral, rule in of_record}
    assert {r["waiting"] for r in rows(w, "waiting", "--limit", "1000")} == {"sthj"}
    assert {r["referral_id"] for r in rows(w, "missing", "--limit", "10000") if r["code"] == "DOC05"} == everything
    (flow,) = [f for f in rows(w, "flows") if f["sender"] == "sthj"]
    assert (flow["recipient"], flow["count"]) == ("psb-bynr", CASES), flow
    for line in rows(w, "timeliness"):
        ended, kept, days = query(w, "SELECT count(*), count(*) FILTER (WHERE k.state = 'M'), percentile_disc(0.5) WITHIN GROUP (ORDER BY k.taken_days) FROM register.clock AS k"
                                  " JOIN register.reply_owed AS o USING (case_id, referral_id, ordinal) JOIN ecocase.participant AS p ON p.number = o.participant"
                                  " WHERE k.state IN ('M', 'B') AND k.stopped_at IS NOT NULL AND k.rule = %s AND p.slug = %s", line["rule"], line["actor"])[0]
        assert (line["ended"], line["in_time"], line["median_days"]) == (ended, kept, days), line
    assert [r["codes"].split() for r in rows(w, "refusals")] == [r.split("；") for (r,) in query(w, "SELECT codes FROM ecocase.refusal_list")]
    for question in ("returned", "calendar", "clues", "hints", "looks"):
        assert rows(w, question) == [], question
    assert {r["document_no"] for r in rows(w, "by-hand", "--limit", "1000")} == {d for (d,) in query(w, "SELECT document_no FROM ecocase.by_hand_list")}
    show("asked", f"{len(owed)} overdue, {CASES} referrals in pages of 7")

    # ---- exports: everything, nothing cut, no formula
    done = ask(w, "list", "--csv", "--bom")
    assert done.startswith("\ufeff标识,")
    lines = list(csv.reader(done.lstrip("\ufeff").splitlines()))
    assert len(lines) == CASES + 1 and {r[4] for r in lines[1:]} == {"'" + FORMULA if c["title"] == FORMULA else c["title"] for c in cases}
    assert not any(cell[:1] in "=+@-" for row in lines[1:] for cell in row if cell)
    path = w.folder / "list.xlsx"
    ask(w, "list", "--xlsx", str(path))
    with zipfile.ZipFile(path) as book:
        sheet = xml.fromstring(book.read("xl/worksheets/sheet1.xml"))
        tags = [element.tag.rsplit("}")[-1] for element in sheet.iter()]
        assert "f" not in tags and tags.count("row") == CASES + 1
        assert FORMULA in "".join(xml.fromstring(book.read("xl/sharedStrings.xml")).itertext())
    piped = ask(w, "list", "--limit", "5")
    assert "…" not in piped and "Asia/Shanghai" in piped
    narrow = on_terminal(w, 100, "list", "--limit", "5")
    plain = narrow.replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert "\x1b[1m" in narrow and max(wide(line) for line in plain.splitlines() if "共" not in line and "--" not in line.strip("- ")) <= 100, plain

    # ---- one page a case, by whatever is at hand; parties as the role may see them
    party, envelope = cases[4]["parties"][0], cases[4]["envelope"]
    for found in (envelope["referral_id"], envelope["case_id"], envelope["message_id"], envelope["referral_id"][:13], "巴环移送[2026]5号"):
        page = json.loads(ask(w, "show", found, "--json"))
        assert page["case_id"] == envelope["case_id"], found
    assert {e["event"] for e in page["events"]} >= {"REF.SEND", "REF.RECEIPT"} and "masked_name" not in json.dumps(page) and "party_counts" in page
    assert {d["code"] for d in page["documents"]} == {d["code"] for d in cases[4]["documents"]} and "DOC05" in {m["code"] for m in page["missing"]}
    assert party["id_no"] not in json.dumps(page, ensure_ascii=False) and party["name"] not in json.dumps([page["party_counts"], page["documents"]], ensure_ascii=False)
    assert "5号" in ask(w, "show", "巴环移送〔2026〕5号") and "没有" in ask(w, "show", "无此文号", status=1) and "可指" in ask(w, "show", "巴环移送", status=1)
    with psycopg.connect(w.conninfo()) as db:
        for user, slug in (("who_sthj", "sthj"), ("who_zrzy", "zrzy")):
            db.execute(f"CREATE ROLE {user} LOGIN IN ROLE ecocase_department")
            db.execute("INSERT INTO desk.account (login, participant) SELECT %s, number FROM ecocase.participant WHERE slug = %s", (user, slug))
    mine = json.loads(ask(w, "show", envelope["case_id"], "--json", user="who_sthj"))
    assert mine["parties"] and all("*" in p["masked_name"] or p["kind"] == "O" for p in mine["parties"]) and party["id_no"] not in json.dumps(mine)
    assert "没有" in ask(w, "show", envelope["case_id"], user="who_zrzy", status=1) and rows(w, "list", user="who_zrzy") == [] and rows(w, "search", "倾倒", user="who_zrzy") == []
    assert len(rows(w, "search", "倾倒", "--limit", "1000", user="who_sthj")) == CASES // 2

    # ---- personal data: by a look with a reason, which supervision reads
    assert party["id_no"] in ask(w, "look", envelope["case_id"], "--reason", "核对移送对象", user="who_sthj")
    assert "--reason" in ask(w, "look", envelope["case_id"], user="who_sthj", status=2)
    assert envelope["referral_id"] in {r["referral_id"] for r in rows(w, "list", "--party", party["name"], "--reason", "查前科情况", "--limit", "1000", user="who_sthj")}
    assert rows(w, "list", "--party", party["name"], "--reason", "想看一看", user="who_zrzy") == []
    ask(w, "list", "--party", party["name"], "--reason", "想看一看", status=1)
    looked = rows(w, "looks", "--limit", "1000")
    assert {r["login"] for r in looked} == {"who_sthj"} and {r["reason"] for r in looked} == {"核对移送对象", "查前科情况"}, looked[:3]
    show("exports, pages and looks", f"{len(looked)} looks written down")

    # ---- from the one table: manual and completion
    manual, completion = ask(w, "help", "manual"), ask(w, "help", "completion")
    for question in ("list", "search", "show", "overdue", "waiting", "returned", "missing", "flows", "timeliness", "calendar", "clues", "hints", "by\\-hand", "refusals", "looks"):
        assert f".B {question}" in manual and question.replace("\\", "") in completion, question
    shell = subprocess.run(["bash", "-c", f'{completion}\nCOMP_WORDS=(ecocase list --cou); COMP_CWORD=2; _ecocase; echo "${{COMPREPLY[@]}}"'], capture_output=True, text=True)
    assert shell.stdout.strip() == "--county", (shell.stdout, shell.stderr)
