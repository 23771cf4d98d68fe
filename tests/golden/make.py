"""Makes the golden records and the fuzzer's first corpus with fastavro, so with none of our code. Needs fastavro.

A golden file, once committed, never changes: this script writes only those that are missing. A new schema version gets a
new line in main() and so a new file; the old ones must decode for ever.
"""
import hashlib
import io
import json
import struct
from pathlib import Path

import fastavro

HERE = Path(__file__).resolve().parent
PUBLISHED = HERE.parents[1] / "schemas" / "avro" / "published"
CORPUS = HERE.parent / "fuzz" / "corpus" / "walk"
MESSAGE = "6f0d5b1e-5c1b-8e0e-9a55-0ec0ca5e0001"
CASE = "6f0d5b1e-5c1b-5e0e-9a55-0ec0ca5e0002"
REFERRAL = "6f0d5b1e-5c1b-5e0e-9a55-0ec0ca5e0003"
PARENT = "6f0d5b1e-5c1b-5e0e-9a55-0ec0ca5e0004"
NIL = "00000000-0000-0000-0000-000000000000"
AT = 1780885200000  # 2026-06-08 10:20 +08:00


def strip_logical(node):
    if isinstance(node, dict):
        return {k: strip_logical(v) for k, v in node.items() if k != "logicalType"}
    if isinstance(node, list):
        return [strip_logical(v) for v in node]
    return node


def encode(schema_id, name, record):
    schema = strip_logical(json.loads((PUBLISHED / f"{schema_id}-{name}.avsc").read_text()))
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), record)
    return b"\0" + struct.pack(">I", schema_id) + out.getvalue()


def envelope(event, sender, recipients, **more):
    base = {"message_id": MESSAGE, "event": event, "case_id": CASE, "referral_id": REFERRAL, "parent_referral_id": None,
            "sender": sender, "sender_unit": "", "recipients": recipients, "copies": [], "business_time": AT,
            "in_reply_to": None, "document_no": "", "cites": [], "handling": "OPEN_INTERNAL", "handling_expires": None}
    return base | more


def case_file():
    content = bytes(range(256))
    return {"envelope": envelope("REF.SEND", "nm", ["psb-bynr"], copies=["jcy"], document_no="巴农移送〔2026〕7号",
                                 parent_referral_id=PARENT, handling="ORCON", handling_expires=AT + 86400000),
            "category": "FISH", "title": "乌梁素海非法捕捞案 🐟", "offence": "非法捕捞水产品罪", "summary": "禁渔期使用电鱼工具。",
            "agency_case_no": "巴农立〔2026〕12号", "case_source": "1", "county_code": "150823", "place": "乌梁素海西岸",
            "longitude": 108.8, "latitude": 40.9, "coordinates_system": "CGCS2000", "found_time": AT - 9, "report_time": AT - 8,
            "approval_time": AT - 7, "approver": "局长", "approver_level": "CHIEF", "officers": ["甲", "乙"], "contact": "丙",
            "contact_phone": "", "reason_code": "", "reason": "", "legal_basis": ["《刑法》第三百四十条"],
            "parties": [{"kind": "PERSON", "name": "某某", "id_type": "", "id_no": "", "sex": "1", "address": "", "phone": "",
                         "role": ""}],
            "items": [{"name": "渔获物", "quantity": "51.5", "unit": "kg", "feature": "", "kept_at": "冷库", "measure": "扣押"}],
            "facts": [{"name": "catch_kg", "value": 51.5, "unit": "kg"}], "fine_paid_fen": 0,
            "declared_missing": ["DOC04", "DOC05"],
            "documents": [{"code": "DOC02", "number": "巴农移送〔2026〕7号", "title": "移送书", "file_name": "移送书.pdf",
                           "media_type": "application/pdf", "size": len(content),
                           "sha256": hashlib.sha256(content).hexdigest(), "content": content},
                          {"code": "", "number": "", "title": "照片", "file_name": "", "media_type": "image/jpeg", "size": 0,
                           "sha256": "", "content": None}],
            "native": [{"name": "船号", "value": "无"}]}


def case_step():
    return {"envelope": envelope("POL.NOFILE", "psb-bynr", ["nm"], in_reply_to=MESSAGE, cites=["巴农移送〔2026〕7号", "二"]),
            "document_code": "DOC08", "reason_code": "NF1", "reason": "没有犯罪事实", "target_organ": "", "agency_case_no": "",
            "decided_time": AT - 60000, "approver": "分管副局长", "approver_level": "COUNTY_HEAD", "signer": "丁", "contact": "",
            "contact_phone": "", "penalties": [{"party": "某某", "kind": "罚款", "amount_fen": 500000, "detail": ""}],
            "note": "", "documents": [], "native": []}


