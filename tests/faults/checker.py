"""An independent checker 独立核对: from the senders' journals, the ledger, the raw inbox topics and the delivered files it counts what was
lost, came twice, is missing in a sequence, is out of case order or was delivered without a committed ledger row. Its own code: it shares
nothing with the programs it judges nor with the tests that run them, but the published Avro schemas.

  checker.py --kafka HOST:PORT --postgres CONNINFO --spools DIR --schemas DIR [--safety]

Exit 0 when every count is 0, else 1. --safety judges a world at work: only what must hold at every instant (nothing delivered that is not
recorded, nothing twice, no gap below what was delivered, case order), not what is still to come."""
import argparse
import re
import sys
from collections import defaultdict

from evidence import collect

COUNTS = {"lost": "丢失", "twice": "重复", "gaps": "缺号", "order": "案内乱序", "unrecorded": "无台账行", "changed": "内容不符", "flags": "重发标记有误",
          "alarms": "适配器告警"}
DELIVERED = re.compile(r"^(?P<event>[A-Z]+\.[A-Z_]+)_(?P<number>.+)_(?P<lane>\d+)-(?P<sequence>\d+)(?:g(?P<generation>\d+))?(?P<rest>[~_.].*)$")


class Findings:
    def __init__(self):
        self.counts = dict.fromkeys(COUNTS, 0)
        self.examples = defaultdict(list)

    def add(self, kind, text):
        self.counts[kind] += 1
        if len(self.examples[kind]) < 6:
            self.examples[kind].append(text)

    def red(self):
        return any(self.counts.values())

    def table(self, facts):
        records = sum(len(r) for r in facts.inboxes.values())
        rows = [f"{'判定 finding':24}{'count':>8}"]
        rows += [f"{zh + ' ' + kind:24}{self.counts[kind]:>8}" for kind, zh in COUNTS.items()]
        rows += [f"  {kind}: {text}" for kind in COUNTS for text in self.examples[kind]]
        files = sum(len(f["delivered"]) for f in facts.folders.values())
        rows.append(f"submissions journaled {sum(len(j or ()) for j in facts.journals.values())}, ledger events {len(facts.events)}, inbox records {records}, "
                    f"delivered files {files}")
        return "\n".join(rows)


def judge_submissions(facts, found, final):
    """Every journaled submission once in the ledger; every file that was sent has its journal row."""
    told = defaultdict(list)
    for e in facts.events:
        if e.kind in "AR":
            told[e.sender, e.id].append(e)
    for key, events in told.items():
        if len(events) > 1:
            found.add("twice", f"submission {key} is {len(events)} events")
        if key not in facts.submissions:
            found.add("lost", f"event of {key} without its submission row")
    if not final:
        return
    for agency, journal in facts.journals.items():
        sent = {n for n in facts.folders[agency]["sent"] if not re.search(r"\.(receipt|refused)(~\d+)?\.json$", n)}
        for row in journal or ():
            if (agency, row.id) not in told:
                found.add("lost", f"{agency}: {row.document_no} ({row.id}) was journaled and is not in the ledger")
            if row.state < 2:
                found.add("lost", f"{agency}: {row.document_no} was never finished (state {row.state})")
            if row.sent_as not in sent:
                found.add("lost", f"{agency}: {row.sent_as} is not in sent/")
        if journal is not None:
            known = {row.sent_as for row in journal}
            papers = {n for n in sent if n.endswith(".json")} - known
            for name in papers:
                found.add("lost", f"{agency}: sent/{name} is in no journal")
        for folder in ("outbox", "failed"):
            for name in facts.folders[agency][folder]:
                found.add("lost", f"{agency}: {folder}/{name} was not sent")


