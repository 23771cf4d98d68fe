"""Every relative link of a Markdown page leads to a file that is there, and its #anchor to a heading of that page; every `folder/file.ext` of ours that a
page names exists (decisions and the changelog tell the past and may name what is gone)."""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"`[^`]*\]\([^`]*`")     # a link that is shown, not one
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:lib|broker|adapters|tests|docs|schemas|docker)/[\w./*-]*\.(?:c|h|py|md|yaml|sql|avsc|json|txt|xml|sh))\b")
PAST = {"CHANGELOG.md", "decisions"}


def pages():
    yield from (p for p in ROOT.glob("*.md"))
    for folder in ("docs", ".github"):
        yield from (ROOT / folder).rglob("*.md")


def anchors(page):
    """Headings as GitHub and GitLab make anchors of them: small, words joined by -, other signs left out."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)).lower().replace(" ", "-") for title in titles}


def main():
    wrong, seen = [], 0
    for page in sorted(pages()):
        fenced = False
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
            fenced ^= line.startswith("```")
            for target in [] if fenced else LINK.findall(CODE.sub("", line)):
                path, _, anchor = target.partition("#")
                if re.match(r"[a-z]+:", target):
                    continue
                seen += 1
                there = (page.parent / path).resolve() if path else page
                if not there.exists():
                    wrong.append(f"{page.relative_to(ROOT)}:{number}: {target} is not there")
                elif anchor and there.suffix == ".md" and anchor not in anchors(there):
                    wrong.append(f"{page.relative_to(ROOT)}:{number}: {path or page.name} has no heading #{anchor}")
            for name in [] if PAST & {page.name, page.parent.name} else NAMED.findall(line):
                seen += 1
                if "NNN" not in name and not list(ROOT.glob(name)):
                    wrong.append(f"{page.relative_to(ROOT)}:{number}: `{name}` is not there")
    if wrong or not seen:
        sys.exit("\n".join(wrong) or "no links at all")
    print(f"{seen} links and names of files lead to what is there")


main()