def case_step_with_items():
    item = {"name": "启闭机电机", "quantity": "2", "unit": "台", "feature": "", "kept_at": "物证室", "measure": "扣押"}
    return case_step() | {"envelope": envelope("REF.HANDOVER", "slj", ["psb-bynr"], document_no="巴水交〔2026〕2号"),
                           "items": [item, item | {"name": "钢丝绳", "quantity": "", "unit": ""}]}


def in_chunks(record):
    """Version 2: a paper that travels beside the record."""
    chunks = {"partition": 0, "first_offset": 17, "last_offset": 2**40, "count": 3, "chunk_size": 1044480, "key": bytes(range(32))}
    more = [d | {"sm3": "", "chunks": None} for d in record["documents"]]
    more.append({"code": "", "number": "", "title": "无人机录像", "file_name": "录像.mp4", "media_type": "video/mp4", "size": 3000000, "sha256": "ab" * 32,
                 "content": None, "sm3": "cd" * 32, "chunks": chunks})
    return record | {"documents": more}


def with_facts(record):
    """CaseStep version 4: what a decision rests on."""
    return record | {"facts": [{"name": "catch_kg", "value": 440.5, "unit": "kg"}, {"name": "method", "value": 1.0, "unit": "ELECTRIC"}]}


def clue():
    sealed = {"algorithm": "AES-256-GCM-SHA256", "key_id": "00112233aabbccdd", "content": bytes(range(256)) + bytes(16)}
    from_case = case_file()
    return {"envelope": envelope("CLU.CREATE", "wlsh", ["nm"], document_no="乌护线〔2026〕3号", handling="ORCON", handling_expires=AT + 86400000),
            "category": "FISH", "title": "河口夜间下网线索", "summary": "夜间有船只下网。", "source": "PATROL", "purpose": "核查处理", "areas": ["KEY2", "RIV-QQ"],
            "county_code": "150823", "place": "乌梁素海河口", "longitude": 108.8, "latitude": 40.9, "coordinates_system": "CGCS2000", "found_time": AT - 9,
            "agency_case_no": "巡查3", "officers": ["甲"], "contact": "乙", "contact_phone": "", "reporter_kind": "NAMED", "reporter": sealed,
            "parties": from_case["parties"], "facts": from_case["facts"], "documents": in_chunks(from_case)["documents"], "native": from_case["native"]}


def clue_step():
    return {"envelope": envelope("CLU.FEEDBACK", "nm", ["wlsh"], in_reply_to=MESSAGE, cites=["乌护线〔2026〕3号"]), "reason_code": "CR2", "reason": "查实",
            "target_organ": "", "agency_case_no": "巴农立〔2026〕13号", "linked_numbers": ["巴农（渔业）罚〔2026〕8号", "巴农移送〔2026〕9号"], "purpose": "反馈",
            "checks": ["现场检查", "调取视频"], "signer": "丁", "contact": "", "contact_phone": "", "note": "", "documents": in_chunks(case_step())["documents"],
            "native": []}


def operation():
    corners = [(108.70, 40.85), (108.95, 40.85), (108.95, 41.10), (108.70, 41.10)]
    return {"envelope": envelope("OPS.PLAN", "psb-bynr", ["nm", "wlsh", "jcy"], document_no="巴公联〔2026〕3号"), "kind": "PATROL", "title": "乌梁素海禁渔期联合巡逻",
            "purpose": "查处禁渔期非法捕捞", "category": "FISH", "county_code": "150823", "area_name": "乌梁素海河口", "coordinates_system": "CGCS2000",
            "area": [{"longitude": x, "latitude": y} for x, y in corners], "window_start": AT + 5 * 86400000, "window_end": AT + 6 * 86400000, "lead": "psb-bynr",
            "reply_by": None, "tasks": [{"task": "水面巡查", "agency": "wlsh", "place": "河口", "time": AT + 5 * 86400000},
                                       {"task": "处罚", "agency": "nm", "place": "", "time": None}],
            "reason_code": "", "reason": "", "agency_case_no": "", "approver": "局长", "approver_level": "CHIEF", "signer": "", "contact": "甲", "contact_phone": "", "note": "",
            "documents": in_chunks(case_file())["documents"], "native": [{"name": "方案编号", "value": "3"}]}


