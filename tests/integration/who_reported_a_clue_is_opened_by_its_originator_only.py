"""A clue from an agency's own file: who reported it leaves sealed and stands nowhere in the open but in that file; only the originator's key opens it. The
follow-up referral that cites the clue is linked to it, and `ecocase ledger show` says so of both."""
import subprocess

from case import *
import day

SECRETS = ("护海志愿者某某".encode(), "护海志愿者某某".encode("gb18030"), b"13800004321")

with world("reporter") as w:
    w.start_broker("broker-1")
    steps = [s for s in sample_day_steps().values() if s.case == "clue"]
    slugs = {s.agency for s in steps} | {d.agency for s in steps for d in s.deliver}
    for slug in slugs:
        w.start_adapter(slug)
    spools = {slug: w.spool(slug) for slug in slugs}
    eventually(lambda: all((s / ".status.json").exists() for s in spools.values()), 60, "every adapter being ready")
    wrong = day.play(steps, spools, lambda step: None)
    assert not wrong, wrong

    ((value, message),) = query(w, "SELECT value, message_id FROM ecocase.event WHERE event = 'CLU.CREATE'")
    record = decode(bytes(value))
    assert record["reporter_kind"] == "NAMED" and record["reporter"]["algorithm"] == "AES-256-GCM-SHA256" and len(record["reporter"]["content"]) == 272
    (arrived,) = [m for m in inbox(w, "nm") if headers(m)["ce_type"] == "CLU.CREATE"]
    assert arrived.value() == bytes(value)

    taken = w.folder / "record.bin"
    taken.write_bytes(arrived.value())

    def unseal(spool):
        return subprocess.run([w.bin / "ecocase-adapter", "unseal", "--spool", spool, taken, "--schemas", w.schemas], capture_output=True, text=True)
    opened = unseal(spools["wlsh"])
    assert opened.returncode == 0 and json.loads(opened.stdout) == {"name": "护海志愿者某某", "phone": "13800004321"}, opened
    others = unseal(spools["nm"])
    assert others.returncode == 1 and "nm/.reporter.key" in others.stderr and "护海" not in others.stdout + others.stderr, others
    damaged = bytearray(arrived.value())
    damaged[damaged.index(record["reporter"]["content"][:16])] ^= 1
    taken.write_bytes(damaged)
    assert unseal(spools["wlsh"]).returncode == 1
    taken.unlink()

    own = spools["wlsh"] / "sent" / "巡护3.json"
    leaks = [p for p in w.folder.rglob("*") if p.is_file() and p != own and any(secret in p.read_bytes() for secret in SECRETS)]
    assert own.exists() and not leaks, leaks
    assert (spools["wlsh"] / ".reporter.key").stat().st_mode & 0o777 == 0o600

    def shown(number):
        done = subprocess.run([w.bin / "ecocase", "ledger", "show", number, "--json", "--postgres", w.conninfo("ecocase_coordinator")], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
    clue = shown("乌护线〔2026〕3号")
    referral = next(f for f in clue["follow_ups"] if f["machine"] == "REF")
    assert referral["document_no"] == "巴农移送〔2026〕9号" and referral["parent"] == clue["referral"]["referral_id"]
    follow = [r for r in shown("巴农移送〔2026〕9号") if r["referral"]["machine"] == "REF"]
    assert follow[0]["referral"]["parent"] == clue["referral"]["referral_id"], "by the number of the follow-up both are found"
    show("reporter", "sealed from the agency's file to the ledger, opened by its own key only; the follow-up is linked")
