"""The shipped compose file from outside: files into the agencies' volumes, files out of them; one broker and one adapter are killed -9 on the
way; the day arrives exactly once; coordinators read the ledger with psql and can write nothing; ports, users, networks and the image are
as narrow as promised."""
import json
import os
import re
import signal
import sys
import time

from stack import FILE, ROOT, Stack

import yaml

import day
import play
import sample_day
from engine import Engine, EngineError
from world import eventually

BROKER_KILLED_AT, ADAPTER_KILLED_AT = 12, 30   # steps that have arrived by then
VICTIM = "psb-bynr"                            # the busiest agency
LANES = "SELECT lane, owner, epoch FROM ecocase.lane_list ORDER BY lane"
# what both `docker compose` and Debian's docker-compose 1.29 take; another key: look it up in both before it is added here
TOP_KEYS = {"services", "networks", "volumes"}
SERVICE_KEYS = {"image", "command", "entrypoint", "environment", "volumes", "networks", "ports", "depends_on", "healthcheck", "restart", "logging", "read_only",
                "tmpfs", "cap_drop", "security_opt", "stop_grace_period", "profiles"}


BEGAN = time.monotonic()


def show(text):
    print(f"compose {time.monotonic() - BEGAN:4.0f} s: {text}", flush=True)


def the_file_is_for_both_composes(stack, slugs):
    stack.compose("config", "-q")
    told = yaml.safe_load(FILE.read_text())
    services = told["services"]
    assert {k for k in told if not k.startswith("x-")} == TOP_KEYS
    for name, service in services.items():
        assert set(service) <= SERVICE_KEYS, f"{name}: {set(service) - SERVICE_KEYS}"
    adapters = {name.removeprefix("adapter-") for name in services if name.startswith("adapter-")}
    assert adapters == set(slugs), f"adapters of {adapters ^ set(slugs)}"
    return services


def the_image_holds_no_more_than_it_must(stack):
    image = json.loads(stack.engine.docker("image", "inspect", "ecocase:local").stdout)[0]
    assert image["Config"]["User"] == "10001:10001", image["Config"]["User"]
    assert stack.engine.docker("run", "--rm", "--network", "none", "ecocase:local", "sh", "-c", "true", check=False).returncode != 0, "the image has a shell"
    whole = json.dumps(image) + stack.engine.docker("history", "--no-trunc", "ecocase:local").stdout
    for name, secret in stack.settings.items():
        assert "PASSWORD" not in name or secret not in whole, f"{name} is in the image"


def nobody_gets_more_than_needed(stack, slugs):
    containers = stack.containers()
    for name, c in containers.items():
        for port, bindings in (c["NetworkSettings"]["Ports"] or {}).items():
            assert all(b["HostIp"] == "127.0.0.1" for b in bindings or []), f"{name} publishes {port} on {bindings}"
        if name.startswith("adapter-"):
            assert [n.rsplit("_", 1)[1] for n in c["NetworkSettings"]["Networks"]] == ["bus"], f"{name} is on {c['NetworkSettings']['Networks']}"
            own = {m["Name"] for m in c["Mounts"] if m["Type"] == "volume"}
            assert own == {f"ecocase-test_{name.removeprefix('adapter-')}"}, f"{name} has {own}"
            assert not [e for e in c["Config"]["Env"] if "PASSWORD" in e], f"{name} knows a password"
    assert sum(n.startswith("adapter-") for n in containers) == len(slugs)


def coordinators_read_and_never_write(stack):
    status, counted = stack.psql("ecocase_coordinator", "SELECT count(*) FROM ecocase.referral_list")
    assert status == 0 and int(counted) > 0, counted
    views = [r[0] for r in stack.ask("SELECT table_name::text FROM information_schema.views WHERE table_schema = 'ecocase'")]
    assert len(views) >= 9, views
    tables = ["event", "referral", "known", "lane", "participant", "directory", "world", "rule_name", "schema_version"]
    tries = [f"DELETE FROM ecocase.{name}" for name in views + tables] + [f"INSERT INTO ecocase.{name} DEFAULT VALUES" for name in tables]
    tries += [f"SELECT 1 FROM ecocase.{name}" for name in ("event", "referral", "known")]
    tries += ["UPDATE ecocase.referral SET state = 'A99'", "UPDATE ecocase.referral_list SET state = 'A99'", "TRUNCATE ecocase.event", "DROP VIEW ecocase.referral_list",
              "CREATE TABLE ecocase.mine (a int)", "CREATE TABLE public.mine (a int)", "CREATE TEMP TABLE mine (a int)", "SET ROLE ecocase", "SET ROLE ecocase_broker",
              "ALTER ROLE ecocase_coordinator SUPERUSER", "SELECT pg_terminate_backend(owner_pid) FROM ecocase.lane",
              "SELECT ecocase.end_backend(0::smallint, 1, now())", "COPY ecocase.event_list TO PROGRAM 'cat'"]
    allowed = [sql for sql in tries if stack.may("ecocase_coordinator", sql)]
    assert stack.psql("ecocase_coordinator", "DELETE FROM ecocase.event")[0] != 0
    assert not allowed, f"a coordinator may: {allowed}"
    for sql in ("DELETE FROM ecocase.event", "UPDATE ecocase.event SET kind = 'A'", "TRUNCATE ecocase.event", "DROP TABLE ecocase.event"):
        assert not stack.may("ecocase_broker", sql), f"the broker's role may {sql}"
    show(f"a coordinator reads {counted} referrals with psql; {len(tries)} attempts to do more are refused")


