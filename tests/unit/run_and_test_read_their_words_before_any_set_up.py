"""./run and ./test alone in an empty folder, where nothing could be installed or built: help answers, and a slip is one line, Chinese first, and exit 2."""
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = "unit integration bench faults compose long".split()
OPTIONS = "--check --list --fresh --kafka --postgres --kafka-port --postgres-port --help".split()
SLIPS = {"run": [["--chek"], ["now"], [""], ["--kafka"], ["--kafka", "somewhere"], ["--kafka", "host:0"], ["--kafka="], ["--check", "--kafka", "a:1,b"],
                 ["--postgres", "ledger"], ["--kafka-port", "0"], ["--kafka-port", "http"], ["--postgres-port=65536"], ["--fresh", "--postgres-port"],
                 ["--kafka-port", "5", "--postgres-port", "5"]],
         "test": [["units"], [""], ["unit", "-x"], ["--fast"], ["unit bench"]]}


def said(folder, program, *words, **environment):
    return subprocess.run([folder / program, *words], cwd="/", env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True, text=True)


def refused(done, of):
    assert done.returncode == 2 and not done.stdout and done.stderr.count("\n") == 1, (of, done)
    zh, en = done.stderr.split(" · ", 1)
    assert re.search(r"[\u4e00-\u9fff]", zh) and re.search(r"[a-z]{3}", en) and "--help" in en, (of, done.stderr)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for program in SLIPS:
            shutil.copy(ROOT / program, folder)
        for program, wanted in (("run", OPTIONS), ("test", PARTS)):
            for word in ("-h", "--help"):
                done = said(folder, program, word)
                assert done.returncode == 0 and not done.stderr and all(one in done.stdout for one in wanted), (program, done)
        slips = [(program, words) for program, all_words in SLIPS.items() for words in all_words]
        for program, words in slips:
            refused(said(folder, program, *words), (program, words))
        refused(said(folder, "test", "unit", WORLDS="many"), "WORLDS")
        assert sorted(p.name for p in folder.iterdir()) == sorted(SLIPS), "something was done"
    print(f"help of {len(SLIPS)} programs, {len(slips) + 1} slips refused")


main()
