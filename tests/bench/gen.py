"""Makes benchmark submissions: real CaseFile records of about 1 KB, encoded by fastavro (none of our code).

One case = 1 REF.SEND + (per_case - 1) REF.AMEND of the same agency; per_case=1 gives only REF.SEND, so every submission opens a
referral and goes to the police force, the procuratorate and (with receipts) back to its sender.
"""
import hashlib
import io
import json
import random
import struct
import uuid
from pathlib import Path

import fastavro

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
SPACE = uuid.UUID("6f0d5b1e-5c1b-5e0e-9a55-0ec0ca5e0001")
SENDERS = [("sthj", "ENV1", "巴环移送"), ("zrzy", "MINE1", "巴自然资移送"), ("lcj", "LAND1", "巴林草移送"),
           ("slj", "MINE1", "巴水移送"), ("nm", "FISH", "巴农移送"), ("scjg", "WILD3", "巴市监移送")]
COUNTIES = ["150802", "150821", "150822", "150823", "150824", "150825", "150826"]
SENTENCES = ["经现场勘查，当事单位未配套建设污染防治设施，通过雨水管网向外环境排放生产废水。",
             "执法人员采样监测显示，化学需氧量超标四点二倍，氨氮超标三点一倍。",
             "该行为涉嫌构成犯罪，现依据行政执法机关移送涉嫌犯罪案件的规定依法移送。",
             "已固定现场照片、视听资料、询问笔录及检测报告等证据材料。"]


def strip_logical(node):
    if isinstance(node, dict):
        return {k: strip_logical(v) for k, v in node.items() if k != "logicalType"}
    if isinstance(node, list):
        return [strip_logical(v) for v in node]
    return node


def schema(schema_id):
    """As it was published under this id; a client of today goes on writing it when there is a newer version."""
    (path,) = (SCHEMAS / "avro" / "published").glob(f"{schema_id}-*.avsc")
    return fastavro.parse_schema(strip_logical(json.loads(path.read_text())))


CASE_FILE = schema(1)


def case_file(sender, event, case_id, referral_id, message_id, document_no, category, at_ms, rnd, recipients=("psb-bynr",)):
    document = rnd.randbytes(48)
    return {
        "envelope": {"message_id": message_id, "event": event, "case_id": case_id, "referral_id": referral_id,
                     "parent_referral_id": None, "sender": sender, "sender_unit": "", "recipients": list(recipients),
                     "copies": [], "business_time": at_ms, "in_reply_to": None, "document_no": document_no, "cites": [],
                     "handling": "OPEN_INTERNAL", "handling_expires": None},
        "category": category, "title": "某某公司涉嫌违法一案", "offence": "污染环境罪",
        "summary": "".join(rnd.sample(SENTENCES, 2)), "agency_case_no": "", "case_source": "1",
        "county_code": rnd.choice(COUNTIES), "place": "河套灌区总干渠北岸", "longitude": 107.4, "latitude": 40.75,
        "coordinates_system": "CGCS2000", "found_time": at_ms - 86400000 * 9, "report_time": at_ms - 7200000,
        "approval_time": at_ms - 3600000, "approver": "局长", "approver_level": "CHIEF", "officers": ["甲", "乙"],
        "contact": "丙", "contact_phone": "", "reason_code": "", "reason": "",
        "legal_basis": ["《中华人民共和国刑法》第三百三十八条"],
        "parties": [{"kind": "ORGANISATION", "name": "某某公司", "id_type": "USCC", "id_no": "911508239900001014", "sex": "", "address": "",
                     "phone": "", "role": ""}],
        "items": [{"name": "废液桶", "quantity": "12", "unit": "个", "feature": "", "kept_at": "库房", "measure": ""}],
        "facts": [{"name": "waste_t", "value": 3.5, "unit": "t"}], "fine_paid_fen": 0, "declared_missing": [],
        "documents": [{"code": c, "number": document_no, "title": t, "file_name": "a.bin", "media_type": "application/octet-stream",
                       "size": len(document), "sha256": hashlib.sha256(document).hexdigest(), "content": document}
                      for c, t in (("DOC02", "移送书"),)],
        "native": []}


def encode(record, schema_id=1, parsed=CASE_FILE):
    out = io.BytesIO(b"\0" + struct.pack(">I", schema_id))
    out.seek(5)
    fastavro.schemaless_writer(out, parsed, record)
    return out.getvalue()


def submissions(count, per_case=8, seed=1, at_ms=1780000000000, tag=""):
    """Yields (sender, key, value, headers)."""
    rnd = random.Random(seed)
    run = uuid.uuid5(SPACE, f"{seed}:{tag}")
    for i in range(count):
        number, nth = divmod(i, per_case)
        sender, category, prefix = SENDERS[number % len(SENDERS)]
        case_id = str(uuid.uuid5(run, f"case:{number}"))
        referral_id = str(uuid.uuid5(run, f"referral:{number}"))
        message_id = str(uuid.uuid5(run, f"message:{i}"))
        event = "REF.SEND" if nth == 0 else "REF.AMEND"
        value = encode(case_file(sender, event, case_id, referral_id, message_id, f"{prefix}〔2026〕{number}号", category, at_ms, rnd))
        yield sender, case_id, value, message_id
