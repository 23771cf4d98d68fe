"""`ecocase-adapter new` makes of every opening sample of every agency a profile that `check` finds nothing in and with which `try` takes that
sample; what the shipped profile maps plainly by a usual name is found again. It starts with a paper that the rules let that body send."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import permitted  # noqa: E402
import sample_day  # noqa: E402
import yaml  # noqa: E402

ADAPTER = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build") / "bin" / "ecocase-adapter"
OPENING = {"REF.SEND", "REV.SEND", "JUR.FORWARD"}
CLUES = ("sfj", "fgw", "htgq", "wlsh")     # bodies that may open nothing else
SAME = ("title", "agency_case_no", "place")


def adapter(*words):
    return subprocess.run([ADAPTER, *map(str, words)], cwd=ROOT, capture_output=True, text=True)


def tried(profile, file):
    done = adapter("try", profile, file)
    assert done.returncode == 0, (profile, file.name, done.stdout)
    return json.loads(done.stdout)["becomes"]["value"]


def main():
    seen, same, missed = 0, 0, []
    with tempfile.TemporaryDirectory() as folder:
        for step in sample_day.load(ROOT / "adapters" / "agencies" / "sample-day.yaml"):
            shipped = ROOT / "adapters" / "agencies" / step.agency / "profile.yaml"
            form = yaml.safe_load(shipped.read_text(encoding="utf-8"))["format"]
            if step.event not in OPENING and not (step.event == "CLU.CREATE" and step.agency in CLUES) or form["kind"] == "fixed" or form.get("sheets"):
                continue  # columns without a header, and which sheet is what, can only be told
            file, profile = Path(folder) / step.file.name, Path(folder) / "profile.yaml"
            file.write_bytes(step.file.content)
            made = adapter("new", step.agency, file)
            assert made.returncode == 0, (step.id, made.stderr, made.stdout)
            profile.write_text(made.stdout)
            checked = adapter("check", profile)
            assert checked.returncode == 0, (step.id, checked.stdout)
            value = tried(profile, file)
            shipped = tried(shipped, file)
            for name in SAME:
                if value[name] == shipped[name]:
                    same += 1
                else:
                    missed.append(f"{step.agency}:{name}")
            assert value["envelope"]["document_no"] or value["agency_case_no"], step.id
            seen += 1
        may = permitted.senders_and_receivers()[0]
        for slug in ("nm", "psb-wh", "jcy", "zjfy", *CLUES[:3]):     # one of each role
            plain = adapter("new", slug)
            assert plain.returncode == 0, (slug, plain.stderr)
            profile.write_text(plain.stdout)
            assert adapter("check", profile).returncode == 0, slug
            (first,) = [m["event"] for m in yaml.safe_load(plain.stdout)["messages"]]
            assert slug in may[first], f"{slug} may not send {first}"
        file.write_bytes(b"\x00\x01 nothing of the kind \xff\xfe")
        assert adapter("new", "nm", file).returncode == 1 and adapter("new", "nobody", file).returncode == 1
    assert seen >= 10 and same > 3 * len(missed), (seen, same, sorted(set(missed)))
    print(f"{seen} starting profiles take their samples; of title, number and place {same} as the shipped profile has them, not: {sorted(set(missed))}")


main()
