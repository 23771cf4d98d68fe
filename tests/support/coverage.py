"""`coverage.py BUILD-DIR [--raise]`: which lines of lib/, broker/ and adapters/ the unit tests of that build (preset asan) went through, by room, and that no
room falls below tests/coverage.json. A room that rose is said; `--raise` writes the new floors, upward only. Without a floor a room is held to none;
`why` says what made one fall.

Floors are whole tenths of a percent; SLACK is for what depends on the moment: a time-out that did or did not come, a retry."""
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ROOT / "tests" / "coverage.json"
SLACK = 0.5


def measure(build):
    summary = build / "coverage.json"
    subprocess.run([sys.executable, "-m", "gcovr", "-r", str(ROOT), str(build), "-j", "2", "--json-summary", str(summary), "--filter", "lib/", "--filter", "broker/",
                    "--filter", "adapters/", "--exclude", r".*_(test|fixture|double)\.[ch]"], check=True, cwd=ROOT)
    lines = defaultdict(lambda: [0, 0])
    for file in json.loads(summary.read_text())["files"]:
        for room in (Path(file["filename"]).parent.as_posix(), "all"):
            lines[room][0] += file["line_covered"]
            lines[room][1] += file["line_total"]
    return {room: (covered, total) for room, (covered, total) in lines.items() if total}


def percent(covered, total):
    return int(1000 * covered / total) / 10


def main():
    build = Path(sys.argv[1]).resolve()
    if not any(build.rglob("*.gcda")):
        sys.exit(f"{build}: 没有覆盖率数据，请先运行 ./test unit · no coverage data: run ./test unit first")
    rooms, floors = measure(build), json.loads(FLOORS.read_text()) if FLOORS.exists() else {}
    fallen, risen = [], {"why": floors["why"]} if "why" in floors else {}
    for room in sorted(rooms, key=lambda r: (r == "all", r)):
        now, floor = percent(*rooms[room]), floors.get(room)
        mark = "" if floor is None else "" if abs(now - floor) < SLACK else f"{'+' if now > floor else ''}{now - floor:.1f}"
        print(f"  {room:30} {now:5.1f} %  {rooms[room][0]:>6} / {rooms[room][1]:<6} {mark}")
        if floor is not None and now < floor - SLACK:
            fallen.append(f"{room}: {now} % of its lines are tested, it was {floor} %")
        risen[room] = max(now, floor or 0)
    if "--raise" in sys.argv:
        FLOORS.write_text(json.dumps(risen, indent=1, sort_keys=True) + "\n")
    if fallen:
        sys.exit("覆盖率下降 · coverage fell; test what was added, or say in tests/coverage.json why it may be less:\n" + "\n".join(fallen))


main()
