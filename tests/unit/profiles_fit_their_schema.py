"""Every shipped profile validates against schemas/profile.schema.json by an independent validator, a wrong one does not, and the schema
knows exactly the canonical fields that the adapter knows."""
import copy
import datetime
import json
import re
import sys
from pathlib import Path

import jsonschema
import yaml

ROOT = Path(__file__).resolve().parents[2]
GROUPS = "parties items facts penalties documents native reasons clocks area tasks".split()


def plain(value):
    """As an editor's YAML reader has it: a date stays text."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return str(value) if isinstance(value, (datetime.date, datetime.datetime)) else value


def spoil(profile, path, value):
    wrong = copy.deepcopy(profile)
    at = wrong
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    return wrong


def main():
    schema = json.loads((ROOT / "schemas" / "profile.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    profiles = {p.parent.name: plain(yaml.safe_load(p.read_text(encoding="utf-8"))) for p in sorted((ROOT / "adapters" / "agencies").glob("*/profile.yaml"))}
    assert len(profiles) == 22, len(profiles)
    for agency, profile in profiles.items():
        for error in validator.iter_errors(profile):
            sys.exit(f"{agency}: {error.json_path}: {error.message[:200]}")
    nm = profiles["nm"]
    first = next(i for i, m in enumerate(nm["messages"]) if m.get("fields"))
    alike = next(i for i, m in enumerate(nm["messages"]) if "events" in m)
    wrong = [(("agency",), 5), (("format", "kind"), "docx"), (("format", "root"), "a"), (("format", "date"), "today"), (("colour",), "red"), (("attachment_wait",), "soon"),
             (("tables", "category"), ["FISH"]), (("blocks", "case", "fields", "titel"), "名称"), (("blocks", "case", "groups", "people"), {"fields": {"name": "a"}}),
             (("messages",), []), (("messages", first, "direction"), "out"), (("messages", first, "fields", "approver"), {"at": "a", "value": "b"}),
             (("messages", first, "fields", "approver"), {"at": "a", "tabel": "b"}), (("messages", first, "event"), None),
             (("messages", alike, "kind"), ["文书类型"]), (("messages", alike, "event"), "REF.SEND"), (("messages", alike, "events"), {}),
             (("messages", first, "kind"), "文书类型"), (("privacy",), {"copy": "NOBODY"}),
             (("withhold",), "summary")]
    for path, value in wrong:
        assert list(validator.iter_errors(spoil(nm, path, value))), f"{path} = {value} validates"
    masks = [mask["name"] for mask in yaml.safe_load((ROOT / "schemas" / "privacy.yaml").read_text(encoding="utf-8"))["masks"]]
    assert masks == schema["$defs"]["mask"]["enum"], masks
    source = (ROOT / "adapters" / "conversion" / "canonical" / "canonical.c").read_text(encoding="utf-8")
    own = set(re.findall(r'FIELD\("([^"]+)"', source)) | set(re.findall(r'\{"([^"]+)", GROUP_NONE', source))
    assert own == set(schema["$defs"]["fields"]["properties"]), own ^ set(schema["$defs"]["fields"]["properties"])
    for group in GROUPS:
        members = set(re.findall(rf'PART\(GROUP_{group.upper()}, "([^"]+)"', source)) | set(re.findall(rf'\{{"([^"]+)", GROUP_{group.upper()}', source))
        known = set(schema["$defs"]["groups"]["properties"][group]["properties"]["fields"]["properties"])
        assert members and members == known, (group, members ^ known)
    print(f"{len(profiles)} profiles validate, {len(wrong)} spoilt ones do not, {len(own)} fields agree")


main()
