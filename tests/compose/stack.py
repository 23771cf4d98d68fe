"""The shipped compose file as a test sees it from outside: published ports, volumes, containers. One project, always removed again."""
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support")]

import psycopg  # noqa: E402
from world import free_port  # noqa: E402

from engine import EngineError  # noqa: E402

PROJECT, FILE = "ecocase-test", ROOT / "docker" / "compose.yaml"
FOLDER = ROOT / "var" / "tests" / "compose"


class Stack:
    """Has what tests/integration asks of a World: kafka, lanes, conninfo(user)."""
    lanes = 6

    def __init__(self, engine):
        self.engine, self.env_file = engine, FOLDER / "env"

    def __enter__(self):
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.env_file.unlink(missing_ok=True)
        prepared = subprocess.run([ROOT / "docker" / "prepare.sh"], env={**self.engine.env, "DOCKER": self.engine.client, "ECOCASE_ENV": str(self.env_file)})
        if prepared.returncode != 0:
            raise EngineError("docker/prepare.sh failed; the line before says why")
        ports = [free_port(), free_port()]
        self.kafka = f"127.0.0.1:{ports[0]}"
        with open(self.env_file, "a") as env:
            env.write(f"COMPOSE_PROJECT_NAME={PROJECT}\nECOCASE_CLOCK=manual\nECOCASE_HEALTH_INTERVAL=10s\n"
                      f"ECOCASE_KAFKA_PORT={ports[0]}\nECOCASE_POSTGRES_PORT={ports[1]}\n")
        self.settings = dict(line.split("=", 1) for line in self.env_file.read_text().splitlines() if "=" in line and line[0] != "#")
        self.down()  # what a killed test left
        return self

    def __exit__(self, kind, *_):
        if kind:
            self.explain()
        left = self.down()
        if left:
            print(f"compose: 未能清除 · not removed: {left}", file=sys.stderr)
            assert kind, "the stack was not removed wholly"

    def compose(self, *arguments, **options):
        return self.engine.compose("-p", PROJECT, "-f", FILE, "--env-file", self.env_file, *arguments, **options)

    def up(self):
        self.compose("up", "-d")

    def down(self):
        """Removes everything of the project. What is left: {kind: ids}, empty when nothing is. A loaded engine may need a second attempt, and
        Docker 20 may lose count of a network's users; such a network goes with our own engine."""
        self.compose("down", "-v", "--remove-orphans", "-t", "3", check=False)
        for _ in range(20):
            left = {kind: self.engine.docker(*listing, "-q", "--filter", f"label=com.docker.compose.project={PROJECT}", check=False).stdout.split()
                    for kind, listing in (("container", ("ps", "-a")), ("network", ("network", "ls")), ("volume", ("volume", "ls")))}
            left = {kind: ids for kind, ids in left.items() if ids}
            if not left or (list(left) == ["network"] and self.engine.forgets_networks()):
                return {}
            for kind, ids in left.items():
                self.engine.docker(kind, "rm", *(["-f"] if kind == "container" else []), *ids, check=False)
            time.sleep(0.5)
        return left

    def explain(self):
        """What a failed test needs, before everything is removed."""
        print(self.engine.docker("ps", "-a", "--format", "{{.Names}}  {{.Status}}", check=False).stdout, file=sys.stderr)
        for name in sorted(self.containers()):
            told = self.compose("logs", "--tail=200", "--no-color", name, check=False).stdout.splitlines()
            told = [line for line in told if not name.startswith("adapter-") or " warn " in line or " error " in line]
            print(f"-- {name}\n" + "\n".join(line[:400] for line in told[-8:]), file=sys.stderr)

    # -- containers ---------------------------------------------------------------------------------------------------
    def containers(self):
        """service: what `docker inspect` says of its container."""
        ids = self.engine.docker("ps", "-aq", "--filter", f"label=com.docker.compose.project={PROJECT}").stdout.split()
        told = json.loads(self.engine.docker("inspect", *ids).stdout)
        return {c["Config"]["Labels"]["com.docker.compose.service"]: c for c in told}

    def container(self, service):
        return self.containers()[service]

    def well(self, service, *probe):
        """The health check's own command, asked now."""
        return self.engine.docker("exec", self.container(service)["Id"], *probe, check=False).returncode == 0

    def spool(self, agency):
        """The volume's folder on this machine: where an agency's own system would put and find files."""
        told = json.loads(self.engine.docker("volume", "inspect", f"{PROJECT}_{agency}").stdout)
        path = Path(told[0]["Mountpoint"])
        if not os.access(path, os.R_OK | os.W_OK):
            raise EngineError(f"卷目录不可访问，请以 root 运行 · the volume's folder {path} cannot be entered: run ./test as root on the engine's machine")
        return path

    def await_health(self, services, seconds):
        until = time.monotonic() + seconds
        while True:
            seen = {name: c["State"].get("Health", {}).get("Status") for name, c in self.containers().items() if name in services}
            if len(seen) == len(services) and set(seen.values()) == {"healthy"}:
                return
            if time.monotonic() > until:
                raise AssertionError(f"not healthy within {seconds} s: {({n: s for n, s in seen.items() if s != 'healthy'})}")
            time.sleep(0.5)

    # -- the ledger, through the published port --------------------------------------------------------------------------
    PASSWORDS = {"ecocase": "OWNER", "ecocase_broker": "BROKER", "ecocase_coordinator": "COORDINATOR", "postgres": "SUPERUSER"}

    def conninfo(self, user="ecocase"):
        return (f"host=127.0.0.1 port={self.settings['ECOCASE_POSTGRES_PORT']} dbname=ecocase user={user} "
                f"password={self.settings[f'ECOCASE_{self.PASSWORDS[user]}_PASSWORD']}")

    def ask(self, sql, *parameters):
        """As a coordinator."""
        with psycopg.connect(self.conninfo("ecocase_coordinator")) as db:
            return db.execute(sql, parameters).fetchall()

    def may(self, user, sql):
        """Is the statement let through for want of rights to stop it? It is rolled back. Wrong SQL is not an answer."""
        with psycopg.connect(self.conninfo(user)) as db:
            try:
                db.execute(sql)
                return True
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState, psycopg.errors.WrongObjectType):
                return False
            finally:
                db.rollback()

    def psql(self, user, sql):
        """(exit status, what it printed) of psql itself."""
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", self.conninfo(user), "-c", sql], capture_output=True, text=True)
        return done.returncode, done.stdout.strip() or done.stderr.strip()
