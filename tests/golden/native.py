"""Every native file of the sample day, both ways: what its sender's profile makes of it, and what each receiver then finds in its inbox.

`native.py BUILD` tests; `native.py BUILD --write` writes the goldens adapters/agencies/<receiver>/samples/in/<step>.<extension> anew, to be
looked through in the diff. Sending is checked against the file as Python's own readers (native_files.py) see it: whatever stands there under a
plain field of the profile must stand in the record, through the profile's table where it has one, and whatever no message of the
profile names must stand in native[]. Goldens are of day zero as the sample day's file says it.
"""
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
AGENCIES = ROOT / "adapters" / "agencies"
sys.path.insert(0, str(ROOT / "tests" / "support"))
import native_files  # noqa: E402
import sample_day  # noqa: E402
import yaml_file  # noqa: E402

PLAIN = {"envelope.document_no", "title", "summary", "place", "offence", "agency_case_no", "approver", "contact", "contact_phone", "reason", "category",
         "case_source", "county_code", "approver_level", "reason_code", "signer", "note", "target_organ"}


def profile_of(agency):
    return yaml_file.read(AGENCIES / agency / "profile.yaml")


def absolute(profile, path, group=None):
    form = profile["format"]
    if form["kind"] in ("csv", "fixed", "dbf", "xlsx"):
        return (group, path) if group else (path,)      # a column's name, in its sheet
    record = () if form["kind"] == "jsonl" else tuple(x for x in form.get("record", "").split("/") if x)
    base = record
    if group:
        base = tuple(group[1:].split("/")) if group.startswith("/") else record + tuple(group.split("/"))
    return tuple(path[1:].split("/")) if path.startswith("/") else base + tuple(path.split("/"))


def message_of(profile, event, said):
    for message in native_files.messages(profile):
        if message["event"] != event or message.get("direction", "both") == "receive":
            continue
        wanted = {absolute(profile, at): texts if isinstance(texts, list) else [texts] for at, texts in message.get("when", {}).items()}
        if all(any(path == at and text in texts for path, text in said) for at, texts in wanted.items()):
            return message
    raise AssertionError(f"no message {event} in the profile holds for this file")


def parts(profile, message):
    """(fields, places of everything the message names) with its blocks."""
    fields, places = {}, {absolute(profile, at) for at in list(message.get("when", {})) + list(message.get("constants", {}))}
    for part in [message] + [profile["blocks"][name] for name in message.get("use", [])]:
        for name, field in part.get("fields", {}).items():
            fields.setdefault(name, {"at": field} if isinstance(field, str) else field)
        places |= {absolute(profile, fact["at"]) for fact in part.get("facts", [])}
        for group in part.get("groups", {}).values():
            for field in group.get("fields", {}).values():
                at = field if isinstance(field, str) else field.get("at")
                if at:
                    places.add(absolute(profile, at, group.get("at")))
            if profile["format"]["kind"] == "xlsx" and group.get("at"):
                places.add(absolute(profile, profile["format"].get("key", ""), group["at"]))
    return fields, places | {absolute(profile, field["at"]) for field in fields.values() if "at" in field}


def value_at(record, path):
    for name in path.split("."):
        record = record[name]
    return record


def check_sending(step, tried):
    profile = profile_of(step.agency)
    said = native_files.leaves(profile["format"], step.file.content)
    record = tried["becomes"]["value"]
    assert tried["event"] == step.event == record["envelope"]["event"], f"event {tried['event']}, expected {step.event}"
    assert record["envelope"]["sender"] == step.agency
    fields, places = parts(profile, message_of(profile, step.event, said))
    checked = 0
    for name in PLAIN & set(fields):
        field = fields[name]
        texts = [text for path, text in said if "at" in field and path == absolute(profile, field["at"])]
        if not texts:
            continue
        table = {str(k): str(v) for k, v in profile["tables"][field["table"]].items()} if "table" in field else None
        expected = table[texts[0]] if table else texts[0]
        assert value_at(record, name) == expected, f"{name}: {value_at(record, name)!r}, expected {expected!r}"
        checked += 1
    kept = {item["value"] for item in record["native"]}
    for path, text in said:
        assert path in places or text in kept, f"lost: {'/'.join(path)} = {text}"
    named = sorted(a["file"] for a in tried["attachments"])
    assert named == sorted(a.name for a in step.attachments), f"attachments {named}"
    assert all(a["found"] for a in tried["attachments"])
    sizes = {d["file_name"]: d["size"] for d in record["documents"] if d["file_name"]}
    assert sizes == {a.name: len(a.content) for a in step.attachments}, f"sizes {sizes}"
    return checked + len(said)


