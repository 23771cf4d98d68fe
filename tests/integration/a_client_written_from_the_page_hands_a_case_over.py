"""A foreign client, written from docs/KAFKA.md and docs/asyncapi.yaml alone (foreign.py), plays an agency and a police force over Kafka: hands a case over,
understands a receipt, a refusal, a repeat and a wrong partitioner, answers, reports what arrived. In the end the ledger says the same as the client."""
import uuid

from foreign import *
from foreignworld import *


def codes(notice):
    return {(reason["code"], reason["field"]) for reason in notice["reasons"]}


def accepted(agency, record, state):
    headers, notice, _ = agency.answer(record)
    assert headers["ce_type"] == "SYS.ACCEPTED" and notice["state"] == state, notice
    return notice


def refused(agency, record):
    headers, notice, _ = agency.answer(record)
    assert headers["ce_type"] == "SYS.REFUSED", notice
    return notice


def a_case_is_handed_over(bureau, police):
    case = referral("巴环移送〔2026〕1号")
    value, _ = bureau.submit("CaseFile", case)
    notice = accepted(bureau, case, "A20")
    assert [clock["rule"] for clock in notice["clocks"]] == ["D04"]
    assert {("LACKS_DOCUMENT", "DOC03"), ("LACKS_DOCUMENT", "DOC29")} <= codes(notice)
    headers, arrived, bytes_of_it = police.arrival(case)
    assert headers["ecocase_role"] == "to" and bytes_of_it == value
    assert arrived["documents"][0]["content"].decode() == "案件移送书"
    return case, value


def a_refusal_is_understood(bureau):
    wrong = referral("巴环移送〔2026〕2号", county_code="460000", title="")
    bureau.submit("CaseFile", wrong)
    assert codes(refused(bureau, wrong)) == {("UNKNOWN_COUNTY", "county_code"), ("MISSING_FIELD", "title")}
    right = {**wrong, "county_code": "150823", "title": "倾倒危险废物案", "envelope": {**wrong["envelope"], "message_id": str(uuid.uuid4())}}
    bureau.submit("CaseFile", right)
    accepted(bureau, right, "A20")


def needed_by(event, row):
    """Of the page's table of fields."""
    (fields,) = re.findall(rf"^\| {event} [^|]*\|[^|]*\| {row} \|[^|]*\|[^|]*\|([^|]*)\|", PAGE, re.M)
    return re.findall(r"`([\w.]+)`", fields)


def what_the_table_asks_for_is_asked_for(bureau):
    """Each field left out by itself is named in the refusal; with nothing but them the case is accepted."""
    needed = needed_by("REF.SEND", "T07")
    assert len(needed) == 4, needed
    for i, left_out in enumerate([*needed, None]):
        case = {"envelope": envelope_of("sthj", "REF.SEND", recipients=["psb-bynr"], document_no=f"巴环移送〔2026〕{20 + i}号"),
                "category": "ENV1", "title": "倾倒危险废物案", "summary": "", "county_code": "150823"}
        if left_out:
            *inside, name = left_out.split(".")
            (case[inside[0]] if inside else case)[name] = ""
        bureau.submit("CaseFile", case)
        if left_out:
            assert {field for _, field in codes(refused(bureau, case))} == {left_out}
        else:
            accepted(bureau, case, "A20")
    return len(needed)


def a_repeat_is_harmless(bureau):
    case = referral("巴环移送〔2026〕3号")
    bureau.submit("CaseFile", case)
    first, _, said = bureau.answer(case)
    bureau.restart()
    bureau.submit("CaseFile", case)
    again, _, said_again = bureau.answer(case, repeat="1")
    assert again["ce_id"] == first["ce_id"] and said_again == said
    other = {**case, "title": "另一案"}
    bureau.submit("CaseFile", other)
    assert codes(refused(bureau, other)) == {("ID_CONFLICT", "envelope.message_id")}


