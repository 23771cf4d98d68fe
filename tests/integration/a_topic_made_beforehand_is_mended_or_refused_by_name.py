"""An outbox that somebody made beforehand with CreateTime, 7 days' retention and small records does not pass: `setup` mends what it may, leaves what else
was set, and refuses by name what it may not, with the command that mends it; a lane refuses such an outbox too and reads the others."""
import re
import shutil
import subprocess

from agency_23_joins_with_a_profile_and_a_directory_entry import ENTRY
from case import *
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic

OUTBOX = "ecocase.outbox.hhgl"
WORDS = {"message.timestamp.type": "CreateTime", "retention.ms": "604800000", "max.message.bytes": "1000000", "segment.ms": "123456789"}


def settings(admin, topic):
    asked = ConfigResource(ConfigResource.Type.TOPIC, topic)
    return {name: entry.value for name, entry in admin.describe_configs([asked])[asked].result().items()}


def set_up(w):
    try:
        w.setup()
    except WorldError as refused:
        return str(refused)
    return ""


def run_words(w, told):
    """The command of the line, with Kafka's own tool."""
    command = re.search(r"kafka-configs\.sh ([^\"]*?)(?=\"|$)", told, re.M)[1].split()
    done = subprocess.run([*w.java, "kafka.admin.ConfigCommand", *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def papers(w):
    """Old ones, so that the ledger soon holds alerts too."""
    return query(w, "SELECT count(*) FROM ecocase.event WHERE kind IN ('A', 'R')")[0][0]


def log(w, name):
    return (w.folder / "log" / f"{name}.log").read_text()


def main():
    with world("beforehand", clock="real", lanes=2) as w:
        admin = AdminClient({"bootstrap.servers": w.kafka})
        shutil.copytree(w.schemas, w.folder / "schemas")
        w.schemas = w.folder / "schemas"
        directory = w.schemas / "directory.yaml"
        participants, mark, counties = directory.read_text(encoding="utf-8").partition("# 行政区划 GB/T 2260")
        directory.write_text(participants + ENTRY + mark + counties, encoding="utf-8")
        admin.create_topics([NewTopic(OUTBOX, 2, 1, config=WORDS)])[OUTBOX].result()
        told = set_up(w)
        assert "TOPIC_CONFIG" in told and OUTBOX in told and "message.timestamp.type=CreateTime" in told, told
        is_now = settings(admin, OUTBOX)
        assert (is_now["retention.ms"], is_now["max.message.bytes"], is_now["segment.ms"]) == ("-1", "2097152", "123456789"), is_now
        assert is_now["message.timestamp.type"] == "CreateTime", "who sets the times is not changed behind an operator's back"
        run_words(w, told)
        assert set_up(w) == "" and settings(admin, OUTBOX)["message.timestamp.type"] == "LogAppendTime"
        show("setup", "mended retention and size, refused CreateTime by name; its own words mended that")

        other = "ecocase.outbox.zrzy"
        changes = [ConfigEntry("message.timestamp.type", "CreateTime", incremental_operation=AlterConfigOpType.SET)]
        resource = ConfigResource(ConfigResource.Type.TOPIC, other, incremental_configs=changes)
        admin.incremental_alter_configs([resource])[resource].result()
        told = set_up(w)
        assert "TOPIC_CONFIG" in told and other in told, told
        w.start_broker("broker-1")
        client = Client(w)
        client.submit(client.case_file(sender="zrzy", category="MINE1"), at=1000)
        client.submit(client.case_file())
        eventually(lambda: papers(w) == 1, 30, "the other sender's case")
        eventually(lambda: other in log(w, "broker-1"), 30, "the refusal")
        refusal = next(line for line in log(w, "broker-1").splitlines() if "lane.outbox.refused" in line and "CreateTime" in line)
        time.sleep(2)
        assert papers(w) == 1
        run_words(w, refusal)
        eventually(lambda: papers(w) == 2, 60, "its case, when the topic is mended")
        assert query(w, "SELECT bool_and(broker_time > now() - interval '1 hour') FROM ecocase.event")[0][0], "a time of its sender's choice was believed"
        show("lane", "refused that outbox by name, read the others, and it when it was mended; the time its sender chose was not believed")


if __name__ == "__main__":
    main()
