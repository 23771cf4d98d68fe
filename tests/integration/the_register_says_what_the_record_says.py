"""The register follows the record through kills at any moment, a second follower stands by and goes on, and `ecocase register verify` finds every table as it is made
once more from the record; what somebody changed behind its back is named, and mended by a rebuild under traffic. A record that went back (a restore) or began another
generation is noticed and the register built anew. Each role sees what it may: hostile questions of a department, a procuratorate, a coordinator and an auditor."""
import random
import signal
import subprocess

from case import *

CASES, KILLS = 60, 12


def register(w, command, *words, status=0):
    done = subprocess.run([w.bin / "ecocase", "register", command, w.schemas, "--json", "--postgres", w.conninfo("ecocase_register"), *words], capture_output=True, text=True)
    assert done.returncode == status, (command, done.returncode, done.stdout[-3000:], done.stderr[-2000:])
    return json.loads(done.stdout) if command != "rebuild" else done.stdout


def level(w, seconds=30):
    """Every event of the record is in the register."""
    until, standing = time.monotonic() + seconds, None
    while time.monotonic() < until:
        for name in ("register-1", "register-2"):
            assert w.processes[name].poll() is None, (name, w.processes[name].returncode, w.log_tail(name, 3))
        standing = query(w, "SELECT l.lane, l.serial, p.serial FROM ecocase.lane AS l LEFT JOIN register.position AS p USING (lane) ORDER BY 1")
        if all(recorded == followed for _, recorded, followed in standing):
            return
        time.sleep(0.1)
    raise AssertionError(f"the register is not at the record's end within {seconds} s: {standing}")


def log(w, name):
    return (w.folder / "log" / f"{name}.log").read_text()


def verified(w):
    same = register(w, "verify")
    assert same["identical"] and same["tables"] > 30, same
    return same


def refused(w, user, sql, *parameters):
    try:
        rows = query(w, sql, *parameters, user=user)
    except psycopg.Error as error:
        return type(error).__name__
    raise AssertionError(f"{user} was answered {rows[:3]} to: {sql}")