def a_wrong_partitioner_is_refused(bureau):
    """librdkafka's own default, on a key that it puts elsewhere."""
    careless = Agency(bureau.kafka, bureau.slug, partitioner="consistent_random")
    for number in range(100):
        case = referral(f"巴环移送〔2026〕{100 + number}号")
        _, (partition, _) = careless.submit("CaseFile", case)
        if partition != partition_of(case["envelope"]["case_id"], bureau.partitions):
            break
        accepted(bureau, case, "A20")
    notice = refused(bureau, case)
    assert codes(notice) == {("WRONG_LANE", "key")}
    (reason,) = notice["reasons"]
    assert all("murmur2(" in reason[text] and "partitioner=murmur2_random" in reason[text] and "Java" in reason[text] for text in ("zh", "en"))
    careless.reader.close()
    bureau.submit("CaseFile", case)     # its id is still free
    accepted(bureau, case, "A20")
    return number


def bytes_that_are_no_record_are_answered(bureau):
    partition, offset = bureau.produce(b"\1 no record", str(uuid.uuid4()), AT)
    headers, notice, _ = bureau.read_until(lambda h, r: h["ce_type"] == "SYS.REFUSED" and r["source_offset"] == offset and r["source_partition"] == partition)
    assert {code for code, _ in codes(notice)} == {"FRAME_MAGIC"} and notice["source_topic"] == address("outbox", bureau.slug), notice
    assert headers["ecocase_role"] == "notice" and notice["about_message_id"] in (None, NIL)


def the_recipient_answers(bureau, police, case):
    receipt = reply(case, "psb-bynr", "REF.RECEIPT", "巴公(环)受案字〔2026〕1号", AT + 2 * HOUR)
    police.submit("CaseStep", receipt)
    accepted(police, receipt, "A25")
    headers, _, _ = bureau.arrival(receipt)
    assert headers["ecocase_role"] == "to" and headers["ce_source"] == "/ecocase/psb-bynr" and headers["ce_subject"] == case["envelope"]["referral_id"]
    early = reply(case, "psb-bynr", "REF.PROGRESS", "", AT + 3 * HOUR)
    police.submit("CaseStep", early)
    assert codes(refused(police, early)) == {("NOT_IN_STATE", "envelope.referral_id")}


def the_ledger_says_the_same(w, agencies, case, kinds):
    assert dict(query(w, "SELECT kind::text, count(*) FROM ecocase.event GROUP BY 1")) == kinds
    assert query(w, "SELECT state FROM ecocase.referral WHERE case_id = %s", case["envelope"]["case_id"]) == [("A25",)]
    for agency in agencies:
        number = "(SELECT number FROM ecocase.participant WHERE slug = %s) + array_lower(delivered, 1)"
        eventually(lambda: {lane: up_to for lane, up_to in query(w, f"SELECT lane, delivered[{number}] FROM ecocase.lane", agency.slug) if up_to}
                   == {lane: place["sequence"] for lane, place in agency.places.items()}, 30, f"the delivery reports of {agency.slug} in the ledger")
        given = query(w, f"SELECT sum(sequence[{number}]) FROM ecocase.lane", agency.slug)[0][0]
        assert given == sum(place["sequence"] for place in agency.places.values()), f"{agency.slug}: {given} given out"


try_the_vectors()
with foreign_world("foreign-client") as w:
    w.start_broker("broker-1")
    bureau, police = Agency(w.kafka, "sthj"), Agency(w.kafka, "psb-bynr")
    case, _ = a_case_is_handed_over(bureau, police)
    a_refusal_is_understood(bureau)
    fields = what_the_table_asks_for_is_asked_for(bureau)
    a_repeat_is_harmless(bureau)
    lucky = a_wrong_partitioner_is_refused(bureau)
    bytes_that_are_no_record_are_answered(bureau)
    the_recipient_answers(bureau, police, case)
    for agency in (bureau, police):
        agency.report()
    the_ledger_says_the_same(w, (bureau, police), case, {"A": 6 + lucky, "R": 4 + fields, "P": 1, "D": 1})
    arrived = sum(place["sequence"] for agency in (bureau, police) for place in agency.places.values())
    print(f"foreign client: a case handed over and answered, {4 + fields} refusals understood, 1 repeat, {arrived} records taken without a gap and reported, "
          "the ledger agrees", flush=True)
