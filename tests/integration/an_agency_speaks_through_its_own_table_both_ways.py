"""Agencies hand cases over and answer them through tables of their own database alone: with attachments, in text, jsonb and bytea; what is wrong is told
in the outcome table with its place, the same again is recognised, other content under the same id is a conflict, a transaction that commits late is not
passed over, and a database that goes away loses nothing."""
import signal

from tableagency import *
from office import *


def papers(step):
    return [(a.name, a.content) for a in step.attachments]


def arrived(agency, event, count=1, seconds=40):
    return eventually(lambda: (lambda rows: rows if len(rows) >= count else None)(agency.inbox(event)), seconds, f"{count} {event} in the inbox of {agency.slug}")


def both_ways(sthj, police, steps):
    out, back = steps["waste-1"], steps["waste-2"]
    id = sthj.submit(out.file.content.decode(), papers(out), aggregate="BH-2026-0115")
    outcome = sthj.final(id)
    assert outcome["state"] == "accepted" and outcome["error"] is None and outcome["conflict"] is None, outcome
    receipt = outcome["receipt"]
    assert receipt["event"] == "SYS.ACCEPTED" and receipt["aboutDocumentNo"] == "巴环移送〔2026〕15号", receipt
    row = arrived(police, "REF.SEND")[0]
    assert row["position"] == 1 and row["aggregatetype"] == "ecocase" and row["aggregateid"] == receipt["caseId"] and str(row["id"]) == receipt["messageId"], (row, receipt)
    assert "巴环移送〔2026〕15号" in row["payload"] and row["payload"].startswith("<?xml"), row["payload"][:80]
    got = police.files(row["id"])
    assert [got[n][0].rsplit("_", 1)[1] for n in sorted(got)] == [name for name, _ in papers(out)] and [got[n][1] for n in sorted(got)] == [c for _, c in papers(out)], got.keys()
    answer = police.submit(back.file.content.decode(), aggregate="任意", type="回执")
    assert police.final(answer)["state"] == "accepted"
    reply = arrived(sthj, "REF.RECEIPT")[0]
    assert reply["aggregateid"] == receipt["caseId"] and "巴公(环)受案字〔2026〕15号" in reply["payload"], reply
    eventually(lambda: not police.spool("inbox") and not sthj.spool("inbox"), 20, "what the database has lies in done/")
    show("both ways", f"case with {len(papers(out))} attachments, receipt, answer: ids and case agree")
    return id


def again_and_otherwise(sthj, police, steps, id):
    """The same row again, changed, and the same content under another id."""
    out = steps["waste-1"]
    count = len(police.inbox())
    with sthj.connect("dba") as db:
        db.execute("DELETE FROM ecocase.outbox WHERE id = %s", (id,))
        sthj.put(db, out.file.content.decode(), papers(out), id=id)
    eventually(lambda: not sthj.outcome(id)["open"], 20, "the row put in again was looked at")
    first = sthj.outcome(id)
    assert first["state"] == "accepted" and first["conflict"] is None and first["receipt"], first
    sthj.ask("UPDATE ecocase.outbox SET payload = payload || ' ' WHERE id = %s", id, user="dba")
    changed = eventually(lambda: (lambda o: o if not o["open"] else None)(sthj.outcome(id)), 20, "the changed row was looked at")
    assert changed["state"] == "accepted" and changed["receipt"] == first["receipt"], changed
    assert changed["conflict"]["code"] == "TABLE_CONFLICT" and changed["conflict"]["zh"] and changed["conflict"]["en"], changed
    twice = sthj.final(sthj.submit(out.file.content.decode(), papers(out)))
    assert twice["state"] == "failed" and twice["error"]["code"] == "ALREADY_SENT" and twice["error"]["earlier"]["file"] == f"{id}.json", twice
    assert len(police.inbox()) == count, "nothing came twice"
    show("again", "the same row: answered as before; changed: a conflict; under another id: ALREADY_SENT")


