"""No identity number and no phone number of the sample day stands in any file that a recipient of statistics gets: every paper of the day is
carried to each agency whose profile has copies masked as STAT, whether the day sends it there or not. `privacy.py BUILD`.

What must not stand there is taken from the canonical records, whatever mask would hide it: persons' numbers, phones of parties and contacts.
"""
import io
import struct
import sys
from pathlib import Path

import fastavro

import native
import sample_day

sys.path.insert(0, str(native.ROOT / "tests" / "bench"))
import gen

DIGITS_LEAST = 7    # shorter ones are no number of a person's


def numbers_of(record):
    found = {record.get("contact_phone", "")}
    for party in record.get("parties", []):
        found.add(party["phone"])
        if party["kind"] == "PERSON" or party["id_type"] == "111":
            found.add(party["id_no"])
    return {text for text in found if sum(c.isdigit() for c in text) >= DIGITS_LEAST}


def recipients():
    slugs = sorted(p.parent.name for p in native.AGENCIES.glob("*/profile.yaml"))
    return [slug for slug in slugs if native.profile_of(slug).get("privacy", {}).get("copy") == "STAT"]


def decoded(step, value):
    """As fastavro reads it, none of our code."""
    assert isinstance(value, bytes), f"{step.id}: {value}"
    (schema_id,) = struct.unpack(">I", value[1:5])
    return fastavro.schemaless_reader(io.BytesIO(value[5:]), gen.schema(schema_id), None)


def leaks(step, slug, made, numbers):
    if isinstance(made, str):
        return [f"{step.id} → {slug}: {made}"]
    text = made.decode(native.native_files.encoding(native.profile_of(slug)["format"]))
    return [f"{step.id} → {slug}: shows {number[:3]}…{number[-2:]}" for number in sorted(numbers) if number in text]


def main():
    build = Path(sys.argv[1]).resolve()
    steps = sample_day.load(native.AGENCIES / "sample-day.yaml")
    slugs = recipients()
    assert {"fgw", "sfj"} <= set(slugs), slugs
    work = [(step, None) for step in steps] + [(step, sample_day.Delivery(slug, "copy")) for step in steps for slug in slugs]
    made = native.carried(build, work)
    numbers = set().union(*(numbers_of(decoded(step, value)) for step, value in zip(steps, made)))
    work, made = work[len(steps):], made[len(steps):]
    wrong = [line for (step, delivery), content in zip(work, made) for line in leaks(step, delivery.agency, content, numbers)]
    assert len(numbers) >= 10, f"only {len(numbers)} numbers in the whole day"
    print("\n".join(wrong))
    print(f"{len(work)} files for {', '.join(slugs)}: none of {len(numbers)} numbers in them" if not wrong else f"{len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
