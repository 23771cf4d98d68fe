"""Who may include whom: base ← wire ← bus ← {broker, adapters}, nobody includes adapters, the judge is pure, and each foreign library is spoken to by its
own rooms only (docs/DECISIONS.md says why a room was added)."""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)
MAY = {"lib/base": {"base"}, "lib/wire": {"base", "wire"}, "lib/bus": {"base", "wire", "bus"}, "broker": {"base", "wire", "bus", "broker"},
       "broker/judge": {"base", "wire", "broker"}, "adapters": {"base", "wire", "bus", "adapters"}, "adapters/formats": {"base", "adapters"}}
ROOMS = {"base", "wire", "bus", "broker", "adapters"}
LIBRARIES = {"libpq-fe.h": {"broker/ledger", "broker/cli", "adapters/table"}, "librdkafka/rdkafka.h": {"lib/bus", "broker/deliver"}, "microhttpd.h": {"adapters/http"},
             "curl/curl.h": {"adapters/http"}, "sqlite3.h": {"adapters/engine", "adapters/front", "adapters/table"}}
# Tests may use another room's fixture: a Postgres of their own, say.
FIXTURE = re.compile(r"_fixture\.h$")


def room_of(path):
    """The narrowest folder that MAY knows."""
    folder = path.parent.relative_to(ROOT).as_posix()
    return max((r for r in MAY if folder == r or folder.startswith(r + "/")), key=len, default=None)


def main():
    wrong, seen, used = [], 0, {name: set() for name in LIBRARIES}
    for path in sorted(p for folder in ("lib", "broker", "adapters") for p in (ROOT / folder).rglob("*.[ch]")):
        seen += 1
        folder, room = path.parent.relative_to(ROOT).as_posix(), room_of(path)
        for name in INCLUDE.findall(path.read_text(encoding="utf-8")):
            first = name.split("/")[0]
            if "/" in name and first in ROOMS and first not in MAY[room] and not (path.stem.endswith("_test") and FIXTURE.search(name)):
                wrong.append(f"{path.relative_to(ROOT)}: {room} may not include {name}")
            if name in LIBRARIES:
                used[name].add(folder)
                if folder not in LIBRARIES[name]:
                    wrong.append(f"{path.relative_to(ROOT)}: {name} is for {', '.join(sorted(LIBRARIES[name]))} only")
    for name, rooms in LIBRARIES.items():
        wrong += [f"{room} no longer uses {name}: take it off the list" for room in sorted(rooms - used[name])]
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{seen} files keep the arrows between the rooms")


main()