def wrong_ones(sthj, steps):
    out = steps["monitor-1"]
    good, whole = out.file.content.decode(), papers(out)
    broken = good.replace('"案号"', '"x', 1)
    wanted = [((broken, whole), "JSON_SYNTAX"), ((good, []), "MISSING_ATTACHMENT"), ((good, [*whole, ("多余.txt", b"x")]), "UNCLAIMED"), ((None, []), "FIELD_MISSING"),
              ((good, [*whole, ("../a.txt", b"x")]), "FIELD_FILE_NAME"), ((good + " " * (5 << 20), whole), "TOO_LARGE"), ((good, [*whole, ("a.mp4", [])]), "FIELD_MISSING"),
              ((good.replace("巴彦淖尔市公安局", "某某局", 1), whole), "UNKNOWN_RECIPIENT")]
    ids = [sthj.submit(*what) for what, _ in wanted]
    for change in ("UPDATE ecocase.outbox_part SET part = 7 WHERE id = %s AND part = 2", "UPDATE ecocase.outbox_file SET size = 8 WHERE id = %s AND content IS NULL",
                   "UPDATE ecocase.outbox_file SET content = 'x' WHERE id = %s"):
        with sthj.connect("dba") as db:
            ids.append(sthj.put(db, good, [*whole[1:], (whole[0][0], [b"a", b"b", b"c"])]))
            db.execute(change, (ids[-1],))
        wanted.append((None, "TABLE_PARTS"))
    with sthj.connect() as db:
        gone = sthj.put(db, good, whole)
        with sthj.connect("dba") as dba:  # as some do who have the log read: the row is there for no reader
            dba.execute("INSERT INTO ecocase.outbox VALUES ('00000000-0000-4000-8000-000000000001', 'ecocase', 'a', 'b', 'c')")
            dba.execute("DELETE FROM ecocase.outbox WHERE id = '00000000-0000-4000-8000-000000000001'")
        db.rollback()
    for id, (_, code) in zip([*ids, "00000000-0000-4000-8000-000000000001"], [*wanted, (None, "TABLE_ROW_GONE")]):
        outcome = sthj.final(id)
        assert outcome["state"] == "failed" and outcome["error"]["code"] == code and outcome["error"]["zh"] and outcome["error"]["en"], (code, outcome)
        if code == "MISSING_ATTACHMENT":
            assert len(whole) < 2 or {f["field"] for f in outcome["error"]["faults"]} == {name for name, _ in whole}, outcome
        if code == "JSON_SYNTAX":
            assert outcome["error"]["line"] > 1 and outcome["error"]["column"] >= 1, outcome
    assert sthj.outcome(gone) is None, "a row that was rolled back leaves nothing"
    assert not sthj.spool("outbox") and [n for n in sthj.spool(".table") if not n.startswith("store")] == [], "nothing of it is left"
    sthj.ask("UPDATE ecocase.outbox SET payload = %s WHERE id = %s", good, ids[0], user="dba")  # corrected in place: nothing was kept of it
    corrected = eventually(lambda: (lambda o: o if o["state"] == "accepted" else None)(sthj.outcome(ids[0])), 40, "the corrected row")
    assert corrected["error"] is None and corrected["conflict"] is None, corrected
    for sql in ("UPDATE ecocase.outbox_outcome SET state = 'sent'", "INSERT INTO ecocase.inbox_mark VALUES (1, 1, 1)", "DELETE FROM ecocase.outbox"):
        try:
            sthj.ask(sql)
        except psycopg.errors.InsufficientPrivilege:
            continue
        raise AssertionError(f"oa_app may do: {sql}")
    for sql in ("DELETE FROM ecocase.outbox", "UPDATE ecocase.outbox SET type = 'x'", "DELETE FROM ecocase.inbox", "CREATE TABLE ecocase.x ()"):
        try:
            sthj.ask(sql, user="ecocase_adapter")
        except psycopg.errors.InsufficientPrivilege:
            continue
        raise AssertionError(f"ecocase_adapter may do: {sql}")
    show("wrong ones", f"{len(wanted) + 1} kinds, each told with its code; corrected in place; roles may do no more than they should")


def case_of(steps, n):
    return steps["waste-1"].file.content.decode().replace("15号", f"{n}号").replace("BH-2026-0115", f"BH-2026-{n}")


