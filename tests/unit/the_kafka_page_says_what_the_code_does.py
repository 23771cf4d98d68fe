"""docs/asyncapi.yaml is lawful AsyncAPI 3 (by the JSON schema of its makers, none of our code) and complete both ways: every topic, header, schema and
event that it names is in the code and the schemas, and none of theirs is missing there. The tables of docs/KAFKA.md are as the rules, the catalogue and the code are."""
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support")]

import event_fields  # noqa: E402
import yaml_file  # noqa: E402
from jsonschema import Draft7Validator  # noqa: E402

SPECIFICATION = ROOT / "var" / "node" / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"
DOCUMENT = yaml_file.read(ROOT / "docs" / "asyncapi.yaml")
MESSAGES = DOCUMENT["components"]["messages"]
DELIVERED = "Delivered"     # messageDelivered: the same record, in an inbox


def code(path):
    return (ROOT / path).read_text(encoding="utf-8")


def same(what, said, done):
    said, done = set(said), set(done)
    assert said == done, f"{what}: only in docs/asyncapi.yaml: {sorted(said - done)}; only in the code: {sorted(done - said)}"
    return len(done)


def schema():
    validator = Draft7Validator(json.loads(SPECIFICATION.read_text(encoding="utf-8")))
    wrong = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(DOCUMENT)]
    assert not wrong, "\n".join(wrong)
    broken = json.loads(json.dumps(DOCUMENT))
    broken["channels"]["outbox"]["bindings"]["kafka"]["partition"] = 1
    assert not validator.is_valid(broken), "the schema looks at Kafka's bindings"


def references(node=DOCUMENT):
    """Every $ref leads somewhere."""
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from references(value)
    target = node.get("$ref") if isinstance(node, dict) else None
    if target:
        path, _, inside = target.partition("#")
        if path:
            assert (ROOT / "docs" / path).is_file(), f"{target} is not there"
        place = DOCUMENT
        for step in [] if path else inside.strip("/").split("/"):
            assert step in place, f"{target}: no {step}"
            place = place[step]
        yield target


def topics():
    own = re.findall(r'#define TOPIC_\w+\s+"([\w.-]+)"', code("lib/wire/topic.h"))
    of_agencies = re.findall(r'"(ecocase\.\w+\.)%', code("lib/bus/conf.c"))
    return same("topics", [c["address"] for c in DOCUMENT["channels"].values()], own + [name + "{agency}" for name in of_agencies])


def settings():
    """As `ecocase-broker setup` makes them."""
    arrays = dict(re.findall(r"static const struct bus_config (\w+)\[\] = \{(.*?)\};", code("broker/lane/topic_needs.c"), re.S))
    made = {"outbox": "outbox_real", "inbox": "inbox", "files": "files", "wanted": "wanted", "deadLetter": "dead", "clock": "clock_real"}
    names = {"KEPT": "retention.ms", "LARGEST": "max.message.bytes"}
    for channel, array in made.items():
        real = {names[macro]: int(value) for macro, value in re.findall(r'(KEPT|LARGEST)\("(-?\d+)"\)', arrays[array])}
        said = DOCUMENT["channels"][channel]["bindings"]["kafka"]["topicConfiguration"]
        assert said == real, f"{channel}: {said} is said, {real} is made"


def headers_of(name):
    return DOCUMENT["components"]["schemas"][name]["properties"]


def function(path, name):
    """The text of a function of C, comments left out."""
    text = re.sub(r"/\*.*?\*/", "", code(path), flags=re.S)
    return re.search(r"\b" + name + r"\([^;{]*\) \{.*?^\}", text, re.S | re.M)[0]


def defined(*paths):
    return {name: value for path in paths for name, value in re.findall(r'#define (\w+)\s+"([\w-]+)"', code(path))}


def headers():
    added = re.compile(r'(?:add|add_id|bus_headers_add_text|bus_headers_add_number)\((?:h|record\.headers), "([^"]+)"')
    traced = re.findall(r'header\(message, "(\w+)"\)', function("broker/deliver/kept.c", "kept_tracing"))
    dropped = re.findall(r'"(ecocase_headers_dropped)"', function("broker/deliver/kept.c", "kept_all"))
    inbox = added.findall(function("broker/deliver/headers.c", "headers_inbox"))
    dead = added.findall(function("broker/deliver/headers.c", "headers_dead_letter"))
    names = defined("adapters/chunks/chunks.h", "adapters/chunks/chunk_request.c")
    used = re.compile(r"bus_headers_add_\w+\([\w.]+, (\w+),")
    count = same("headers in", headers_of("HeadersOfSubmissions"), traced)
    count += same("headers of inboxes", headers_of("HeadersOfInbox"), inbox + traced)
    assert set(DOCUMENT["components"]["schemas"]["HeadersOfInbox"]["required"]) == set(inbox), "what an inbox record always has"
    count += same("headers of dead letters", headers_of("HeadersOfDeadLetters"), dead + dropped)
    opening = added.findall(function("broker/instance/recover.c", "open_one"))
    count += same("headers of openings", headers_of("HeadersOfOpenings"), opening)
    for said, path, name in (("HeadersOfChunks", "adapters/transfer/uploads_produce.c", "uploads_produce"),
                             ("HeadersOfChunkRequests", "adapters/chunks/chunk_request.c", "chunk_request_headers"),
                             ("HeadersOfChunkAnswers", "adapters/chunks/chunk_request.c", "chunk_answer_headers")):
        count += same(said, headers_of(said), [names[word] for word in used.findall(function(path, name))])
    roles = re.findall(r'return "(\w+)"', function("broker/deliver/headers.c", "role_of"))
    same("roles", headers_of("HeadersOfInbox")["ecocase_role"]["enum"], roles)
    return count


