/* Messages as they are read, headers of both directions, and what librdkafka's errors mean here. */
#include "bus/bus_inside.h"

const char *bus_error_text(int error) { return rd_kafka_err2str((rd_kafka_resp_err_t)error); }
bool bus_error_too_large(int error) { return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE; }
bool bus_error_queue_full(int error) { return error == RD_KAFKA_RESP_ERR__QUEUE_FULL; }

struct bus_headers *bus_headers_new(size_t expected) { return (struct bus_headers *)rd_kafka_headers_new(expected); }
void bus_headers_free(struct bus_headers *headers) {
    if (headers) rd_kafka_headers_destroy(bus_raw_headers(headers));
}
void bus_headers_add(struct bus_headers *headers, struct bytes name, struct bytes value) {
    rd_kafka_header_add(bus_raw_headers(headers), (const char *)name.at, (ssize_t)name.count, value.at,
                        (ssize_t)value.count);
}
void bus_headers_add_text(struct bus_headers *headers, const char *name, const char *text) {
    bus_headers_add(headers, bytes_of_cstr(name), bytes_of_cstr(text));
}
/* Written by hand: a record of the broker's has eight of them, and printf was seen in profiles. */
void bus_headers_add_number(struct bus_headers *headers, const char *name, int64_t number) {
    char text[24];
    size_t at = sizeof text;
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do text[--at] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (number < 0) text[--at] = '-';
    bus_headers_add(headers, bytes_of_cstr(name), bytes_of(text + at, sizeof text - at));
}
static bool header_at(const rd_kafka_headers_t *headers, size_t index, const char **ret_name, struct bytes *ret_value) {
    const void *at;
    size_t count;
    if (rd_kafka_header_get_all(headers, index, ret_name, &at, &count)) return false;
    *ret_value = bytes_of(at, count);
    return true;
}
bool bus_headers_at(const struct bus_headers *headers, size_t index, const char **ret_name, struct bytes *ret_value) {
    return header_at(bus_raw_headers_const(headers), index, ret_name, ret_value);
}

void bus_message_free(struct bus_message *message) {
    if (message) rd_kafka_message_destroy((rd_kafka_message_t *)message);
}
enum bus_event bus_message_event(const struct bus_message *message) {
    int error = bus_raw_message(message)->err;
    switch (error) {
    case RD_KAFKA_RESP_ERR_NO_ERROR: return BUS_RECORD;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF: return BUS_END;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE: return BUS_OFFSET_GONE;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION: return BUS_NO_TOPIC;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED: return BUS_DENIED;
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR_INVALID_MSG: return BUS_UNREADABLE;
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TRANSPORT: return BUS_DOWN;
    default: return BUS_TROUBLE;
    }
}
int bus_message_error(const struct bus_message *message) { return bus_raw_message(message)->err; }
const char *bus_message_text(const struct bus_message *message) {
    return rd_kafka_message_errstr(bus_raw_message(message));
}
const char *bus_message_topic(const struct bus_message *message) {
    const rd_kafka_topic_t *topic = bus_raw_message(message)->rkt;
    return topic ? rd_kafka_topic_name(topic) : "";
}
int32_t bus_message_partition(const struct bus_message *message) { return bus_raw_message(message)->partition; }
int64_t bus_message_offset(const struct bus_message *message) { return bus_raw_message(message)->offset; }
struct bytes bus_message_key(const struct bus_message *message) {
    return bytes_of(bus_raw_message(message)->key, bus_raw_message(message)->key_len);
}
struct bytes bus_message_value(const struct bus_message *message) {
    return bytes_of(bus_raw_message(message)->payload, bus_raw_message(message)->len);
}
bool bus_message_time(const struct bus_message *message, instant *ret) {
    rd_kafka_timestamp_type_t type;
    instant at = rd_kafka_message_timestamp(bus_raw_message(message), &type);
    if (type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) return false;
    *ret = at;
    return true;
}
bool bus_message_time_is_kafkas(const struct bus_message *message) {
    rd_kafka_timestamp_type_t type;
    rd_kafka_message_timestamp(bus_raw_message(message), &type);
    return type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME;
}

struct bytes bus_header(const struct bus_message *message, const char *name) {
    rd_kafka_headers_t *headers;
    const void *value;
    size_t count;
    if (rd_kafka_message_headers(bus_raw_message(message), &headers)) return BYTES_NONE;
    if (rd_kafka_header_get_last(headers, name, &value, &count)) return BYTES_NONE;
    return bytes_of(value, count);
}
bool bus_header_number(const struct bus_message *message, const char *name, int64_t *ret) {
    struct bytes text = bus_header(message, name);
    int64_t value = 0;
    if (!text.count || text.count > 18) return false;
    for (size_t i = 0; i < text.count; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return false;
        value = value * 10 + (text.at[i] - '0');
    }
    *ret = value;
    return true;
}
bool bus_header_at(const struct bus_message *message, size_t index, const char **ret_name, struct bytes *ret_value) {
    rd_kafka_headers_t *headers;
    if (rd_kafka_message_headers(bus_raw_message(message), &headers)) return false;
    return header_at(headers, index, ret_name, ret_value);
}
