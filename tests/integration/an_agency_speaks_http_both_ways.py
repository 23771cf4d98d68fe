"""Agencies hand cases over and answer them over HTTP alone: attachments arrive whole, a retry with its key does nothing, what is wrong is
told at once with its place, slow clients hold up nobody, health tells the truth, and no answer differs from docs/openapi.yaml."""
import re
import signal
import socket
import threading

import httpx
from httpagency import *
from case import *
from openapi import Checked


def receive(client, wanted, seconds=30):
    """Takes and acknowledges messages until one of the event comes."""
    until, after = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        page = client.get("/v1/inbox", params={"after": after, "wait": 5}).json()
        for item in page["items"]:
            files = {f["name"]: client.get(f["href"]).content for f in item["files"]}
            again = client.get(item["href"]).json()
            assert {**again, "files": None} == {**item, "files": None}
            assert client.post(item["href"] + "/acknowledge").json()["acknowledged"]
            if item["event"] == wanted:
                return item, files
        after = 0  # what was acknowledged is listed no more
    raise AssertionError(f"no {wanted}")


def both_ways(sthj, police, steps):
    with sthj.client() as bureau, police.client() as station:
        out, back = steps["waste-1"], steps["waste-2"]
        attachments = [(a.name, a.content) for a in out.attachments]
        key = str(uuid.uuid4())
        response = submit(bureau, (out.file.name, out.file.content), attachments, key)
        assert response.status_code == 202, response.text
        first = response.json()
        assert response.headers["location"] == first["href"]
        item, files = receive(station, "REF.SEND")
        assert [f["caseFile"] for f in item["files"]] == [False] * 3 + [True], item
        came = {n.rsplit("_", 1)[1]: c for n, c in files.items() if not n.endswith(".xml")}
        assert came == dict(attachments), came.keys()
        assert sum(n.endswith(".xml") for n in files) == 1 and "巴环移送〔2026〕15号".encode() in files[item["files"][-1]["name"]]
        state = final(bureau, first)
        assert state["state"] == "accepted" and state["receipt"]["event"] == "SYS.ACCEPTED" and state["error"] is None, state
        assert state["files"] == [out.file.name, *[n for n, _ in attachments]]
        again = submit(bureau, (out.file.name, out.file.content), attachments, key)
        assert again.status_code == 202 and again.json() == first, "the same key and bytes: the same answer"
        raw = patient(lambda: station.post("/v1/submissions", params={"name": back.file.name}, content=back.file.content,
                                           headers={"Idempotency-Key": "回执 1".encode().hex(), "Content-Type": "application/xml"}))
        assert raw.status_code == 202, raw.text
        _, files = receive(bureau, "REF.RECEIPT")
        assert "巴公(环)受案字〔2026〕15号".encode() in b"".join(files.values())
        assert final(station, raw.json())["state"] == "accepted"
        twice = submit(bureau, ("别名.json", out.file.content), attachments)
        failed = final(bureau, twice.json())
        assert failed["state"] == "failed" and failed["error"]["code"] == "ALREADY_SENT" and failed["error"]["earlier"]["file"] == out.file.name, failed
        error = sthj.w.spool("sthj") / "failed" / "别名.json.error"
        eventually(error.exists, 20, "the error beside the file")  # what is noted is told a moment before it is done
        beside = json.loads(error.read_text())
        assert failed["error"] == beside, "the very error that lies beside the file"
        changed = submit(bureau, (out.file.name, out.file.content + b" "), attachments, key)
        assert changed.status_code == 422 and changed.json()["code"] == "IDEMPOTENCY_CONFLICT", changed.text
        early = submit(station, (steps["mine-2"].file.name, steps["mine-2"].file.content))
        assert early.status_code == 202, early.text  # cites what has not come: waited for, then told
    show("both ways", f"case with {len(attachments)} attachments, receipt, answer; retry, conflict, already sent")
    return early.json()


