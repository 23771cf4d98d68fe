"""An agency's papers are deleted from Kafka before any broker reads them. The operator does what docs/FAILURES.md says, word by word; the agency drops the same
file again. While an answer may still come it is told that the file was sent; once it cannot, the file goes out again under the same ids and is accepted. What the
ledger has is not sent twice."""
import sqlite3

from confluent_kafka.admin import AdminClient

from office import *
from what_cannot_be_read_holds_its_sender_only import held, pass_over

NUMBERS = ("林移〔2026〕1号", "林移〔2026〕2号")


def ends(w):
    reader = Consumer({"bootstrap.servers": w.kafka, "group.id": "ends"})
    found = {p: reader.get_watermark_offsets(TopicPartition("ecocase.outbox.lcj", p), timeout=20)[1] for p in range(w.lanes)}
    reader.close()
    return found


def delete_all(w):
    """By somebody, or by a retention that was set by hand, while no broker works."""
    gone = {p: end for p, end in ends(w).items() if end}
    admin = AdminClient({"bootstrap.servers": w.kafka})  # its answers come as long as it lives
    for done in admin.delete_records([TopicPartition("ecocase.outbox.lcj", p, end) for p, end in gone.items()]).values():
        done.result(30)
    return gone


def later(office):
    """An hour passes."""
    with sqlite3.connect(f"{office.spool}/.journal.sqlite", timeout=10) as db:
        assert db.execute("UPDATE submission SET at = at - 3600000").rowcount


def opened(w):
    return {numbers for numbers, in query(w, "SELECT document_no FROM ecocase.event WHERE kind = 'A'")}


def main():
    with world("again", lanes=1) as w:
        lcj = Office(w, "lcj", FORESTRY)
        lcj.put("甲.csv", forestry_case(NUMBERS[0]))
        eventually(lambda: "甲.csv" in lcj.names("sent"), 30, "taken by Kafka")
        gone = delete_all(w)
        assert gone == {0: 1}, gone
        w.start_broker("broker-1")
        line = eventually(lambda: next(iter(held(w, "DELETED")), None), 30, "the hold")
        done = pass_over(w, line, agency="lcj", **{"up-to": gone[0] - 1})
        assert done.returncode == 0 and "passed over: lcj" in done.stdout, done.stderr
        told = eventually(lambda: [n for n in lcj.names("inbox") if n.startswith("SYS.REFUSED_")], 30, "the agency is told")
        assert "PASSED_OVER" in (lcj.spool / "inbox" / told[0]).read_text("gb18030"), told

        lcj.put("甲2.csv", forestry_case(NUMBERS[0]))
        assert lcj.failed("甲2.csv", "ALREADY_SENT")["earlier"]["file"] == "甲.csv"
        later(lcj)
        lcj.put("甲3.csv", forestry_case(NUMBERS[0]))
        lcj.sent("甲3.csv")
        eventually(lambda: opened(w) == {NUMBERS[0]}, 30, "the paper in the ledger")
        eventually(lambda: "甲3.csv.receipt.json" in lcj.names("sent"), 30, "its receipt")
        show("lost", "passed over as the page says; the same file, dropped again, is accepted")

        later(lcj)
        lcj.put("甲4.csv", forestry_case(NUMBERS[0]))
        assert lcj.failed("甲4.csv", "ALREADY_SENT")["earlier"]["file"] == "甲3.csv", "the ledger has it now"
        lcj.put("乙.csv", forestry_case(NUMBERS[1]))
        lcj.sent("乙.csv")
        eventually(lambda: opened(w) == set(NUMBERS), 30, "the next paper")
        kinds = dict(query(w, "SELECT kind::text, count(*) FROM ecocase.event GROUP BY 1"))
        assert kinds == {"A": 2, "D": 1}, kinds
        show("answered", f"what the ledger has is ALREADY_SENT for good: {kinds}")


if __name__ == "__main__":
    main()
