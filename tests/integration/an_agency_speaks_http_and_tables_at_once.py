"""One adapter serves folders, HTTP and the agency's own tables at once: what is handed in by one way is answered there and nowhere else, the same paper by
another way is recognised, what comes lies whole in both inboxes whichever takes it first, and a kill between them loses and doubles nothing."""
import shutil
import signal

import tableagency
from bothagency import Both
from case import *
from httpagency import final, submit


def case_of(steps, n):
    return steps["waste-1"].file.content.decode().replace("15号", f"{n}号").replace("BH-2026-0115", f"BH-2026-{n}")


def papers(step):
    return [(a.name, a.content) for a in step.attachments]


def three_ways_out(sthj, steps):
    """{way: (content, what its answer is found by)}"""
    whole = papers(steps["waste-1"])
    by_http, by_table, by_folder = case_of(steps, 801), case_of(steps, 802), case_of(steps, 803)
    with sthj.client() as client:
        asked = submit(client, ("件801.json", by_http.encode()), whole).json()
        id = sthj.table.submit(by_table, whole)
        state = final(client, asked)
        assert state["state"] == "accepted" and state["receipt"]["aboutDocumentNo"] == "巴环移送〔2026〕801号", state
        outcome = sthj.table.final(id)
        assert outcome["state"] == "accepted" and outcome["receipt"]["aboutDocumentNo"] == "巴环移送〔2026〕802号", outcome
        folder = sthj.w.spool("sthj") / "outbox"
        for name, content in [*whole, ("件803.json", by_folder.encode())]:
            (folder / f".{name}").write_bytes(content)
            (folder / f".{name}").rename(folder / name)
        eventually(lambda: "件803.json.receipt.json" in sthj.spool("sent"), 30, "the folder's receipt")
        assert final(client, submit(client, ("又.json", by_table.encode()), whole).json())["error"]["code"] == "ALREADY_SENT", "sent through the table before"
    twice = sthj.table.final(sthj.table.submit(by_http, whole))
    assert twice["state"] == "failed" and twice["error"]["code"] == "ALREADY_SENT" and twice["error"]["earlier"]["file"] == "件801.json", twice
    rows = dict(sthj.table.ask("SELECT state, count(*) FROM ecocase.outbox_outcome GROUP BY 1"))
    assert rows == {"accepted": 1, "failed": 1}, rows
    show("three ways out", "each answered where it came from; the same paper by another way: ALREADY_SENT")


def listed(client):
    return {item["id"]: item for item in client.get("/v1/inbox", params={"after": 0}).json()["items"]}


def both_inboxes(police, count):
    """Whoever takes it first, the other still has it whole."""
    rows = eventually(lambda: (lambda r: r if len(r) == count else None)(police.table.ask("SELECT id, payload, lane, sequence FROM ecocase.inbox WHERE type = 'REF.SEND'")), 30,
                      "the cases in the table")
    eventually(lambda: not police.spool("inbox"), 20, "what the database has lies in done/")
    with police.client() as client:
        items = {i: item for i, item in listed(client).items() if item["event"] == "REF.SEND"}
        assert len(items) == count, items.keys()
        for item in items.values():
            content = {f["name"]: client.get(f["href"]) for f in item["files"]}
            assert all(r.status_code == 200 for r in content.values()), {n: r.status_code for n, r in content.items()}
            case = next(f["name"] for f in item["files"] if f["caseFile"])
            assert [r for r in rows if r[1].encode() == content[case].content], "the same file by either way"
            assert client.post(item["href"] + "/acknowledge").json()["acknowledged"]
        assert not [i for i in listed(client).values() if i["event"] == "REF.SEND"]
    assert len(police.table.ask("SELECT 1 FROM ecocase.inbox WHERE type = 'REF.SEND'")) == count, "acknowledging over HTTP takes nothing out of the table"
    show("both inboxes", f"{count} cases in the table and over HTTP, the same files; either is taken by itself")


def killed_between(sthj, police, steps):
    whole, ids, asked = papers(steps["waste-1"]), [], []
    with sthj.client() as client:
        for n in range(6):
            ids.append(sthj.table.submit(case_of(steps, 820 + n), whole))
            asked.append(submit(client, (f"件{840 + n}.json", case_of(steps, 840 + n).encode()), whole).json())
            sthj.process.send_signal(signal.SIGKILL)
            sthj.process.wait()
            sthj.start()
        assert all(final(client, a)["state"] == "accepted" for a in asked)
    assert all(sthj.table.final(id)["state"] == "accepted" for id in ids)
    eventually(lambda: len(police.table.ask("SELECT 1 FROM ecocase.inbox WHERE type = 'REF.SEND'")) == 15, 30, "all cases")
    time.sleep(1)
    assert len(police.table.ask("SELECT 1 FROM ecocase.inbox WHERE type = 'REF.SEND'")) == 15
    with police.client() as client:
        assert len([i for i in listed(client).values() if i["event"] == "REF.SEND"]) == 12, "those not acknowledged yet"
    show("killed between", "12 cases by two ways over 6 kills: each accepted and delivered once")


def deleted_before_it_was_sent(sthj, steps):
    """Somebody clears away what waits in the adapter's own folders: that is told, and holds up nothing."""
    whole = papers(steps["waste-1"])
    blocker = sthj.w.spool("sthj") / "outbox" / whole[0][0]
    blocker.write_bytes(b"another one's, of the same name")
    with sthj.client() as client:
        first = submit(client, ("件860.json", case_of(steps, 860).encode()), whole).json()
        id = sthj.table.submit(case_of(steps, 861), whole)
        for own in (".http", ".table"):
            waiting = eventually(lambda: [p for p in (sthj.w.spool("sthj") / own).iterdir() if p.is_dir() and not p.name.startswith("in-")], 20, f"what waits in {own}")
            for folder in waiting:
                shutil.rmtree(folder)
        assert final(client, first)["error"]["code"] == "FILE_READ"
        gone = sthj.table.final(id)
        assert gone["state"] == "failed" and gone["error"]["code"] == "FILE_READ" and "hand it in again" in gone["error"]["detail"], gone
        blocker.unlink()
        assert final(client, submit(client, ("件862.json", case_of(steps, 862).encode()), whole).json())["state"] == "accepted"
    assert sthj.table.final(sthj.table.submit(case_of(steps, 863), whole))["state"] == "accepted"
    show("deleted", "told as failed over HTTP and in the table; what came after went its way")


def main(w):
    steps = sample_day_steps()
    with tableagency.Database(w) as database:
        sthj, police = Both(w, database, "sthj"), Both(w, database, "psb-bynr")
        three_ways_out(sthj, steps)
        both_inboxes(police, 3)
        killed_between(sthj, police, steps)
        deleted_before_it_was_sent(sthj, steps)


if __name__ == "__main__":
    with world("http-and-table") as w:
        w.start_broker("broker-1")
        main(w)
