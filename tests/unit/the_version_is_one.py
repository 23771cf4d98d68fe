"""The version of CMakeLists.txt is that of the newest section of CHANGELOG.md, and what the programs say."""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build")


def first(pattern, path):
    return re.search(pattern, (ROOT / path).read_text(encoding="utf-8"), re.M)[1]


built = first(r"^project\(ecocase VERSION (\S+) ", "CMakeLists.txt")
logged = first(r"^## \[?(\d+\.\d+\.\d+)\b", "CHANGELOG.md")
said = {p: subprocess.run([BUILD / "bin" / p, "--version"], capture_output=True, text=True, check=True).stdout.split() for p in ("ecocase", "ecocase-adapter")}
wrong = [f"CHANGELOG.md's newest version is {logged}, CMakeLists.txt's {built}"] if logged != built else []
wrong += [f"{p} --version says {' '.join(words)}, not {p} {built}" for p, words in said.items() if words != [p, built]]
if wrong:
    sys.exit("\n".join(wrong))
print(f"version {built} in CMakeLists.txt, CHANGELOG.md and both programs")
