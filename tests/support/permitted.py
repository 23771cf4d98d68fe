"""Who may send and who is sent which event, from the rule data alone (schemas/rules, schemas/directory.yaml): the permission matrix as the machines
hold it. A row names roles, or parts in a referral; who can have a part follows from the rows that open it or hand it on."""
from collections import defaultdict
from pathlib import Path

from yaml_file import read

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "schemas" / "rules"


class Bodies:
    """The directory's participants, by what rows call them."""
    def __init__(self, participants):
        self.all = {p["slug"] for p in participants}
        self.lead = {p["slug"] for p in participants if p.get("lead")}
        self.roles = defaultdict(set)
        for p in participants:
            self.roles[p["role"]].add(p["slug"])

    def of(self, roles):
        return set().union(*(self.all if r == "any" else self.roles[r] for r in roles))

    def named(self, receiver):
        """Who a row's receiver or copy can be where it is no part in the referral; None: it is one."""
        fixed = {"none": set(), "any": self.all, "lead-psb": self.lead, "other-psb": self.roles["PSB"], "invitees": self.all, "roster": self.all,
                 "accepted": self.all, "parties": self.all, "subscribers": self.all, "referrer": self.roles["AE"], "superior": set()}
        return fixed[receiver] if receiver in fixed else self.roles[receiver] if receiver in self.roles else None


def parts(rows, bodies):
    """Who can be the opener of a machine's referrals, and who their holder."""
    opener, holder = set(), set()
    for row in rows:
        opens, addressed = "-" in row["from"], bodies.named(row["receiver"]) or set()
        if opens and row.get("opener") == "recipient":
            opener |= addressed
        elif opens:
            opener |= bodies.of(row["sender"])
            holder |= addressed
        elif row.get("holder") == "recipient":
            holder |= addressed
    return opener, holder


def handed_on(machines, bodies):
    """Machines whose referrals another machine's links give another holder: the forces of a transfer of jurisdiction."""
    found = defaultdict(set)
    for machine in machines:
        for row in machine["rows"]:
            for link in row.get("links", []):
                if "holder" in link:
                    found[link["machine"]] |= bodies.of(row["sender"])
    return found


def senders_and_receivers():
    """{event: slugs that may send it}, {event: slugs it can be delivered to}. What the broker itself says (sender SYS) is in neither."""
    bodies = Bodies(read(ROOT / "schemas" / "directory.yaml")["participants"])
    machines = [read(RULES / name) for name in read(RULES / "rules.yaml")["machines"]]
    linked, send, receive = handed_on(machines, bodies), defaultdict(set), defaultdict(set)
    for machine in machines:
        opener, holder = parts(machine["rows"], bodies)
        holder |= linked[machine["machine"]]
        part = {"opener": opener, "holder": holder, "other": opener | holder}
        for row in machine["rows"]:
            if row["sender"] == ["SYS"]:
                continue
            may = bodies.of(row["sender"])
            send[row["event"]] |= may & part[row["who"]] if row.get("who") in part else may
            for to in [row["receiver"], *row.get("copies", [])]:
                named = bodies.named(to)
                receive[row["event"]] |= part[to] if named is None else named
    return send, receive
