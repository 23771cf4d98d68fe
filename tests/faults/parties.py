"""The processes of a fault test: adapters and brokers, each with its plan of points at which it is killed or stopped, restarted and woken
by a keeper thread. ECOCASE_REAL=0 takes the adapter with the conversion's double instead of the real one."""
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
from world import World, WorldError, eventually  # noqa: E402,F401

CHECKER = Path(__file__).parent / "checker.py"
AGENCIES = ["sthj", "zrzy", "lcj", "slj", "nm", "scjg", "jtys", "yjgl", "zjj", "cgzf", "wlgd", "qxj", "jcy", "zjfy", "sfj", "fgw", "htgq", "wlsh",
            "psb-bynr", "psb-bt", "psb-erds", "psb-wh"]


@dataclass
class Deed:
    """What happens to a process: at the nth passing of a point it is killed, or stopped for `rest` seconds; killed, it is down for so long."""
    point: str
    nth: int = 1
    action: str = "kill"
    rest: float = 0.2

    def environment(self):
        return {"ECOCASE_FAILPOINT": f"{self.point}@{self.nth}={self.action}"}


@dataclass
class Party:
    name: str
    start: object                       # (environment) -> Popen
    plan: list = field(default_factory=list)
    process: object = None
    deed: Deed = None
    due: float = 0                      # when it is to be started or woken
    stopped: bool = False
    deaths: int = 0
    awake: float = 0                    # since when it goes on after a stop

    def begin(self):
        self.deed = self.plan.pop(0) if self.plan else None
        self.process = self.start(self.deed.environment() if self.deed else {})
        self.awake = 0


