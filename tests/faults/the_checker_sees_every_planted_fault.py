"""The checker's judgement on a small world made up here: clean it is green; with each fault planted, exactly the count of that fault (and
what follows from it) is red."""
import copy

from checker import COUNTS, judge
from evidence import Event, Facts, Record, Sent

GREEN = dict.fromkeys(COUNTS, 0)


def world():
    """Agency a sends two papers of one case to b; b gets both, a gets two receipts and, in a second case, a refusal."""
    facts = Facts()
    facts.journals = {"a": [Sent(n, f"m{n}", "c2" if n == 3 else "c1", f"no{n}", f"{n}.json", 2) for n in (1, 2, 3)], "b": []}
    facts.events = [Event(0, n, "A", "a", n - 1, f"m{n}", "c1", f"no{n}", [("b", "to", n), ("a", "notice", n)], b"v%d" % n) for n in (1, 2)]
    facts.events.append(Event(0, 3, "R", "a", 2, "m3", "c2", "no3", [("a", "notice", 3)], b"v3"))
    facts.submissions = {("a", f"m{n}") for n in (1, 2, 3)}
    facts.lanes = {0: {"serial": 3, "generation": 1, "given": {"a": 3, "b": 2}, "delivered": {"a": 3, "b": 2}}}
    facts.inboxes = {"b": [Record(0, n - 1, 0, 1, n, n, f"m{n}", "REF.SEND", "to", False, "c1", b"v%d" % n, f"no{n}", "", n - 1) for n in (1, 2)],
                     "a": [Record(0, n - 1, 0, 1, n, n, f"n{n}", "SYS.REFUSED" if n == 3 else "SYS.ACCEPTED", "notice", False, "c2" if n == 3 else "c1",
                                  b"n%d" % n, f"no{n}", f"m{n}") for n in (1, 2, 3)]}
    sent = dict.fromkeys(["1.json", "2.json", "3.json", "1.json.receipt.json", "2.json.receipt.json", "3.json.refused.json"])
    facts.folders = {"a": {"outbox": {}, "failed": {}, "sent": sent, "delivered": {"SYS.REFUSED_no3_0-3.json": b"no3"}},
                     "b": {"outbox": {}, "failed": {}, "sent": {},
                           "delivered": {"REF.SEND_no1_0-1.json": b"no1", "REF.SEND_no2_0-2.json": b"no2", "REF.SEND_no2_0-2_1_x.txt": None}}}
    facts.alarms = {"a": [], "b": []}
    return facts


def swap_serials(f):
    """Recorded in the other order than they were sent, and delivered so."""
    one, two = f.events[:2]
    one.offset, two.offset = 1, 0
    one.serial, two.serial = 2, 1
    one.deliveries, two.deliveries = two.deliveries, one.deliveries
    for agency in "ab":
        first, second = f.inboxes[agency][:2]
        first.sequence, second.sequence, first.serial, second.serial = 2, 1, 2, 1
        first.offset, second.offset = 1, 0
        f.inboxes[agency][:2] = second, first
    f.folders["b"]["delivered"] = {"REF.SEND_no1_0-2.json": b"no1", "REF.SEND_no2_0-1.json": b"no2", "REF.SEND_no2_0-1_1_x.txt": None}


def overtaken(f):
    """The second record of the case lies before the first in the topic; its sequence is missing then."""
    f.inboxes["b"].reverse()


def again(f, **changes):
    f.inboxes["b"].append(copy.replace(f.inboxes["b"][1], **changes) if hasattr(copy, "replace") else Record(**{**vars(f.inboxes["b"][1]), **changes}))


