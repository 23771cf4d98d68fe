"""A column or name with blanks around it is the one that it shows, in every format that has names; an object, a list of lists or elements where a text is
mapped is refused by name, so that nothing below it is lost or leaves what was to hide it (a reporter, a negation)."""
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

ROOT = Path(__file__).resolve().parents[2]
ADAPTER = Path(sys.argv[1]) / "bin" / "ecocase-adapter"
HEAD = "agency: nm\nformat: {%s, date: yyyy-MM-dd}\n"
MESSAGES = """
messages:
  - event: CLU.CREATE
    direction: send
    fields: {envelope.document_no: {at: 文号, required: true}, envelope.business_time: 日期, envelope.recipients: 主送, title: 名称, category: 案由,
             summary: 事实, place: 地点, source: 来源, reporter_kind: 方式, reporter.name: 举报人, reporter.phone: 电话}
"""
PAPER = {"文号": "一号", "日期": "2026-06-08", "主送": "psb-bynr", "名称": "某公司未按证排污案", "案由": "FISH", "事实": "夜间捕捞", "地点": "临河区", "来源": "OTHER",
         "方式": "NAMED",
         "举报人": "戴某", "电话": "13800000001"}
BLANKS = (" ", "  ", "\t", "\u3000", "\u00a0", "\n", "\ufeff", " \u3000\r\n", "\u200b", "\u00ad", "\u2003", "\v", "\f")
UNSEEN = ("\u200b", "\u00ad", "\u2060", "\u202e")
SEALED = "戴某"


def csv(names):
    quoted = ",".join(f'"{n}"' for n in names)
    return (quoted + "\r\n" + ",".join(PAPER.values()) + "\r\n").encode()


def xlsx(names):
    book = openpyxl.Workbook()
    book.active.append(list(names))
    book.active.append(list(PAPER.values()))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_json(names):
    return json.dumps(dict(zip(names, PAPER.values())), ensure_ascii=False).encode()


FORMS = {"a.csv": ("kind: csv", csv), "a.xlsx": ("kind: xlsx", xlsx), "a.json": ("kind: json", as_json), "a.jsonl": ("kind: jsonl", lambda n: as_json(n) + b"\n")}


def tried(folder, kind, name, content):
    profile, file = Path(folder) / "p.yaml", Path(folder) / name
    profile.write_text(HEAD % kind + MESSAGES, encoding="utf-8")
    file.write_bytes(content)
    done = subprocess.run([ADAPTER, "try", profile, file], cwd=ROOT, capture_output=True, timeout=20)
    return done.returncode, done.stdout.decode()


def record(said):
    """What is handed on, but for the id that the file's bytes make; `try` seals nobody: a reporter is left out."""
    value = json.loads(said)["becomes"]["value"]
    value["envelope"].pop("message_id")
    assert SEALED not in said and value["reporter_kind"] == "NAMED" and not value["native"], said
    return value


def blanks(folder):
    count = 0
    for name, (kind, make) in FORMS.items():
        code, plain = tried(folder, kind, name, make(PAPER))
        assert code == 0, plain
        plain = record(plain)
        for blank in BLANKS:
            if name == "a.xlsx" and (blank in "\t\v\f" or "\r" in blank):
                continue  # a workbook writes them as _x0009_, or cannot
            for around in ("%s" + blank, blank + "%s", blank + "%s" + blank):
                if name == "a.csv" and around.startswith("\ufeff"):
                    continue
                code, said = tried(folder, kind, name, make([around % n for n in PAPER]))
                assert code == 0 and record(said) == plain, (name, around, said)
                count += 1
        for unseen in UNSEEN:
            code, said = tried(folder, kind, name, make([n[0] + unseen + n[1:] for n in PAPER]))
            assert code == 0 and record(said) == plain, (name, unseen, said)
            count += 1
        code, said = tried(folder, kind, name, make([*list(PAPER)[:-1], "举报人 "]))
        assert code == 1 and ("same name" in said or "twice" in said), said
    return count


def refused(folder, kind, name, content, field):
    code, said = tried(folder, kind, name, content)
    assert code == 1, said
    told = json.loads(said)
    assert [f["field"] for f in told.get("faults", [told]) if f["code"] == "FIELD_SHAPE"] == [field], said
    assert told["zh"] and told["line"] and "戴某" not in said, said


def shapes(folder):
    for field in ("名称", "事实", "地点", "举报人", "主送"):
        for inside in ({"内": PAPER[field]}, [{"内": PAPER[field]}], {"@内": PAPER[field]}, {"内": {"深": PAPER[field]}}):
            for name in ("a.json", "a.jsonl"):
                content = json.dumps({**PAPER, field: inside}, ensure_ascii=False) + "\n"
                refused(folder, FORMS[name][0], name, content.encode(), field)

    def element(field, text):
        return ("<文书>" + "".join(f"<{n}>{text if n == field else v}</{n}>" for n, v in PAPER.items()) + "</文书>").encode()
    for text in ("某公司<b>未</b>按证排污案", "<b>未</b>按证", "夜间<br/>捕捞"):
        refused(folder, "kind: xml, root: 文书", "a.xml", element("名称", text), "名称")
    refused(folder, "kind: xml, root: 文书", "a.xml", element("举报人", "<姓名>戴某</姓名>"), "举报人")
    code, said = tried(folder, "kind: xml, root: 文书", "a.xml", element("名称", "某公司未按证排污案").replace("<名称>".encode(), '<名称 语言="zh">'.encode()))
    assert code == 0, said


def main():
    with tempfile.TemporaryDirectory() as folder:
        count = blanks(folder)
        shapes(folder)
        print(f"{count} files with blanks around every name read as those without; a text in another shape is refused by name")


main()
