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
import yaml_file  # noqa: E402

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
            form = yaml_file.read(shipped)["format"]
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
            (first,) = [m["event"] for m in yaml_file.parse(plain.stdout)["messages"]]
            assert slug in may[first], f"{slug} may not send {first}"
        # who gets a paper is never who punished, nor the agency itself
        for columns, wanted in ((("处罚机关,巴彦淖尔市公安局", "移送单位,巴彦淖尔市人民检察院"), "移送单位"),
                                (("处罚机关,巴彦淖尔市生态环境局", "备注单位,巴彦淖尔市公安局"), "备注单位"),
                                (("处罚机关,巴彦淖尔市公安局", "经办,某"), {"value": "psb-bynr"}), (("主送,巴彦淖尔市生态环境局", "转办至,巴彦淖尔市公安局"), "转办至")):
            names, values = zip(*(column.split(",") for column in columns))
            file.write_text(f"文号,发文日期,案件名称,案由,{','.join(names)}\n环移1号,2026-06-08,某案,FISH,{','.join(values)}\n", encoding="utf-8")
            table = file.with_suffix(".csv")
            table.write_bytes(file.read_bytes())
            (message,) = yaml_file.parse(adapter("new", "sthj", table).stdout)["messages"]
            assert message["fields"]["envelope.recipients"] == wanted, (columns, message["fields"])
        # what Excel and Notepad save as "Unicode", and what is no text whatever it is called
        unicode, text = Path(folder) / "导出.txt", "文号\t移送日期\t案件名称\n巴移送〔2026〕1号\t20260608 14:05\t某案\n"
        for bytes_of in (text.encode("utf-16"), b"\xfe\xff" + text.encode("utf-16-be"), text.encode("utf-8-sig")):
            unicode.write_bytes(bytes_of)
            made = adapter("new", "nm", unicode)
            assert made.returncode == 0, (bytes_of[:4], made.stderr)
            profile.write_text(made.stdout)
            told = yaml_file.parse(made.stdout)
            assert (told["format"]["separator"], told["format"]["bom"], told["format"]["date"]) == ("\t", True, ["yyyyMMdd HH:mm"]), made.stdout
            assert tried(profile, unicode)["title"] == "某案"
        for name, content, remedy in (("台账.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "另存为 .xlsx"),
                                       ("台账.csv", b"\x09\x08\x10\x00\x00\x06\x05\x00", "save it as .xlsx"),
                                      ("台账.xls", "<html><table><tr><td>文号".encode("gb18030"), "网页"), ("案卷.csv", b"%PDF-1.4\n", "PDF"),
                                      ("案卷.txt", text.encode("utf-16-le"), "UTF-16 without a BOM")):
            (Path(folder) / name).write_bytes(content)
            made = adapter("new", "nm", Path(folder) / name)
            assert made.returncode == 1 and remedy in made.stderr, (name, made.stderr)
        file.write_bytes(b"\x00\x01 nothing of the kind \xff\xfe")
        assert adapter("new", "nm", file).returncode == 1 and adapter("new", "nobody", file).returncode == 1
    assert seen >= 10 and same > 3 * len(missed), (seen, same, sorted(set(missed)))
    print(f"{seen} starting profiles take their samples; of title, number and place {same} as the shipped profile has them, not: {sorted(set(missed))}")


main()
