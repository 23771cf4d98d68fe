"""代码风格 · One style, held by tools: style.py [c] [python] [shell] [--fix]; without a name all three. `./test unit` and .pre-commit-config.yaml
call it with the tools pinned in requirements.txt, which stand beside the Python that runs this. What is wrong is printed as file:line and what mends
it behind that; --fix writes what the tools can write themselves. Exit 0, 1 for findings, 2 for a tool that is missing."""
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent
SETUP = "tests/support/setup"
MEND = "var/venv/bin/python tests/support/style.py"
SKIPPED = {"var", "corpus", "__pycache__"}     # corpus: what fuzzers found, byte for byte


def files(fits):
    """Sources by name, without git: an unpacked archive has none."""
    for folder, below, names in os.walk(ROOT):
        top = folder == str(ROOT)
        below[:] = sorted(d for d in below if d not in SKIPPED and not (top and (d == ".git" or d.startswith("build"))))
        yield from (path for path in (Path(folder, name) for name in sorted(names)) if fits(path))


def is_c(path):
    return path.suffix in (".c", ".h")


def is_shell(path):
    """By name, or by its first line where it has no suffix."""
    if path.suffix == ".sh":
        return True
    if path.suffix or path.is_symlink():
        return False
    with path.open("rb") as f:
        first = f.readline(80)
    return first.startswith(b"#!") and first.rstrip().split(b"/")[-1] in (b"sh", b"bash", b"env sh", b"env bash")


def run(tool, *arguments):
    program = TOOLS / tool
    if not program.exists():
        print(f"style: 缺少 {tool}，请运行 {SETUP} · {tool} is missing (pinned in tests/support/requirements.txt): run {SETUP}", file=sys.stderr)
        sys.exit(2)
    done = subprocess.run([program, *arguments], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return [line.replace(f"{ROOT}/", "") for line in done.stdout.splitlines()] if done.returncode else []


def c(fix):
    sources = [p.relative_to(ROOT) for p in files(is_c)]
    if fix:
        run("clang-format", "-i", *sources)
    said = run("clang-format", "--dry-run", "-Werror", *sources)
    return len(sources), [line for line in said if ": error:" in line or "clang-format" in line], f"{MEND} c --fix"


def python(fix):
    sources = [p.relative_to(ROOT) for p in files(lambda path: path.suffix == ".py")]
    said = run("ruff", "check", "--quiet", "--no-cache", "--output-format", "concise", *(["--fix"] if fix else []), *sources)
    return len(sources), said, f"{MEND} python --fix, the rest by hand; rules and their reasons: ruff.toml"


def shell(fix):
    del fix     # shellcheck writes nothing
    sources = [p.relative_to(ROOT) for p in files(is_shell)]
    said = run("shellcheck", "--severity=style", "--format=gcc", *sources)
    return len(sources), said, "by hand; https://www.shellcheck.net/wiki/SCnnnn says why and how"


def main(arguments):
    gates = {"c": c, "python": python, "shell": shell}
    if wrong := [a for a in arguments if a not in gates and a != "--fix"]:
        print(f"style: 没有这一项 · no such part \"{wrong[0]}\"; there are: {', '.join(gates)}, --fix", file=sys.stderr)
        sys.exit(2)
    red = False
    for name in [a for a in arguments if a in gates] or gates:
        count, said, mend = gates[name]("--fix" in arguments)
        print(*said, f"{name}: {count} files, {f'{len(said)} findings; 修正 · mend with: {mend}' if said else 'clean'}", sep="\n")
        red = red or bool(said)
    sys.exit(red)


main(sys.argv[1:])
