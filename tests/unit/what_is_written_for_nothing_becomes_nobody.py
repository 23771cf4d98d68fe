"""What programs and people write where there is nothing makes no party, a spreadsheet's error is told, an identity number in whatever dress is checked, and a year
that went wrong is noticed: in every format that has names."""
import csv
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

ROOT = Path(__file__).resolve().parents[2]
ADAPTER = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build") / "bin" / "ecocase-adapter"
PROFILE = """agency: nm
format: {%s}
messages:
  - event: REF.SEND
    direction: send
    fields: {envelope.document_no: 文号, envelope.business_time: 日期, envelope.recipients: 主送, title: 名称, category: 案由, summary: 事实, found_time: 发现, county_code: 旗县}
    groups: {parties: {fields: {kind: {value: PERSON}, name: 当事人, id_no: 证件, address: 住址}}}
"""
PAPER = {"文号": "一号", "日期": "2026-06-08", "主送": "psb-bynr", "名称": "电鱼案", "案由": "FISH", "事实": "夜间捕捞", "发现": "2026-06-07", "旗县": "150823",
         "当事人": "吴某", "证件": "150802198503150015", "住址": "乌拉特前旗"}
NOTHING = ("NULL", "null", "\\N", "(null)", "None", "nil", "undefined", "NaN", "N/A", "无", "/", "-", "—", "——", "暂无", " NULL ", "\u3000无")
ERRORS = ("#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?")
DRESSED = ("'150802198503150015", "1.50802E+17", "１５０８０２１９８５０３１５００１５", "15080219850315001", "1508 0219 8503 150015", "150802-19850315-0015")


def as_csv(paper):
    text = io.StringIO()
    writer = csv.DictWriter(text, paper)
    writer.writeheader()
    writer.writerow(paper)
    return text.getvalue().encode()


def as_xlsx(paper):
    book = openpyxl.Workbook()
    book.active.append(list(paper))
    book.active.append(list(paper.values()))
    for cell in book.active[2]:
        cell.data_type = "s"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_json(paper):
    return json.dumps(paper, ensure_ascii=False).encode()


FORMS = {"a.csv": ("kind: csv", as_csv), "a.xlsx": ("kind: xlsx", as_xlsx), "a.json": ("kind: json", as_json), "a.jsonl": ("kind: jsonl", lambda p: as_json(p) + b"\n")}


def tried(folder, form, **changes):
    kind, make = FORMS[form]
    profile, file = Path(folder) / "p.yaml", Path(folder) / form
    profile.write_text(PROFILE % kind, encoding="utf-8")
    file.write_bytes(make({**PAPER, **changes}))
    done = subprocess.run([ADAPTER, "try", profile, file], cwd=ROOT, capture_output=True, timeout=20)
    said = json.loads(done.stdout)
    assert (done.returncode == 0) == ("becomes" in said), (changes, said)
    return said


def codes(said):
    return {(f["code"], f["field"]) for f in said.get("faults") or [said]}


def main():
    with tempfile.TemporaryDirectory() as folder:
        for form in FORMS:
            whole = tried(folder, form)["becomes"]["value"]["parties"]
            assert [p["name"] for p in whole] == ["吴某"], whole
            for word in NOTHING:
                assert ("FIELD_MISSING", "当事人") in codes(tried(folder, form, 当事人=word)), (form, word)
                (party,) = tried(folder, form, 证件=word, 住址=word)["becomes"]["value"]["parties"]
                assert (party["name"], party["id_no"], party["address"]) == ("吴某", "", ""), (form, word, party)
            for word in ERRORS:
                assert codes(tried(folder, form, 住址=word)) == {("FIELD_ERROR_VALUE", "住址")}, (form, word)
            (unknown,) = tried(folder, form, 当事人="不详", 证件="不详")["becomes"]["value"]["parties"]
            assert (unknown["name"], unknown["id_no"]) == ("不详", ""), unknown      # somebody, not known who
            for word in DRESSED:
                assert codes(tried(folder, form, 证件=word)) == {("ID_NUMBER_FORM", "证件")}, (form, word)
            assert tried(folder, form, 证件="1508021985\u200b03150015")["becomes"]["value"]["parties"][0]["id_no"] == "150802198503150015"
            assert tried(folder, form, 证件="E12345678")["becomes"]["value"]["parties"][0]["id_no"] == "E12345678"
            for when in ("2062-06-07", "9999-12-31"):
                assert codes(tried(folder, form, 发现=when)) == {("FIELD_DATE_LATER", "发现")}, (form, when)
        print(f"{len(NOTHING)} words for nothing, {len(ERRORS)} errors and {len(DRESSED)} dressed numbers in {len(FORMS)} formats")


if __name__ == "__main__":
    main()
