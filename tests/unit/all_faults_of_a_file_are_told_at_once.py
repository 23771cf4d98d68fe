"""A case file with several faults is told of all of them at once, each with field, line and column, in every text format; the first is the one that
was told alone before. What follows from a fault only (an item that one is part of, a paper whose date is wrong) is not told besides."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADAPTER = Path(sys.argv[1]) / "bin" / "ecocase-adapter"
FIELDS = """
messages:
  - event: REF.SEND
    direction: send
    fields: {envelope.document_no: {at: 文号, required: true}, envelope.business_time: {at: 日期, required: true}, envelope.recipients: 主送,
             title: {at: 名称, required: true}, category: {at: 案由, table: category}, found_time: 发现, fine_paid_fen: 罚款, longitude: 经度, latitude: 纬度}
    groups: {parties: {%sfields: {name: 姓名, id_type: 证件, id_no: 号码}}, items: {%sfields: {name: 物品, quantity: 数量}}}
"""
HEAD = "agency: nm\nformat: {kind: %s, date: yyyy-MM-dd}\ntables: {category: {捕捞: FISH}}\n"
NESTED = FIELDS % ("at: 当事人, ", "at: 物, ")
FLAT = FIELDS % ("", "")
CSV = "文号,日期,主送,名称,案由,发现,罚款,经度,纬度,姓名,证件,号码,物品,数量\n" \
      "一号,2026-06-08,无此局,,盗伐,昨天,五元,200,40,甲,111,150802199001010011,,3\n"
JSON = """{"文号": "一号", "日期": "2026-06-08", "主送": "无此局", "案由": "盗伐", "发现": "昨天", "罚款": "五元",
 "经度": "200", "纬度": "40", "当事人": [{"姓名": "甲", "证件": "111",
  "号码": "150802199001010011"}], "物": [{"数量": "3"}]}"""
XML = """<文书><文号>一号</文号><日期>2026-06-08</日期><主送>无此局</主送><案由>盗伐</案由>
<发现>昨天</发现><罚款>五元</罚款><经度>200</经度><纬度>40</纬度>
<当事人><姓名>甲</姓名><证件>111</证件><号码>150802199001010011</号码></当事人><物><数量>3</数量></物></文书>"""
JSONL = json.dumps(json.loads(JSON), ensure_ascii=False) + "\n"
EXPECTED = [("UNKNOWN_RECIPIENT", "主送"), ("FIELD_MISSING", "名称"), ("FIELD_CODE", "案由"), ("FIELD_DATE", "发现"), ("FIELD_AMOUNT", "罚款"),
            ("FIELD_MISSING", "物品"), ("ID_NUMBER_CHECK", "号码"), ("COORDINATE_RANGE", "经度")]


def tried(folder, head, messages, name, content):
    profile, file = Path(folder) / "p.yaml", Path(folder) / name
    profile.write_text(head + messages, encoding="utf-8")
    file.write_text(content, encoding="utf-8")
    done = subprocess.run([ADAPTER, "try", profile, file], cwd=ROOT, capture_output=True, timeout=20)
    assert done.returncode == 1, (name, done.stdout.decode())
    return json.loads(done.stdout)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name, head, messages, content in (("a.csv", HEAD % "csv", FLAT, CSV), ("a.json", HEAD % "json", NESTED, JSON),
                                              ("a.xml", HEAD % "xml, root: 文书", NESTED, XML), ("a.jsonl", HEAD % "jsonl", NESTED, JSONL)):
            said = tried(folder, head, messages, name, content)
            faults = said.get("faults", [])
            found = [(f["code"], f["field"].split("/")[-1].split("[")[0]) for f in faults]
            assert sorted(found) == sorted(EXPECTED), (name, found)
            assert all(f["line"] and f["column"] and f["zh"] and f["en"] for f in faults), (name, faults)
            first = {key: faults[0][key] for key in ("code", "field", "line", "column")}
            assert first == {key: said[key] for key in first}, (name, said)
            assert len({(f["line"], f["column"]) for f in faults}) > 4 or name == "a.jsonl", (name, faults)
        one = tried(folder, HEAD % "csv", FLAT, "a.csv", CSV.replace("无此局", "").replace(",,盗伐", ",案,捕捞").replace("昨天,五元,200", ",5,108")
                    .replace("150802199001010011", "").replace(",,3", ",物,3").replace("2026-06-08", "八日"))
        assert one["code"] == "FIELD_DATE" and "faults" not in one, one
    print("all faults of a file were told at once")


main()
