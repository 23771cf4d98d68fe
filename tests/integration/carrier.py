"""Agencies whose adapters carry attachments in small chunks, so that there are many of them: tests/faults/profile.yaml, which holds records as they are."""
import os
import signal
import sqlite3

from case import *

CHUNK = 65536
SENDER, POLICE, ONLOOKER = "sthj", "psb-bynr", "fgw"


class Adapter:
    def __init__(self, w, agency):
        self.w, self.agency, self.spool = w, agency, w.spool(agency)
        self.profile = w.folder / f"{agency}.yaml"
        text = (ROOT / "tests" / "faults" / "profile.yaml").read_text().replace("agency: AGENCY", f"agency: {agency}", 1)
        self.profile.write_text(text.replace("attachment_inside: 4000", "attachment_inside: 1000").replace("attachment_chunk: 4096", f"attachment_chunk: {CHUNK}"))
        self.start()
        eventually(lambda: (self.spool / "outbox").is_dir(), 60)

    def start(self):
        self.process = self.w.start_adapter(self.agency, self.profile)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.start()

    def put(self, name, content):
        (self.spool / "outbox" / ("." + name)).write_bytes(content)
        os.rename(self.spool / "outbox" / ("." + name), self.spool / "outbox" / name)

    def send(self, number, papers, to=POLICE, copies=(), when="2026-06-08 10:00:00"):
        """`papers`: name to content; None: lies there already. `when`: of the paper; what it tells of was the day before."""
        before = (datetime.fromisoformat(when) - timedelta(days=1)).date()
        for name, content in papers.items():
            if content is not None:
                self.put(name, content)
        record = {"envelope": {"event": "REF.SEND", "document_no": number, "time": when, "recipients": [to], "copies": list(copies)},
                  "category": "ENV1", "title": "倾倒危险废物案", "county_code": "150823", "officers": ["甲", "乙"], "parties": [{"name": "某公司"}],
                  "report": f"{before} 10:00:00", "approval": f"{before} 12:00:00", "approver": "李某", "approver_level": "COUNTY_HEAD",
                  "papers": [{"file": name} for name in papers]}
        self.put(f"{number}.json", json.dumps({"record": record}, ensure_ascii=False).encode())

    def names(self, folder="inbox"):
        return sorted(p.name for p in (self.spool / folder).iterdir())

    def got(self, number, seconds=120):
        """The case file and, in its order, what lies beside it."""
        def case_file():
            return next((n for n in self.names() if n.startswith("REF.SEND_") and n.endswith(".json") and number in n), None)
        name = eventually(case_file, seconds, f"{number} at {self.agency}")
        papers = json.loads((self.spool / "inbox" / name).read_text())["record"].get("papers", [])
        return [(p["file"], (self.spool / "inbox" / p["file"]).read_bytes()) for p in papers]

    def journal(self, sql):
        with sqlite3.connect(f"file:{self.spool}/.journal.sqlite?mode=ro", uri=True) as db:
            return db.execute(sql).fetchall()


def chunks(w):
    """How many chunk records there are, and where they begin."""
    reader = Consumer({"bootstrap.servers": w.kafka, "group.id": "reader"})
    low, high = reader.get_watermark_offsets(TopicPartition(f"ecocase.files.{SENDER}", 0), timeout=30)
    reader.close()
    return low, high
