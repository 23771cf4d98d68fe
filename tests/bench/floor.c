/* The floors under the whole lane, measured in the same run on the same records:
 *   floor consume BOOTSTRAP PARTITIONS TOPIC...   raw librdkafka consume
 *   floor decode  BOOTSTRAP PARTITIONS TOPIC...   the same + Avro C generic decode of every value (schema from schemas/avro/CaseFile.avsc)
 * Prints "count wall-seconds cpu-seconds". One thread, manual assignment from the beginning to the ends seen at start. */
#include <avro.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double wall(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu(void) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
    char text[256];
    if (rd_kafka_conf_set(conf, name, value, text, sizeof text) != RD_KAFKA_CONF_OK) {
        fprintf(stderr, "floor: %s\n", text);
        exit(1);
    }
}

static avro_value_iface_t *case_file_class(void) {
    FILE *file = fopen("schemas/avro/CaseFile.avsc", "rb");
    static char json[1 << 20];
    if (!file) {
        perror("floor: schemas/avro/CaseFile.avsc (run from the project's root)");
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

int main(int argc, char **argv) {
    if (argc < 5) {
        fprintf(stderr, "usage: floor consume|decode BOOTSTRAP PARTITIONS TOPIC...\n");
        return 2;
    }
    int decode = strcmp(argv[1], "decode") == 0;
    int partitions = atoi(argv[3]);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", argv[2]);
    set(conf, "group.id", "floor");
    set(conf, "enable.auto.commit", "false");
    set(conf, "queued.min.messages", "100000");
    char text[512];
    rd_kafka_t *reader = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    if (!reader) {
        fprintf(stderr, "floor: %s\n", text);
        return 1;
    }
    rd_kafka_poll_set_consumer(reader);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(64);
    int64_t total = 0;
    for (int t = 4; t < argc; t++) {
        for (int p = 0; p < partitions; p++) {
            int64_t low, high;
            if (rd_kafka_query_watermark_offsets(reader, argv[t], p, &low, &high, 10000)) return 1;
            total += high - low;
            rd_kafka_topic_partition_list_add(list, argv[t], p)->offset = low;
        }
    }
    avro_value_t value;
    if (decode) avro_generic_value_new(case_file_class(), &value);
    rd_kafka_assign(reader, list);
    double wall0 = wall(), cpu0 = cpu();
    int64_t seen = 0;
    while (seen < total) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(reader, 1000);
        if (!message) continue;
        if (!message->err) {
            seen++;
            if (decode) {
                avro_reader_t from = avro_reader_memory((const char *)message->payload + 5, (int64_t)message->len - 5);
                avro_value_reset(&value);
                if (avro_value_read(from, &value) != 0) {
                    fprintf(stderr, "floor: %s\n", avro_strerror());
                    return 1;
                }
                avro_reader_free(from);
            }
        }
        rd_kafka_message_destroy(message);
    }
    printf("%lld %.3f %.3f\n", (long long)seen, wall() - wall0, cpu() - cpu0);
    return 0;
}
