"""环节字段 · What each event needs, as a Markdown table made from schemas/rules and schemas/avro: `event_fields.py` writes it into docs/KAFKA.md between
its marks, `event_fields.py --print` shows it. A test compares (tests/unit/the_kafka_page_says_what_the_code_does.py), so that the page cannot go stale."""
import json
import re
import sys
from pathlib import Path

import yaml_file

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "KAFKA.md"
BEGIN, END = "<!-- made by tests/support/event_fields.py -->\n", "<!-- end -->\n"
RECORDS = {"CASE_FILE": "CaseFile", "CASE_STEP": "CaseStep", "CLUE": "Clue", "CLUE_STEP": "ClueStep", "OPERATION": "Operation", "OPERATION_STEP": "OperationStep"}
RECIPIENT = {"none": "", "opener": "opener", "holder": "holder", "other": "other side", "any": "any", "lead-psb": "lead force", "other-psb": "another force", "AE": "an agency",
             "PRO": "procuratorate", "invitees": "invited bodies", "roster": "", "accepted": "", "parties": ""}
# what the rules call a field, or a guard asks for: as the record has it
FIELDS = {"document_no": ["envelope.document_no"], "area": ["area (three corners)"], "window": ["window_start", "window_end"], "proposed": ["proposed_start", "proposed_end"],
          "longitude": ["longitude", "latitude", "coordinates_system"], "evidence": ["evidence or documents"], "linked_numbers": ["linked_numbers or agency_case_no"]}
GUARDS = {"CATEGORY": ["category"], "COUNTY": ["county_code"], "G13": ["envelope.document_no"], "G03": ["officers (two)"], "APPROVER": ["approver"],
          "G12": ["approver_level = COUNTY_HEAD"], "TARGET_ORGAN": ["target_organ"], "RESULT": ["penalties, reason_code or reason"], "SOURCE": ["source"], "OPERATION": ["kind"]}
# guards that look at states, competence, digests or what was said, and ask for no field by themselves
OTHERS = {"G02", "G04", "G06", "G06R", "G07", "G10", "CITY", "ONE_RECIPIENT", "NO_CRIME", "AREAS", "ANSWERED", "ACCEPTED", "PENALTY_POWER", "REPORTED", "FOLLOWED_UP"}


def known_fields():
    """{record: names of its fields, those of the envelope as envelope.<name>}"""
    known = {}
    for record in RECORDS.values():
        fields = json.loads((ROOT / "schemas" / "avro" / f"{record}.avsc").read_text(encoding="utf-8"))["fields"]
        envelope = next(f for f in fields if f["name"] == "envelope")["type"]["fields"]
        known[record] = {f["name"] for f in fields} | {f"envelope.{f['name']}" for f in envelope}
    return known


def refused_without(event, documents):
    """What documents.yaml refuses an event without: [(reason code or None, text)]"""
    for entry in documents["required"]:
        if entry["event"] == event and entry["missing"] == "refuse":
            when = f" with {entry['when']}" if "when" in entry else ""
            for field in entry.get("fields", []):
                yield from (name + when for name in FIELDS.get(field, [field]))
            yield from (f"documents: {code}{when}" for code in entry.get("documents", []))


def needs(row, documents):
    needed = []
    for guard in row.get("guards", []):
        name, when = (guard["guard"], guard.get("when")) if isinstance(guard, dict) else (guard, None)
        assert name in GUARDS or name in OTHERS, f"{row['id']}: what does {name} need?"
        needed += [text + (f" with {when}" if when else "") for text in GUARDS.get(name, [])]
    for field in row.get("required", []):
        needed += FIELDS.get(field, [field])
    return list(dict.fromkeys([*needed, *refused_without(row["event"], documents)]))


def reasons(row):
    if "reasons" not in row:
        return ""
    return "reason or reason_code" if row["reasons"] == "any" else "reason_code: " + " ".join(row["reasons"])


def check_names(row, record, known):
    for text in needs(row, DOCUMENTS):
        for name in re.split(r", | or ", re.sub(r" with .*| = .*| \(.*|: DOC.*", "", text)):
            assert name in known[record], f"{row['id']}: {record} has no {name}"


RULES = yaml_file.read(ROOT / "schemas" / "rules" / "rules.yaml")
DOCUMENTS = yaml_file.read(ROOT / "schemas" / "rules" / "documents.yaml")


def rows():
    for machine in RULES["machines"]:
        yield from yaml_file.read(ROOT / "schemas" / "rules" / machine)["rows"]


def lines():
    known, events = known_fields(), {e["code"]: e for e in RULES["events"]}
    merged = {}
    for row in rows():
        if row["sender"] == ["SYS"]:
            continue
        record = RECORDS[events[row["event"]]["record"]]
        check_names(row, record, known)
        said = (row["event"], record, RECIPIENT[row["receiver"]], tuple(needs(row, DOCUMENTS)), reasons(row))
        merged.setdefault(said, []).append(row)
    for (event, record, recipient, needed, reason), same in merged.items():
        new = "yes" if any("-" in row["from"] for row in same) else ""
        fields = "; ".join(re.sub(r"^[\w.]+", r"`\g<0>`", text) for text in needed)
        yield f"| {event} {events[event]['zh']} | {record} | {' '.join(row['id'] for row in same)} | {new} | {recipient} | {fields} | {reason} |\n"


def table():
    head = "| event 环节 | record | rows | opens | recipient | fields that must say something | reason |\n|---|---|---|---|---|---|---|\n"
    return BEGIN + head + "".join(lines()) + END


def page_with_table(text):
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return before + table() + after


if __name__ == "__main__":
    if "--print" in sys.argv:
        sys.stdout.write(table())
    else:
        PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