def schemas():
    """Ids as in the catalogue; the payload is its newest schema's file; what is delivered is what was sent."""
    catalogue = {}
    for entry in yaml_file.read(ROOT / "schemas" / "catalogue.yaml")["schemas"]:
        catalogue.setdefault(entry["name"], []).append(entry["id"])
    avro = {key: m for key, m in MESSAGES.items() if "payload" in m}
    for key, message in avro.items():
        assert message["x-ecocase-schema-ids"] == catalogue[message["name"]], f"{key}: ids {message['x-ecocase-schema-ids']}, catalogue {catalogue[message['name']]}"
        assert message["payload"]["schema"]["$ref"] == f"../schemas/avro/{message['name']}.avsc", key
    same("records", [m["name"] for m in avro.values()], catalogue)
    return same("files of schemas", [m["name"] for m in avro.values()], [p.stem for p in (ROOT / "schemas" / "avro").glob("*.avsc")])


def events():
    said = {key: m["x-ecocase-events"] for key, m in MESSAGES.items() if "x-ecocase-events" in m}
    done = {}
    for event in event_fields.RULES["events"]:
        name = event_fields.RECORDS[event["record"]]
        done.setdefault(name[0].lower() + name[1:], []).append(event["code"])
    for key, codes in done.items():
        same(f"events of {key}", said[key], codes)
    own = re.findall(r'\{"(SYS\.\w+)"', code("lib/wire/event.c"))
    same("notices", said["notice"], own)
    same("what is the platform's and the adapters'", said["tick"] + said["deliveryReport"], re.findall(r'BYTES_LITERAL\("(SYS\.\w+)"\)', code("lib/wire/record_write.c")))
    assert all(key.removesuffix(DELIVERED) in said for key in MESSAGES if key.endswith(DELIVERED))
    return sum(map(len, said.values()))


def table():
    page = event_fields.PAGE.read_text(encoding="utf-8")
    assert event_fields.page_with_table(page) == page, "docs/KAFKA.md is old: var/venv/bin/python tests/support/event_fields.py"
    known = set(re.findall(r'^    \{"([A-Z0-9_]+)",', code("lib/wire/reason.c"), re.M))
    named = set(re.findall(r"`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)`", page))
    known |= set(re.findall(r'^\s*"([A-Z_]+)",?$', code("schemas/avro/CaseFile.avsc"), re.M))     # symbols of enums
    assert named <= known, f"docs/KAFKA.md names codes that nobody says: {sorted(named - known)}"


def page():
    """Its table of records has the catalogue's ids; it names every header that there is, and no other."""
    text = event_fields.PAGE.read_text(encoding="utf-8")
    catalogue = yaml_file.read(ROOT / "schemas" / "catalogue.yaml")["schemas"]
    rows = re.findall(r"^\| ([A-Z]\w+(?:, [A-Z]\w+)?) [^|]+\| ([\d, ]+) \|", text, re.M)
    said = {frozenset(names.split(", ")): {int(i) for i in ids.split(",")} for names, ids in rows}
    for names, ids in said.items():
        assert ids == {entry["id"] for entry in catalogue if entry["name"] in names}, f"docs/KAFKA.md: ids of {sorted(names)}"
    same("records of the page", [name for names in said for name in names], [entry["name"] for entry in catalogue])
    known = {name for group in DOCUMENT["components"]["schemas"].values() for name in group["properties"]}
    named = set(re.findall(r"`((?:ecocase_|ce_)\w+|content-type|trace\w+)`", text))
    ours = {name for name in known if not name.startswith("__connect")} - {"ecocase_headers_dropped"}
    assert named == ours, f"docs/KAFKA.md: headers not named {sorted(ours - named)}, not there {sorted(named - ours)}"


schema()
count = len(list(references()))
settings()
table()
page()
print(f"kafka page: lawful AsyncAPI, {count} references, {topics()} topics, {headers()} headers, {schemas()} records, {events()} events, each both ways")
