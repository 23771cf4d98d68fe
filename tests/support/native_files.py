"""Native files as Python's own libraries see them: fixed width by slices, DBF by `dbf` (writing) and `dbfread` (reading), XLSX by openpyxl; what
these write our adapter must read, and what it writes these must read. `made(form, text)` builds a sample of the sample day, `leaves(form,
content)` gives every filled place, `shown(form, content)` the whole as text for comparison."""
import csv
import datetime
import io
import json
import tempfile
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import dbf
import dbfread
import openpyxl

import yaml_file

ROWS = ("csv", "jsonl", "fixed", "dbf", "xlsx")     # root is rows of one case
BLANKS = " \t\r\n\u3000"


def messages(profile):
    """A profile's messages one by one: `events` with `kind` is as many (docs/ADAPTERS.md)."""
    for message in profile["messages"]:
        shared = {k: v for k, v in message.items() if k not in ("events", "kind")}
        for event, said in message["events"].items() if "events" in message else [(message["event"], None)]:
            yield {**shared, "event": event, "when": message.get("when", {}) if said is None else {message["kind"]: said, **message.get("when", {})}}


def encoding(form):
    return form.get("encoding", "UTF-8").lower()


# ---- making: fixed width, DBF and XLSX samples are kept as YAML, <file>.yaml, since their dates move with the day that is played ---------------
def made_dbf(told):
    """{fields: "NAME C(20); …", rows: [[…]]}"""
    with tempfile.TemporaryDirectory() as folder:
        table = dbf.Table(str(Path(folder) / "made.dbf"), told["fields"], codepage="cp936")
        table.open(dbf.READ_WRITE)
        for row in told["rows"]:
            table.append(tuple(dbf.Date(v.year, v.month, v.day) if isinstance(v, datetime.date) else v for v in row))
        table.close()
        return (Path(folder) / "made.dbf").read_bytes()


def made_xlsx(told):
    """{SHEET: {merge: [A1:C1], rows: [[…]]}}; the same bytes each time."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, sheet in told.items():
        page = book.create_sheet(name)
        for row in sheet["rows"]:
            page.append(row)
        for cells in sheet.get("merge", []):
            page.merge_cells(cells)
    written, fixed = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = source.read(info) if info.filename != "docProps/core.xml" else b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
            target.writestr(zipfile.ZipInfo(info.filename), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def made_fixed(form, told):
    """{rows: [{NAME: text}]}"""
    lines = []
    for row in told["rows"]:
        assert set(row) <= {c["name"] for c in form["columns"]}, f"no column: {set(row)}"
        cells = [(str(row.get(c["name"], "")).encode(encoding(form)), c) for c in form["columns"]]
        assert all(len(cell) <= c["width"] for cell, c in cells), [c["name"] for cell, c in cells if len(cell) > c["width"]]
        lines.append(b"".join(cell.rjust(c["width"]) if c.get("align") == "right" else cell.ljust(c["width"]) for cell, c in cells))
    return b"".join(line + b"\r\n" for line in lines)


def made(form, text):
    told = yaml_file.parse(text)
    return made_xlsx(told) if form["kind"] == "xlsx" else made_dbf(told) if form["kind"] == "dbf" else made_fixed(form, told)


# ---- reading ---------------------------------------------------------------------------------------------------------------
def cell_text(value):
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d" if value.time() == datetime.time() else "%Y-%m-%d %H:%M:%S")
    if isinstance(value, datetime.date):
        return value.strftime("%Y%m%d")
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def rows_of_fixed(form, text):
    """A row that says nothing but in continuing columns goes on in the row above."""
    wide = (lambda c: 1) if form.get("width") == "characters" else (lambda c: len(c.encode(encoding(form))))
    rows = []
    for line in text.splitlines():
        row, at = {}, 0
        for column in form["columns"]:
            used, start = 0, at
            while used < column["width"]:
                used += wide(line[at])
                at += 1
            assert used == column["width"], f"{column['name']} ends within a character"
            filled = line[start:at]
            row[column["name"]] = filled.strip().lstrip(column.get("pad", " ")) if column.get("align") == "right" else filled.rstrip()
        assert at == len(line), f"{len(line) - at} characters behind the columns"
        rows.append(row)
    return rows


def joined(form, rows):
    """Rows that only continue the one above."""
    goes_on = {c["name"] for c in form.get("columns", []) if c.get("continues")}
    kept = []
    for row in rows:
        said = {name for name, text in row.items() if text}
        if kept and said and said <= goes_on:
            for name in said:
                kept[-1][name] += row[name]
        else:
            kept.append(dict(row))
    return kept


def rows_of_dbf(form, content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "read.dbf"
        path.write_bytes(content)
        return [{k: cell_text(v) for k, v in r.items()} for r in dbfread.DBF(path, encoding=encoding(form), load=True)]


def sheets_of_xlsx(form, content):
    """{sheet: [row]}; a header of two rows gives "above/below"."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    main, found = form.get("sheet", book.sheetnames[0]), {}
    for page in book.worksheets:
        top = 1 + bool(form.get("title")) if page.title == main else 1
        deep = form.get("header", 1) if page.title == main else 1
        names = [cell_text(c.value) for c in page[top]]
        if deep == 2:
            over = list(names)
            for merged in page.merged_cells.ranges:
                if merged.min_row == merged.max_row == top:
                    over[merged.min_col - 1:merged.max_col] = [names[merged.min_col - 1]] * (merged.max_col - merged.min_col + 1)
            below = [cell_text(c.value) for c in page[top + 1]]
            names = [f"{a}/{b}" if a and b else a or b for a, b in zip(over, below)]
        found[page.title] = [dict(zip(names, (cell_text(c) for c in row))) for row in page.iter_rows(min_row=top + deep, values_only=True)]
    return main, found


