"""A container engine for the compose test: the one that answers, or one of our own, started for the while and stopped by its pid.

Our own keeps its images under var/engine (so that a second run is quick), everything else in a temporary folder; it leaves no bridge and
no firewall rule behind. `with Engine() as engine:` then `engine.docker(...)`, `engine.compose(...)`. EngineError: one line that says what to do.
"""
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from world import ROOT, started_at

DATA = ROOT / "var" / "engine"
PACKAGES = ["docker.io", "docker-compose", "iptables", "debootstrap"]
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class EngineError(Exception):
    pass


def first(*commands):
    return next((c for c in commands if shutil.which(c)), None)


class Engine:
    def __init__(self):
        self.process, self.firewall, self.sockets = None, None, None
        self.env = {**os.environ, "PATH": os.environ.get("PATH", "") + ":" + SYSTEM_PATH, "COMPOSE_HTTP_TIMEOUT": "300"}

    # -- life ---------------------------------------------------------------------------------------------------------
    def __enter__(self):
        self.stop_stray()
        self.find()
        if not (self.client and self.answers()):
            self.install()
            self.start()
        elif not self.composer:
            self.install("docker-compose")
        return self

    def __exit__(self, *_):
        self.stop()

    def find(self):
        """Debian's client first: another one on the PATH may be too new for its engine."""
        self.client = first("/usr/bin/docker", "docker")
        speaks = self.client and subprocess.run([self.client, "compose", "version"], capture_output=True).returncode == 0
        composer = first("/usr/bin/docker-compose", "docker-compose")
        self.composer = [self.client, "compose"] if speaks else [composer] if composer else None

    def answers(self):
        return subprocess.run([self.client, "info"], env=self.env, capture_output=True, timeout=60).returncode == 0

    def install(self, *packages):
        if os.getuid() != 0:
            raise EngineError("没有运行中的容器引擎，且非 root 无法启动 · no container engine answers, and one can be started by root only: "
                              "start docker, or run ./test as root; the other parts: ./test unit integration faults bench")
        if subprocess.run([ROOT / "tests" / "support" / "setup", *(packages or PACKAGES)]).returncode != 0:
            raise EngineError("无法安装容器引擎 · the container engine cannot be installed; the line before says why")
        self.find()

    def start(self):
        self.sockets = Path(tempfile.mkdtemp(prefix="ecocase-engine-"))  # a socket's path must be short
        self.env["DOCKER_HOST"] = f"unix://{self.sockets}/docker.sock"
        DATA.mkdir(parents=True, exist_ok=True)
        saved = subprocess.run(["iptables-save"], env=self.env, capture_output=True)
        self.firewall = saved.stdout if saved.returncode == 0 else None
        with open(DATA / "log", "wb") as log:
            self.process = subprocess.Popen(["/usr/sbin/dockerd", "--storage-driver=overlay2", f"--data-root={DATA}/data", f"--exec-root={self.sockets}/exec",
                                             f"--pidfile={self.sockets}/pid", "-H", self.env["DOCKER_HOST"], "--bridge=none", "--ip-forward=false"],
                                            env=self.env, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        (DATA / "pid").write_text(f"{self.process.pid} {started_at(self.process.pid)}\n")
        until = time.monotonic() + 60
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > until:
                last = next((line for line in reversed((DATA / "log").read_text(errors="replace").splitlines()) if line.strip()), "")
                self.stop()
                raise EngineError("容器引擎无法启动，此处（如 chroot 或受限容器）可能不允许 · the container engine does not start; this place (a chroot, a "
                                  f"restricted container) may forbid it. Its last word: {last[:300]}\nThe other parts: ./test unit integration faults bench")
            time.sleep(0.2)

    def stop(self):
        if self.process is not None:
            end(self.process.pid, started_at(self.process.pid), lambda: self.process.poll() is not None)
            self.process = None
            (DATA / "pid").unlink(missing_ok=True)
            unmount(DATA, self.sockets)
            shutil.rmtree(DATA / "data" / "network", ignore_errors=True)
            if self.firewall is not None:
                subprocess.run(["iptables-restore"], env=self.env, input=self.firewall, capture_output=True)
        if self.sockets:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def stop_stray(self):
        """An engine of ours whose test was killed."""
        if (DATA / "pid").exists():
            pid, started = (DATA / "pid").read_text().split()
            if started_at(int(pid)) == started:
                end(int(pid), started, lambda: started_at(int(pid)) != started)
            (DATA / "pid").unlink()
            unmount(DATA)

    def forgets_networks(self):
        """Our own engine does, when it stops."""
        return self.process is not None

    # -- use ----------------------------------------------------------------------------------------------------------
    def docker(self, *arguments, check=True, **options):
        return run([self.client, *arguments], check, env=self.env, **options)

    def compose(self, *arguments, check=True, **options):
        return run([*self.composer, *arguments], check, env=self.env, **options)


def run(command, check, **options):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    if check and done.returncode != 0:
        raise EngineError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{(done.stderr or done.stdout)[-1500:]}")
    return done


def end(pid, started, gone):
    for how, seconds in ((signal.SIGTERM, 40), (signal.SIGKILL, 5)):
        if started_at(pid) == started and started is not None:
            os.kill(pid, how)
        until = time.monotonic() + seconds
        while not gone() and time.monotonic() < until:
            time.sleep(0.1)


def unmount(*folders):
    """What a stopped engine may leave mounted."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for mount in reversed(mounts):
        if any(folder and mount.startswith(str(folder) + "/") for folder in folders):
            subprocess.run(["umount", "-l", mount], capture_output=True)