def judge_ledger(facts, found):
    serials, offsets = defaultdict(set), set()
    for e in facts.events:
        if e.serial in serials[e.lane]:
            found.add("twice", f"lane {e.lane}: serial {e.serial} twice")
        serials[e.lane].add(e.serial)
        if e.kind != "T" and (e.sender, e.lane, e.offset) in offsets:
            found.add("twice", f"{e.sender} lane {e.lane}: outbox record {e.offset} is recorded twice")
        offsets.add((e.sender, e.lane, e.offset))
    for lane, row in facts.lanes.items():
        missing = row["serial"] - len(serials[lane])
        if missing or serials[lane] and max(serials[lane]) != row["serial"]:
            found.add("lost", f"lane {lane}: {len(serials[lane])} events, the lane row says {row['serial']}")


def judge_records(facts, found, final):
    """Every inbox record has its ledger row; every delivery of a ledger row has its record."""
    by_place = {(e.lane, e.serial): e for e in facts.events}
    arrived = set()
    for agency, records in facts.inboxes.items():
        for r in records:
            e = by_place.get((r.lane, r.serial))
            if e is None or (agency, r.role, r.sequence) not in e.deliveries or r.role != "notice" and e.id != r.id:
                found.add("unrecorded", f"{agency}: {r.type} {r.id} lane {r.lane} sequence {r.sequence} (serial {r.serial}) has no ledger row")
                continue
            arrived.add((agency, r.lane, r.sequence))
            if r.role != "notice" and r.digest != e.digest:
                found.add("changed", f"{agency}: lane {r.lane} sequence {r.sequence} is not what the ledger holds")
            if r.repeat != (e.kind == "P"):
                found.add("flags", f"{agency}: lane {r.lane} sequence {r.sequence} repeat={r.repeat}, event kind {e.kind}")
    if not final:
        return
    for e in facts.events:
        for agency, role, sequence in e.deliveries:
            if (agency, e.lane, sequence) not in arrived:
                found.add("lost", f"{agency}: event lane {e.lane} serial {e.serial} ({role}, sequence {sequence}) is in no inbox")


def judge_sequences(facts, found, final):
    for agency, records in facts.inboxes.items():
        runs, tops, ids = defaultdict(dict), defaultdict(int), {}
        for r in records:
            run = runs[r.lane, r.generation]
            same = run.get(r.sequence)
            if same is not None:
                if (same.id, same.digest) != (r.id, r.digest):
                    found.add("twice", f"{agency}: lane {r.lane} sequence {r.sequence} is two records, {same.id} and {r.id}")
                continue
            top = max(tops[r.lane, r.generation], r.sequence)
            if r.sequence > tops[r.lane, r.generation] + 1:
                found.add("gaps", f"{agency}: lane {r.lane} sequence {r.sequence} after {tops[r.lane, r.generation]}")
            run[r.sequence], tops[r.lane, r.generation] = r, top
            if not r.repeat and ids.setdefault(r.id, r) is not r:
                found.add("twice", f"{agency}: {r.id} under the sequences {ids[r.id].sequence} and {r.sequence}")
        for lane, row in facts.lanes.items() if final else ():
            given, delivered = row["given"].get(agency, 0), row["delivered"].get(agency, 0)
            top = tops[lane, row["generation"]]
            if top != given:
                found.add("gaps", f"{agency}: lane {lane} gave out {given} sequences, {top} arrived")
            if delivered != given:
                found.add("lost", f"{agency}: lane {lane} gave out {given} sequences, {delivered} are reported delivered")


def judge_order(facts, found):
    """In a case: as each sender sent, so recorded; as recorded, so delivered."""
    place = {(e.sender, e.id): e for e in facts.events if e.kind in "AR"}
    for agency, journal in facts.journals.items():
        last = {}
        for row in sorted(journal or (), key=lambda r: r.row):
            e = place.get((agency, row.id))
            if e and last.setdefault(row.case, e) is not e:
                if e.serial < last[row.case].serial or e.offset < last[row.case].offset:
                    found.add("order", f"{agency}: {row.document_no} was recorded before what was sent before it")
                last[row.case] = e
    for agency, records in facts.inboxes.items():
        last, seen = {}, set()
        for r in records:
            if (r.lane, r.generation, r.sequence) in seen:
                continue
            seen.add((r.lane, r.generation, r.sequence))
            if r.serial < last.get(r.case, 0):
                found.add("order", f"{agency}: case {r.case} serial {r.serial} after {last[r.case]}")
            last[r.case] = r.serial