def leaves_of_xml(element, path=()):
    for name, value in element.attrib.items():
        yield path + ("@" + name.split("}")[-1],), value
    if element.text and element.text.strip():
        yield path, element.text
    for child in element:
        yield from leaves_of_xml(child, path + (child.tag.split("}")[-1],))


def leaves_of_json(value, path=()):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves_of_json(inner, path + (name,))
    elif isinstance(value, list):
        for inner in value:
            yield from leaves_of_json(inner, path)
    elif value is not None:
        yield path, value if isinstance(value, str) else json.dumps(value)


def rows_of(form, content):
    """(path of the row, row) of every row."""
    if form["kind"] == "xlsx":
        main, sheets = sheets_of_xlsx(form, content)
        return [(() if name == main else (name,), row) for name, rows in sheets.items() for row in rows]
    if form["kind"] == "dbf":
        return [((), row) for row in joined(form, rows_of_dbf(form, content))]
    text = content.decode(encoding(form).replace("utf-8", "utf-8-sig"))
    if form["kind"] == "fixed":
        return [((), row) for row in joined(form, rows_of_fixed(form, text))]
    return [((), row) for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=form.get("separator", ",").replace("\\t", "\t"))]


def leaves(form, content):
    """(path from the document or the row, text) of every filled place."""
    if form["kind"] in ("csv", "fixed", "dbf", "xlsx"):
        found = [(path + (name,), value) for path, row in rows_of(form, content) for name, value in row.items()]
    else:
        text = content.decode(encoding(form).replace("utf-8", "utf-8-sig"))
        lines = text.splitlines() if form["kind"] == "jsonl" else [text]
        found = [leaf for line in lines for leaf in (leaves_of_xml(ET.fromstring(line.split("?>", 1)[-1].strip())) if form["kind"] == "xml"
                                                     else leaves_of_json(json.loads(line)))]
    return [(path, value.strip(BLANKS)) for path, value in found if value.strip(BLANKS)]


def shown(form, content):
    """As text: what cells say, whatever fills them, where the file itself is no text or depends on lengths."""
    if form["kind"] in ("fixed", "dbf", "xlsx"):
        return "\n".join("/".join(path) + "|" + "|".join(f"{name}={value}" for name, value in row.items()) for path, row in rows_of(form, content))
    return content.decode(encoding(form))
