"""The ledger is restored from a backup that was taken amid traffic, and its broker is started before anybody recovers it: nothing is given out, the line
names the command. That command begins a new generation: what the ledger forgot is judged again in the order it came, whoever has it gets no second copy,
what was dropped meanwhile arrives, and no adapter alarms. So again after a second restore of the same backup."""
import signal
import subprocess
import threading

from carrier import *
from world import PG_BIN

CASES = 30
OLD = 3  # long overdue when they come: alerts at the next tick
AFTER = "恢复后"


def tool(w, name, *words, **options):
    done = subprocess.run([PG_BIN / name, "-h", "127.0.0.1", "-p", str(w.pg_port), "-U", "ecocase", *words], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def broker(w, command, *words):
    return subprocess.run([w.bin / "ecocase-broker", command, "--postgres", w.conninfo(), *words], capture_output=True, text=True)


def recover(w, *words):
    return broker(w, "recover", "--kafka", w.kafka, "--schemas", w.schemas, *words)


def log(w, name):
    return (w.folder / "log" / f"{name}.log").read_text()


def now():
    return datetime.now(CHINA)


def send(sender, number):
    sender.send(number, {}, when=now().strftime("%Y-%m-%d %H:%M:%S"))


def judged(w):
    """What was said of each submission."""
    return {(sender, str(id)): tuple(rest) for sender, id, *rest in
            query(w, "SELECT sender, message_id, kind::text, event, from_state, to_state FROM ecocase.event WHERE kind IN ('A', 'R')")}


def receipts(w, client, said):
    """The police's receipt for each case that came to them, through a client of another make: causes and effects in two outboxes."""
    for m in inbox(w, POLICE):
        h = headers(m)
        if h["ecocase_role"] != "to" or h["ce_id"] in said:
            continue
        said.add(h["ce_id"])
        case = decode(m.value())
        client.submit(client.step(case, POLICE, "REF.RECEIPT", f"巴公(环)受字〔2026〕{len(said)}号", int(now().timestamp() * 1000)))


def at_rest(w, count, seconds=90):
    eventually(lambda: len(judged(w)) >= count, seconds, f"{count} submissions in the ledger")
    eventually(lambda: query(w, "SELECT bool_and(published = serial) FROM ecocase.lane")[0][0], seconds, "everything published")


def quiet(adapters, seconds=60):
    """Nobody gets anything for two seconds."""
    def names():
        return [a.names() for a in adapters]
    def same():
        before = names()
        time.sleep(2)
        return before == names()
    eventually(same, seconds, "rest")
    return names()


def restore(w, dump):
    w.stop_process("broker", signal.SIGKILL)
    query_admin = psycopg.connect(w.conninfo(), autocommit=True)
    query_admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'ecocase' AND pid <> pg_backend_pid()")
    query_admin.close()
    tool(w, "dropdb", "ecocase")
    tool(w, "createdb", "ecocase")
    tool(w, "pg_restore", "-d", "ecocase", dump)


def started_too_early(w, adapters, sender, number):
    """The operator forgot to recover."""
    before = quiet(adapters)
    given = {a.agency: len(inbox(w, a.agency)) for a in adapters}
    (w.folder / "log" / "broker.log").write_text("")
    w.start_broker("broker")
    send(sender, number)
    told = eventually(lambda: next((line for line in log(w, "broker").splitlines() if "LEDGER_BEHIND" in line), None), 60, "the refusal")
    assert "ecocase-broker recover" in told, told
    time.sleep(4)
    eventually(lambda: broker(w, "health", "--instance", "broker").returncode == 1, 5, "a probe that says so")
    assert {a.agency: len(inbox(w, a.agency)) for a in adapters} == given and [a.names() for a in adapters] == before, "given out by a ledger that is behind"


def recovered(w, adapters, before, lost, number, generation):
    said = recover(w)
    assert said.returncode == 0, said.stderr
    assert "missing in the ledger" in said.stdout and f"generation {generation} has begun" in said.stdout, said.stdout
    at_rest(w, len(lost) + 1)
    police = next(a for a in adapters if a.agency == POLICE)
    eventually(lambda: any(number in name for name in police.names()), 60, "what was dropped meanwhile")
    after = quiet(adapters)
    again = judged(w)
    differs = {k: (lost[k], again.get(k)) for k in lost if again.get(k) != lost[k]}
    assert not differs, f"{len(differs)} judged otherwise: {list(differs.items())[:3]}"
    for adapter, had, has in zip(adapters, before, after):
        assert set(had) <= set(has), f"{adapter.agency} lost {set(had) - set(has)}"
        new = [n for n in set(has) - set(had) if number not in n]
        assert not new, f"{adapter.agency} got a second copy: {sorted(new)[:5]}"
        alarms = adapter.journal("SELECT kind, text FROM alarm")
        assert not alarms, alarms
        assert {g for (g,) in adapter.journal("SELECT generation FROM lane_position")} == {generation}
    again = recover(w)
    assert again.returncode == 0 and "nothing was changed" in again.stdout, again.stdout
    assert query(w, "SELECT DISTINCT generation FROM ecocase.lane") == [(generation,)]


def replayed(w):
    done = subprocess.run([w.bin / "ecocase", "ledger", "replay", w.schemas, "--json", "--postgres", w.conninfo("ecocase_broker")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def main():
    with world("restored", clock="real", lanes=3) as w:
        dump = w.folder / "ledger.dump"
        w.start_broker("broker")
        client, said = Client(w), set()
        sender, police = Adapter(w, SENDER), Adapter(w, POLICE)
        adapters = [sender, police]
        for n in range(CASES):
            send(sender, f"环移一{n}号")
        at_rest(w, CASES)
        receipts(w, client, said)
        more = threading.Thread(target=lambda: [(send(sender, f"环移二{n}号"), time.sleep(0.05)) for n in range(CASES)])
        more.start()
        time.sleep(0.5)
        tool(w, "pg_dump", "-Fc", "-f", dump, "ecocase")  # a moment in the middle of traffic
        more.join()
        for n in range(OLD):
            sender.send(f"环移旧{n}号", {})
        at_rest(w, 3 * CASES + OLD)
        time.sleep(3)  # their alerts; what comes within a tick's own moment may be judged before or after it
        receipts(w, client, said)
        at_rest(w, 4 * CASES + 2 * OLD)
        before, lost = quiet(adapters), judged(w)
        alerts = query(w, "SELECT count(*) FROM ecocase.event WHERE kind = 'T'")[0][0]
        assert len(said) == 2 * CASES + OLD and alerts

        restore(w, dump)
        missing = len(lost) - len(judged(w))
        assert missing > CASES, missing
        started_too_early(w, adapters, sender, f"{AFTER}一号")
        recovered(w, adapters, before, lost, f"{AFTER}一号", 2)
        replayed(w)
        show("restored", f"a backup taken amid traffic lacked {missing} of {len(lost)} submissions: nothing was given out before `recover`, which judged them again "
             "as before; no second copies, no alarms, what was dropped meanwhile arrived")

        before, lost = quiet(adapters), judged(w)
        restore(w, dump)  # the same backup once more: its generation is older than that of the inboxes
        started_too_early(w, adapters, sender, f"{AFTER}二号")
        recovered(w, adapters, before, lost, f"{AFTER}二号", 3)
        replayed(w)
        show("restored", "and once more from the same backup")


main()