rnd = random.Random(7)
with world("register", lanes=2) as w:
    w.setup_register()
    w.start_broker("broker-1")
    client = Client(w)
    w.start_register("register-1")
    w.start_register("register-2")
    cases = []
    for n in range(1, CASES + 1):                                          # killed and started again while events come
        cases.append(client.submit(client.case_file(number=f"巴环移送〔2026〕{n}号", title=f"第{n}起跨界倾倒危险废物案")))
        client.submit(client.step(cases[-1], "psb-bynr", "REF.RECEIPT", f"巴公(环)受字〔2026〕{n}号", at("2026-06-08 13:00")))
        client.flush()
        if n % (CASES // KILLS) == 0:
            name = rnd.choice(["register-1", "register-2"])
            time.sleep(rnd.random() * 0.4)
            w.stop_process(name, signal.SIGKILL)
            w.start_register(name)
    for case in cases[:10]:
        client.submit(case)
        client.submit({**case, "title": "另一内容"})
        client.submit(client.step(case, "sthj", "REF.FILED", "巴公(环)立字〔2026〕1号"))
    client.submit(client.case_file(to=("nobody",)), "sthj")
    client.send("sthj", b"\1\0\0\0\1x", cases[0]["envelope"]["case_id"])
    spy = client.step(cases[0], "zrzy", "REF.FILED", "自然资移〔2026〕1号")   # zrzy names a case that is none of its own
    client.submit(spy)
    client.flush()
    wait_events(w, 2 * CASES + 30 + 3)
    for when in ("2026-06-10 07:00", "2026-06-11 20:00", "2026-06-12 00:01"):
        Clock(w, client).pass_to(when)
    for n, case in enumerate(cases[:30]):
        client.submit(client.step(case, "psb-bynr", "REF.FILED", f"巴公(环)立字〔2026〕{n}号", at("2026-06-11 17:00")), at=at("2026-06-12 09:00"))
    client.flush()
    wait_events(w, 2 * CASES + 63)
    level(w)
    kinds = dict(query(w, "SELECT kind, count(*) FROM register.event GROUP BY 1"))
    assert set(kinds) == set("ARPDT"), kinds
    well = register(w, "status")
    assert well["good"] and well["behind_events"] == 0, well
    same = verified(w)
    followers = sum(log(w, name).count("register.following") for name in ("register-1", "register-2"))
    assert followers >= 3, followers
    show("killed and verified", f"{KILLS} kills, {followers} times taken up, {kinds}, {same['tables']} tables the same")

    # ---- changed behind its back: named; and mended by a rebuild, while people and events come
    referral = cases[5]["envelope"]["referral_id"]
    for sql in ("UPDATE register.referral SET state = 'A99' WHERE referral_id = %s", "DELETE FROM register.document WHERE referral_id = %s",
                "UPDATE register.flow_day SET count = count + 1 WHERE (SELECT %s::text) IS NOT NULL"):
        with psycopg.connect(w.conninfo()) as db:
            assert db.execute(sql, (referral,)).rowcount > 0, sql
    differs = register(w, "verify", "--limit", "1000", status=1)
    assert {d["table"] for d in differs["differences"]} == {"referral", "document", "flow_day"}, differs
    assert all(cases[5]["parties"][0]["id_no"] not in d["row"] for d in differs["differences"])
    more = subprocess.Popen([w.bin / "ecocase", "register", "rebuild", w.schemas, "--postgres", w.conninfo("ecocase_register")], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)
    for n in range(CASES + 1, CASES + 21):
        client.submit(client.case_file(number=f"巴环移送〔2026〕{n}号"))
        client.flush()
        assert query(w, "SELECT count(*) FROM register.referral")[0][0] >= CASES
    assert more.wait(60) == 0, more.communicate()
    wait_events(w, 2 * CASES + 83)
    level(w)
    verified(w)
    left = query(w, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'register%%' ORDER BY 1")
    assert left == [("register",), ("register_old",)], left
    show("rebuilt under traffic", f"{query(w, 'SELECT count(*) FROM register.event')[0][0]} events")

    # ---- who sees what
    users = {"who_sthj": ("ecocase_department", "sthj"), "who_zrzy": ("ecocase_department", "zrzy"), "who_jcy": ("ecocase_prosecutor", "jcy"),
             "who_audits": ("ecocase_auditor", None), "who_nobody": ("ecocase_department", None)}
    with psycopg.connect(w.conninfo()) as db:
        for user, (role, slug) in users.items():
            db.execute(f"CREATE ROLE {user} LOGIN IN ROLE {role}")
            if slug:
                db.execute("INSERT INTO desk.account (login, participant) SELECT %s, number FROM ecocase.participant WHERE slug = %s", (user, slug))
    everything, = query(w, "SELECT count(*) FROM register.referral")[0]
    party = cases[5]["parties"][0]
    assert query(w, "SELECT count(*) FROM register.referral", user="who_sthj") == [(everything,)]
    assert query(w, "SELECT count(*) FROM register.content", user="who_sthj")[0][0] >= CASES
    for user in ("who_zrzy", "who_nobody"):
        for table in ("referral", "clock", "number", "caption", "document", "party", "content", "seen", "delivery"):
            shown = query(w, f"SELECT count({'lane' if table == 'party' else '*'}) FROM register.{table}", user=user)[0][0]
            assert shown == (1 if (user, table) == ("who_zrzy", "delivery") else 0), (user, table, shown)   # the refusal that zrzy was sent
    assert query(w, "SELECT count(*) FROM register.event", user="who_zrzy")[0][0] == 1
    covered, = query(w, "SELECT count(*) FROM register.content", user="who_jcy")[0]
    assert covered >= CASES and query(w, "SELECT count(*) FROM register.referral", user="who_jcy") == [(everything,)]
    for user in ("who_sthj", "who_zrzy", "who_jcy", "ecocase_coordinator", "who_audits"):
        for sql in ("SELECT name FROM register.party", "SELECT id_no FROM register.party", "SELECT party::text FROM register.party", "SELECT * FROM register.party",
                    "SELECT value FROM ecocase.event", "SELECT person_secret FROM ecocase.world", "DELETE FROM register.event", "UPDATE register.referral SET state = 'A95'",
                    "DELETE FROM desk.look", "INSERT INTO desk.account VALUES (session_user, 1)", "SELECT key FROM register.person_key",
                    "SELECT register.forget_cases('{}')", "SET ROLE ecocase_register", "CREATE TABLE register.mine (a int)",
                    "COPY register.party TO STDOUT", "SELECT * FROM register_old.referral"):
            if user == "who_audits" and " FROM ecocase." in sql:
                continue                                                     # the record is what an auditor is for
            refused(w, user, sql)
    for user in ("ecocase_coordinator", "who_audits"):
        for sql in ("SELECT * FROM register.content", "SELECT title FROM register.document", "SELECT file_name FROM register.document", "SELECT masked_name FROM register.party",
                    "SELECT * FROM desk.look(%s::uuid, %s::uuid, '督办所需')"):
            refused(w, user, sql, *((cases[5]["envelope"]["case_id"], referral) if "%s" in sql else ()))
    refused(w, "who_audits", "SELECT * FROM register.referral")
    assert query(w, "SELECT count(*) FROM register.referral", user="ecocase_coordinator") == [(everything,)]
    assert query(w, "SELECT count(*) FROM register.event", user="who_audits")[0][0] > CASES
    shown = {c for (c,) in query(w, "SELECT column_name FROM information_schema.columns WHERE table_schema = 'register' AND table_name = 'dead_letter'")}
    assert not shown & {"value", "value_head", "headers", "key_text"}, shown

    # ---- looks at personal data are written down, and refused without right or reason
    look = "SELECT name, id_no FROM desk.look(%s::uuid, %s::uuid, %s)"
    place = (cases[5]["envelope"]["case_id"], referral)
    with psycopg.connect(w.conninfo("who_sthj")) as db:
        seen = db.execute(look, (*place, "核对移送对象")).fetchall()
    assert (party["name"], party["id_no"]) in seen, seen
    refused(w, "who_sthj", look, *place, " ")
    refused(w, "who_zrzy", look, *place, "想看一看")
    refused(w, "who_nobody", look, *place, "想看一看")
    assert query(w, "SELECT login::text, reason FROM desk.look", user="ecocase_coordinator") == [("who_sthj", "核对移送对象")]
    register(w, "rebuild")
    assert query(w, "SELECT count(*) FROM desk.look", user="who_audits") == [(1,)]
    show("roles", f"{everything} referrals: the sender and its procuratorate see all, another department none; looks are recorded")

    # ---- the record went back: what the register followed is no longer there
    w.stop_process("broker-1")
    with psycopg.connect(w.conninfo()) as db:
        lane, serial = db.execute("SELECT lane, serial FROM ecocase.lane ORDER BY serial DESC LIMIT 1").fetchone()
        db.execute("DELETE FROM ecocase.event WHERE lane = %s AND serial > %s", (lane, serial - 5))
        db.execute("UPDATE ecocase.lane SET serial = %s WHERE lane = %s", (serial - 5, lane))
    eventually(lambda: "register.rebuilt" in log(w, "register-1") + log(w, "register-2"), 30, "a rebuild")
    level(w)
    verified(w)
    with psycopg.connect(w.conninfo()) as db:                                # other events in the same places
        db.execute("UPDATE ecocase.event SET broker_time = broker_time + interval '1 s' WHERE lane = %s AND serial = %s", (lane, serial - 5))
        db.execute("INSERT INTO ecocase.event SELECT (jsonb_populate_record(e, jsonb_build_object('serial', serial + 1))).* FROM ecocase.event AS e"
                   " WHERE lane = %s AND serial = %s", (lane, serial - 5))
        db.execute("UPDATE ecocase.lane SET serial = %s WHERE lane = %s", (serial - 4, lane))
    eventually(lambda: (log(w, "register-1") + log(w, "register-2")).count("register.rebuilt") == 2, 30, "a second rebuild")
    level(w)
    verified(w)
    with psycopg.connect(w.conninfo()) as db:                                # another generation
        db.execute("UPDATE ecocase.lane SET generation = 2")
        db.execute("UPDATE ecocase.world SET generation = 2")
    eventually(lambda: (log(w, "register-1") + log(w, "register-2")).count("register.rebuilt") == 3, 30, "a third rebuild")
    level(w)
    verified(w)
    show("record went back", "noticed three times, rebuilt, the same again")
