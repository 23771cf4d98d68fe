"""docs/ARCHITECTURE.md draws the rooms: every folder that holds C stands in its tree with a word about its job, and none stands there that holds none.
`the_picture_shows_every_room.py BUILD [ROOT]`."""
import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[2] if len(sys.argv) > 2 else Path(__file__).resolve().parents[2])
PAGE = "docs/ARCHITECTURE.md"
TOPS = ("lib", "broker", "adapters", "tests")
LINE = re.compile(r"^( *)([a-z_]+)/ *(.*)$")


def drawn():
    """{folder: its job} of the first ```text block: a name behind an indentation of two more than another's lies in that one."""
    block = re.search(r"^```text\n(.*?)^```", (ROOT / PAGE).read_text(encoding="utf-8"), re.M | re.S)
    if not block:
        sys.exit(f"{PAGE}: no ```text block with the rooms")
    rooms, above = {}, []
    for line in block[1].splitlines():
        indent, name, job = LINE.match(line).groups() if LINE.match(line) else sys.exit(f"{PAGE}: cannot read \"{line}\"")
        above[len(indent) // 2:] = [name]
        rooms["/".join(above)] = job
    return rooms


def holding_c():
    return {p.parent.relative_to(ROOT).as_posix() for top in TOPS for p in (ROOT / top).rglob("*.[ch]")}


def main():
    rooms, real = drawn(), holding_c()
    parents = {parent.as_posix() for room in real for parent in Path(room).parents}
    wrong = [f"{PAGE}: lacks {room}/, which holds C" for room in sorted(real - rooms.keys())]
    wrong += [f"{PAGE}: draws {room}/, which holds no C" for room in sorted(rooms.keys() - real - parents)]
    wrong += [f"{PAGE}: says nothing of {room}/" for room in sorted(real & rooms.keys()) if not rooms[room]]
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(real)} rooms stand in the picture")


main()
