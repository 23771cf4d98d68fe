"""docs/decisions: every record has its number, a status, a date, the four headings with something under each and lines of at most 120 columns;
README.md lists each with the same title, date and status; who is superseded names a later record."""
import re
import sys
import unicodedata
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "decisions"
HEADINGS = ["Context", "Decision", "Why, measured how", "Consequences"]
HEAD = re.compile(r"# (\d{4})\. (.+)\n\n- Status: (.+)\n- Date: (\d{4}-\d\d-\d\d) \([0-9a-f]{7,40}\)")
STATUS = re.compile(r"accepted|proposed|withdrawn|superseded by \[(\d{4})\]\((\d{4}-[a-z0-9-]+\.md)\)")
ROW = re.compile(r"\| \[(\d{4})\]\((.+?)\) \| (.+) \| (\S+) \| (.+) \|")


def columns(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def record(path):
    """(row of the index that it should have, what is wrong with it)."""
    text, wrong = path.read_text(encoding="utf-8"), []
    head = HEAD.match(text)
    if not head:
        return None, [f"{path.name}:1: does not begin with a number and title, \"- Status: …\" and \"- Date: YYYY-MM-DD (commit)\""]
    number, title, status, date = head.groups()
    if not path.name.startswith(f"{number}-"):
        wrong.append(f"{path.name}:1: is called {number}")
    known = STATUS.fullmatch(status)
    if not known:
        wrong.append(f"{path.name}:3: \"{status}\" is no status: accepted, proposed, withdrawn or superseded by [NNNN](file)")
    elif known[1] and (known[1] <= number or not known[2].startswith(known[1]) or not (FOLDER / known[2]).exists()):
        wrong.append(f"{path.name}:3: {known[2]} is no later record")
    parts = re.split(r"^## (.+)\n", text, flags=re.M)[1:]
    if parts[0::2] != HEADINGS or not all(part.strip() for part in parts[1::2]):
        wrong.append(f"{path.name}: needs, each with a text: {', '.join(HEADINGS)}")
    wrong += [f"{path.name}:{n}: {columns(line)} columns, at most 120" for n, line in enumerate(text.splitlines(), 1) if columns(line) > 120]
    return (number, path.name, title, date, status), wrong


def main():
    paths = sorted(p for p in FOLDER.glob("*.md") if p.name != "README.md")
    rows, wrong = [], []
    for path in paths:
        row, found = record(path)
        rows += [row] if row else []
        wrong += found
    if [row[0] for row in rows] != [f"{n:04}" for n in range(1, len(paths) + 1)]:
        wrong.append("the numbers are not 0001, 0002 … without a gap")
    listed = ROW.findall((FOLDER / "README.md").read_text(encoding="utf-8"))
    wrong += [f"README.md: lacks or differs from: | {' | '.join(row)} |" for row in rows if row not in listed]
    wrong += [f"README.md: lists {row[1]}, which is not so" for row in listed if row not in rows]
    if wrong or not rows:
        sys.exit("\n".join(wrong) or f"no records in {FOLDER}")
    print(f"{len(rows)} decisions have number, date, status and their four parts, and are listed")


main()