def commits_late(sthj, steps):
    """The first to insert is the last to commit; between them others come and go."""
    whole = papers(steps["waste-1"])
    with sthj.connect() as late:
        first = sthj.put(late, case_of(steps, 701), whole)
        early = [sthj.submit(case_of(steps, 702 + i), whole) for i in range(3)]
        assert all(sthj.final(id)["state"] == "accepted" for id in early)
        assert sthj.outcome(first) is None
        late.commit()
    assert sthj.final(first)["state"] == "accepted"
    positions = dict(sthj.ask("SELECT id, position FROM ecocase.outbox_outcome"))
    assert positions[first] < min(positions[id] for id in early), "it was noted before those that went first"
    show("late commit", "noted first, committed last, sent all the same")


def order_of_one_case(sthj, police, steps):
    """Rows of one transaction and of one after the other leave in the order they were put in."""
    whole = papers(steps["waste-1"])
    with sthj.connect() as db:
        ids = [sthj.put(db, case_of(steps, 720 + i), whole) for i in range(6)]
    for id in ids:
        assert sthj.final(id)["state"] == "accepted"
    with sthj.connect("dba") as db:
        at = [db.execute("SELECT position FROM ecocase.outbox_outcome WHERE id = %s", (id,)).fetchone()[0] for id in ids]
    serials = [(r["lane"], r["serial"]) for r in (sthj.outcome(id)["receipt"] for id in ids)]
    assert at == sorted(at), at
    for lane in {lane for lane, _ in serials}:
        own = [serial for its, serial in serials if its == lane]
        assert own == sorted(own), serials
    show("order", f"{len(ids)} rows of one transaction, in order")


def other_forms(w, database, police, steps):
    """GB18030 as text in an outbox shared with others, DBF as bytea, JSON as jsonb, one of them of a profile in GB18030."""
    zrzy = Agency(w, database, "zrzy", aggregatetype="生态案件", file_name="YS2026{id}.txt")
    lcj, wlsh, wuhai = Agency(w, database, "lcj", payload="bytea"), Agency(w, database, "wlsh", payload="jsonb"), \
        Agency(w, database, "psb-wh", payload="jsonb", file_name="wh{id}.json")
    baotou = Office(w, "psb-bt")
    mine, grass, coal = steps["mine-1"], steps["grass-1"], steps["coal-1"]
    other = zrzy.submit("不是我们的", kind="别的")
    mined, forest = zrzy.submit(mine.file.content.decode("gb18030"), papers(mine), kind="生态案件"), lcj.submit(grass.file.content, papers(grass))
    for a in coal.attachments:
        baotou.put(a.name, a.content)
    baotou.put(coal.file.name, coal.file.content)
    arrived(wuhai, coal.event)
    sent = [(zrzy, mined), (lcj, forest), *[(police, police.submit(steps[n].file.content.decode(), papers(steps[n]))) for n in ("mine-2", "grass-2", "fish-1")],
            (wuhai, wuhai.submit(steps["coal-2"].file.content.decode(), papers(steps["coal-2"])))]
    for agency, one in sent:
        outcome = agency.final(one)
        assert outcome["state"] == "accepted", (agency.slug, outcome)
    assert zrzy.outcome(other) is None and zrzy.ask("SELECT count(*) FROM ecocase.outbox")[0][0] == 2, "another's row is not ours"
    text, binary, copy = arrived(zrzy, "REF.RECEIPT")[0], arrived(lcj, "REF.RECEIPT")[0], arrived(wlsh, "REV.SEND")[0]
    assert "巴公" in text["payload"] and text["aggregatetype"] == "生态案件", text
    assert binary["payload"][0] == 3 and binary["name"].endswith(".dbf"), binary
    assert isinstance(copy["payload"], dict) and isinstance(arrived(wuhai, coal.event)[0]["payload"], dict), copy
    for changes, word in (({"payload": "jsonb"}, "table-lcj.yaml:"), ({"payload": "text"}, "payload must be bytea"), ({"file_name": "{id}.csv"}, "file_name must make names")):
        said = run_with(w, {**lcj.settings, **changes})
        assert word in said, said
    show("forms", "text of GB18030, an outbox shared with others, DBF as bytea, jsonb; settings that do not fit the profile are refused")


