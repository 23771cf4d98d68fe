/* The floors under the whole lane, measured in the same run on the same records; none of our code:
 *   floor consume BOOTSTRAP TOPIC:PARTITION:FROM:TO...   raw librdkafka consume
 *   floor decode  BOOTSTRAP TOPIC:PARTITION:FROM:TO...   the same + Avro C generic decode of every value
 * (schemas/avro/published/1-CaseFile.avsc) Prints "count wall-seconds cpu-seconds", counted from the first message on.
 * One thread. Run from the project's root. See floor_copy.c. */
#include <avro.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "floor_meter.h"

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
    char text[256];
    if (rd_kafka_conf_set(conf, name, value, text, sizeof text) != RD_KAFKA_CONF_OK) {
        fprintf(stderr, "floor: %s\n", text);
        exit(1);
    }
}

static avro_value_iface_t *case_file_class(void) {
    FILE *file = fopen("schemas/avro/published/1-CaseFile.avsc", "rb");
    static char json[1 << 20];
    if (!file) {
        perror("floor: schemas/avro/published/1-CaseFile.avsc (run from the project's root)");
        exit(1);
    }
    size_t count = fread(json, 1, sizeof json - 1, file);
    fclose(file);
    avro_schema_t schema;
    if (avro_schema_from_json_length(json, count, &schema) != 0) {
        fprintf(stderr, "floor: %s\n", avro_strerror());
        exit(1);
    }
    return avro_generic_class_from_schema(schema);
}

static rd_kafka_t *open_reader(const char *bootstrap) {
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", bootstrap);
    set(conf, "group.id", "floor");
    set(conf, "enable.auto.commit", "false");
    set(conf, "queued.min.messages", "100000");
    char text[512];
    rd_kafka_t *reader = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    if (!reader) {
        fprintf(stderr, "floor: %s\n", text);
        exit(1);
    }
    rd_kafka_poll_set_consumer(reader);
    return reader;
}

/* How many messages lie in the ranges (without transaction markers, which the caller leaves out of TO). */
static long long assign(rd_kafka_t *reader, int count, char **ranges) {
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(count);
    long long total = 0;
    for (int i = 0; i < count; i++) {
        char topic[256];
        int partition;
        long long from, to;
        if (sscanf(ranges[i], "%255[^:]:%d:%lld:%lld", topic, &partition, &from, &to) != 4) {
            fprintf(stderr, "floor: not TOPIC:PARTITION:FROM:TO: %s\n", ranges[i]);
            exit(2);
        }
        total += to - from;
        rd_kafka_topic_partition_list_add(list, topic, partition)->offset = from;
    }
    rd_kafka_assign(reader, list);
    rd_kafka_topic_partition_list_destroy(list);
    return total;
}

static void decode(avro_value_t *into, const rd_kafka_message_t *message) {
    avro_reader_t from = avro_reader_memory((const char *)message->payload + 5, (int64_t)message->len - 5);
    avro_value_reset(into);
    if (avro_value_read(from, into) != 0) {
        fprintf(stderr, "floor: %s\n", avro_strerror());
        exit(1);
    }
    avro_reader_free(from);
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: floor consume|decode BOOTSTRAP TOPIC:PARTITION:FROM:TO...\n");
        return 2;
    }
    int decodes = strcmp(argv[1], "decode") == 0;
    avro_value_t value;
    if (decodes) avro_generic_value_new(case_file_class(), &value);
    rd_kafka_t *reader = open_reader(argv[2]);
    long long total = assign(reader, argc - 3, argv + 3), seen = 0;
    struct meter meter = meter_start();
    while (seen < total) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(reader, 1000);
        if (!message) continue;
        if (!message->err) {
            if (seen++ == 0) meter = meter_start();
            if (decodes) decode(&value, message);
        }
        rd_kafka_message_destroy(message);
    }
    meter_print(seen - 1, &meter);
    return 0;
}
