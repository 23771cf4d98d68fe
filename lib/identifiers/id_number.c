/* See id_number.h. */
#include "identifiers/id_number.h"

#define LENGTH     18u
#define OLD_LENGTH 15u
#define SHOWN      4u

static bool all_digits(const uint8_t *at, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9') return false;
    }
    return true;
}
static int number_at(const uint8_t *at, size_t count) {
    int number = 0;
    for (size_t i = 0; i < count; i++) number = number * 10 + (at[i] - '0');
    return number;
}

bool id_number_shaped(struct bytes number) {
    if (number.count == OLD_LENGTH) return all_digits(number.at, OLD_LENGTH);
    if (number.count != LENGTH || !all_digits(number.at, LENGTH - 1)) return false;
    uint8_t last = number.at[LENGTH - 1];
    return (last >= '0' && last <= '9') || last == 'X' || last == 'x';
}

/* GB/T 2260; 81 to 83: residents of Hong Kong, Macao and Taiwan who hold a mainland residence permit. */
static bool province(struct bytes number) {
    static const uint8_t known[] = {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43,
                                    44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83};
    int code = number_at(number.at, 2);
    if (number.at[0] == '9' && number.count == LENGTH) return true;
    for (size_t i = 0; i < sizeof known; i++) {
        if (known[i] == code) return true;
    }
    return false;
}

static bool born(struct bytes number, instant at) {
    struct civil birth = {0};
    if (number.count == LENGTH) birth.year = number_at(number.at + 6, 4);
    else birth.year = 1900 + number_at(number.at + 6, 2);
    const uint8_t *month = number.at + (number.count == LENGTH ? 10 : 8);
    birth.month = number_at(month, 2);
    birth.day = number_at(month + 2, 2);
    if (birth.year < 1850 || !civil_valid(&birth)) return false;
    return at == INSTANT_NONE || instant_of(&birth) <= at;
}

/* ISO 7064 MOD 11-2: the weights are powers of two modulo 11, the sum with the check digit leaves 1. */
static bool check_digit(struct bytes number) {
    static const uint8_t weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (size_t i = 0; i < LENGTH - 1; i++) sum += weights[i] * (number.at[i] - '0');
    uint8_t last = number.at[LENGTH - 1];
    if (last == 'x') last = 'X';
    return last == (uint8_t)"10X98765432"[sum % 11];
}

const char *id_number_check(struct bytes number, instant at) {
    if (!id_number_shaped(number)) return "ID_NUMBER_FORM";
    if (!province(number)) return "ID_NUMBER_DIVISION";
    if (!born(number, at)) return "ID_NUMBER_DATE";
    if (number.count == LENGTH && !check_digit(number)) return "ID_NUMBER_CHECK";
    return NULL;
}

struct bytes id_number_division(struct bytes number) {
    return bytes_of(number.at, number.count < 6 ? number.count : 6);
}

void id_number_mask(struct bytes number, char ret[ID_NUMBER_MASKED]) {
    size_t count = number.count < ID_NUMBER_MASKED - 1 ? number.count : ID_NUMBER_MASKED - 1;
    bool shown = number.count == count && count >= 3 * SHOWN;
    for (size_t i = 0; i < count; i++) {
        bool plain = shown && (i < SHOWN || i >= count - SHOWN) && number.at[i] > 0x20 && number.at[i] < 0x7f;
        ret[i] = plain ? (char)number.at[i] : '*';
    }
    ret[count] = 0;
}
