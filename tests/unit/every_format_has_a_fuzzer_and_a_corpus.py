"""Each format that a profile may name, and profiles themselves, have a fuzzer whose corpus is replayed in every run and holds what it must: each encoding with and
without its byte order mark where the format is text, and something that is read whole."""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build")
FUZZ = ROOT / "tests" / "fuzz"
MARKS = {"UTF-8": b"\xef\xbb\xbf", "GB18030": b"\x84\x31\x95\x33", "UTF-16LE": b"\xff\xfe", "UTF-16BE": b"\xfe\xff"}
NO_TEXT = {"dbf", "xlsx"}


def main():
    kinds = re.search(r"kind: \w+ +# ((?:\w+ (?:\([^)]*\) )?\| )+\w+)", (ROOT / "docs" / "ADAPTERS.md").read_text(encoding="utf-8")).group(1)
    kinds = [k.split()[0] for k in kinds.split(" | ")]
    assert len(kinds) >= 7, kinds
    replayed = subprocess.run(["ctest", "--test-dir", BUILD, "-N", "-L", "^unit$"], capture_output=True, text=True, check=True).stdout
    for noun in [*kinds, "profile", "map"]:
        assert (FUZZ / f"{noun}_fuzz.c").exists(), f"{noun} has no fuzzer"
        assert f"fuzz_{noun}_replay" in replayed, f"{noun}'s corpus is not replayed in every run"
        inputs = [p.read_bytes() for p in (FUZZ / "corpus" / noun).iterdir()]
        assert inputs, f"{noun} has no corpus"
        if noun in kinds and noun not in NO_TEXT:
            for name, mark in MARKS.items():
                assert any(i.startswith(mark) for i in inputs), f"{noun}: no input with the mark of {name}"
            assert any(b"\xce\xc4" in i and not i.startswith(MARKS["GB18030"]) for i in inputs), f"{noun}: no GB18030 without a mark (文)"
            assert any("文".encode() in i and not i.startswith(MARKS["UTF-8"]) for i in inputs), f"{noun}: no UTF-8 without a mark (文)"
    print(f"{len(kinds)} formats, profiles and the mapping, each with a fuzzer and a corpus")


main()
