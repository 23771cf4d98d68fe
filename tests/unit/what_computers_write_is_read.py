"""What spreadsheet programs, databases and old systems really write: a number counts as its cell shows it, a day of type d is a day, ^Z ends a text, sep= is no row,
zip names may have backslashes. What shows something else than it holds (struck-out text, thousands, hidden rows, formulas without values) is refused at its cell."""
import io
import json
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

ROOT = Path(__file__).resolve().parents[2]
ADAPTER = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build") / "bin" / "ecocase-adapter"
PROFILE = """agency: nm
format: {%s}
messages:
  - event: REF.SEND
    direction: send
    fields: {envelope.document_no: 文号, envelope.business_time: 日期, envelope.recipients: 主送, title: 名称, category: 案由, fine_paid_fen: 罚款, agency_case_no: 案号}
    groups: {parties: {fields: {kind: {value: PERSON}, name: 当事人}}}
"""
PAPER = {"文号": "一号", "日期": "2026-06-08 10:30:00", "主送": "psb-bynr", "名称": "电鱼案", "案由": "FISH", "罚款": "1200.5", "案号": "000123", "当事人": "吴某"}
COLUMNS = list(PAPER)


def tried(folder, name, kind, content):
    profile, file = Path(folder) / "p.yaml", Path(folder) / name
    profile.write_text(PROFILE % kind, encoding="utf-8")
    file.write_bytes(content)
    done = subprocess.run([ADAPTER, "try", profile, file], cwd=ROOT, capture_output=True, timeout=20)
    return json.loads(done.stdout)


def value(said):
    assert "becomes" in said, said
    return said["becomes"]["value"]


def book(change=lambda sheet: None, edit=lambda parts: None):
    made = openpyxl.Workbook()
    made.active.append(COLUMNS)
    made.active.append([PAPER[c] for c in COLUMNS])
    for cell in made.active[2]:
        cell.data_type = "s"
    change(made.active)
    file = io.BytesIO()
    made.save(file)
    parts = {n: zipfile.ZipFile(file).read(n) for n in zipfile.ZipFile(file).namelist()}
    edit(parts)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for part, content in parts.items():
            packed.writestr(part, content)
    return file.getvalue()


def cell(sheet, column):
    return sheet.cell(2, COLUMNS.index(column) + 1)


def shown(folder):
    """Format, number held, fen; NULL: refused."""
    cases = [('General"万元"', 5, 5000000), ('0.0"万元"', 1.25, 1250000), ('#,##0.00', 1200.5, 120050), ('"¥"#,##0.00', 1200.5, 120050), ('[$¥-804]#,##0', 7, 700),
             ('_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ', 1200.5, 120050), ('0"元"', 30, 3000), ("General", 14599.999999999998, 1460000), ("0_);[Red]\\(0\\)", 9, 900),
             ('0\\万\\元', 2, 2000000), ("0,", 5000, None), ('0.0,"千元"', 5000, None), ('[>=10000]0"万";0', 5, None), ('0"箱"', 5, None), ("0%", 0.05, None)]
    for code, number, fen in cases:
        def change(sheet, code=code, number=number):
            c = cell(sheet, "罚款")
            c.value, c.number_format = number, code
        said = tried(folder, "a.xlsx", "kind: xlsx", book(change))
        if fen is None:
            assert said.get("code") in ("XLSX_SYNTAX", "FIELD_AMOUNT") and "F2" in str(said), (code, said)
        else:
            assert value(said)["fine_paid_fen"] == fen, (code, said)

    def zeros(sheet):
        c = cell(sheet, "案号")
        c.value, c.number_format = 123, "000000"
    assert value(tried(folder, "a.xlsx", "kind: xlsx", book(zeros)))["agency_case_no"] == "000123"
    return len(cases)


def refused(folder, change, place, word, edit=lambda parts: None):
    said = tried(folder, "a.xlsx", "kind: xlsx", book(change, edit))
    assert said.get("code") == "XLSX_SYNTAX" and place in said["detail"] and word in said["detail"], said


def misleading(folder):
    def runs(sheet):
        cell(sheet, "罚款").value = CellRichText(TextBlock(InlineFont(strike=True), "5000"), "3000")

    def whole(sheet):
        cell(sheet, "罚款").font = Font(strike=True)

    def hidden(sheet):
        sheet.append([PAPER[c] if c != "当事人" else "别人" for c in COLUMNS])
        sheet.row_dimensions[3].hidden = True

    def formula(parts):
        sheet = parts["xl/worksheets/sheet1.xml"].decode()
        parts["xl/worksheets/sheet1.xml"] = re.sub(r'<c r="F2"[^>]*>.*?</c>', '<c r="F2"><f>SUM(1,2)</f><v></v></c>', sheet).encode()
    refused(folder, runs, "F2", "struck-out")
    refused(folder, whole, "F2", "struck-out")
    refused(folder, hidden, "A3", "hidden")
    refused(folder, lambda sheet: None, "F2", "formula", formula)
    fine = book(lambda sheet: setattr(cell(sheet, "罚款"), "font", Font(strike=False)))
    assert value(tried(folder, "a.xlsx", "kind: xlsx", fine))["fine_paid_fen"] == 120050


