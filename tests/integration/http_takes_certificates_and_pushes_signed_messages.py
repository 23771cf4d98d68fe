"""Mutual TLS: only the listed client of the right CA comes in, with its key besides where both are asked for; an old key runs out. The
webhook is told of each message in its case's order until it answers 2xx, signed as Standard Webhooks has it (checked by its own library)."""
import http.server
import ssl
import threading

import httpx
from httpagency import *
from case import *
from openapi import Checked, check_schema
from standardwebhooks import Webhook

SECRET = "whsec_" + "Zm9ydHktdHdvLWJ5dGVzLW9mLXJhbmRvbS1sb29raW5nLXN0dWZm"


class Receiver(http.server.BaseHTTPRequestHandler):
    told, refuse = [], {}

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        event = Webhook(SECRET).verify(body.decode(), dict(self.headers))  # raises unless the signature and the time are right
        check_schema({"$ref": "#/components/schemas/Arrived"}, event)
        left = self.refuse.get("times", 0)
        self.refuse["times"] = left - 1
        self.told.append((event["data"]["id"], event["data"]["event"], left <= 0, time.monotonic()))
        self.send_response(204 if left <= 0 else 500)
        self.end_headers()

    def log_message(self, *_):
        pass


def receiver(certificates):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    context.load_verify_locations(certificates / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED  # the adapter shows its own certificate too
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"https://127.0.0.1:{server.server_port}/hook"


def context(certificates, name=None):
    made = ssl.create_default_context(cafile=certificates / "ca.pem")
    if name:
        made.load_cert_chain(certificates / f"{name}.pem", certificates / f"{name}.key")
    return made


def certificates_decide(agency, made):
    def status(name, key=None):
        with Checked(agency.base, agency.key if key is None else key, verify=context(made, name)) as c:
            return c.get("/v1/inbox").status_code
    assert status("oa") == 200, "the listed client with its key"
    assert status("oa", "") == status("oa", "y" * 40) == 401, "its certificate alone is not enough where keys are set"
    assert status(None) == status("guest") == status("stranger") == 401, "none, one not listed, one of another CA"
    with Checked(agency.base, verify=context(made)) as c:
        assert c.get("/v1/health").status_code in (200, 503), "health may be asked by anyone"
    try:
        httpx.get(agency.base + "/v1/health", trust_env=False)
        raise AssertionError("the server's certificate is not of a public CA")
    except httpx.ConnectError:
        pass
    show("certificates", "only the listed client of the CA, with its key")


def keys_rotate(w):
    import hashlib
    old, new, gone = ("k" + n * 40 for n in "123")
    keys = [{"name": n, "sha256": hashlib.sha256(k.encode()).hexdigest(), **more} for n, k, more in
            (("old", old, {"until": "2099-01-01"}), ("new", new, {}), ("gone", gone, {"until": "2020-01-01"}))]
    agency = Agency(w, "jcy", keys=keys)
    with agency.client(old) as a, agency.client(new) as b, agency.client(gone) as c:
        assert patient(lambda: a.get("/v1/inbox")).status_code == b.get("/v1/inbox").status_code == 200
        told = c.get("/v1/inbox")
        assert told.status_code == 401 and "run out" in told.json()["detail"], told.text
    text = (w.folder / "log" / "adapter-jcy.log").read_text()
    assert not any(k in text for k in (old, new, gone)), "no key in the log"
    show("keys", "two hold at a time, one ran out")


def pushed(w, police, steps, made):
    Receiver.refuse["times"] = 3
    with Agency(w, "sthj").client() as bureau:
        case = steps["waste-1"]
        first = submit(bureau, (case.file.name, case.file.content), [(a.name, a.content) for a in case.attachments])
        assert first.status_code == 202, first.text
        eventually(lambda: sum(1 for _, event, taken, _ in Receiver.told if event == "REF.SEND" and taken) == 1, 60, "the webhook's 2xx")
    times = [t for _, event, taken, t in Receiver.told if event == "REF.SEND"]
    pauses = [b - a for a, b in zip(times, times[1:])]
    assert len(times) == 4 and all(p > 0.9 for p in pauses) and pauses[2] > pauses[0], pauses
    told = [i for i, _, taken, _ in Receiver.told if taken]
    assert len(set(told)) == len(told), "told once it is heard, no more"
    police.kill()
    with Checked(police.base, police.key, verify=context(made, "oa")) as c:
        patient(lambda: c.get("/v1/inbox"))
        time.sleep(3)
        assert [i for i, _, taken, _ in Receiver.told if taken] == told, "nor after a kill"
        items = c.get("/v1/inbox").json()["items"]
        assert [i["id"] for i in items] == told, "listed until it is acknowledged"
    show("webhook", f"refused 3 times, heard at the 4th, {', '.join(f'{p:.1f}' for p in pauses)} s between; signatures verified")


if __name__ == "__main__":
    with world("http-certificates") as w:
        w.start_broker("broker-1")
        made = certificates(w.folder / "certificates")
        (made / "secret").write_text(SECRET + "\n")
        hook = {"url": receiver(made), "secret_file": str(made / "secret"), "ca": str(made / "ca.pem"), "certificate": str(made / "oa.pem"), "key": str(made / "oa.key")}
        police = Agency(w, "psb-bynr", tls={"certificate": str(made / "server.pem"), "key": str(made / "server.key"), "client_ca": str(made / "ca.pem"), "clients": ["oa"]},
                        webhook=hook)
        with Checked(police.base, police.key, verify=context(made, "oa")) as c:
            patient(lambda: c.get("/v1/inbox"))
        certificates_decide(police, made)
        keys_rotate(w)
        pushed(w, police, sample_day_steps(), made)
