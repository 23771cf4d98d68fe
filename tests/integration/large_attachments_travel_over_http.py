"""An attachment far beyond what a record holds goes from one agency's HTTP client to another's: streamed at every step, so neither adapter's
memory grows by it; a download that broke off goes on where it was."""
import hashlib
import os
import re

import httpx
from httpagency import *
from case import *

SIZE = 150_000_001
MOST_RSS = 64_000_000
PIECE = 1 << 20


def rss(agency):
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{agency.process.pid}/status").read_text())[1]) * 1024


def make(path):
    digest = hashlib.sha256()
    with open(path, "wb") as f:
        for left in range(SIZE, 0, -PIECE):
            piece = os.urandom(min(PIECE, left))
            digest.update(piece)
            f.write(piece)
    return digest.hexdigest()


def hand_in(sthj, steps, path):
    """As steps' case, one of its papers being the large file."""
    out = steps["waste-1"]
    large = out.attachments[-1].name
    with sthj.client() as c, open(path, "rb") as content:
        papers = [(a.name, content if a.name == large else a.content) for a in out.attachments]
        response = c.post("/v1/submissions", headers={"Idempotency-Key": "large"}, files=form((out.file.name, out.file.content), papers))
        assert response.status_code == 202, response.text
        state = final(c, response.json(), 120)
    assert state["state"] == "accepted", state
    return large


def listed(police, name):
    with police.client() as c:
        def look():
            return next(((m, f) for m in c.get("/v1/inbox", params={"wait": 5}).json()["items"] for f in m["files"] if f["name"].endswith(name)), None)
        message, file = eventually(look, 120, "the message")
    assert file["size"] == SIZE, file
    return message, file


def fetch(police, message, file, wanted, path):
    """Breaks off after a third, goes on from there; ranges are what they are asked for; another file's tag gets it all."""
    digest, got = hashlib.sha256(), 0
    raw = {"Authorization": f"Bearer {police.key}"}
    with httpx.Client(base_url=police.base, headers=raw, timeout=70, trust_env=False) as c:
        with c.stream("GET", file["href"]) as response:
            assert response.status_code == 200 and int(response.headers["content-length"]) == SIZE
            tag = response.headers["etag"]
            for piece in response.iter_raw():
                digest.update(piece)
                got += len(piece)
                if got > SIZE // 3:
                    break
        with c.stream("GET", file["href"], headers={"Range": f"bytes={got}-", "If-Range": tag}) as response:
            assert response.status_code == 206 and response.headers["content-range"] == f"bytes {got}-{SIZE - 1}/{SIZE}", response.headers
            for piece in response.iter_raw():
                digest.update(piece)
        with c.stream("GET", file["href"], headers={"Range": "bytes=7-", "If-Range": '"another"'}) as response:
            assert response.status_code == 200 and int(response.headers["content-length"]) == SIZE
    assert digest.hexdigest() == wanted
    with police.client() as c:  # held against the description
        last = c.get(file["href"], headers={"Range": "bytes=-3"})
        with open(path, "rb") as whole:
            whole.seek(SIZE - 3)
            assert last.status_code == 206 and last.headers["content-range"] == f"bytes {SIZE - 3}-{SIZE - 1}/{SIZE}" and last.content == whole.read()
            whole.seek(PIECE - 2)
            middle = c.get(file["href"], headers={"Range": f"bytes={PIECE - 2}-{PIECE + 4}"})
            assert middle.status_code == 206 and middle.headers["content-length"] == "7" and middle.content == whole.read(7), middle.headers
        beyond = c.get(file["href"], headers={"Range": f"bytes={SIZE}-"})
        assert beyond.status_code == 416 and beyond.json()["code"] == "HTTP_RANGE" and beyond.headers["content-range"] == f"bytes */{SIZE}"
        assert c.post(message["href"] + "/acknowledge").status_code == 200
        first = c.get(file["href"], headers={"Range": "bytes=0-0"})
        with open(path, "rb") as whole:
            assert first.status_code == 206 and first.content == whole.read(1), "in done/ too"


if __name__ == "__main__":
    steps = sample_day_steps()
    with world("http-large") as w:
        w.start_broker("broker-1")
        sthj, police = Agency(w, "sthj"), Agency(w, "psb-bynr")
        before = [rss(a) for a in (sthj, police)]
        wanted = make(w.folder / "large")
        name = hand_in(sthj, steps, w.folder / "large")
        message, file = listed(police, name)
        fetch(police, message, file, wanted, w.folder / "large")
        after = [rss(a) for a in (sthj, police)]
        assert max(after) < MOST_RSS, after
        show("large", f"{SIZE} bytes; RSS at most {', '.join(f'{a / 1e6:.0f} MB (before {b / 1e6:.0f})' for a, b in zip(after, before))}")
        assert [n for n in sthj.spool(".http") if not n.startswith("store")] == [], "nothing is left in between"
