"""Every message that a profile receives, and one of each record that it has no words for, with every field filled by a token of its own, goes
through the conversion to all 22 agencies. Each token stands in the file, as Python's own readers see it, or its field is withheld by
schemas/privacy.yaml under the mask that the recipient has; nothing else may be missing. Records are made by fastavro."""
import datetime
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AGENCIES = ROOT / "adapters" / "agencies"
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "golden")]
import make  # noqa: E402
import native_files  # noqa: E402
import yaml_file  # noqa: E402

DIRECTORY = {p["slug"]: p for p in yaml_file.read(ROOT / "schemas" / "directory.yaml")["participants"]}
PRIVACY = yaml_file.read(ROOT / "schemas" / "privacy.yaml")
EVENTS = {e["code"]: e["record"].title().replace("_", "") for e in yaml_file.read(ROOT / "schemas" / "rules" / "rules.yaml")["events"]}
EVENTS |= {f"SYS.{word}": "Notice" for word in ("ACCEPTED", "REFUSED", "HINT", "REMARK", "UNREFERRED", "WARNING", "OVERDUE", "ESCALATION", "CORRECTION")}
RECORDS = ("CaseFile", "CaseStep", "Clue", "ClueStep", "Operation", "OperationStep", "Notice")
NEWEST = {name: max(int(p.name.split("-")[0]) for p in make.PUBLISHED.glob(f"*-{name}.avsc")) for name in RECORDS}
# No native file carries them (docs/ADAPTERS.md): ids, what the carrying needs, what tells only how the record came, and who reported, sealed.
OURS = re.compile(r"envelope\.(message_id|case_id|referral_id|parent_referral_id|in_reply_to|event)|about_message_id|source_.*|serial|reporter|"
                  r"documents\.(media_type|size|sha256|sm3|content|chunks|file_name)|penalties\.$")
# The broker's own notices have no such thing.
NOT_OF_NOTICES = {f"envelope.{name}" for name in ("sender_unit", "recipients", "copies", "document_no", "cites", "handling", "handling_expires")}
AGENCY = {"envelope.sender": "psb-bynr", "envelope.recipients": "zrzy", "envelope.copies": "slj", "lead": "wlsh", "tasks.agency": "jcy", "overdue": "zjfy"}
MIDNIGHT = datetime.datetime(2031, 10, 10, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))


