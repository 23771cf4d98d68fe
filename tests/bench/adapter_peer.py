"""The peer of the adapter: what a good Python engineer would write for one agency: csv, lxml or json, fastavro, confluent-kafka; one process. It looks into
outbox/, maps each file by hand-written code to CaseFile, produces it (idempotent, acks=all, lz4, the headers of ours), and moves it to sent/ when
Kafka has acknowledged it. Straightforward and quick: names once compiled, no flush but at the end, acknowledgements by callback.

What it leaves out, and the adapter does: a journal (after a crash it sends again what it had not moved), any fsync, refusing what is wrong (identifiers,
unknown codes beyond a KeyError, several cases in one file), telling repeats and half-written files, keeping fields that nobody mapped, status.

With `journal` in the settings (a file) it keeps its word over crashes as the adapter does, in the simplest way: BATCH files at a time, what will be sent is
appended to the journal and synced before it is produced, and both folders are synced when they are moved. (It reads that journal at no start; nor could it
answer a repeat or a citation from it.)

With `reader: csv by pandas` the rows come from pandas, as many would write it.

usage: adapter_peer.py SETTINGS.json with {bootstrap, kind, agency, outbox, sent, schema, schema_id, topic[, journal][, reader]}; it runs until SIGTERM."""
import csv
import io
import json
import os
import signal
import struct
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import fastavro
from confluent_kafka import Producer
from lxml import etree

SPACE = uuid.UUID("6f0d5b1e-5c1b-5e0e-9a55-0ec0ca5e0002")
CHINA = timezone(timedelta(hours=8))
RECIPIENTS = {"巴彦淖尔市公安局": "psb-bynr"}
LEVELS = {"正职": "CHIEF", "正职负责人": "CHIEF", "Z": "CHIEF", "主持工作": "ACTING", "主持工作的负责人": "ACTING", "D": "ACTING", "其他": "OTHER", "Q": "OTHER", "": ""}
SOURCES = {"日常执法发现": "1", "日常执法检查": "1", "JC": "1", "群众举报": "2", "TS": "2", "": ""}
PARTIES = {"个人": "PERSON", "自然人": "PERSON", "单位": "ORGANISATION", "市场主体": "ORGANISATION"}
IDS = {"居民身份证": "111", "身份证号": "111", "统一社会信用代码": "USCC", "": ""}
SEXES = {"未知": "0", "男": "1", "女": "2", "未说明": "9", "": ""}
PAPERS = {"移送书": "DOC02", "案情报告": "DOC03", "案件调查报告": "DOC03", "其他材料": "", "附件": "", "": ""}
CATEGORIES = {"非法捕捞水产品罪": "FISH", "生产销售伪劣产品": "TRAD", "污染环境罪": "ENV1"}
PATTERNS = {"csv": ["%Y年%m月%d日", "%Y年%m月%d日 %H时%M分", "%Y-%m-%d %H:%M", "%Y-%m-%d"], "xml": ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
            "json": ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y年%m月%d日", "%Y年%m月%d日 %H时%M分"]}


def strip_logical(node):
    if isinstance(node, dict):
        return {k: strip_logical(v) for k, v in node.items() if k != "logicalType"}
    return [strip_logical(v) for v in node] if isinstance(node, list) else node


def moment(kind, text):
    if not text:
        return None
    for pattern in PATTERNS[kind]:
        try:
            return int(datetime.strptime(text, pattern).replace(tzinfo=CHINA).timestamp()) * 1000
        except ValueError:
            pass
    raise ValueError(f"no date: {text}")


def fen(text, unit):
    return int(Decimal(text or "0") * unit)


def party(kind, name, id_type, id_no, sex, address, phone, role):
    return {"kind": PARTIES[kind], "name": name, "id_type": IDS[id_type], "id_no": id_no, "sex": SEXES[sex], "address": address, "phone": phone, "role": role}


def item(name, quantity, unit, feature, kept_at, measure):
    return {"name": name, "quantity": quantity, "unit": unit, "feature": feature, "kept_at": kept_at, "measure": measure}


def paper(code, title, number):
    return {"code": PAPERS[code], "number": number, "title": title, "file_name": "", "size": 0, "sha256": ""}


def distinct(rows):
    return list({tuple(row.values()): row for row in rows}.values())


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content.decode("gb18030"), newline="")))


def rows_by_pandas(content):
    import pandas  # only then: it alone is more than the rest together
    return pandas.read_csv(io.BytesIO(content), encoding="gb18030", dtype=str, keep_default_na=False).to_dict("records")