class Scene:
    """A world with adapters and brokers; `with Scene(...) as s`. Nothing of it survives the block."""

    def __init__(self, name, build="build-faults", **options):
        self.world = World(ROOT / "var" / "tests" / name, build=build, **options)
        self.parties, self.lock, self.over = {}, threading.Lock(), threading.Event()
        self.log, self.hits = self.world.folder / "points", []
        self.real = os.environ.get("ECOCASE_REAL", "1") == "1" and (self.world.bin / "ecocase-adapter").exists()

    def __enter__(self):
        self.world.__enter__()
        (self.world.folder / "spools").mkdir()
        self.keeper = threading.Thread(target=self.keep, daemon=True)
        self.keeper.start()
        return self

    def __exit__(self, kind, why, _):
        self.over.set()
        self.keeper.join(10)
        self.world.stop()
        if kind and not (kind is SystemExit and not why.code):
            for name in list(self.parties)[-3:] + ["kafka", "postgres"]:
                print(f"-- {name}.log\n{self.world.log_tail(name, 8)}", file=sys.stderr)

    # -- life ---------------------------------------------------------------------------------------------------------
    def environment(self, extra, mutant):
        env = {**os.environ, **extra, "ECOCASE_FAILPOINT_LOG": str(self.log)}
        return {**env, "ECOCASE_MUTANT": mutant} if mutant else env

    def spool(self, agency):
        return self.world.folder / "spools" / agency

    def profile(self, agency):
        path = self.world.folder / f"{agency}.profile.yaml"
        text = (Path(__file__).parent / "profile.yaml").read_text().replace("AGENCY", agency) if self.real else f"{agency} 1500\n"
        path.write_text(text)
        return path

    def adapter(self, agency, plan=(), mutant=None, beneath=None):
        """`beneath`: an environment that lays something under the program."""
        self.spool(agency).mkdir(exist_ok=True)
        w, profile = self.world, self.profile(agency)

        def command():
            """Of this moment: an operator may have changed the schemas' place since."""
            doubled = [w.bin.parent / "tests" / "adapter_doubled", agency, profile, self.spool(agency), w.kafka]
            real = [w.bin / "ecocase-adapter", "run", "--agency", agency, "--profile", profile, "--spool", self.spool(agency), "--kafka", w.kafka,
                    "--clock", w.clock, "--schemas"]
            return [*(real if self.real else doubled), w.schemas]

        self.add(Party(agency, lambda env: w.start_process(agency, command(), env=self.environment({**env, **(beneath or {})}, mutant)), list(plan)))

    def broker(self, name, plan=(), mutant=None):
        self.add(Party(name, lambda env: self.world.start_broker(name, env=self.environment(env, mutant)), list(plan)))

    def add(self, party):
        with self.lock:
            self.parties[party.name] = party
            party.begin()

    def end(self, name, how=signal.SIGTERM):
        """For good; the keeper lets it be."""
        with self.lock:
            self.parties.pop(name, None)
            return self.world.stop_process(name, how)

    def renew(self, name):
        """A clean stop and a start, as an operator does it."""
        with self.lock:
            party = self.parties[name]
            self.world.stop_process(name)
            party.begin()

    def finish(self):
        """Every party ends cleanly, so that journals and files are at rest."""
        with self.lock:
            names, self.parties = list(self.parties), {}
            for name in names:
                self.world.processes[name].send_signal(signal.SIGCONT)
                self.world.processes[name].terminate()
            return {name: self.world.stop_process(name) for name in names}

    # -- the keeper ---------------------------------------------------------------------------------------------------
    def keep(self):
        while not self.over.wait(0.05):
            with self.lock:
                for party in self.parties.values():
                    self.look_after(party)

    def look_after(self, party):
        now = time.monotonic()
        if party.due:
            if now < party.due:
                return
            party.due = 0
            if party.stopped:
                party.process.send_signal(signal.SIGCONT)
                party.stopped, party.deed, party.awake = False, None, now
            else:
                party.begin()
            return
        code = party.process.poll()
        if code is None:
            if party.deed and party.deed.action == "stop" and state_of(party.process.pid) == "T":
                self.hits.append((party.deed.point, "stop", party.name))
                party.stopped, party.due = True, now + party.deed.rest
            elif party.awake and party.plan and now - party.awake > 4:  # it was seen to go on; the rest of its plan needs a new process
                self.kill_now(party)
            return
        party.deaths += 1
        if code == -signal.SIGKILL and party.deed:
            self.hits.append((party.deed.point, "kill", party.name))
            party.due = now + party.deed.rest
        else:
            print(f"{party.name} ended by itself with {code}:\n{self.world.log_tail(party.name, 5)}", file=sys.stderr)
            self.hits.append(("-", f"exit {code}", party.name))
            party.due = now + 1

    def force(self, name):
        """Whose point does not come is killed at a random instant and begins again with it, at its first passing."""
        with self.lock:
            party = self.parties.get(name)
            if not party or party.due or not party.deed or party.process.poll() is not None:
                return
            party.deed.nth = 1
            party.plan.insert(0, party.deed)
            self.kill_now(party)

    def kill_now(self, party):
        party.process.kill()
        party.process.wait()
        party.deaths += 1
        self.hits.append(("random", "kill", party.name))
        party.begin()

    def hush(self, names, seconds):
        """Stops them all for a while, unseen by the keeper."""
        with self.lock:
            still = [p.process for p in self.parties.values() if p.name in names and not p.due and p.process.poll() is None]
            for how in (signal.SIGSTOP, signal.SIGCONT):
                for process in still:
                    process.send_signal(how)
                time.sleep(seconds if how == signal.SIGSTOP else 0)

    def pending(self):
        with self.lock:
            return {p.name: ([p.deed] if p.deed else []) + p.plan for p in self.parties.values() if p.deed or p.plan}

    def await_hit(self, name, seconds=30):
        """The process's deed came about: it is dead or stopped, and stays so until `wake` or its rest is over."""
        eventually(lambda: self.parties[name].due, seconds, f"{name} at {self.parties[name].deed}")

    def wake(self, name):
        with self.lock:
            self.parties[name].due = time.monotonic() - 1

    # -- questions ----------------------------------------------------------------------------------------------------
    def query(self, sql, *parameters):
        import psycopg
        with psycopg.connect(self.world.conninfo()) as db:
            return db.execute(sql, parameters).fetchall()

    def settled(self, events):
        """Everything recorded, published, delivered and reported so."""
        rows = self.query("SELECT sum(serial), sum(published), bool_and(sequence = delivered) FROM ecocase.lane")
        owed = self.query('SELECT count(*) FROM ecocase.referral AS r JOIN ecocase.lane AS l USING (lane) WHERE r.alarm_at <= l."time"')
        return not owed[0][0] and rows[0][0] >= events and rows[0][0] == rows[0][1] and rows[0][2]

    def check(self, *more):
        """The checker, as a program of its own. Exit code and what it said."""
        w = self.world
        done = subprocess.run([sys.executable, CHECKER, "--kafka", w.kafka, "--postgres", w.conninfo(), "--spools", w.folder / "spools", "--schemas", w.schemas,
                               *more], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


def counts_of(table):
    """What the checker's table says, by kind."""
    found = {}
    for line in table.splitlines():
        words = line.split()
        if len(words) == 3 and words[2].isdigit():
            found[words[1]] = int(words[2])
    return found


def state_of(pid):
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "X"


def dice(seed):
    return random.Random(seed)


def comes(question, seconds):
    """Whether it comes about in time; what a mutant does is not known beforehand."""
    try:
        return bool(eventually(question, seconds))
    except AssertionError:
        return False


FOREVER = 1e9