class Tokens:
    """Fills a record; `looked[path]` is the pattern by which the field's value is found again."""

    def __init__(self, event):
        self.event, self.notice, self.looked, self.count, self.named = event, EVENTS[event] == "Notice", {}, 9, {}

    def value(self, schema, path):
        if isinstance(schema, dict) and "name" in schema:
            self.named[schema["name"]] = schema
        schema = self.named.get(schema, schema) if isinstance(schema, str) else schema
        kind = schema["type"] if isinstance(schema, dict) else schema
        if isinstance(schema, list):
            return None if OURS.fullmatch(path) else self.value(next(s for s in schema if s != "null"), path)
        if kind == "record":
            return {f["name"]: self.value(f["type"], f"{path}.{f['name']}" if path else f["name"]) for f in schema["fields"]}
        if kind == "array":
            return [self.value(schema["items"], path)]
        self.count += 1
        return self.leaf(schema, kind, path)

    def leaf(self, schema, kind, path):
        n, looked = self.count, None
        if path.startswith("envelope.") and path.endswith("_id"):
            return make.MESSAGE
        if path == "envelope.event":
            return self.event
        if path in AGENCY:
            value, looked = AGENCY[path], re.escape(DIRECTORY[AGENCY[path]]["name"])
        elif path == "reporter_kind":
            value, looked = "ANONYMOUS", ("symbol", "ANONYMOUS")
        elif kind == "enum":
            value = schema["symbols"][1]
            looked = ("symbol", value)
        elif kind == "boolean":
            value, looked = True, ("symbol", "true")
        elif kind == "double":
            value = n + 0.7
            looked = rf"(?<![\d.]){n}\.7(?!\d)"
        elif kind in ("int", "long") and "time" in str(schema):
            value = MIDNIGHT.replace(year=2031 + n // 19, day=10 + n % 19)      # two digits each
            looked = rf"{value:%Y}\D?{value:%m}\D?{value:%d}"
            value = int(value.timestamp() * 1000)
        elif path.endswith("_fen"):
            value, looked = 71000000 + n * 100, rf"{710000 + n}|{(710000 + n) / 10000}"
        elif kind in ("int", "long"):
            value, looked = 70000 + n, str(70000 + n)
        else:
            value = looked = f"~{n:02d}"      # short: a column of fixed width may hold a code only
        if not OURS.fullmatch(path) and not (self.notice and path in NOT_OF_NOTICES):
            self.looked[path] = looked
        return value


def record_of(name, event):
    schema = make.json.loads((make.PUBLISHED / f"{NEWEST[name]}-{name}.avsc").read_text())
    tokens = Tokens(event)
    record = tokens.value(schema, "")
    return make.encode(NEWEST[name], name, record), tokens.looked


def mask_of(slug, profile, event, role):
    said = profile.get("privacy", {})
    usual = PRIVACY["participants"].get(DIRECTORY[slug]["role"], PRIVACY["arrivals"][role])
    return said.get("events", {}).get(event) or said.get(role) or usual


def withheld(mask, record, path):
    """By a rule: left out, or shown otherwise than it was said."""
    if any(m["name"] == mask and m.get("whole") for m in PRIVACY["masks"]):
        return False
    for name in (path, path.split(".")[0]):
        row = PRIVACY["fields"].get(name)
        if row and record in row.get("records", RECORDS):
            return row[mask] != "full"
    return False


def found(texts, whole, looked, profile):
    if isinstance(looked, str):
        return re.search(looked, whole) is not None
    native = {str(k) for table in profile.get("tables", {}).values() for k, v in table.items() if str(v) == looked[1]}
    native |= {looked[1], "单位", "是"}      # the built-in words of a kind and a truth
    return any(text in native for text in texts) or any(f"：{one}" in whole for one in native)


def missing(slug, profile, event, looked, role, content):
    record, form = EVENTS[event], profile["format"]
    leaves = native_files.leaves(form, content)
    texts = [text for _, text in leaves]
    places = {}
    for path, text in leaves:
        places.setdefault(path, []).append(text)
    whole = "\n".join(texts + ["".join(all_of) for all_of in places.values()])
    mask = mask_of(slug, profile, event, role)
    return [path for path, one in looked.items() if not withheld(mask, record, path) and not found(texts, whole, one, profile)]


def main(build):
    papers, wrong, left_out, whole = [], [], 0, 0
    unnamed = {record: next(e for e in EVENTS if EVENTS[e] == record) for record in RECORDS if record in EVENTS.values()}
    with tempfile.TemporaryDirectory() as folder:
        made = {}
        for slug in sorted(p.name for p in AGENCIES.iterdir() if p.is_dir()):
            profile = yaml_file.read(AGENCIES / slug / "profile.yaml")
            events = {m["event"] for m in native_files.messages(profile) if m.get("direction", "both") != "send"} | set(unnamed.values())
            for event in sorted(events):
                if event not in made:
                    made[event] = record_of(EVENTS[event], event)
                    Path(f"{folder}/{event}").write_bytes(made[event][0])
                for role in ("notice",) if EVENTS[event] == "Notice" else ("to", "copy"):
                    papers.append((slug, profile, event, role))
        lines = ["\t".join(map(str, ("-", f"{folder}/{event}", "-", AGENCIES / slug / "profile.yaml", role, f"{folder}/{number}.made")))
                 for number, (slug, _, event, role) in enumerate(papers)]
        done = subprocess.run([build / "tests" / "adapter_carry", ROOT / "schemas"], input="".join(line + "\n" for line in lines), capture_output=True,
                              text=True, check=False)
        said = done.stdout.splitlines()
        assert done.returncode == 0 and len(said) == len(papers), f"stopped with {done.returncode}: {done.stderr}{said[-1:]}"
        for number, ((slug, profile, event, role), fault) in enumerate(zip(papers, said)):
            if fault.startswith(("TOO_LARGE 文书种类", "TOO_LARGE 通知类型")):
                whole += 1      # fixed width without columns for what the profile does not name: it arrives as canonical JSON
                assert profile["format"]["kind"] == "fixed"
                continue
            if fault:
                wrong.append(f"{event} → {slug} ({role}): {fault}")
                continue
            lost = missing(slug, profile, event, made[event][1], role, Path(f"{folder}/{number}.made").read_bytes())
            mask = mask_of(slug, profile, event, role)
            left_out += sum(withheld(mask, EVENTS[event], path) for path in made[event][1])
            if lost:
                wrong.append(f"{event} → {slug} ({role}): lost {', '.join(lost)}")
    assert set(EVENTS.values()) & set(RECORDS) == {EVENTS[event] for _, _, event, _ in papers}, "a kind of record was not tried"
    print("\n".join(wrong))
    print(f"{len(papers)} files, {sum(len(made[e][1]) for _, _, e, _ in papers)} fields, {left_out} of them withheld by rule, {whole} files as JSON; {len(wrong)} files lose some")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