def lay_out(step, folder):
    for file in (step.file,) + step.attachments:
        (folder / file.name).write_bytes(file.content)
    return folder / step.file.name


def attempt(build, step):
    with tempfile.TemporaryDirectory() as folder:
        case_file = lay_out(step, Path(folder))
        profile = AGENCIES / step.agency / "profile.yaml"
        done = subprocess.run([build / "bin" / "ecocase-adapter", "try", "--profile", profile, "--schemas", ROOT / "schemas", case_file],
                              capture_output=True, check=False)
        if done.returncode != 0:
            return [f"{step.id}: try answers {done.returncode}: {done.stdout.decode()}{done.stderr.decode()}"]
        try:
            check_sending(step, json.loads(done.stdout))
        except (AssertionError, KeyError) as wrong:
            return [f"{step.id} ({step.agency}): {wrong}"]
    return []


def answer_to(step):
    return next((d.agency for d in step.deliver if d.role == "to"), step.agency)


def carried(build, papers):
    """The receiver's case file for every (step, delivery), or what was wrong; for delivery None the canonical record. By one process for all."""
    with tempfile.TemporaryDirectory() as folder:
        lines = []
        for number, (step, delivery) in enumerate(papers):
            place = Path(folder) / str(number)
            place.mkdir()
            receiver = (AGENCIES / delivery.agency / "profile.yaml", delivery.role) if delivery else ("-", "to")
            lines.append("\t".join(map(str, (AGENCIES / step.agency / "profile.yaml", lay_out(step, place), answer_to(step), *receiver, f"{place}.made"))))
        done = subprocess.run([build / "tests" / "adapter_carry", ROOT / "schemas"], input="".join(line + "\n" for line in lines), capture_output=True,
                              text=True, check=False)
        said = done.stdout.splitlines()
        assert done.returncode == 0 and len(said) == len(papers), f"stopped with {done.returncode} at {lines[min(len(said), len(lines) - 1)]}:\n{done.stderr}"
        return [wrong if wrong else Path(f"{folder}/{number}.made").read_bytes() for number, wrong in enumerate(said)]


def receive(step, delivery, made, write):
    form = profile_of(delivery.agency)["format"]
    golden = AGENCIES / delivery.agency / "samples" / "in" / f"{step.id}.{form.get('extension', form['kind'])}"
    name = f"{step.id} → {delivery.agency}"
    if isinstance(made, str):
        return [f"{name}: {made}"]
    try:
        assert native_files.leaves(form, made), "nothing in it"
    except Exception as wrong:  # whatever a reader raises: the file is not what it says
        return [f"{name}: Python cannot read what was written: {wrong!r}"]
    if write:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_bytes(made)
        return []
    if not golden.exists():
        return [f"{name}: {golden.relative_to(ROOT)} is missing; write it with --write and look through it"]
    return [] if golden.read_bytes() == made else [f"{name}: differs from {golden.relative_to(ROOT)}; compare with --write and git diff"]


def main():
    build, write = Path(sys.argv[1]).resolve(), "--write" in sys.argv[2:]
    steps = sample_day.load(AGENCIES / "sample-day.yaml")
    papers = [(step, delivery) for step in steps for delivery in step.deliver]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        sent = [pool.submit(attempt, build, step) for step in steps]
        wrong = [line for (step, delivery), made in zip(papers, carried(build, papers)) for line in receive(step, delivery, made, write)]
        wrong += [line for one in sent for line in one.result()]
    print("\n".join(wrong))
    print(f"{len(sent)} files sent, {len(papers)} received, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
