"""What ./test says at its end: how long each part took, the ten slowest tests, which failed, and a last line over all in ctest's words.
`report.py FOLDER`: `times` (a step and its seconds, parted by a tab) and ctest's JUnit files."""
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

SLOWEST = 10


def clock(seconds):
    return f"{int(seconds + 0.5) // 60:3d}:{int(seconds + 0.5) % 60:02d}"


def tests(folder):
    """(seconds, name, part, passed) of each."""
    for file in sorted(folder.glob("*.xml")):
        for case in ET.parse(file).getroot().iter("testcase"):
            passed = case.find("failure") is None and case.get("status") != "fail"
            yield float(case.get("time", 0)), case.get("name"), file.stem.replace("-build", " (build", 1) + ")", passed


def main(folder):
    steps = [(name, float(seconds)) for name, seconds in (line.split("\t") for line in (folder / "times").read_text(encoding="utf-8").splitlines())]
    run = list(tests(folder))
    print("\n== 用时 · times (分:秒 · min:s)")
    for name, seconds in steps:
        mine = [passed for _, _, part, passed in run if part == name]
        print(f"{clock(seconds)}  {name}{f'  {sum(mine)}/{len(mine)}' if mine else ''}")
    print(f"{clock(sum(s for _, s in steps))}  共 · in all\n\n== 最慢 · the slowest tests")
    for seconds, name, part, _ in sorted(run, reverse=True)[:SLOWEST]:
        print(f"{clock(seconds)}  {name}  {part}")
    wrong = [f"{name} {part}" for _, name, part, passed in run if not passed]
    print(*(f"未通过 · failed: {one}" for one in wrong), sep="\n")
    share = 100 * (len(run) - len(wrong)) // len(run) if run else 0
    print(f"{share}% tests passed, {len(wrong)} tests failed out of {len(run)}")
    return 1 if wrong or not run else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
