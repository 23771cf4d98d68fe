"""Who may include whom. Every room of C code is listed with the rooms below it that it may include; base ← identifiers ← wire ← bus ← {broker, adapters}, the judge is
pure, nobody includes adapters/. A foreign library is spoken to by its own rooms only, and headers are looked through: whoever includes a header that
includes libpq-fe.h reaches libpq. What is inside of a room (*_inside.h) is included by nobody else. Tests beside a module may use another room's
fixtures and the conversion's double, which is the alternative that only they take."""
import re
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)
TESTS = re.compile(r"_(test|fixture|double)\.[ch]$")

LIB = {"lib/base": "", "lib/identifiers": "base", "lib/wire": "base identifiers", "lib/bus": "base identifiers wire"}
FLOOR = "base identifiers wire"
BROKER = {
    "model": FLOOR, "rules": f"{FLOOR} model", "judge": f"{FLOOR} model rules", "examine": FLOOR, "ledger": f"{FLOOR} model rules",
    "shared": f"{FLOOR} bus model rules ledger", "entry": f"{FLOOR} model rules judge examine ledger",
    "deliver": f"{FLOOR} bus model judge ledger shared entry",
    "lane": f"{FLOOR} bus model rules judge examine ledger shared entry deliver",
    "instance": f"{FLOOR} bus rules entry ledger shared lane",
    "replay": f"{FLOOR} model rules judge examine ledger entry", "register": f"{FLOOR} model rules ledger",
    "cli": f"{FLOOR} model rules ledger replay register",
}
# From the bottom: each may include those before it in its list, by room below adapters/.
CONVERSION = "spool chunks conversion"  # the door; whoever shows records as JSON or masks includes conversion/canonical too
ENGINE = f"{CONVERSION} journal engine"
ADAPTERS = {
    "formats": FLOOR, "spool": FLOOR, "chunks": f"{FLOOR} bus", "journal": f"{FLOOR} chunks spool",
    "conversion": f"{FLOOR} chunks formats conversion/canonical conversion/profile conversion/mapping",
    "conversion/scalar": FLOOR, "conversion/canonical": f"{FLOOR} conversion/scalar",
    "conversion/profile": f"{FLOOR} formats spool conversion/scalar conversion/canonical",
    "conversion/mapping": f"{FLOOR} formats spool chunks conversion/scalar conversion/canonical conversion/profile",
    "engine": f"{FLOOR} bus {CONVERSION} journal",
    "transfer": f"{FLOOR} bus {ENGINE}", "outbound": f"{FLOOR} bus {ENGINE} transfer", "inbound": f"{FLOOR} bus {ENGINE} conversion/canonical transfer outbound",
    "gateway": f"{FLOOR} {CONVERSION} journal",
    "http": f"{FLOOR} {CONVERSION} journal gateway", "table": f"{FLOOR} {CONVERSION} journal gateway",
    "run": f"{FLOOR} bus {ENGINE} transfer outbound inbound gateway http table",
    "commands": f"{FLOOR} bus {ENGINE} formats conversion/scalar conversion/canonical conversion/profile outbound gateway table",
}


def named(may, side):
    return {f"lib/{r}" if f"lib/{r}" in LIB else f"{side}/{r}" for r in may.split()}


MAY = {room: named(may, "lib") for room, may in LIB.items()}
MAY |= {f"broker/{room}": named(may, "broker") for room, may in BROKER.items()}
MAY |= {f"adapters/{room}": named(may, "adapters") for room, may in ADAPTERS.items()}
MAY["broker"] = named(f"{FLOOR} bus rules ledger shared instance", "broker")  # the program
MAY["adapters"] = named(f"{FLOOR} bus run commands engine table", "adapters")
# Which rooms may reach a foreign library, through whatever header.
LIBRARIES = {
    "librdkafka/rdkafka.h": "lib/bus",
    "libpq-fe.h": "broker/ledger broker/register broker/cli adapters/table",
    "microhttpd.h": "adapters/http", "curl/curl.h": "adapters/http",
    "sqlite3.h": "adapters/journal adapters/gateway adapters/table",
}


def room_of(path):
    folder = path.parent.relative_to(ROOT).as_posix()
    return folder if folder in MAY else None


def found(name):
    """The file of the project that an include names, or None."""
    for path in (ROOT / "lib" / name, ROOT / name):
        if "/" in name and path.is_file():
            return path
    return None


@cache
def includes(path):
    return INCLUDE.findall(path.read_text(encoding="utf-8"))


@cache
def reached(path):
    """What a file includes, through headers, by name."""
    names, todo = set(), [path]
    while todo:
        for name in includes(todo.pop()):
            if name not in names:
                names.add(name)
                todo += [found(name)] if found(name) else []
    return names


def wrong_includes(path, room):
    for name in includes(path):
        target = found(name)
        if "/" in name and target is None and (ROOT / "lib" / name.split("/")[0]).is_dir():
            yield f"{name} is nowhere"
        if target is None:
            continue
        other = room_of(target)
        if other == room or (TESTS.search(path.name) and (TESTS.search(name) or other in MAY[room])):
            continue
        if name.endswith("_inside.h"):
            yield f"{name} is inside of {other}"
        elif other not in MAY[room] and not TESTS.search(path.name):
            yield f"{room} may not include {name}: it lies in {other}; what {room} may include stands in {Path(__file__).name}"


def main():
    wrong, seen, used = [], 0, {name: set() for name in LIBRARIES}
    for path in sorted(p for folder in ("lib", "broker", "adapters") for p in (ROOT / folder).rglob("*.[ch]")):
        seen += 1
        room, here = room_of(path), path.relative_to(ROOT)
        if room is None:
            wrong.append(f"{here}: a room that {Path(__file__).name} does not know: list it there with what it may include")
            continue
        wrong += [f"{here}: {what}" for what in wrong_includes(path, room)]
        for name in reached(path) & LIBRARIES.keys():
            used[name].add(room)
            if room not in LIBRARIES[name].split() and not TESTS.search(path.name):
                wrong.append(f"{here}: reaches {name}, which is for {LIBRARIES[name]} only")
    wrong += [f"{room}: no such folder: take it off the list" for room in MAY if not (ROOT / room).is_dir()]
    for name, rooms in LIBRARIES.items():
        wrong += [f"{room} no longer uses {name}: take it off the list" for room in sorted(set(rooms.split()) - used[name])]
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{seen} files in {len(MAY)} rooms keep the arrows between them")


main()
