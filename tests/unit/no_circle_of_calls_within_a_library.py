"""No two files of a library call each other, over whatever detour: a file can be read after those it calls. Measured on the object files of the build given
(nm: what a file defines, what it leaves undefined); two that truly are one thing become one file, else stand in EXCEPTIONS with their reason."""
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# library: {file: why it may call back}
EXCEPTIONS = {}
TESTS = re.compile(r"_(test|fixture|double)\.c$")


def symbols(objects):
    """(defined, undefined) by object."""
    defined, undefined = {o: set() for o in objects}, {o: set() for o in objects}
    for path in objects:
        for line in subprocess.run(["nm", path], check=True, capture_output=True, text=True).stdout.splitlines():
            kind, name = line.split()[-2:]
            if kind == "U":
                undefined[path].add(name)
            elif kind.isupper():
                defined[path].add(name)
    return defined, undefined


def circles(edges):
    """Strongly connected components of more than one node (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(edges[node]):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found


def calls(objects):
    defined, undefined = symbols(objects)
    where = {name: path for path, names in defined.items() for name in names}
    edges = {path: {where[name] for name in names if name in where} - {path} for path, names in undefined.items()}
    return {path.name.removesuffix(".o"): {other.name.removesuffix(".o") for other in others} for path, others in edges.items()}


def main():
    build, libraries, wrong, files = Path(sys.argv[1]), defaultdict(list), [], 0
    for command in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        path = Path(re.search(r" -o (\S+)", command["command"])[1])
        library = next(part for part in path.parts if part.endswith(".dir")).removesuffix(".dir")
        source = Path(command["file"]).resolve().relative_to(ROOT).as_posix()
        if library.startswith(("ecocase_", "adapter_")) and source.startswith(("lib/", "broker/", "adapters/")) and not TESTS.search(source):
            libraries[library].append(build / path)
    for library, objects in sorted(libraries.items()):
        files += len(objects)
        excused = EXCEPTIONS.get(library, {})
        edges = {name: others - set(excused) for name, others in calls(objects).items() if name not in excused}
        wrong += [f"{library}: {' ↔ '.join(circle)} call each other" for circle in circles(edges)]
    if wrong or not files:
        sys.exit("\n".join(wrong) or f"{build} holds no objects")
    print(f"{files} files of {len(libraries)} libraries without a circle of calls")


main()