def operation_step():
    return {"envelope": envelope("OPS.REPORT", "wlsh", ["psb-bynr"], document_no="乌海保〔2026〕9号", cites=["巴公联〔2026〕3号"]), "document_code": "", "reason_code": "",
            "reason": "", "proposed_start": AT, "proposed_end": AT + 3600000, "units": "护海大队", "people": 12, "vehicles": 0, "uavs": 2, "boats": 3, "category": "FISH",
            "county_code": "150823", "place": "河口", "longitude": 108.85, "latitude": 40.95, "coordinates_system": "CGCS2000", "found_time": AT - 3600000,
            "evidence": ["锚鱼器四套", "影像"], "leads_to": "REV", "follow_ups": ["巴公行移〔2026〕8号"], "patrol_hours": 36.5, "patrol_km": 128.25, "sites_inspected": 14,
            "hazards_found": 3, "hazards_rectified": 2, "admin_cases": 1, "criminal_cases": 0, "seized_items": 8, "people_found": 5,
            "overdue": ["nm"], "agency_case_no": "WL-2026-9", "approver": "",
            "approver_level": "", "signer": "乙", "contact": "", "contact_phone": "", "note": "",
            "items": [{"name": "可视锚鱼器", "quantity": "4", "unit": "套", "feature": "", "kept_at": "", "measure": "扣押"}],
            "documents": [], "native": []}


def notice():
    return {"envelope": envelope("SYS.REFUSED", "", ["nm"]), "about_message_id": MESSAGE, "about_event": "REF.SEND",
            "about_document_no": "巴农移送〔2026〕7号", "source_topic": "ecocase.outbox.nm", "source_partition": 5,
            "source_offset": 2**63 - 1, "state": "", "serial": -(2**63),
            "reasons": [{"code": "MISSING_FIELD", "field": "title", "zh": "缺少必填内容", "en": "a required field is missing"}],
            "clocks": [{"rule": "D09", "due_strict": AT, "due_lenient": AT + 86400000, "statutory": True}]}


def report():
    return {"envelope": envelope("SYS.DELIVERED", "nm", [], case_id=NIL, referral_id=NIL), "lane": 5, "generation": 3,
            "epoch": 4, "up_to": 1234567890123}


def tick():
    return {"envelope": envelope("SYS.TICK", "", [], case_id=NIL, referral_id=NIL), "lane": 5}


def once(path, content):
    if not path.exists():
        path.write_bytes(content)


def main():
    CORPUS.mkdir(parents=True, exist_ok=True)
    goldens = {(1, "CaseFile"): case_file(), (2, "CaseStep"): case_step(), (3, "Notice"): notice(),
               (4, "DeliveryReport"): report(), (5, "Tick"): tick(), (6, "CaseStep"): case_step_with_items(),
               (7, "CaseFile"): in_chunks(case_file()), (8, "CaseStep"): in_chunks(case_step_with_items()),
               (9, "Clue"): clue(), (10, "ClueStep"): clue_step(), (11, "Operation"): operation(), (12, "OperationStep"): operation_step(),
               (13, "CaseStep"): with_facts(in_chunks(case_step_with_items()))}
    for (schema_id, name), record in goldens.items():
        content = encode(schema_id, name, record)
        once(HERE / f"{schema_id}-{name}.bin", content)
        once(CORPUS / (f"whole-{name}" if schema_id < 6 else f"whole-{schema_id}-{name}"), content)
    # First byte 1..6: one of the fuzzer's own schemas (walk_fuzz.c), then the body.
    for name, content in {
            "tree": b"\1\2\2\0\0\0", "tree-deep": b"\1" + b"\2" * 200, "nulls": b"\2\6\0", "nulls-sized": b"\2\5\0\0",
            "nulls-huge": b"\2\x80\x80\x80\x80\x08\0", "nulls-least": b"\2" + b"\xff" * 9 + b"\1\0\0",
            "map": b"\3\2\4ab\6\0", "map-utf8": b"\3\2\4\xc0\x80\6\0", "union": b"\4\0", "union-beyond": b"\4\x0e",
            "enum": b"\4\x08\2", "enum-beyond": b"\4\x08\4", "boolean-two": b"\4\x0c\2",
            "union-text": b"\4\4\6\xe5\xb7\xb4", "surrogate": b"\4\4\6\xed\xa0\x80", "shared": b"\5\2\4\2\2ab\0\0\0",
            "texts": b"\6\3\x0c\4ab\4cd\2\0\0", "frame-short": b"\0\0\0", "schema-unknown": b"\0\0\0\0\x63\0",
            "varint-long": b"\0\0\0\0\5" + b"\xff" * 11, "length-beyond": b"\0\0\0\0\5\xfe\xff\xff\xff\x0f"}.items():
        once(CORPUS / name, content)


if __name__ == "__main__":
    main()
