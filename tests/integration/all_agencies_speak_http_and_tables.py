"""Each of the 22 agencies, with the profile that is shipped, plays the sample day through HTTP and once more through tables of its own database: every
paper of the day is handed in by both ways and answered there, every delivery lies in the recipient's table and its HTTP inbox alike, byte for byte what
the folder has, and is its golden file."""
import dataclasses

from bothagency import Both
from case import *
from tableagency import Database

import day
import sample_day
from httpagency import final, submit

DAY = ROOT / "adapters" / "agencies" / "sample-day.yaml"
AGENCIES = sorted(p.parent.name for p in DAY.parent.glob("*/profile.yaml"))
PAYLOADS = {"json": "jsonb", "dbf": "bytea", "xlsx": "bytea"}
FILE_NAMES = {"psb-wh": "wh{id}.json", "zrzy": "YS2026{id}.txt"}    # their profiles' `files` take no others
CLUE = {"登记类别": "线索登记表", "来文字号": "巴司线〔{}〕1号", "来文时间": "2026/6/8 10:00", "主送机关": "巴彦淖尔市公安局", "案件名称": "倾倒危险废物线索", "案类代码": "ENV1",
        "旗县代码": "150823", "案情": "群众来信反映。", "用途": "请核查", "线索来源": "群众举报", "登记号": "SF-{}-1"}


def clue_of_justice(year):
    """The sample day has nothing that the justice bureau sends."""
    lines = [",".join(CLUE), ",".join(CLUE.values()).format(year, year)]
    return sample_day.Step(f"justice {year}", f"justice {year}", "", "sfj", sample_day.File(f"线索{year}.csv", ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()), (),
                           "CLU.CREATE", (sample_day.Delivery("psb-bynr", "to"),))


class Ways:
    """How a paper is handed in, and what its agency is told of it there."""
    def __init__(self, agencies):
        self.agencies, self.clients, self.asked = agencies, {slug: a.client() for slug, a in agencies.items()}, {}

    def hand_in(self, spool, step):
        agency, papers = self.agencies[step.agency], [(a.name, a.content) for a in step.attachments]
        if step.id.startswith("http "):
            response = submit(self.clients[step.agency], (step.file.name, step.file.content), papers, key=step.id.split()[1])
            assert response.status_code == 202, f"{step.id}: {response.text}"
            self.asked[step.id] = response.json()
            return
        payload, settings = step.file.content, agency.table.settings
        if settings["payload"] != "bytea":
            payload = payload.decode(agency.encoding).lstrip("\ufeff")
        agency.table.submit(payload, papers, id=row_of(step))

    def told(self, step):
        if step.id.startswith("http "):
            answer = final(self.clients[step.agency], self.asked[step.id])
            return answer["state"], answer.get("receipt")
        outcome = self.agencies[step.agency].table.final(row_of(step))
        return outcome["state"], outcome["receipt"]


def row_of(step):
    return uuid.uuid5(uuid.NAMESPACE_URL, step.id)


def by_both_ways(agencies):
    """The day by HTTP; the same day, with other numbers, by the tables. A file's name in the spool tells which."""
    http = [dataclasses.replace(s, id=f"http {s.id}") for s in [*sample_day.load(DAY), clue_of_justice("2026")]]
    table = []
    for s in [*sample_day.load(DAY, year="2024"), clue_of_justice("2024")]:
        s = dataclasses.replace(s, id=f"table {s.id}")
        name = agencies[s.agency].table.settings["file_name"].format(id=row_of(s))
        table.append(dataclasses.replace(s, file=sample_day.File(name, s.file.content)))
    return http + table


def start(w, database, slug):
    form = sample_day.form(DAY.parent / slug)
    extension = form.get("extension", form["kind"])
    agency = Both(w, database, slug, payload=PAYLOADS.get(form["kind"], "text"), file_name=FILE_NAMES.get(slug, "{id}." + extension))
    agency.encoding = sample_day.native_files.encoding(form)
    return agency


def listed(client):
    """All that the HTTP inbox lists, by lane and sequence."""
    found, after = {}, 0
    while items := (page := client.get("/v1/inbox", params={"after": after, "limit": 200}).json())["items"]:
        found.update({(int(lane), int(sequence)): item for item in items for lane, _, sequence in [item["id"].rsplit("-", 2)]})
        after = page["next"]
    return found


def same_payload(agency, payload, content):
    kind = agency.table.settings["payload"]
    if kind == "bytea":
        return payload == content
    text = content.decode(agency.encoding).lstrip("\ufeff")
    return payload == (json.loads(text) if kind == "jsonb" else text)


def everything_came_by_both_ways(agency, client):
    """Each message once in the table and once over HTTP, with the bytes of the folder. How many files."""
    done, files = agency.w.spool(agency.slug) / "done", 0
    eventually(lambda: not agency.spool("inbox"), 60, f"{agency.slug}: what the database has lies in done/")
    rows = {(r["lane"], r["sequence"]): r for r in agency.table.inbox()}
    items = listed(client)
    assert rows.keys() == items.keys(), (agency.slug, rows.keys() ^ items.keys())
    for place, row in rows.items():
        attached = agency.table.files(row["id"])
        for nth, file in enumerate(items[place]["files"], 1):
            content = (done / file["name"]).read_bytes()
            assert client.get(file["href"]).content == content, (agency.slug, file["name"])
            if file["caseFile"]:
                assert row["name"] == file["name"] and same_payload(agency, row["payload"], content), (agency.slug, file["name"])
            else:
                assert attached[nth][:2] == (file["name"], content), (agency.slug, file["name"])
            files += 1
        assert len(attached) == len(items[place]["files"]) - 1, (agency.slug, row["name"], attached.keys())
    return files


def main(w, database):
    began = time.monotonic()
    agencies = {slug: start(w, database, slug) for slug in AGENCIES}
    spools = {slug: w.spool(slug) for slug in AGENCIES}
    eventually(lambda: all((s / ".status.json").exists() for s in spools.values()), 60, "all adapters")
    ways, steps = Ways(agencies), by_both_ways(agencies)
    assert len(AGENCIES) == 22 and all({s.agency for s in steps if s.id.startswith(way)} == set(AGENCIES) for way in ("http ", "table ")), "everybody sends by either way"
    up = time.monotonic()
    wrong = day.play(steps, spools, lambda step: None, hand_in=ways.hand_in)
    played = time.monotonic()
    for step in steps:
        state, receipt = ways.told(step)
        if (state, receipt) != ("refused" if step.refused else "accepted", (day.receipt(spools[step.agency], step) or (0, 0))[1]):
            wrong.append(f"{step.id}: {step.agency} is told {state}: {receipt}")
        for d in step.deliver:
            came = day.arrived(spools[d.agency], step, receipt) if receipt else []
            if len(came) != 1 or (d.golden and not day.as_golden(came[0], d)):
                wrong.append(f"{step.id}: {d.agency} got {[p.name for p in came]}, not {d.golden}")
    assert not wrong, "\n".join(wrong)
    files = {slug: everything_came_by_both_ways(a, ways.clients[slug]) for slug, a in agencies.items()}
    assert all(files.values()), files
    show("all agencies", f"{len(AGENCIES)} profiles, {len(steps)} papers by HTTP and tables, "
         f"{sum(len(s.deliver) for s in steps)} deliveries as their golden files, {sum(files.values())} files "
                         f"the same in folder, table and over HTTP; up {up - began:.0f} s, played {played - up:.0f} s, all {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    with world("all-agencies") as w:
        w.start_broker("broker-1")
        with Database(w, durable=False) as database:
            main(w, database)