def machines(folder):
    plain = value(tried(folder, "a.xlsx", "kind: xlsx", book()))

    def same(name, kind, content):
        got = value(tried(folder, name, kind, content))
        for record in (got, plain):
            record["envelope"].pop("message_id", None)
        assert got == plain, (name, got, plain)

    def iso(parts):
        sheet = parts["xl/worksheets/sheet1.xml"].decode()
        parts["xl/worksheets/sheet1.xml"] = re.sub(r'<c r="B2"[^>]*>.*?</c>', '<c r="B2" t="d"><v>2026-06-08T10:29:59.9999999</v></c>', sheet).encode()

    def backslashes(parts):
        for name in list(parts):
            parts[name.replace("/", "\\")] = parts.pop(name)

    def dots(parts):
        rels = parts["xl/_rels/workbook.xml.rels"].decode()
        parts["xl/_rels/workbook.xml.rels"] = rels.replace('"/xl/worksheets/sheet1.xml"', '"../xl/./worksheets/sheet1.xml"').encode()
        assert b"../xl" in parts["xl/_rels/workbook.xml.rels"], rels

    def very_hidden(parts):
        book_xml = parts["xl/workbook.xml"].decode()
        parts["xl/workbook.xml"] = re.sub(r"</sheets>", '<sheet xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" name="WpsReserved_X"'
                                          ' sheetId="9" state="veryHidden" r:id="rId1"/></sheets>', book_xml).encode()
    for edit in (iso, backslashes, dots, very_hidden):
        same("a.xlsx", "kind: xlsx", book(edit=edit))
    header, row = ",".join(COLUMNS), ",".join(PAPER.values())
    for text in (f"{header}\r\n{row}\r\n\x1a", f"{header}\n{row}\x1a\x1a", f"sep=,\r\n{header}\r\n{row}\r\n", f"SEP=,\n{header}\n{row}\n\x1a"):
        same("a.csv", "kind: csv", text.encode())
    same("a.csv", 'kind: csv, separator: ";"', f"sep=;\n{header}\n{row}\n".replace(",", ";").encode())
    other = tried(folder, "a.csv", "kind: csv", f"sep=;\n{header}\n{row}\n".replace(",", ";").encode())
    assert other["code"] == "CSV_SYNTAX" and "separator" in other["detail"], other
    same("a.csv", "kind: csv", (f"\ufeff{header}\r\n{row}\r\n\x1a").encode("utf-16-le"))
    document = json.dumps(PAPER, ensure_ascii=False)
    same("a.json", "kind: json", document.encode() + b"\x1a")
    same("a.jsonl", "kind: jsonl", document.encode() + b"\n\x1a")
    for written in ("1.2005E+3", "1200.5000000000001", "1200.500"):
        same("a.json", "kind: json", json.dumps({**PAPER, "罚款": written}, ensure_ascii=False).encode())
    same("a.json", "kind: json", json.dumps({**PAPER, "日期": "2026-06-08T10:30:00.0000000+0800"}, ensure_ascii=False).encode())
    same("a.json", "kind: json", json.dumps({**PAPER, "当事人": "吴\u00ad某\u200b"}, ensure_ascii=False).encode())
    names = [n.encode("gb18030")[:10] for n in COLUMNS]
    cells = [v.encode("gb18030") for v in PAPER.values()]
    garbage = [(c + b"\0rest of what lay there").ljust(30, b" ")[:40] for c in cells]
    fields = b"".join(n.ljust(11, b"\0") + b"C" + bytes(4) + bytes([40, 0]) + bytes(14) for n in names)
    head = struct.pack("<BBBBIHH20x", 3, 126, 6, 8, 1, 32 + len(fields) + 1, 1 + 40 * len(names))
    head = head[:29] + b"\x4d" + head[30:]
    same("a.dbf", "kind: dbf, encoding: GB18030", head + fields + b"\r" + b" " + b"".join(g.ljust(40, b" ") for g in garbage) + b"\x1a")


def main():
    with tempfile.TemporaryDirectory() as folder:
        formats = shown(folder)
        misleading(folder)
        machines(folder)
        print(f"{formats} number formats, struck, hidden and uncomputed cells, and what ten kinds of programs write")


if __name__ == "__main__":
    main()
