"""A private world for tests and ./run: embedded Apache Kafka (KRaft, one node), a private Postgres cluster, brokers, adapters.

Everything listens on loopback only, lives under one folder and is stopped by pid, by whoever started it. `with World(folder) as w:`.
A world is made anew unless `keep`; `kafka` and `postgres` name servers of the user's own, used instead of the embedded ones.
"""
import atexit
import os
import pwd
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


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


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


class World:
    def __init__(self, folder, build="build", clock="manual", lanes=6, keep=False, kafka=None, postgres=None, kafka_port=None, postgres_port=None):
        self.folder = Path(folder).resolve()
        self.bin = ROOT / build / "bin"
        self.clock, self.lanes, self.keep = clock, lanes, keep
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
            if not self.own_postgres:
                self.start_postgres()
            if not self.own_kafka:
                self.start_kafka()
            self.setup()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for name in reversed(list(self.processes)):
            self.stop_process(name)
        atexit.unregister(self.stop)

    def stop_strays(self):
        """What a harness that was killed left running in this folder: stopped by pid, if the pid is still that program. `pids` begins with
        the harness itself: while that lives, the folder is its own."""
        note = self.folder / "pids"
        for at, line in enumerate(note.read_text().splitlines() if note.exists() else []):
            pid, started = line.split()
            if at == 0 and started_at(int(pid)) == started:
                raise WorldError(f"已在运行（进程 {pid}），请先停止它 · already running as process {pid} in {self.folder}: stop that first")
            if started_at(int(pid)) == started:
                os.kill(int(pid), signal.SIGCONT)
                os.kill(int(pid), signal.SIGTERM)
                until = time.monotonic() + 10
                while started_at(int(pid)) == started and time.monotonic() < until:
                    time.sleep(0.05)
                if started_at(int(pid)) == started:
                    os.kill(int(pid), signal.SIGKILL)
        self.folder.mkdir(parents=True, exist_ok=True)
        note.write_text(f"{os.getpid()} {started_at(os.getpid())}\n")

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
    def start_kafka(self):
        jars = ROOT / "var" / "kafka"
        if not any(jars.glob("kafka_2.13-*.jar")):
            raise WorldError("缺少 Kafka · no Kafka jars in var/kafka; run tests/support/setup")
        folder = self.folder / "kafka"
        folder.mkdir(exist_ok=True)
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
        self.java = ["java", "-Xms256m", "-Xmx768m", "-XX:+UseG1GC", f"-Dlog4j2.configurationFile={folder}/log4j2.properties",
                     "-cp", f"{jars}/*"]
        if not (folder / "data" / "meta.properties").exists():
            made = subprocess.run([*self.java, "kafka.tools.StorageTool", "format", "-t", uuid.uuid4().hex[:22], "-c",
                                   str(folder / "server.properties")], capture_output=True, text=True)
            if made.returncode != 0:
                raise WorldError("Kafka 格式化失败 · format failed: " + (made.stderr or made.stdout)[-400:])
        self.restart_kafka()

    def restart_kafka(self):
        process = self.start_process("kafka", [*self.java, "kafka.Kafka", self.folder / "kafka" / "server.properties"])
        wait_port(self.kafka_port, process, "Kafka")

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


if __name__ == "__main__":
    with World(sys.argv[1]) as world:
        world.start_broker("broker-1")
        print(world.kafka, world.conninfo(), flush=True)
        signal.pause()
