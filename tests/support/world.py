"""A private world for tests and ./run: embedded Apache Kafka (KRaft, one node), a private Postgres cluster, brokers, adapters.

Everything listens on loopback only, lives under one folder and is stopped by pid, by whoever started it. `with World(folder) as w:`.
A world is made anew unless `keep`; `kafka` and `postgres` name servers of the user's own, used instead of the embedded ones.
"""
import atexit
import base64
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PG_BIN = next((p for p in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True) if (p / "initdb").exists()), None)


class WorldError(Exception):
    """One line that says what to do."""


HELD = []   # a socket's name for each port that free_port gave; the kernel forgets them with this process
MOST_FREE = 8192


def outgoing_ports():
    """The first port that the kernel may give to whoever connects."""
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except OSError:
        return 32768


def free_port():
    """A port that nobody listens on, below those of outgoing connections, so that it is still free when a server that was killed starts again;
    and this process's alone among worlds that run at the same time."""
    top = outgoing_ports() if outgoing_ports() > 1024 + MOST_FREE else 65536
    for port in random.sample(range(top - MOST_FREE, top), MOST_FREE):
        name = socket.socket(socket.AF_UNIX)
        try:
            name.bind(f"\0ecocase-port-{port}")
            with socket.socket() as s:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind(("127.0.0.1", port))
        except OSError:
            name.close()
            continue
        HELD.append(name)
        return port
    raise WorldError("没有空闲端口 · no free port: stop what holds them")


def wait_port(port, process, what, seconds=240):  # on a machine that does much else
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise WorldError(f"{what} 启动失败 · did not start (exit {process.returncode})")
        with socket.socket() as s:
            s.settimeout(0.3)
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise WorldError(f"{what} 在 {seconds} 秒内未就绪 · not ready within {seconds} s on port {port}")