def from_csv(content, read=rows_of):
    rows = read(content)
    first = rows[0]
    parties = [party(r["当事人类型"], r["当事人姓名"], r["证件类型"], r["证件号码"], r["性别"], r["住址"], r["电话"], "") for r in rows if r["当事人姓名"]]
    items = [item(r["物品名称"], r["物品数量"], "", r["物品特征"], r["存放地点"], "") for r in rows if r["物品名称"]]
    papers = [paper(r["附件类型"], r["附件名称"], "") for r in rows if r["附件名称"]]
    facts = [{"name": "catch_kg", "value": float(Decimal(first["渔获物重量"]) / 2), "unit": "kg"}]
    return {"number": first["文号"], "to": [first["主送单位"]], "time": first["移送日期"], "case": first["案件编号"], "title": first["案件名称"], "category": first["案由"],
            "summary": first["案情摘要"], "source": first["案件来源"], "county": first["行政区划"], "place": first["案发地点"], "found": first["发现时间"],
            "report": first["报告日期"], "approval": first["批准日期"], "approver": first["批准人"], "level": first["批准人职务"], "officers": first["承办人"].split("、"),
            "fine": fen(first["已缴罚款"], 100), "parties": distinct(parties), "items": distinct(items), "facts": facts, "documents": distinct(papers)}


NAMESPACE = "{urn:example:scjg:case:2}"


def from_xml(content):
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    head, body = root.find(NAMESPACE + "文书头"), root.find(NAMESPACE + "案件信息")

    def text(node, *path):
        return node.findtext("/".join(NAMESPACE + p for p in path), "").strip()

    def all_of(*path):
        return body.iterfind("/".join(NAMESPACE + p for p in path))
    parties = []
    for p in all_of("当事人"):
        code = p.find(NAMESPACE + "代码")
        parties.append(party(p.get("性质"), text(p, "名称"), code.get("种类", ""), code.text, "", text(p, "住所"), text(p, "电话"), p.get("身份", "")))
    items = [item(g.get("名称"), g.get("数量", ""), g.get("单位", ""), g.get("规格", ""), g.get("存放", ""), g.get("措施", "")) for g in all_of("财物", "物")]
    papers = [paper(d.get("类型", ""), text(d, "名称"), text(d, "编号")) for d in all_of("证据材料", "材料")]
    facts = [{"name": "货物重量", "value": float(text(body, "货值", "重量千克")), "unit": "kg"}]
    return {"number": text(head, "文号"), "to": [e.text for e in head.iterfind(NAMESPACE + "收文机关")], "time": text(head, "落款时间"), "case": body.get("案号"),
            "title": text(body, "案件名称"), "category": text(body, "案由"), "summary": text(body, "违法事实"), "source": text(body, "案件来源"), "county": text(body, "区划"),
            "place": text(body, "违法行为地"), "found": text(body, "发现时间"), "report": text(body, "审批", "报告时间"), "approval": text(body, "审批", "批准时间"),
            "approver": text(body, "审批", "负责人"), "level": body.find(NAMESPACE + "审批").get("级别", ""), "officers": [o.text for o in all_of("办案人员", "姓名")],
            "fine": fen(text(body, "已缴款万元"), 1000000), "parties": parties, "items": items, "facts": facts, "documents": papers}


def from_json(content):
    root = json.loads(content)
    head, body = root["文书"], root["案件"]
    parties = [party(p["类型"], p["名称"], p.get("证件类型", ""), p.get("证件号码", ""), p.get("性别", ""),
                     p.get("地址", ""), p.get("电话", ""), p.get("身份", "")) for p in body["当事人"]]
    items = [item(g["名称"], g.get("数量", ""), g.get("单位", ""), g.get("特征", ""), g.get("存放地点", ""), g.get("强制措施", "")) for g in body["涉案物品"]]
    facts = [{"name": "waste_t", "value": float(body["危险废物重量"]), "unit": "t"}]
    facts += [{"name": m["指标"], "value": float(m["数值"]), "unit": m.get("单位", "")} for m in body["监测数据"]]
    return {"number": head["文号"], "to": head["主送"], "time": head["日期"], "case": body["案号"], "title": body["案件名称"],
            "category": body["涉嫌罪名"], "summary": body["违法事实"],
            "source": body["案件来源"], "county": body["行政区划代码"], "place": body["案发地点"], "found": body["发现时间"], "report": body["移送报告时间"],
            "approval": body["批准移送时间"], "approver": body["批准人"], "level": body["批准人职务"], "officers": body["执法人员"], "fine": fen(str(body["已缴罚款"]), 100),
            "longitude": body["经度"], "latitude": body["纬度"], "system": body["坐标系"], "parties": parties, "items": items, "facts": facts,
            "documents": [paper(d["种类"], d["名称"], d.get("文号", "")) for d in body["附件"]]}


