"""An agency's system that speaks HTTP, as its own staff would write it, and the adapter it speaks to."""
import hashlib
import json
import secrets
import signal
import subprocess
import time
import uuid

import httpx
from case import ROOT, sample_day_steps
from openapi import Checked
from world import free_port


class Agency:
    def __init__(self, w, slug, tls=None, **settings):  # settings: as in http.yaml
        self.w, self.slug, self.port, self.key = w, slug, free_port(), secrets.token_urlsafe(32)
        self.folder = w.folder / f"http-{slug}"
        self.folder.mkdir()
        digest = hashlib.sha256(self.key.encode()).hexdigest()
        self.settings = {"listen": f"127.0.0.1:{self.port}", "keys": [{"name": "oa", "sha256": digest}], **settings}
        if tls:
            self.settings["tls"] = tls
        self.settings = {k: v for k, v in self.settings.items() if v is not None}
        (self.folder / "http.yaml").write_text(json.dumps(self.settings, ensure_ascii=False, indent=2))
        self.start()

    @property
    def base(self):
        return f"{'https' if 'tls' in self.settings else 'http'}://127.0.0.1:{self.port}"

    def client(self, key=None, **options):
        return Checked(self.base, self.key if key is None else key, **options)

    def start(self):
        self.process = self.w.start_adapter(self.slug, more=("--http", self.folder / "http.yaml"))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.start()

    def spool(self, folder):
        return sorted(p.name for p in (self.w.spool(self.slug) / folder).iterdir())


def form(case, attachments=()):
    return [("case", (case[0], case[1])), *[("attachment", (name, content)) for name, content in attachments]]


def patient(do, seconds=60):
    """As a client should: after a lost connection, or 503, the same again."""
    until = time.monotonic() + seconds
    while True:
        try:
            response = do()
            if response.status_code != 503:
                return response
        except httpx.TransportError:
            pass
        if time.monotonic() > until:
            raise AssertionError("no answer")
        time.sleep(0.1)


def submit(client, case, attachments=(), key=None):
    key = key or str(uuid.uuid4())
    return patient(lambda: client.post("/v1/submissions", headers={"Idempotency-Key": key}, files=form(case, attachments)))


def final(client, answer, seconds=60):
    until = time.monotonic() + seconds
    while True:
        state = patient(lambda: client.get(answer["href"], params={"wait": 5})).json()
        if state["state"] not in ("queued", "sent") or time.monotonic() > until:
            return state


def certificates(folder):
    """A CA, a server's certificate for 127.0.0.1, and clients of this CA and of another."""
    def run(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
    folder.mkdir(parents=True, exist_ok=True)
    for ca in ("ca", "other-ca"):
        run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{ca}.key", "-out", f"{ca}.pem", "-days", "2",
            "-subj", f"/CN={ca}", "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    for name, ca, purpose in (("server", "ca", "serverAuth"), ("oa", "ca", "clientAuth"), ("guest", "ca", "clientAuth"), ("stranger", "other-ca", "clientAuth")):
        (folder / f"{name}.ext").write_text(f"subjectAltName=IP:127.0.0.1\nextendedKeyUsage={purpose}\n")
        run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        run("x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial", "-out", f"{name}.pem", "-days", "2", "-extfile", f"{name}.ext")
    return folder


__all__ = ["Agency", "ROOT", "certificates", "final", "form", "patient", "sample_day_steps", "submit"]