def beside_folders(w, sthj, police, steps):
    """The folders serve at the same time; an attachment too large for one value comes in parts, and lies in the recipient's spool as well."""
    case, name, video = case_of(steps, 741), papers(steps["waste-1"])[2][0], bytes(range(256)) * 8192
    outbox = w.spool("sthj") / "outbox"
    for paper, content in [*papers(steps["waste-1"])[:2], (name, video), ("移送-741.json", case.encode())]:
        (outbox / ".writing").write_bytes(content)
        (outbox / ".writing").rename(outbox / paper)
    row = eventually(lambda: next((r for r in police.inbox("REF.SEND") if "741号" in r["payload"]), None), 40, "the case of the folder")
    got = police.files(row["id"])
    assert [got[n][1] for n in (1, 2)] == [c for _, c in papers(steps["waste-1"])[:2]], got.keys()
    called, content, path = got[3]
    assert content == video and path == f"done/{called}" and called.endswith(name), got[3][::2]
    assert police.ask("SELECT content, parts FROM ecocase.inbox_file WHERE id = %s AND nth = 3", row["id"]) == [(None, 2)]
    assert police.ask("SELECT count(*) FROM ecocase.inbox_part") == [(2,)], "and of no others"
    eventually((w.spool("psb-bynr") / path).exists, 20, "the large attachment where the table says")
    assert (w.spool("psb-bynr") / path).read_bytes() == video
    assert police.ask("SELECT size, media FROM ecocase.inbox_file WHERE id = %s AND nth = 3", row["id"]) == [(len(video), "image/jpeg")]
    show("beside folders", "a case from the outbox folder; its attachment of 2 MiB comes in parts")


def loses_and_finds(w, sthj, police, steps):
    """A database restored from yesterday, a store that is lost, a trigger that was disabled, rows that may go: at the next connection all of it is right again."""
    whole = papers(steps["waste-1"])
    done = sthj.submit(case_of(steps, 751), whole)
    receipt, count = sthj.final(done)["receipt"], len(police.inbox())
    old = police.ask("SELECT id FROM ecocase.outbox_outcome WHERE state = 'accepted' LIMIT 1")[0][0]
    police.ask("UPDATE ecocase.outbox_outcome SET changed = changed - interval '2 days' WHERE id = %s", old, user="dba")
    sthj.ask("UPDATE ecocase.outbox_outcome SET state = 'queued', receipt = NULL WHERE id = %s", done, user="dba")
    sthj.ask("ALTER TABLE ecocase.outbox DISABLE TRIGGER USER", user="dba")
    unnoted = sthj.submit(case_of(steps, 752), whole)
    sthj.ask("ALTER TABLE ecocase.outbox ENABLE TRIGGER USER", user="dba")
    for agency in (sthj, police):
        agency.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ecocase_adapter' AND datname = current_database()", user="dba")
    assert sthj.final(done)["receipt"] == receipt and sthj.final(unnoted)["state"] == "accepted"
    eventually(lambda: not police.ask("SELECT FROM ecocase.outbox WHERE id = %s", old), 20, "what may go is gone")
    assert police.outcome(old)["state"] == "accepted"
    w.stop_process("adapter-sthj", signal.SIGKILL)
    lost = sthj.submit(case_of(steps, 753), whole)
    sthj.ask("UPDATE ecocase.outbox_outcome SET state = 'queued', seen = writes, digest = repeat('0', 64) WHERE id = %s", lost, user="dba")
    for part in (w.spool("sthj") / ".table").glob("store.sqlite*"):
        part.unlink()
    sthj.start()
    conflict = eventually(lambda: (lambda o: o if o["conflict"] else None)(sthj.outcome(lost)), 40, "a row taken as something else is a conflict")
    assert conflict["state"] == "queued", conflict
    sthj.ask("UPDATE ecocase.outbox_outcome SET digest = NULL, conflict = NULL, writes = writes + 1 WHERE id = %s", lost, user="dba")
    assert sthj.final(lost)["state"] == "accepted"
    eventually(lambda: len(police.inbox()) >= count + 2, 40, "both came")
    assert len(police.inbox()) == count + 2, "and nothing else"
    show("finds again", "a restored database, a lost store, a disabled trigger; old rows deleted as the settings say")