def the_day_is_carried(stack, slugs):
    steps = sample_day.load(ROOT / "adapters" / "agencies" / "sample-day.yaml")
    spools = {slug: stack.spool(slug) for slug in slugs}
    before = {}

    def between(done):
        if done == BROKER_KILLED_AT:
            before.update({lane: (owner, epoch) for lane, owner, epoch in stack.ask(LANES)})
            stack.engine.docker("kill", "-s", "KILL", stack.container("broker-1")["Id"])
            show(f"after {done} papers: broker-1 killed -9, it held lanes {[lane for lane, (owner, _) in before.items() if owner == 'broker-1']}")
        if done == ADAPTER_KILLED_AT:
            os.kill(stack.container(f"adapter-{VICTIM}")["State"]["Pid"], signal.SIGKILL)
            show(f"after {done} papers: the adapter of {VICTIM} killed -9")
    wrong = day.play(steps, spools, lambda step: None, between=between)
    wrong += day.verify(steps, spools, stack.ask)
    wrong += play.whole(stack, slugs, kinds_allowed=("A", "P"))
    accepted = stack.ask("SELECT count(*) FROM ecocase.event_list WHERE kind = 'A'")[0][0]
    assert not wrong and accepted == sum(not s.refused for s in steps), "\n".join(wrong) or f"{accepted} accepted of {len(steps)}"
    held = {lane for lane, (owner, _) in before.items() if owner == "broker-1"}
    assert held, f"broker-1 held no lane when it was killed: {before}"
    after = {lane: (owner, epoch) for lane, owner, epoch in stack.ask(LANES)}
    assert {owner for owner, _ in after.values()} == {"broker-2"}, f"not all lanes went over: {after}"
    assert all(after[lane][1] > before[lane][1] for lane in held), f"taken without a new epoch: {before} {after}"
    restarted = stack.container(f"adapter-{VICTIM}")
    assert restarted["State"]["Running"] and restarted["RestartCount"] >= 1, "the killed adapter was not started again"
    show(f"{len(steps)} papers of {len({s.case for s in steps})} cases carried exactly once; lanes {sorted(held)} went over to broker-2")


def a_broker_that_comes_back_gets_lanes_and_health(stack, services):
    stack.engine.docker("start", stack.container("broker-1")["Id"])
    eventually(lambda: {owner for _, owner, _ in stack.ask(LANES)} == {"broker-1", "broker-2"}, 60, "lanes on both brokers again")
    probed = {name for name, service in services.items() if "healthcheck" in service}
    assert probed >= {"kafka", "postgres", "broker-1", "broker-2", "register", f"adapter-{VICTIM}"}
    stack.await_health(probed, 90)
    probe = services[f"adapter-{VICTIM}"].get("healthcheck")["test"][1:]
    assert stack.well(f"adapter-{VICTIM}", *probe)
    stack.engine.docker("stop", "-t", "20", stack.container("kafka")["Id"])
    eventually(lambda: not stack.well(f"adapter-{VICTIM}", *probe), 60, "an adapter without Kafka telling its health check so")
    stack.engine.docker("start", stack.container("kafka")["Id"])
    eventually(lambda: stack.well(f"adapter-{VICTIM}", *probe), 180, "the adapter being well again with Kafka")
    show(f"{len(probed)} services are healthy, broker-1 holds lanes again; an adapter without Kafka says so")


def cli(stack):
    listed = stack.compose("run", "--rm", "ecocase", "ledger", "list", "--json").stdout
    assert len(json.loads(listed[re.search(r"[\[{]", listed).start():])) > 0
    eventually(lambda: stack.well("register", "ecocase", "register", "status", "--record", "host=postgres dbname=ecocase user=ecocase_register", "--register",
                                  "host=postgres dbname=ecocase user=ecocase_register"), 60, "the register being followed")
    told = stack.compose("run", "--rm", "ecocase", "list", "--json", "--limit", "1000").stdout
    listed = json.loads(told[told.index("{"):])["rows"]
    (there,), = stack.ask("SELECT count(*) FROM ecocase.referral_list")
    assert len(listed) == there, (len(listed), there)


def main():
    slugs = sorted(p.parent.name for p in (ROOT / "adapters" / "agencies").glob("*/profile.yaml"))
    with Engine() as engine, Stack(engine) as stack:
        show(f"engine and images ready ({'our own engine' if engine.process else 'the engine that runs'})")
        services = the_file_is_for_both_composes(stack, slugs)
        the_image_holds_no_more_than_it_must(stack)
        stack.up()
        show("stack up")
        eventually(lambda: {o for _, o, _ in stack.ask(LANES)} == {"broker-1", "broker-2"}, 60, "lanes on both brokers")
        the_day_is_carried(stack, slugs)
        coordinators_read_and_never_write(stack)
        nobody_gets_more_than_needed(stack, slugs)
        cli(stack)
        a_broker_that_comes_back_gets_lanes_and_health(stack, services)
    show("everything removed")


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(1))
    try:
        main()
    except (EngineError, AssertionError) as error:
        print(f"✗ {error}", file=sys.stderr)
        sys.exit(1)