def wrong_ones(sthj, steps):
    out = steps["monitor-1"]
    good, papers = (out.file.name, out.file.content), [(a.name, a.content) for a in out.attachments]
    with sthj.client() as c, sthj.client("x" * 43) as stranger, Checked(sthj.base) as nobody:
        for client in (stranger, nobody):
            response = submit(client, good, papers)
            assert response.status_code == 401 and response.headers["www-authenticate"], response.text
            assert client.get("/v1/inbox").status_code == 401 and client.get("/v1/metrics").status_code == 401
            assert client.get("/v1/health").status_code == 200
        wanted = [(lambda: c.post("/v1/submissions", files=form(good, papers)), 400, "IDEMPOTENCY_KEY"),
                  (lambda: submit(c, good), 422, "MISSING_ATTACHMENT"), (lambda: submit(c, good, [*papers, ("x.txt", b"x")]), 422, "UNCLAIMED"),
                  (lambda: submit(c, ("a.docx", b"x")), 422, "UNKNOWN_FORMAT"), (lambda: submit(c, good, [*papers, *papers]), 400, "HTTP_REQUEST"),
                  (lambda: submit(c, ("../../a.json", good[1]), papers), 400, "HTTP_REQUEST"), (lambda: submit(c, (".a.json", good[1]), papers), 400, "HTTP_REQUEST"),
                  (lambda: submit(c, ("a.json", b"")), 400, "HTTP_REQUEST"), (lambda: submit(c, ("a.json", b"x" * (5 << 20))), 413, "TOO_LARGE"),
                  (lambda: c.post("/v1/submissions", headers={"Idempotency-Key": "1"}, files=[("attachment", ("a.txt", b"x"))]), 400, "HTTP_REQUEST"),
                  (lambda: c.post("/v1/submissions", headers={"Idempotency-Key": "1"}, files=[("other", ("a.txt", b"x"))]), 400, "HTTP_REQUEST"),
                  (lambda: c.post("/v1/submissions", headers={"Idempotency-Key": "1", "Content-Type": "multipart/form-data"}, content=b"x"), 400, "HTTP_REQUEST"),
                  (lambda: c.post("/v1/submissions", headers={"Idempotency-Key": "1", "Content-Type": "multipart/form-data; boundary=b"},
                                  content=b"--b\r\nContent-Disposition: form-data; name=\"case\"; filename=\"a.json\"\r\n\r\n{}"), 400, "HTTP_REQUEST"),
                  (lambda: c.get("/v1/submissions"), 405, "HTTP_METHOD"), (lambda: c.get("/v1/nowhere"), 404, "HTTP_NOT_FOUND"),
                  (lambda: c.get(f"/v1/submissions/{uuid.uuid4()}"), 404, "HTTP_NOT_FOUND"), (lambda: c.get("/v1/inbox/9-9-9"), 404, "HTTP_NOT_FOUND"),
                  (lambda: c.get("/v1/inbox", params={"wait": "1e3"}), 400, "HTTP_REQUEST"), (lambda: c.get("/v1/inbox/%2e%2e/files/0"), 404, "HTTP_NOT_FOUND")]
        for number, (do, status, code) in enumerate(wanted):
            problem = do()
            assert problem.status_code == status and problem.json()["code"] == code, f"{number}: {status} {code}, not {problem.status_code} {problem.text}"
        lacking = submit(c, good, [(f"{n}.txt", b"x") for n in range(3)]).json()
        told = {(f["code"], f["field"]) for f in lacking["faults"]}
        assert told == {("MISSING_ATTACHMENT", name) for name, _ in papers} | {("UNCLAIMED", f"{n}.txt") for n in range(3)}, lacking
        assert all(f["zh"] and f["en"] and f["detail"] for f in lacking["faults"]) and lacking["code"] == lacking["faults"][0]["code"], lacking
        twice = submit(c, ("a.json", good[1].replace("巴彦淖尔市公安局".encode(), "某某局".encode(), 1).replace(b"2026-", "2026年".encode(), 1)), papers).json()
        assert {f["code"] for f in twice["faults"]} >= {"UNKNOWN_RECIPIENT", "FIELD_DATE"} and all(f["line"] and f["field"] for f in twice["faults"]), twice
        broken = submit(c, ("a.json", good[1].replace(b'"\xe6\xa1\x88\xe5\x8f\xb7"', b'"x', 1)), papers).json()
        assert broken["code"] == "JSON_SYNTAX" and broken["line"] and broken["column"] and broken["zh"], broken
        too_large(sthj, c)
    assert not sthj.spool("outbox") and [n for n in sthj.spool(".http") if not n.startswith("store")] == [], "nothing of it is left"
    show("wrong ones", f"{len(wanted) + 6} kinds, each told with its code")


def too_large(sthj, client):
    """Told before the body is sent, or as soon as it grows too long."""
    limit = sthj.settings["limits"]["body_mib"] << 20
    try:
        assert client.post("/v1/submissions", headers={"Idempotency-Key": "large"}, content=b"x" * (limit + 1)).status_code == 413
    except httpx.TransportError:
        raise AssertionError("a declared length is answered") from None

    def endless():
        for _ in range(1000):
            yield b"x" * 65536
    try:
        assert client.post("/v1/submissions", headers={"Idempotency-Key": "endless"}, content=endless()).status_code == 413
    except httpx.TransportError:
        pass  # cut in the midst of a body that was not to end