FAULTS = {
    "a delivered file is gone": (lambda f: f.folders["b"]["delivered"].pop("REF.SEND_no1_0-1.json"), {"lost": 1}),
    "an attachment is gone": (lambda f: f.folders["b"]["delivered"].pop("REF.SEND_no2_0-2_1_x.txt"), {"lost": 1}),
    "an attachment is another": (lambda f: f.folders["b"]["delivered"].update({"REF.SEND_no2_0-2_1_x.txt": "00"}), {"changed": 1}),
    "a receipt is gone": (lambda f: f.folders["a"]["sent"].pop("1.json.receipt.json"), {"lost": 1}),
    "a refusal's file is gone": (lambda f: f.folders["a"]["delivered"].clear(), {"lost": 1}),
    "a sent file is gone": (lambda f: f.folders["a"]["sent"].pop("2.json"), {"lost": 1}),
    "a file was never sent": (lambda f: f.folders["a"]["outbox"].update({"9.json": None}), {"lost": 1}),
    "a row was never finished": (lambda f: setattr(f.journals["a"][0], "state", 1), {"lost": 1}),
    "a submission without event": (lambda f: f.journals["a"].append(Sent(4, "m4", "c1", "no4", "1.json", 2)), {"lost": 1}),
    "an event without its submission": (lambda f: f.submissions.remove(("a", "m1")), {"lost": 1}),
    "an event is gone": (lambda f: f.events.pop(0), {"lost": 2, "unrecorded": 2}),
    "an inbox record is gone": (lambda f: f.inboxes["b"].pop(0), {"lost": 1, "gaps": 1, "unrecorded": 1}),
    "the last inbox record is gone": (lambda f: f.inboxes["b"].pop(), {"lost": 1, "gaps": 1, "unrecorded": 1}),
    "not reported delivered": (lambda f: f.lanes[0]["delivered"].update(b=1), {"lost": 1}),
    "a file is there twice": (lambda f: f.folders["b"]["delivered"].update({"REF.SEND_no1_0-1~2.json": b"no1"}), {"twice": 1}),
    "a file nobody delivered": (lambda f: f.folders["b"]["delivered"].update({"REF.SEND_no7_0-7.json": b"no7"}), {"unrecorded": 1}),
    "a receipt is there twice": (lambda f: f.folders["a"]["sent"].update({"1.json.receipt~2.json": None}), {"twice": 1}),
    "an event is there twice": (lambda f: f.events.append(Event(0, 4, "A", "a", 7, "m2", "c1", "no2", [], b"v2")), {"twice": 1, "lost": 1}),
    "an outbox record is two events": (lambda f: f.events.append(Event(0, 3, "P", "a", 2, "m3", "c2", "no3", [], b"v3")), {"twice": 2, "unrecorded": 1, "lost": 1}),
    "a sequence is two records": (lambda f: again(f, id="m9", digest=b"v9", offset=2), {"twice": 1, "unrecorded": 1}),
    "a message under two sequences": (lambda f: (again(f, sequence=3, offset=2), f.events[1].deliveries.append(("b", "to", 3)),
                                                 f.lanes[0]["given"].update(b=3), f.lanes[0]["delivered"].update(b=3)), {"twice": 1}),
    "the same record published again": (lambda f: again(f, offset=2), {}),
    "recorded in another order": (swap_serials, {"order": 1}),
    "delivered in another order": (overtaken, {"order": 1, "gaps": 1}),
    "a value was changed": (lambda f: setattr(f.inboxes["b"][0], "digest", b"x"), {"changed": 1}),
    "a file names another document": (lambda f: f.folders["b"]["delivered"].update({"REF.SEND_no1_0-1.json": b"no8"}), {"changed": 1}),
    "a repeat flag that is none": (lambda f: setattr(f.inboxes["b"][0], "repeat", True), {"flags": 1}),
    "an adapter raised an alarm": (lambda f: f.alarms["a"].append("GAP"), {"alarms": 1}),
}

found = judge(world()).counts
assert found == GREEN, found
seen = set()
for what, (plant, expected) in FAULTS.items():
    facts = world()
    plant(facts)
    found = judge(facts)
    assert found.counts == {**GREEN, **expected}, f"{what}: {found.counts}, wanted {expected}\n{found.table(facts)}"
    seen |= {kind for kind, count in expected.items() if count}
assert seen == set(COUNTS), f"never seen red: {set(COUNTS) - seen}"
print(f"{len(FAULTS)} planted faults, each counted as what it is; every count was seen red")