def run_with(w, settings):
    """What `run` says of settings that do not fit the profile."""
    file = w.folder / "wrong" / "table-lcj.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(settings, indent=2))
    profile = ROOT / "adapters" / "agencies" / "lcj" / "profile.yaml"
    done = subprocess.run([w.bin / "ecocase-adapter", "run", "--agency", "lcj", "--profile", profile, "--spool", w.folder / "wrong" / "lcj", "--kafka", w.kafka, "--schemas",
                           w.schemas, "--table", file], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1, done
    return done.stderr


def goes_away(database, sthj, police, steps):
    """The database is killed: what comes waits, the status says so; what was put in is there afterwards. Then it hangs."""
    whole = papers(steps["waste-1"])
    count, sent = len(police.inbox()), []
    sent.append(sthj.submit(case_of(steps, 801), whole))
    database.stop(signal.SIGQUIT)
    code, told = eventually(lambda: (lambda s: s if s[1].get("table", {}).get("state") == "down" else None)(police.status()), 30, "the status says so")
    assert code == 1 and told["table"]["lastError"]["code"] == "TABLE_DOWN" and told["table"]["lastError"]["zh"], told
    assert told["kafka"] == "up"
    police.w.stop_process("adapter-psb-bynr")
    police.start()                              # an adapter starts without it
    eventually(lambda: police.status()[1]["state"] == "running" and police.status()[1]["table"]["state"] == "down", 30, "it runs and says so")
    shown = subprocess.run([police.w.bin / "ecocase-adapter", "status", "--spool", police.w.spool("psb-bynr")], capture_output=True, text=True).stdout
    assert "单位数据库 database     未连接" in shown and "TABLE_DOWN" in shown, shown
    database.start()
    assert sthj.final(sent[0])["state"] == "accepted"
    server = database.w.processes["postgres-oa"].pid
    hanging = [server, *children(server)]
    signal_all(hanging, signal.SIGSTOP)
    began = time.monotonic()
    database.w.stop_process("adapter-sthj", seconds=30)  # a clean stop does not wait for a server that hangs
    took = time.monotonic() - began
    signal_all(hanging, signal.SIGCONT)
    assert took < 10, f"the stop took {took:.1f} s"
    sthj.start()
    sent += [sthj.submit(case_of(steps, 802 + i), whole) for i in range(3)]
    assert all(sthj.final(id)["state"] == "accepted" for id in sent)
    rows = arrived(police, "REF.SEND", 1)
    eventually(lambda: len(police.inbox()) >= count + len(sent), 40, "all of it came")
    rows = police.inbox()
    assert [r["position"] for r in rows] == list(range(1, len(rows) + 1)), "no gap, in order"
    assert len({r["id"] for r in rows}) == len(rows)
    eventually(lambda: police.status()[0] == 0 and police.status()[1]["table"]["state"] == "up", 40, "the status is well again")
    show("goes away", f"killed and hanging: {len(sent)} cases, none lost, none twice, positions 1 to {len(rows)}")


def signal_all(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass  # a backend that was leaving


def children(pid):
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = path.read_text().rsplit(")", 1)[1].split()[1]
        except OSError:
            continue
        if parent == str(pid):
            found.append(int(path.parent.name))
    return found


def main(w, database):
    steps = sample_day_steps()
    sthj, police = Agency(w, database, "sthj", attachment_mib=1), Agency(w, database, "psb-bynr", delete_after_days=1, attachment_mib=1)
    sthj.setup()  # again: nothing changes
    id = both_ways(sthj, police, steps)
    again_and_otherwise(sthj, police, steps, id)
    wrong_ones(sthj, steps)
    commits_late(sthj, steps)
    order_of_one_case(sthj, police, steps)
    other_forms(w, database, police, steps)
    beside_folders(w, sthj, police, steps)
    loses_and_finds(w, sthj, police, steps)
    goes_away(database, sthj, police, steps)


if __name__ == "__main__":
    with world("table") as w:
        w.start_broker("broker-1")
        with Database(w) as database:
            main(w, database)