BATCH = 512
READERS = {"csv": from_csv, "csv by pandas": lambda content: from_csv(content, rows_by_pandas), "xml": from_xml, "json": from_json}


def canonical(kind, agency, c):
    ids = {name: str(uuid.uuid5(SPACE, f"{name}:{agency}:{c['number']}")) for name in ("message_id", "case_id", "referral_id")}
    envelope = ids | {"event": "REF.SEND", "sender": agency, "recipients": [RECIPIENTS[name] for name in c["to"]], "business_time": moment(kind, c["time"]),
                      "document_no": c["number"]}
    return {"envelope": envelope, "category": CATEGORIES[c["category"]], "title": c["title"], "summary": c["summary"], "agency_case_no": c["case"],
            "case_source": SOURCES[c["source"]], "county_code": c["county"], "place": c["place"], "longitude": c.get("longitude"), "latitude": c.get("latitude"),
            "coordinates_system": c.get("system", ""), "found_time": moment(kind, c["found"]), "report_time": moment(kind, c["report"]),
            "approval_time": moment(kind, c["approval"]), "approver": c["approver"], "approver_level": LEVELS[c["level"]], "officers": c["officers"],
            "fine_paid_fen": c["fine"], "parties": c["parties"], "items": c["items"], "facts": c["facts"], "documents": c["documents"]}


def headers(e):
    when = datetime.fromtimestamp(e["business_time"] / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    trace = e["message_id"].replace("-", "")
    return {"ce_specversion": "1.0", "ce_id": e["message_id"], "ce_type": e["event"], "ce_source": f"/ecocase/{e['sender']}", "ce_subject": e["referral_id"],
            "ce_time": when, "ce_caseid": e["case_id"], "content-type": "application/avro", "traceparent": f"00-{trace}-{trace[16:]}-01"}


class Peer:
    def __init__(self, s):
        self.s, self.under_way = s, set()
        with open(s["schema"]) as file:
            self.schema = fastavro.parse_schema(strip_logical(json.load(file)))
        self.frame = b"\0" + struct.pack(">I", s["schema_id"])
        self.producer = Producer({"bootstrap.servers": s["bootstrap"], "enable.idempotence": True, "acks": "all", "compression.type": "lz4", "linger.ms": 2,
                                  "partitioner": "murmur2_random"})

    def encode(self, name):
        with open(os.path.join(self.s["outbox"], name), "rb") as file:
            content = file.read()
        record = canonical(self.s["kind"], self.s["agency"], READERS[self.s.get("reader", self.s["kind"])](content))
        out = io.BytesIO()
        out.write(self.frame)
        fastavro.schemaless_writer(out, self.schema, record)
        return out.getvalue(), record["envelope"]["case_id"], headers(record["envelope"])

    def send(self, name):
        value, key, about = self.encode(name)
        self.under_way.add(name)
        self.producer.produce(self.s["topic"], value, key, headers=about, on_delivery=lambda error, _, name=name: self.acknowledged(error, name))

    def acknowledged(self, error, name):
        if error:
            raise SystemExit(str(error))
        os.rename(os.path.join(self.s["outbox"], name), os.path.join(self.s["sent"], name))
        self.under_way.remove(name)

    def send_safely(self, names):
        """Journaled, produced, moved: each step durable for all of a batch before the next."""
        batch = [(name, *self.encode(name)) for name in names]
        for name, value, key, about in batch:
            self.journal.write(struct.pack(">I", len(value)) + json.dumps([name, key, about]).encode() + value)
        self.journal.flush()
        os.fsync(self.journal.fileno())
        for name, value, key, about in batch:
            self.under_way.add(name)
            self.producer.produce(self.s["topic"], value, key, headers=about, on_delivery=lambda error, _, name=name: self.acknowledged(error, name))
        self.producer.flush()
        for folder in (self.s["sent"], self.s["outbox"]):
            descriptor = os.open(folder, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)

    def go_on(self):
        self.journal = open(self.s["journal"], "ab") if "journal" in self.s else None
        while self.journal:
            names = sorted(name for name in os.listdir(self.s["outbox"]) if not name.startswith("."))
            for at in range(0, len(names), BATCH):
                self.send_safely(names[at:at + BATCH])
            time.sleep(0.02)
        while True:
            for name in sorted(os.listdir(self.s["outbox"])):
                if name not in self.under_way and not name.startswith("."):
                    self.send(name)
                    self.producer.poll(0)
            self.producer.flush()
            time.sleep(0.02)


def main():
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    with open(sys.argv[1]) as file:
        Peer(json.load(file)).go_on()


if __name__ == "__main__":
    main()
