/* 文号与案号, as printed. Job: tell a number of the common pattern from one that is none, 机关代字〔年份〕序号号
 * (巴环移送〔2026〕15号, 包环罚150222〔2025〕6号, （巴）文罚字〔2026〕第3号) or a court's, （年份）法院代字类型序号号
 * ((2026)内08刑初15号). Brackets of any kind around the year, spaces and full-width digits do no harm. Offices number
 * their papers as they like: what does not fit is remarked on, never refused. Pure. */
#ifndef ECOCASE_IDENTIFIERS_DOCUMENT_NUMBER_H
#define ECOCASE_IDENTIFIERS_DOCUMENT_NUMBER_H
#include "base/bytes.h"

struct document_number {
    struct bytes prefix /* view: 巴环移送 */;
    int year;
    int64_t sequence;
    bool court; /* the year comes first */
};
/* False: not of the pattern. */
bool document_number_parse(struct bytes printed, struct document_number *ret);
/* A year in brackets, whichever they are, at the beginning of the text: how many bytes it takes, 0 where none stands.
 */
size_t document_number_year(struct bytes text, int *ret_year);
/* NULL: of the pattern. Else NUMBER_FORM. */
const char *document_number_check(struct bytes printed);
/* 公安案件编号: what begins as one, A or Z and twelve digits or capitals, must be one (23 characters: unit, year,
 * month, four more). Else CASE_NUMBER_FORM. Any other case number is the agency's own affair: NULL. */
const char *case_number_check(struct bytes number);
#endif