def slow_clients(sthj):
    """Twenty clients that send a byte now and then: others are answered at once, and these are cut."""
    lines = []
    for i in range(20):
        s = socket.create_connection(("127.0.0.1", sthj.port))
        s.sendall(b"GET /v1/inbox HTTP/1.1\r\nHost: x\r\n" if i % 2 else b"POST /v1/submissions HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nX-API-Key: " +
                  sthj.key.encode() + b"\r\nIdempotency-Key: s\r\n\r\n")
        lines.append(s)
    began, cut, worst = time.monotonic(), {}, 0
    with sthj.client() as c:
        while len(cut) < len(lines) and time.monotonic() - began < 60:
            for i, s in enumerate(lines):
                if i in cut:
                    continue
                try:
                    s.sendall(b"x" if i % 2 == 0 else b"X: y\r\n")
                    s.settimeout(0.01)
                    if s.recv(1) == b"":
                        cut[i] = time.monotonic() - began
                except TimeoutError:
                    pass
                except OSError:
                    cut[i] = time.monotonic() - began
            asked = time.monotonic()
            assert c.get("/v1/inbox").status_code == 200
            worst = max(worst, time.monotonic() - asked)
            time.sleep(0.3)
        told = c.get("/v1/metrics").text
    assert len(cut) == len(lines) and worst < 2, (len(cut), worst)
    assert int(re.search(r"slow_clients_cut_total (\d+)", told)[1]) >= len(lines), told
    show("slow clients", f"cut after {min(cut.values()):.0f} to {max(cut.values()):.0f} s; others answered within {worst * 1000:.0f} ms")


def long_poll(w, sthj, police, steps):
    """The answer comes when the message does, not when the wait ends; a client that dies before it acknowledges gets the same again."""
    out = steps["monitor-1"]
    got = {}

    def wait():
        with police.client() as c:
            got["began"] = time.monotonic()
            got["page"] = c.get("/v1/inbox", params={"wait": 50}).json()
            got["took"] = time.monotonic() - got["began"]
    with police.client() as c:
        for item in c.get("/v1/inbox").json()["items"]:
            c.post(item["href"] + "/acknowledge")
    waiter = threading.Thread(target=wait)
    waiter.start()
    time.sleep(1)
    with sthj.client() as c:
        assert submit(c, (out.file.name, out.file.content), [(a.name, a.content) for a in out.attachments]).status_code == 202
    waiter.join(55)
    assert not waiter.is_alive() and 0.9 < got["took"] < 20 and got["page"]["items"], got
    police.kill()
    with police.client() as c:
        page = patient(lambda: c.get("/v1/inbox")).json()
        assert page["items"][0] == got["page"]["items"][0], "the same message has the same id and place"
        first = page["items"][0]
        police.process.send_signal(signal.SIGKILL)
        police.process.wait()
        for part in (w.spool("psb-bynr") / ".http").glob("store.sqlite*"):
            part.unlink()
        police.start()
        found = patient(lambda: c.get("/v1/inbox", params={"after": page["next"]})).json()["items"]  # an old cursor passes over nothing
        plain = [[(i["id"], i["event"], [f["name"] for f in i["files"]]) for i in some] for some in (page["items"], found)]
        assert sorted(plain[0]) == sorted(plain[1]), "a lost store: what lies in inbox/ is listed again"
        assert c.post(first["href"] + "/acknowledge").status_code == c.post(first["href"] + "/acknowledge").status_code == 200
        assert all(f["name"] in police.spool("done") for f in first["files"])
        for item in found:
            c.post(item["href"] + "/acknowledge")
        assert not police.spool("inbox")
        assert c.get("/v1/inbox", params={"after": 7}).json() == {"items": [], "next": 7}
    show("long-poll", f"answered after {got['took']:.1f} s; listed again after a kill and with a lost store, until acknowledged")


def without_kafka(w, sthj, steps):
    with sthj.client() as c:
        assert c.get("/v1/health").json()["status"] == "pass"
        w.stop_process("kafka", signal.SIGKILL)
        told = eventually(lambda: (lambda r: r.json() if r.status_code == 503 else None)(c.get("/v1/health")), 30, "health says so")
        assert told["checks"]["kafka"] == "fail" and told["reasons"][0]["code"] == "KAFKA_UNREACHABLE" and told["checks"]["journal"] == "pass", told
        case = steps["waste-1"]
        content = case.file.content.replace("15号".encode(), "915号".encode())
        kept = submit(c, (case.file.name, content), [(a.name, a.content) for a in case.attachments])
        assert kept.status_code == 202 and c.get(kept.json()["href"]).json()["state"] == "queued"
        w.restart_kafka()
        assert final(c, kept.json(), 90)["state"] in ("accepted", "refused")
        eventually(lambda: c.get("/v1/health").status_code == 200, 30, "well again")
    show("without Kafka", "health 503 with the reason, submissions kept, all well afterwards")


if __name__ == "__main__":
    steps = sample_day_steps()
    with world("http-both-ways") as w:
        w.start_broker("broker-1")
        sthj, police = Agency(w, "sthj", limits={"body_mib": 8}), Agency(w, "psb-bynr")
        for agency in (sthj, police):
            with agency.client() as c:
                patient(lambda: c.get("/v1/inbox"))
                eventually(lambda: c.get("/v1/health").status_code == 200, 60, "healthy")
        early = both_ways(sthj, police, steps)
        wrong_ones(sthj, steps)
        with police.client() as c:
            late = final(c, early)
            assert late["state"] == "failed" and late["error"]["code"] == "CITATION_UNKNOWN", late
        long_poll(w, sthj, police, steps)
        slow_clients(sthj)
        without_kafka(w, sthj, steps)
