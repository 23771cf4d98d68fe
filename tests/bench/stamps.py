"""Submissions of about 1 KB by the hundred thousand: a few hundred records are encoded by fastavro (gen.py), then stamped with new ids
and document numbers of the same length. One stamp = one case opened. A message id is made as the adapter makes it: the minute of the paper
(here: of now) and a digest; case and referral ids are digests alone.

`one`    JUR.FORWARD between police forces: exactly one inbox record for each (the forces take no receipts in this benchmark)
`three`  REF.SEND of an administrative agency: the police force, the procuratorate's copy and the sender's receipt
"""
import hashlib
import random
import time
import uuid
from collections import namedtuple

import gen

Submission = namedtuple("Submission", "sender recipients key value message_id referral_id")
FORCES = ["psb-bynr", "psb-bt", "psb-erds", "psb-wh"]
AT = 1780000000000
PLACES = ("message", "case", "referral")
NUMBER = "〔2026〕000000号"
MOULDS = 240


def mould(kind, rnd, nth):
    if kind == "one":
        sender, category = FORCES[nth % 4], "MINE1"
        recipients, event = [FORCES[(nth + 1 + nth // 4 % 3) % 4]], "JUR.FORWARD"
    else:
        sender, category, _ = gen.SENDERS[nth % len(gen.SENDERS)]
        recipients, event = ["psb-bynr"], "REF.SEND"
    ids = {place: str(uuid.UUID(bytes=rnd.randbytes(16))) for place in PLACES}
    record = gen.case_file(sender, event, ids["case"], ids["referral"], ids["message"], "巴移" + NUMBER, category, AT, rnd, recipients)
    if kind == "one":
        record |= {"reason_code": "JB1", "reason": "主要犯罪地在贵局辖区", "approver_level": "COUNTY_HEAD"}
    value = gen.encode(record)
    marks = [ids["message"].encode(), ids["case"].encode(), ids["referral"].encode(), NUMBER.encode()]
    pieces = []
    for mark in marks:
        at = value.index(mark)
        pieces.append(value[:at])
        value = value[at + len(mark):]
    copies = ["jcy"] if kind == "three" else []
    return sender, [*recipients, *copies], [*pieces, value]


def submissions(kind, count, seed):
    rnd = random.Random(f"{kind} {seed}")
    moulds = [mould(kind, rnd, nth) for nth in range(MOULDS)]
    minute = f"{int(time.time() // 60) * 60000:012x}"
    for i in range(count):
        sender, recipients, (a, b, c, d, e) = moulds[i % MOULDS]
        h = rnd.randbytes(48).hex()
        case, referral, message = (f"{h[k:k + 8]}-{h[k + 8:k + 12]}-8{h[k + 13:k + 16]}-8{h[k + 17:k + 20]}-{h[k + 20:k + 32]}" for k in (0, 32, 64))
        message = f"{minute[:8]}-{minute[8:]}{message[13:]}"
        case_bytes = case.encode()
        value = b"".join((a, message.encode(), b, case_bytes, c, referral.encode(), d, f"〔2026〕{i % 1000000:06d}号".encode(), e))
        yield Submission(sender, recipients, case_bytes, value, message, referral)


def digest(value):
    return hashlib.blake2b(value, digest_size=8).digest()