def started_at(pid):
    """The kernel's start time of a process, which with the pid names it for good; None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def strays(note):
    """(the harness that lives, how many were stopped): what a harness that is gone left running, as its `pids` has it."""
    lines = [line.split() for line in note.read_text().splitlines()] if note.exists() else []
    if lines and started_at(int(lines[0][0])) == lines[0][1]:
        return lines[0][0], 0
    left = [(int(pid), started) for pid, started in lines[1:] if started_at(int(pid)) == started]
    for pid, started in left:
        os.kill(pid, signal.SIGCONT)
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + 10
        while started_at(pid) == started and time.monotonic() < until:
            time.sleep(0.05)
        if started_at(pid) == started:
            os.kill(pid, signal.SIGKILL)
    return None, len(left)


def claim_port(port, option):
    """The port, if nobody listens there; any free one for None."""
    if port is None:
        return free_port()
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            raise WorldError(f"端口 {port} 已被占用，请停止占用者或用 {option} 另选 · port {port} is in use: stop what holds it or choose another with {option}") from None
    return port


# Compiles less and collects with one thread: half the processor's time to start, and enough for a few messages. Not for measurements.
QUICK_JVM = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def kafka_id():
    """22 characters, as Kafka writes a UUID; never one that begins with a dash, as its own tool."""
    while (text := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return text


class World:
    def __init__(self, folder, build="build", clock="manual", lanes=6, keep=False, kafka=None, postgres=None, kafka_port=None, postgres_port=None,
                 quick=True):
        self.folder = Path(folder).resolve()
        self.bin = ROOT / build / "bin"
        self.clock, self.lanes, self.keep, self.quick = clock, lanes, keep, quick
        self.own_kafka, self.own_postgres = kafka, postgres
        self.stop_strays()  # before their ports are claimed
        self.kafka_port = None if kafka else claim_port(kafka_port, "--kafka-port")
        self.pg_port = None if postgres else claim_port(postgres_port, "--postgres-port")
        self.controller_port = None if kafka else free_port()
        self.kafka = kafka or f"127.0.0.1:{self.kafka_port}"
        self.processes = {}
        self.schemas = ROOT / "schemas"

    # -- life ---------------------------------------------------------------------------------------------------------
    def __enter__(self):
        atexit.register(self.stop)
        try:
            for old in [] if self.keep else list(self.folder.iterdir()):
                if old.name != "pids":
                    shutil.rmtree(old) if old.is_dir() else old.unlink()
            (self.folder / "log").mkdir(parents=True, exist_ok=True)
            if not self.own_kafka:
                self.launch_kafka()  # which comes up while Postgres does
            if not self.own_postgres:
                self.start_postgres()
            if not self.own_kafka:
                self.await_kafka()
            self.setup()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Servers whose data nobody asks for again need not put it in order."""
        for name in reversed(list(self.processes)):
            thrown_away = not self.keep and name in ("kafka", "postgres", "postgres-oa")
            self.stop_process(name, signal.SIGTERM if not thrown_away else signal.SIGKILL if name == "kafka" else signal.SIGQUIT)
        atexit.unregister(self.stop)

    def stop_strays(self):
        """What a harness that was killed left running in this folder: stopped by pid, if the pid is still that program. `pids` begins with
        the harness itself: while that lives, the folder is its own."""
        harness, _ = strays(self.folder / "pids")
        if harness:
            raise WorldError(f"已在运行（进程 {harness}），请先停止它 · already running as process {harness} in {self.folder}: stop that first")
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "pids").write_text(f"{os.getpid()} {started_at(os.getpid())}\n")

    def stop_process(self, name, how=signal.SIGTERM, seconds=20):
        process = self.processes.pop(name, None)
        if process is None:
            return None
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGINT if name == "postgres" and how == signal.SIGTERM else how)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        return process.returncode

    def start_process(self, name, command, **options):
        with open(self.folder / "log" / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen([str(c) for c in command], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                                    start_new_session=True, **options)
        with open(self.folder / "pids", "a") as note:
            note.write(f"{self.processes[name].pid} {started_at(self.processes[name].pid)}\n")
        return self.processes[name]

    def log_tail(self, name, lines=15):
        path = self.folder / "log" / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    # -- Postgres -----------------------------------------------------------------------------------------------------
    def start_postgres(self):
        if PG_BIN is None:
            raise WorldError("缺少 Postgres 服务器 · no Postgres server; run tests/support/setup")
        sockets = Path(tempfile.mkdtemp(prefix="ecocase-"))
        atexit.register(shutil.rmtree, sockets, True)
        # as root the server runs as the user postgres, who may not be able to enter a private folder
        enters = os.getuid() != 0 or all(p.stat().st_mode & 0o001 for p in [self.folder, *self.folder.parents])
        data = self.pg_data = (self.folder if enters else sockets) / "pg"
        drop = {}
        made = not data.exists()
        data.mkdir(exist_ok=True)
        if os.getuid() == 0:  # Postgres refuses root
            postgres = pwd.getpwnam("postgres")
            for path in (data, sockets):
                os.chown(path, postgres.pw_uid, postgres.pw_gid)
            drop = {"user": "postgres", "group": "postgres", "extra_groups": []}
        if made:
            subprocess.run([PG_BIN / "initdb", "-D", data, "-A", "trust", "-U", "ecocase", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
                           check=True, stdout=subprocess.DEVNULL, cwd="/", **drop)
            with open(data / "postgresql.conf", "a") as conf:
                conf.write("listen_addresses='127.0.0.1'\nshared_buffers=512MB\nmax_wal_size=4GB\ncheckpoint_timeout=15min\nmax_connections=80\n"
                           "log_min_messages=warning\n")
        self.pg_drop, self.pg_sockets = drop, sockets
        self.restart_postgres()
        if made:
            subprocess.run([PG_BIN / "createdb", "-h", "127.0.0.1", "-p", str(self.pg_port), "-U", "ecocase", "ecocase"], check=True)

    def restart_postgres(self):
        process = self.start_process("postgres", [PG_BIN / "postgres", "-D", self.pg_data, "-p", str(self.pg_port), "-k", self.pg_sockets],
                                     cwd="/", **self.pg_drop)
        wait_port(self.pg_port, process, "Postgres")
        for _ in range(200):
            if subprocess.run([PG_BIN / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.pg_port)]).returncode == 0:
                return
            time.sleep(0.05)
        raise WorldError("Postgres 未就绪 · not ready:\n" + self.log_tail("postgres"))

    def conninfo(self, user="ecocase"):
        if self.own_postgres:
            if user == "ecocase":
                return self.own_postgres
            if "://" in self.own_postgres:
                return f"{self.own_postgres}{'&' if '?' in self.own_postgres else '?'}options=-crole%3D{user}"
            return f"{self.own_postgres} options='-c role={user}'"
        return f"host=127.0.0.1 port={self.pg_port} dbname=ecocase user={user}"

    # -- Kafka --------------------------------------------------------------------------------------------------------
    def launch_kafka(self):
        jars = ROOT / "var" / "kafka"
        if not any(jars.glob("kafka_2.13-*.jar")):
            raise WorldError("缺少 Kafka · no Kafka jars in var/kafka; run tests/support/setup")
        folder = self.folder / "kafka"
        folder.mkdir(exist_ok=True)
        # The session: a Kafka that was killed registers again only when the one before has run out.
        (folder / "server.properties").write_text(f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{self.controller_port}
listeners=PLAINTEXT://127.0.0.1:{self.kafka_port},CONTROLLER://127.0.0.1:{self.controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{self.kafka_port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={folder}/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
auto.create.topics.enable=false
message.max.bytes=4194304
replica.fetch.max.bytes=4194304
log.segment.bytes=134217728
""")
        (folder / "log4j2.properties").write_text("""status=error
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %c{1} %m%n
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
""")
        self.java = ["java", "-Xms256m", "-Xmx768m", *(QUICK_JVM if self.quick else ["-XX:+UseG1GC"]),
                     f"-Dlog4j2.configurationFile={folder}/log4j2.properties", "-cp", f"{jars}/*"]
        if not (folder / "data" / "meta.properties").exists():
            self.format_kafka(folder, next(jars.glob("kafka_2.13-*.jar")).stem)
        self.start_process("kafka", [*self.java, "kafka.Kafka", folder / "server.properties"])

    def format_kafka(self, folder, version):
        """What Kafka's own tool writes does not depend on the world but for two ids, and the tool takes as long to start as half of Kafka: kept in
        var/kafka-<version>.checkpoint."""
        kept, data = ROOT / "var" / f"{version}.checkpoint", folder / "data"
        if kept.exists():
            data.mkdir()
            shutil.copy(kept, data / "bootstrap.checkpoint")
            (data / "meta.properties").write_text(f"version=1\nnode.id=1\ncluster.id={kafka_id()}\ndirectory.id={kafka_id()}\n")
            return
        made = subprocess.run([*self.java, "kafka.tools.StorageTool", "format", "-t", kafka_id(), "-c", str(folder / "server.properties")],
                              capture_output=True, text=True)
        if made.returncode != 0:
            raise WorldError("Kafka 格式化失败 · format failed: " + (made.stderr or made.stdout)[-400:])
        shutil.copy(data / "bootstrap.checkpoint", folder / "checkpoint")
        os.rename(folder / "checkpoint", kept)

    def await_kafka(self):
        wait_port(self.kafka_port, self.processes["kafka"], "Kafka")

    def restart_kafka(self):
        self.start_process("kafka", [*self.java, "kafka.Kafka", self.folder / "kafka" / "server.properties"])
        self.await_kafka()

    # -- ecocase ------------------------------------------------------------------------------------------------------
    def setup(self, schemas=None):
        for left in (3, 2, 1, 0):  # every step of it may be done again; Kafka may be slow to its first answers
            done = subprocess.run([self.bin / "ecocase-broker", "setup", "--kafka", self.kafka, "--postgres", self.conninfo(), "--schemas",
                                   schemas or self.schemas, "--clock", self.clock, "--lanes", str(self.lanes)], capture_output=True, text=True)
            if done.returncode == 0:
                return
            if not left or "KAFKA_UNREACHABLE" not in done.stderr:
                raise WorldError("ecocase-broker setup: " + done.stderr[-600:])
            time.sleep(2)

    def start_broker(self, name, tick_seconds=1, env=None):
        return self.start_process(name, [self.bin / "ecocase-broker", "run", "--kafka", self.kafka, "--postgres",
                                         self.conninfo("ecocase_broker"), "--schemas", self.schemas, "--instance", name, "--tick-seconds",
                                         str(tick_seconds)], env={**os.environ, **(env or {})})

    def setup_register(self):
        done = subprocess.run([self.bin / "ecocase-register", "setup", "--register", self.conninfo(), "--schemas", self.schemas], capture_output=True, text=True)
        if done.returncode:
            raise WorldError("ecocase-register setup: " + done.stderr[-600:])

    def start_register(self, name="register"):
        own = self.conninfo("ecocase_register")
        return self.start_process(name, [self.bin / "ecocase-register", "run", "--record", own, "--register", own, "--schemas", self.schemas, "--instance", name])

    def spool(self, agency):
        return self.folder / "spool" / agency

    def start_adapter(self, agency, profile=None, env=None, more=()):
        profile = profile or ROOT / "adapters" / "agencies" / agency / "profile.yaml"
        self.spool(agency).mkdir(parents=True, exist_ok=True)
        return self.start_process(f"adapter-{agency}", [self.bin / "ecocase-adapter", "run", "--agency", agency, "--profile", profile, "--spool",
                                                        self.spool(agency), "--kafka", self.kafka, "--schemas", self.schemas, "--clock", self.clock, *more],
                                  env={**os.environ, **(env or {})})


def eventually(question, seconds=30, what="it"):
    """The first true answer; fails with the last one."""
    until = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > until:
            raise AssertionError(f"{what} did not come about within {seconds} s")
        time.sleep(0.05)


def stop_all_strays():
    stopped = sum(strays(note)[1] for depth in ("*", "*/*") for note in sorted((ROOT / "var").glob(f"{depth}/pids")))
    if stopped:
        print(f"已停止上次遗留的 {stopped} 个进程 · stopped {stopped} processes that an earlier run had left", flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["--stop-strays"]:
        sys.exit(stop_all_strays())
    with World(sys.argv[1]) as world:
        world.start_broker("broker-1")
        print(world.kafka, world.conninfo(), flush=True)
        signal.pause()
