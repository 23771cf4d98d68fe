"""Where topics end, asked in one question for many partitions."""
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec


class Offsets:
    def __init__(self, bootstrap):
        self.admin = AdminClient({"bootstrap.servers": bootstrap})

    def ends(self, topics, partitions):
        """{(topic, partition): offset behind the last committed record or marker}"""
        asked = {TopicPartition(t, p): OffsetSpec.latest() for t in topics for p in range(partitions)}
        return {(tp.topic, tp.partition): answer.result().offset for tp, answer in self.admin.list_offsets(asked, request_timeout=10).items()}

    def total(self, topics, partitions):
        return sum(self.ends(topics, partitions).values())
