"""No identity number and no phone number of the sample day stands in any file that a recipient of statistics gets: every paper of the day is
carried to each agency whose profile has copies masked as STAT, whether the day sends it there or not. `privacy.py BUILD`.

What must not stand there is taken from the canonical records, whatever mask would hide it: persons' numbers, phones of parties and contacts.
"""
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import native
import sample_day

DIGITS_LEAST = 7    # shorter ones are no number of a person's


def numbers_of(build, step):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([build / "bin" / "ecocase-adapter", "try", native.AGENCIES / step.agency / "profile.yaml", native.lay_out(step, Path(folder)),
                               "--schemas", native.ROOT / "schemas"], capture_output=True, check=True)
    record = json.loads(done.stdout)["becomes"]["value"]
    found = {record.get("contact_phone", "")}
    for party in record.get("parties", []):
        found.add(party["phone"])
        if party["kind"] == "PERSON" or party["id_type"] == "111":
            found.add(party["id_no"])
    return {text for text in found if sum(c.isdigit() for c in text) >= DIGITS_LEAST}


def recipients():
    slugs = sorted(p.parent.name for p in native.AGENCIES.glob("*/profile.yaml"))
    return [slug for slug in slugs if native.profile_of(slug).get("privacy", {}).get("copy") == "STAT"]


def leaks(build, step, slug, numbers):
    other = next((d.agency for d in step.deliver if d.role == "to"), step.agency)
    done = native.carried(build, step, sample_day.Delivery(slug, "copy"), other)
    if done.returncode != 0:
        return [f"{step.id} → {slug}: {done.stderr.decode()}"]
    text = done.stdout.decode(native.native_files.encoding(native.profile_of(slug)["format"]))
    return [f"{step.id} → {slug}: shows {number[:3]}…{number[-2:]}" for number in sorted(numbers) if number in text]


def main():
    build = Path(sys.argv[1]).resolve()
    steps = sample_day.load(native.AGENCIES / "sample-day.yaml")
    slugs = recipients()
    assert {"fgw", "sfj"} <= set(slugs), slugs
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        numbers = set().union(*pool.map(lambda step: numbers_of(build, step), steps))
        work = [pool.submit(leaks, build, step, slug, numbers) for step in steps for slug in slugs]
        wrong = [line for one in work for line in one.result()]
    assert len(numbers) >= 10, f"only {len(numbers)} numbers in the whole day"
    print("\n".join(wrong))
    print(f"{len(work)} files for {', '.join(slugs)}: none of {len(numbers)} numbers in them" if not wrong else f"{len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
