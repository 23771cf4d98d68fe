/* 标识核验: what is wrong with one identifier, place or amount, or nothing. Each check answers a reason code, NULL
 * where all is right. Pure; threads: any. */
#ifndef ECOCASE_IDENTIFIERS_H
#define ECOCASE_IDENTIFIERS_H
#include "base/bytes.h"
#include "base/time.h"

/* 公民身份号码 (GB 11643-1999), and the 15-digit numbers of before 1999 that still stand in old papers. Checked:
 * form; the province (the address code's first two digits; a leading 9 is a foreigner's permanent residence card); the
 * date of birth, which must exist and not lie after `at` (INSTANT_NONE: any); the check digit (ISO 7064 MOD 11-2; X for
 * ten). The rest of the address code is the place where the number was first given, often under a code long abolished:
 * never refused. Codes: ID_NUMBER_FORM, ID_NUMBER_DIVISION, ID_NUMBER_DATE, ID_NUMBER_CHECK. A small x is taken for X.
 */
const char *id_number_check(struct bytes number, instant at);
/* Is this of the form at all? For papers that do not say what kind of number they give. */
bool id_number_shaped(struct bytes number);
/* Is it meant for one, though it is none: what is left of it without blanks, invisible characters, quotes and dashes,
 * full-width digits taken for ASCII's, is 14 to 20 digits with or without an X behind them; or a number in scientific
 * form (1.50823E+17), as spreadsheets make of it. For papers that do not say what kind of number they give. */
bool id_number_meant(struct bytes number);
/* The address code, six digits; only of a number that has the form. */
struct bytes id_number_division(struct bytes number);
/* 1508**********0015; a number shorter than twelve shows nothing. `ret` holds the masked text and NUL, 19 bytes
 * and more. */
#define ID_NUMBER_MASKED 24
void id_number_mask(struct bytes number, char ret[ID_NUMBER_MASKED]);

/* 统一社会信用代码 (GB 32100-2015). Eighteen characters of the standard's 31 (digits and capitals without
 * I, O, S, V, Z), positions 3 to 8 a division code, the last the check character: weights 3^(i-1) mod 31, 31 less the
 * remainder. Codes: CREDIT_CODE_FORM, CREDIT_CODE_CHECK. */
const char *credit_code_check(struct bytes code);

/* A number of persons as it is compared: without blanks, invisible characters, quotes and dashes, full-width digits and
 * letters as ASCII, letters as capitals. What has another character, or more than 23, gives "". The original is kept by
 * whoever shows it. */
#define PARTY_NUMBER 24
void party_number_plain(struct bytes number, char ret[PARTY_NUMBER]);

/* 坐标: longitude and latitude in degrees. A reference system is named or the place may be half a kilometre off: GCJ-02
 * (火星坐标, map picks) is shifted against CGCS2000 (国家大地坐标系) in a non-linear way. Values stay as they were
 * sent; nothing is converted. */
struct coordinate {
    bool has_longitude, has_latitude;
    double longitude, latitude;
    struct bytes system; /* as sent: CGCS2000, GCJ-02 ...; empty: not said */
};
/* NULL: right, or no coordinates at all. COORDINATE_RANGE no degrees of this earth (longitude and latitude exchanged,
 * metres of a projection); COORDINATE_SYSTEM a system nobody knows. */
const char *coordinate_check(const struct coordinate *at);
/* NULL, or a remark: COORDINATE_PAIR, one without the other; COORDINATE_SYSTEM_MISSING. */
const char *coordinate_remark(const struct coordinate *at);

/* 金额 in fen. Code: AMOUNT_RANGE: negative, or beyond LIMIT_AMOUNT_FEN. */
const char *amount_check(int64_t fen);
#endif
