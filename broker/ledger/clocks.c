/* A referral's clocks as numbers: cheap to write, and readable in SQL through ecocase.clocks_of. See connection.h. */
#include "broker/ledger/connection_inside.h"

/* The rule's name as eight bytes, filled up with spaces. */
static int64_t name_number(const char *rule) {
    uint64_t number = 0;
    size_t count = strnlen(rule, 8);
    for (size_t i = 0; i < 8; i++) number = number << 8 | (uint8_t)(i < count ? rule[i] : ' ');
    return (int64_t)number;
}

static void name_read(int64_t number, char *ret, size_t room) {
    size_t count = 0;
    for (size_t i = 0; i < 8 && count + 1 < room; i++) {
        char c = (char)((uint64_t)number >> (56 - 8 * i) & 0xFF);
        if (c != ' ') ret[count++] = c;
    }
    ret[count] = '\0';
}

void clocks_write(struct form *form, const struct clock *clocks, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct clock *clock = &clocks[i];
        form_field_int64(form, name_number(clock->rule));
        form_field_int64(form, (uint8_t)clock->state | clock->statutory << 8 | clock->measured << 9 |
                                   clock->told << 10 | (int64_t)clock->actor << 16);
        form_field_int64(form, clock->started_at);
        form_field_int64(form, clock->due_strict);
        form_field_int64(form, clock->due_lenient);
        form_field_int64(form, clock->stopped_at);
    }
}

void clocks_read(const PGresult *result, int row, int column, struct referral *into) {
    size_t count = column_array_count(result, row, column) / CLOCK_NUMBERS;
    if (count > LIMIT_CLOCKS) count = LIMIT_CLOCKS;
    into->clock_count = (uint8_t)count;
    for (size_t i = 0; i < count; i++) {
        struct clock *clock = &into->clocks[i];
        int64_t numbers[CLOCK_NUMBERS];
        for (size_t k = 0; k < CLOCK_NUMBERS; k++)
            numbers[k] = column_array_int(result, row, column, i * CLOCK_NUMBERS + k);
        name_read(numbers[0], clock->rule, sizeof clock->rule);
        clock->state = (char)(numbers[1] & 0xFF);
        clock->statutory = (numbers[1] & 256) != 0;
        clock->measured = (numbers[1] & 512) != 0;
        clock->told = (uint8_t)(numbers[1] >> 10 & 63);
        clock->actor = (int16_t)(numbers[1] >> 16);
        clock->started_at = numbers[2];
        clock->due_strict = numbers[3];
        clock->due_lenient = numbers[4];
        clock->stopped_at = numbers[5];
    }
}
