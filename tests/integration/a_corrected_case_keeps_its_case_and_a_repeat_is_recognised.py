"""What was refused, corrected and dropped again is a new message of the same case; the same file again is recognised and says what it was."""
from office import *


def ids(w, sender):
    """(message, case, referral) of everything that the police got from `sender`, in order."""
    told = [decode(m.value())["envelope"] for m in sorted(inbox(w, "psb-bynr"), key=lambda m: m.timestamp()[1]) if headers(m)["ce_type"] == "REF.SEND"]
    return [(str(e["message_id"]), str(e["case_id"]), str(e["referral_id"])) for e in told if e["sender"] == sender]


def submitted(office, name):
    with __import__("sqlite3").connect(f"file:{office.spool}/.journal.sqlite?mode=ro", uri=True) as db:
        return db.execute("SELECT lower(hex(message_id)), lower(hex(case_id)), lower(hex(referral_id)) FROM submission WHERE sent_as = ?", (name,)).fetchone()


def refused_here(lcj):
    """By the adapter: nothing was sent, so the corrected file is the first message."""
    lcj.put("甲.csv", forestry_case("林移〔2026〕1号", 违法类型="未知类别"))
    error = lcj.failed("甲.csv", "FIELD_CODE")
    assert (error["field"], error["line"]) == ("违法类型", 2), error
    lcj.put("甲.csv", forestry_case("林移〔2026〕1号"))
    lcj.sent("甲.csv")
    show("refused here", f"{error['zh']} {error['field']} {error['line']}:{error['column']}; corrected and sent")


def refused_there(lcj):
    """By the broker (a county that does not exist): the corrected paper is a new message, of the same case."""
    lcj.put("乙.csv", forestry_case("林移〔2026〕2号", 旗县区代码="999999"))
    eventually(lambda: "乙.csv.refused.json" in lcj.names("sent"), 30, "the refusal")
    reasons = json.loads((lcj.spool / "sent" / "乙.csv.refused.json").read_text())["reasons"]
    lcj.put("乙.csv", forestry_case("林移〔2026〕2号"))
    eventually(lambda: any(n.startswith("乙~") and n.endswith(".receipt.json") for n in lcj.names("sent")), 30, "the corrected paper's receipt")
    again = next(n for n in lcj.names("sent") if n.startswith("乙~") and n.endswith(".receipt.json")).removesuffix(".receipt.json")
    first, second = submitted(lcj, "乙.csv"), submitted(lcj, again)
    assert first[0] != second[0] and first[1:] == second[1:], (first, second)
    show("refused there", f"{reasons[0]['code']}; corrected: another message, the same case and referral")
    return first, second


def again(lcj):
    for name, content, earlier in (("甲2.csv", forestry_case("林移〔2026〕1号"), "甲.csv"), ("乙3.csv", forestry_case("林移〔2026〕2号", 旗县区代码="999999"), "乙.csv")):
        lcj.put(name, content)
        error = lcj.failed(name, "ALREADY_SENT")
        assert error["earlier"]["file"] == earlier and error["earlier"]["at"] and error["earlier"]["messageId"], error
    show("again", f"{error['zh']}: {error['earlier']['file']} {error['earlier']['at']}")


def main():
    with world("corrected") as w:
        w.start_broker("broker-1")
        lcj, police = Office(w, "lcj", FORESTRY), Office(w, "psb-bynr")
        refused_here(lcj)
        _, second = refused_there(lcj)
        again(lcj)
        lcj.stop()
        lcj.start()
        lcj.put("甲3.csv", forestry_case("林移〔2026〕1号"))
        assert lcj.failed("甲3.csv", "ALREADY_SENT")["earlier"]["file"] == "甲.csv", "also after a restart"
        eventually(lambda: sum(n.startswith("REF.SEND_") and n.endswith(".xml") for n in police.names("inbox")) == 2, 20, "two cases at the police")
        told = ids(w, "lcj")
        assert len(told) == 2 and len({m for m, _, _ in told}) == 2 and second[0] in {m.replace("-", "") for m, _, _ in told}, told
        assert submitted(lcj, "甲.csv")[1] != second[1], "two cases"


if __name__ == "__main__":
    main()