def delivered_names(folder):
    """(lane, generation, sequence): [case files], and the other files (attachments) that lie with each."""
    papers, attachments, strange = defaultdict(list), defaultdict(list), []
    for name in folder:
        m = DELIVERED.match(name)
        if not m:
            strange.append(name)
            continue
        place = int(m["lane"]), int(m["generation"] or 1), int(m["sequence"])
        if m["rest"].startswith("_"):
            attachments[place].append(name)
        else:
            papers[place].append(name)
    return papers, attachments, strange


def judge_files(facts, found, final):
    for agency, records in facts.inboxes.items():
        folders = facts.folders[agency]
        papers, attachments, strange = delivered_names(folders["delivered"])
        sent_as = {row.id: row.sent_as for row in facts.journals[agency] or ()}
        groups = defaultdict(dict)
        for r in records:
            groups[r.id][r.lane, r.generation, r.sequence] = r
        for name in strange:
            found.add("twice", f"{agency}: inbox/{name} is no delivery")
        known = {place for places in groups.values() for place in places}
        for place in papers.keys() - known:
            found.add("unrecorded", f"{agency}: inbox/{papers[place][0]} came from no inbox record")
        for places in groups.values():
            r = next(iter(places.values()))
            names = [n for place in places for n in papers[place]]
            answers = list(answers_to(folders["sent"], r, sent_as)) if r.role == "notice" else []
            if r.type != "SYS.ACCEPTED" and final and not names:
                found.add("lost", f"{agency}: {r.type} {r.document_no} lane {r.lane} sequence {r.sequence} has no file")
            if r.role == "notice" and final and facts.journals[agency] is not None and not answers:
                found.add("lost", f"{agency}: {r.type} about {r.about} has no file in sent/")
            if len(names) > 1 or len(answers) > 1:
                found.add("twice", f"{agency}: {r.type} {r.id} is {len(names)} files in inbox/, {len(answers)} in sent/: {names[:3] + answers[:3]}")
            for n in names:
                content = folders["delivered"][n]
                if content is not None and r.document_no and r.document_no.encode() not in content:
                    found.add("changed", f"{agency}: inbox/{n} does not name {r.document_no}")
            others = [n for place in places for n in attachments[place]]
            if names and final and len(others) != r.attachments:
                found.add("lost" if len(others) < r.attachments else "twice", f"{agency}: {names[0]} has {len(others)} attachments of {r.attachments}")
            elif names and final and sorted(d for n in others if (d := folders["delivered"][n])) not in ([], sorted(r.digests)):
                found.add("changed", f"{agency}: an attachment of {names[0]} is not what was sent")


def answers_to(sent, r, sent_as):
    name = sent_as.get(r.about)
    if name is None:
        return []
    end = "receipt" if r.type == "SYS.ACCEPTED" else "refused"
    return [n for n in (f"{name}.{end}.json", f"{name}.{end}~2.json", f"{name}.{end}~3.json") if n in sent]


def judge(facts, final=True):
    found = Findings()
    judge_submissions(facts, found, final)
    judge_ledger(facts, found)
    judge_records(facts, found, final)
    judge_sequences(facts, found, final)
    judge_order(facts, found)
    judge_files(facts, found, final)
    for agency, alarms in facts.alarms.items():
        for text in alarms:
            found.add("alarms", f"{agency}: {text}")
    return found


def main():
    o = argparse.ArgumentParser(description="independent checker")
    for name in ("kafka", "postgres", "spools", "schemas"):
        o.add_argument("--" + name, required=True)
    o.add_argument("--safety", action="store_true")
    a = o.parse_args()
    facts = collect(a.kafka, a.postgres, a.spools, a.schemas)
    found = judge(facts, final=not a.safety)
    print(found.table(facts))
    sys.exit(1 if found.red() else 0)


if __name__ == "__main__":
    main()
