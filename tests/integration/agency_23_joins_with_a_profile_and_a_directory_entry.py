"""A twenty-third agency joins through the outside only: a directory entry, `ecocase-broker setup`, a profile that `new` made of a file of its
own and three lines written by hand. No C, no rebuild, the broker keeps running; its case goes to the police and the answer comes back."""
import shutil

from office import *

ENTRY = """  - number: 23
    slug: hhgl
    name: 内蒙古黄河干流管理局
    english: "Yellow River Main Stem Administration"
    role: AE
    region: "150800"
    uscc: "111508009900002305"
    confidence: 1
    leads: [WATR, OBST]
"""
SAMPLE = """{"公文": {"种类": "案件移送", "发文字号": "黄管移〔2026〕1号", "成文日期": "2026-06-08 10:40", "主送": ["巴彦淖尔市公安局"]},
 "案件": {"案件编号": "HH-1", "案件名称": "擅自取水案", "罪名": "WATR", "案情": "无证取水。", "行政区划": "150823", "地点": "黄河左岸", "承办人": ["甲", "乙"],
  "报告时间": "2026-06-07 09:00", "批准时间": "2026-06-07 14:30", "批准人": "李某", "级别": "CHIEF",
  "当事人": [{"姓名": "某公司", "地址": "乌拉特前旗"}], "物品": [{"名称": "水泵", "数量": "1"}], "附件": [{"文件": "书.txt"}]}}
"""
RECEIPT = """<?xml version="1.0" encoding="UTF-8"?>
<wsxx><wslx>接受案件回执单</wslx><wsh>巴公(环)受案字〔2026〕230号</wsh><wsrq>20260608130000</wsrq><sjdwmc>内蒙古黄河干流管理局</sjdwmc><lwwsh>黄管移〔2026〕1号</lwwsh>
<dwdm>150800000000</dwdm><ajxx><ajbh>A1508230000002026060230</ajbh><qsr>乔某</qsr><lxr>乔某</lxr><lxdh>0478-0000115</lxdh></ajxx></wsxx>
"""


def adapter(w, *words):
    return subprocess.run([w.bin / "ecocase-adapter", *words, "--schemas", w.schemas], capture_output=True, text=True)


def profile_of(w, sample):
    """As its staff write it: `new`, then what only they know."""
    made = adapter(w, "new", "hhgl", sample)
    assert made.returncode == 0, made.stderr
    own = "    direction: send\n"
    assert own in made.stdout
    text = made.stdout.replace("    fields:\n      envelope.document_no", "    fields:\n      approver_level: \"案件/级别\"\n      envelope.document_no")
    text += "\n  - {event: REF.RECEIPT, direction: receive, when: {公文/种类: 回执}, " \
            "fields: {envelope.document_no: 公文/发文字号, envelope.cites: 公文/来文, signer: 案件/签收人}}\n"
    path = w.folder / "hhgl.yaml"
    path.write_text(text, encoding="utf-8")
    checked = adapter(w, "check", path)
    assert checked.returncode == 0, checked.stdout + text
    tried = adapter(w, "try", path, sample)
    assert tried.returncode == 0, tried.stdout
    return path


def main():
    with world("join") as w:
        binaries = {p.name: p.stat().st_mtime_ns for p in w.bin.iterdir()}
        broker = w.start_broker("broker-1")
        shutil.copytree(w.schemas, w.folder / "schemas")
        w.schemas = w.folder / "schemas"
        offices = {p.parent.name: Office(w, p.parent.name) for p in sorted((ROOT / "adapters" / "agencies").glob("*/profile.yaml"))}
        assert len(offices) == 22
        police = offices["psb-bynr"]
        directory = w.folder / "schemas" / "directory.yaml"
        participants, mark, counties = directory.read_text(encoding="utf-8").partition("# 行政区划 GB/T 2260")
        directory.write_text(participants + ENTRY.replace("number: 23", "number: 1") + mark + counties, encoding="utf-8")
        eventually(lambda: all("directory.refused" in o.log() for o in offices.values()), 30, "an entry that cannot be is told, and the last directory stays")
        directory.write_text(participants + ENTRY + mark + counties, encoding="utf-8")
        w.setup()
        eventually(lambda: all("directory.changed" in o.log() for o in offices.values()), 30, "every running adapter follows the directory")
        assert all(o.process.poll() is None for o in offices.values())
        sample = w.folder / "移送1.json"
        sample.write_text(SAMPLE, encoding="utf-8")
        newcomer = Office(w, "hhgl", profile_of(w, sample))
        show("joined", "directory entry, setup, a profile from new, check and try")
        newcomer.put("书.txt", "移送书".encode())
        newcomer.put("移送1.json", SAMPLE.encode())
        eventually(lambda: any(n.endswith(".xml") for n in police.names("inbox")), 30, "the case at the police")
        case_file = next(n for n in police.names("inbox") if n.endswith(".xml"))
        text = (police.spool / "inbox" / case_file).read_text(encoding="utf-8")
        assert "内蒙古黄河干流管理局" in text and "擅自取水案" in text and any(n.endswith("书.txt") for n in police.names("inbox")), text
        police.put("回执.xml", RECEIPT.encode())
        eventually(lambda: any(n.startswith("REF.RECEIPT_") for n in newcomer.names("inbox")), 30, "the receipt")
        answer = json.loads((newcomer.spool / "inbox" / next(n for n in newcomer.names("inbox") if n.startswith("REF.RECEIPT_"))).read_text(encoding="utf-8"))
        assert answer["公文"]["来文"] in ("黄管移〔2026〕1号", ["黄管移〔2026〕1号"]) and answer["案件"]["签收人"] == "乔某", answer
        assert broker.poll() is None and not newcomer.names("failed") and not police.names("failed")
        assert binaries == {p.name: p.stat().st_mtime_ns for p in w.bin.iterdir()}, "nothing was built"
        show("its case", f"{case_file} at the police; {answer['公文']['发文字号']} came back")


if __name__ == "__main__":
    main()
