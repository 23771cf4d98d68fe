"""Whatever the rules let an agency send, its profile can send; whatever can be delivered to it, its profile writes in the agency's own format; and no
profile sends what the rules do not let its agency send. Asked of the rule data and of the profiles, so a new event, row or participant turns this red
until every profile has words for it."""
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import native_files  # noqa: E402
import permitted  # noqa: E402
import yaml_file  # noqa: E402

# (agency or "*", event, "send" or "receive"): why words would be senseless.
EXCEPTIONS = {}
# What the broker itself says reaches a format of fixed width in the profile's words only; the others have built-in ones.
NOTICES = {"SYS.REFUSED", "SYS.HINT", "SYS.REMARK", "SYS.UNREFERRED", "SYS.WARNING", "SYS.OVERDUE", "SYS.ESCALATION", "SYS.CORRECTION"}


def profile_of(agency):
    return yaml_file.read(ROOT / "adapters" / "agencies" / agency / "profile.yaml")


def words(profile):
    """The events that a profile sends, and those it receives."""
    found = {"send": set(), "receive": set()}
    for message in native_files.messages(profile):
        for direction in found:
            if message.get("direction", "both") in (direction, "both"):
                found[direction].add(message["event"])
    return found


def main():
    may = dict(zip(("send", "receive"), permitted.senders_and_receivers()))
    agencies = sorted({slug for slugs in may["send"].values() for slug in slugs} | {slug for slugs in may["receive"].values() for slug in slugs})
    assert len(agencies) >= 22 and len(may["send"]) > 100, (len(agencies), len(may["send"]))
    wrong, pairs, used = [], 0, set()
    for agency in agencies:
        profile = profile_of(agency)
        has = words(profile)
        if profile["format"]["kind"] == "fixed":
            wrong += [f"{agency}: no words for {event}" for event in sorted(NOTICES - has["receive"])]
        for direction, events in may.items():
            for event in sorted(e for e, slugs in events.items() if agency in slugs):
                pairs += 1
                excepted = {key for key in ((agency, event, direction), ("*", event, direction)) if key in EXCEPTIONS}
                used |= excepted
                if event not in has[direction] and not excepted:
                    wrong.append(f"{agency}: no message to {direction} {event}")
                if event in has[direction] and excepted:
                    wrong.append(f"{agency}: {event} is excepted but has words to {direction}")
        wrong += [f"{agency}: sends {event}, which the rules do not let it send" for event in sorted(has["send"]) if agency not in may["send"].get(event, ())]
    wrong += [f"exception {key} excepts nothing" for key in EXCEPTIONS if key not in used]
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(agencies)} agencies, {pairs} pairs of event and direction: each has its words")


main()
