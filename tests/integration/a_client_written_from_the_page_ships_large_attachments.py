"""A foreign client ships a large attachment in chunks as docs/KAFKA.md says; the procuratorate's adapter opens them and lays the file whole into its
inbox. Where a chunk is damaged the adapter asks, the client checks its proof and ships anew; and the client reads what an adapter shipped."""
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from foreign import *
from foreignworld import *

CHUNK = 4096
AGENCY, READER = "sthj", "jcy"


def number(n, size):
    return n.to_bytes(size, "big")


class Content:
    """One attachment, cut and sealed."""

    def __init__(self, content):
        self.content, self.key = content, os.urandom(32)
        self.pieces = [content[at:at + CHUNK] for at in range(0, len(content), CHUNK)]
        self.digest = hashlib.sha256(content)

    def sealed(self, index):
        return AESGCM(self.key).encrypt(bytes(8) + number(index, 4), self.pieces[index], self.digest.digest() + number(index, 4) + number(len(self.pieces), 4))

    def proof(self, by):
        parts = (self.key, address("wanted").encode(), self.digest.digest(), by.encode())
        return hashlib.sha256(b"".join(number(len(part), 8) + part for part in parts)).hexdigest()

    def paper(self, name, first, last):
        return {"title": name, "file_name": name, "size": len(self.content), "sha256": self.digest.hexdigest(), "content": None,
                "sm3": hashlib.new("sm3", self.content).hexdigest(),
                "chunks": {"partition": 0, "first_offset": first, "last_offset": last, "count": len(self.pieces), "chunk_size": CHUNK, "key": self.key}}


def ship(agency, content, damaged=()):
    """Its first and last offset, once all is acknowledged."""
    offsets = []
    for index in range(len(content.pieces)):
        value = content.sealed(index)
        value = value[:-1] + bytes([value[-1] ^ 1]) if index in damaged else value
        agency.producer.produce(address("files", agency.slug), value, content.digest.hexdigest(), partition=0,
                                headers={"ecocase_chunk": str(index), "ecocase_chunks": str(len(content.pieces))},
                                on_delivery=lambda error, message: offsets.append(message.offset()))
    assert agency.producer.flush(30) == 0 and len(offsets) == len(content.pieces)
    return offsets[0], offsets[-1]


def submitted(agency, document_no, paper):
    case = referral(document_no)
    case["documents"].append(paper)
    agency.submit("CaseFile", case)
    headers, notice, _ = agency.answer(case)
    assert headers["ce_type"] == "SYS.ACCEPTED", notice
    return case


def lies_whole(w, content):
    """The file with that content in the reader's inbox."""
    return any(path.stat().st_size == len(content) and path.read_bytes() == content for path in (w.spool(READER) / "inbox").iterdir() if path.is_file())


def wanted(kafka, content):
    """The first request for it."""
    reader = Consumer({"bootstrap.servers": kafka, "group.id": "foreign-wanted", "enable.auto.commit": False, "auto.offset.reset": "earliest", "log_level": 2})
    reader.assign([TopicPartition(address("wanted"), 0, 0)])
    until = time.monotonic() + 60
    while time.monotonic() < until:
        message = reader.poll(0.2)
        if message is not None and not message.error() and message.key().decode() == content.digest.hexdigest():
            reader.close()
            assert not message.value()
            return {name: text.decode() for name, text in message.headers()}
    raise AssertionError("nobody asked")


def an_adapter_opens_what_was_shipped(w, agency):
    video = Content(os.urandom(3 * CHUNK + 77))
    between = Content(os.urandom(CHUNK))
    ship(agency, between)
    first, last = ship(agency, video)
    case = submitted(agency, "巴环移送〔2026〕1号", video.paper("航拍.mp4", first, last))
    eventually(lambda: lies_whole(w, video.content), 60, "the attachment in the adapter's inbox")
    return video, case


def a_damaged_chunk_is_asked_for(w, agency):
    video = Content(os.urandom(2 * CHUNK + 5))
    first, last = ship(agency, video, damaged={1})
    submitted(agency, "巴环移送〔2026〕2号", video.paper("夜拍.mp4", first, last))
    asked = wanted(agency.kafka, video)
    described = DESCRIPTION["components"]["schemas"]["HeadersOfChunkRequests"]["required"]
    assert set(asked) == set(described), asked
    assert asked == {"ecocase_sender": AGENCY, "ecocase_by": READER, "ecocase_proof": video.proof(READER), "ecocase_first": str(first), "ecocase_last": str(last),
                     "ecocase_chunks": "3", "ecocase_chunk_size": str(CHUNK)}, asked
    assert not lies_whole(w, video.content)
    first, last = ship(agency, video)
    agency.producer.produce(address("files", agency.slug), None, video.digest.hexdigest(), partition=0,
                            headers={"ecocase_answer": "there", "ecocase_to": READER, "ecocase_first": str(first), "ecocase_last": str(last)})
    assert agency.producer.flush(30) == 0
    eventually(lambda: lies_whole(w, video.content), 60, "the attachment after it was shipped anew")


def fetched(kafka, sender, paper):
    """An attachment read as the page says."""
    chunks = paper["chunks"]
    reader = Consumer({"bootstrap.servers": kafka, "group.id": "foreign-files", "enable.auto.commit": False, "auto.offset.reset": "earliest", "log_level": 2})
    reader.assign([TopicPartition(address("files", sender), chunks["partition"], chunks["first_offset"])])
    digest, pieces = bytes.fromhex(paper["sha256"]), {}
    while len(pieces) < chunks["count"]:
        message = reader.poll(10)
        assert message is not None and not message.error() and message.offset() <= chunks["last_offset"]
        headers = {name: text.decode() for name, text in message.headers()}
        if message.key().decode() != paper["sha256"] or "ecocase_chunk" not in headers:
            continue
        index, count = int(headers["ecocase_chunk"]), int(headers["ecocase_chunks"])
        pieces[index] = AESGCM(chunks["key"]).decrypt(bytes(8) + number(index, 4), message.value(), digest + number(index, 4) + number(count, 4))
    reader.close()
    content = b"".join(pieces[i] for i in range(chunks["count"]))
    assert len(content) == paper["size"] and hashlib.sha256(content).digest() == digest and hashlib.new("sm3", content).hexdigest() == paper["sm3"]
    return content


with foreign_world("foreign-chunks") as w:
    w.start_broker("broker-1")
    w.start_adapter(READER)
    agency, police = Agency(w.kafka, AGENCY), Agency(w.kafka, "psb-bynr")
    video, case = an_adapter_opens_what_was_shipped(w, agency)
    _, arrived, _ = police.arrival(case)
    assert fetched(w.kafka, AGENCY, arrived["documents"][1]) == video.content
    a_damaged_chunk_is_asked_for(w, agency)
    print("foreign client: chunks shipped and opened by an adapter, one damaged and asked for with a good proof, shipped anew; read by the client too", flush=True)
