"""样例日 · the sample day, adapters/agencies/sample-day.yaml: what each agency exports, hour by hour, and what must come of it.

`for step in load(path):` gives the steps in order. The files stay as an agency exports them (their bytes, their encoding); only the dates
are placeholders `{{D+3 10:20 %Y-%m-%d %H:%M}}`: day zero plus three days at 10:20 (+08:00), written by that strftime pattern.
"""
import datetime
import re
from dataclasses import dataclass, field
from pathlib import Path

import native_files
import yaml_file

PLACE = re.compile(r"\{\{D([+-]\d+)? (\d\d?):(\d\d) ([^{}]+)\}\}")


@dataclass(frozen=True)
class File:
    name: str           # in the outbox
    content: bytes


@dataclass(frozen=True)
class Delivery:
    agency: str
    role: str           # to | copy
    golden: Path | None = None  # the case file as it arrives, but for the names under which its attachments are revealed
    form: dict = field(default_factory=dict)    # the recipient's format, as its profile says
    years: tuple = ()   # of document numbers: (the golden file's, this day's), where they differ


@dataclass(frozen=True)
class Step:
    id: str
    case: str           # steps of one case follow each other; cases do not wait for each other
    title: str          # zh · en
    agency: str
    file: File
    attachments: tuple[File, ...]
    event: str
    deliver: tuple[Delivery, ...]
    refused: str = ""    # the reason why the broker must refuse it; nobody gets it then
    referral: dict = field(default_factory=dict)    # {machine, state, clocks: {rule: letter}, parent: machine it came of} of the case's referral after the step
    hints: tuple = ()   # 应移未移: {level, threshold, state at the end of the day, to: agencies} that the step brings
    after: str = ""     # the tick that must have been struck before


@dataclass(frozen=True)
class Tick:
    """The clock reaches an instant; `alerts` is all that this brings: (case, limit, event, agencies told)."""
    id: str
    at: str             # YYYY-MM-DD HH:MM
    alerts: tuple


def fill(text, day_zero):
    """The text with its placeholders replaced."""
    def one(found):
        days, hour, minute, pattern = found.groups()
        day = day_zero + datetime.timedelta(days=int(days or 0))
        return datetime.datetime(day.year, day.month, day.day, int(hour), int(minute)).strftime(pattern)
    text = PLACE.sub(one, text)
    assert "{{" not in text, f"not a placeholder: {text[text.index('{{'):][:40]}"
    return text


def form(folder):
    """The format that an agency's profile declares."""
    return yaml_file.read(folder / "profile.yaml")["format"]


def content(folder, name, zero, renumber=str):
    """A sample's bytes. Binary ones are kept as YAML, since dates are filled in first."""
    told = folder / "samples" / "out" / f"{name}.yaml"
    if told.exists():
        return native_files.made(form(folder), fill(renumber(told.read_text(encoding="utf-8")), zero))
    kind = native_files.encoding(form(folder))
    return fill(renumber((folder / "samples" / "out" / name).read_bytes().decode(kind)), zero).encode(kind)    # a byte order mark stays: it is a character


def golden(folder, step_id):
    """samples/in/<step>.<extension>, made by tests/golden/native.py --write."""
    return next(iter(sorted(folder.glob(f"{step_id}.*"))), None)


def load(path, day_zero=None, year=None):
    """Steps of the sample day with their files' bytes; `day_zero` (date) instead of the file's own moves the whole day. `year` instead of 2026 in all
    document and case numbers makes other cases of it, on the same day."""
    years = ("2026", year) if year else ()
    renumber = (lambda text: text.replace(*years)) if year else str
    path = Path(path)
    told = yaml_file.read(path)
    zero = day_zero or told["day_zero"]
    steps, titles = [], {}
    for s in told["steps"]:
        folder = path.parent / s["agency"]
        out = folder / "samples" / "out"
        case = renumber(f"{s['case']} 2026") if year else str(s["case"])
        titles.setdefault(case, told["cases"][str(s["case"])])
        expect = s["expect"]
        deliver = tuple(Delivery(d["agency"], d["role"], golden(path.parent / d["agency"] / "samples" / "in", s["id"]) if zero == told["day_zero"] else None,
                                 form(path.parent / d["agency"]), years)
                        for d in expect["deliver"])
        steps.append(Step(s["id"], case, titles[case], s["agency"], File(renumber(s.get("as", s["file"])), content(folder, s["file"], zero, renumber)),
                          tuple(File(renumber(a), (out / a).read_bytes()) for a in s.get("attachments", [])), expect["event"], deliver,
                          str(expect.get("refused", "")), expect.get("referral", {}), tuple(expect.get("hints", ())), s.get("after", "")))
    return steps


def ticks(path, day_zero=None):
    """When the clock is struck, in order."""
    told = yaml_file.read(Path(path))
    zero = day_zero or told["day_zero"]
    return [Tick(t["id"], fill("{{" + t["at"] + " %Y-%m-%d %H:%M}}", zero),
                 tuple(sorted((a["case"], a.get("limit", ""), a["event"], " ".join(sorted(a["to"]))) for a in t["alerts"]))) for t in told["ticks"]]


if __name__ == "__main__":
    import sys
    for step in load(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "adapters" / "agencies" / "sample-day.yaml"):
        print(f"{step.id:16s} {step.agency:9s} {step.event:24s} {step.file.name} +{len(step.attachments)} → "
              + (" ".join(f"{d.agency}:{d.role}" for d in step.deliver) or f"refused: {step.refused}"))
