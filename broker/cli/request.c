/* Words and options of a command line, each in its place or named as wrong. */
#include "broker/cli/request.h"
#include "base/fault.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/limits.h"
#include "broker/cli/usage.h"

#define LIMIT_MAX     100000L
#define DEFAULT_LIMIT 50L

enum option {
    OPTION_POSTGRES,
    OPTION_RECORD,
    OPTION_REGISTER,
    OPTION_STATE,
    OPTION_AGENCY,
    OPTION_SCHEMAS,
    OPTION_DIRECTION,
    OPTION_CATEGORY,
    OPTION_COUNTY,
    OPTION_CIRCLE,
    OPTION_SINCE,
    OPTION_UNTIL,
    OPTION_PARTY,
    OPTION_REASON,
    OPTION_NUMBER,
    OPTION_TEXT,
    OPTION_AFTER,
    OPTION_XLSX,
    OPTION_LIMIT,
    OPTION_LANE,
    OPTION_FROM,
    OPTION_TO,
    OPTION_CHECK,
    OPTION_JSON,
    OPTION_CSV,
    OPTION_BOM,
    OPTION_OVERDUE,
    OPTION_OPEN,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_COUNT
};
static const char *const names[OPTION_COUNT + 1] = {
    "--postgres", "--record", "--register", "--state", "--agency", "--schemas", "--direction", "--category",
    "--county",   "--circle", "--since",    "--until", "--party",  "--reason",  "--number",    "--text",
    "--after",    "--xlsx",   "--limit",    "--lane",  "--from",   "--to",      "--check",     "--json",
    "--csv",      "--bom",    "--overdue",  "--open",  "--help",   "--version", NULL};
static bool takes_value(enum option option) { return option <= OPTION_TO; }

static enum option find(const char *argument, size_t count) {
    if (count == 2 && strncmp(argument, "-h", 2) == 0) return OPTION_HELP;
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (strlen(names[i]) == count && strncmp(names[i], argument, count) == 0) return (enum option)i;
    }
    return OPTION_COUNT;
}

static bool set_number(const char *name, long least, long most, const char *value, long *ret) {
    char *end = NULL;
    INVARIANT(value); /* takes_value */
    *ret = strtol(value, &end, 10);
    if (end != value && *end == '\0' && *ret >= least && *ret <= most) return true;
    fprintf(stderr, "ecocase: %s 应为 %ld 至 %ld 的整数 / %s must be a number from %ld to %ld: %s\n", name, least, most,
            name, least, most, value);
    return false;
}

/* Where the texts go. */
#define PLACE(member) offsetof(struct request, member)
static const size_t places[OPTION_LIMIT] = {
    [OPTION_POSTGRES] = PLACE(postgres),   [OPTION_RECORD] = PLACE(record),     [OPTION_REGISTER] = PLACE(reg),
    [OPTION_STATE] = PLACE(state),         [OPTION_AGENCY] = PLACE(agency),     [OPTION_SCHEMAS] = PLACE(schemas),
    [OPTION_DIRECTION] = PLACE(direction), [OPTION_CATEGORY] = PLACE(category), [OPTION_COUNTY] = PLACE(county),
    [OPTION_CIRCLE] = PLACE(circle),       [OPTION_SINCE] = PLACE(since),       [OPTION_UNTIL] = PLACE(until),
    [OPTION_PARTY] = PLACE(party),         [OPTION_REASON] = PLACE(reason),     [OPTION_NUMBER] = PLACE(number),
    [OPTION_TEXT] = PLACE(text),           [OPTION_AFTER] = PLACE(after),       [OPTION_XLSX] = PLACE(xlsx)};

static bool apply(struct request *request, enum option option, const char *value) {
    if (option <= OPTION_XLSX) {
        *(const char **)((char *)request + places[option]) = value;
        return true;
    }
    switch ((int)option) { /* the texts are done */
    case OPTION_LIMIT: request->limited = true; return set_number(names[option], 1, LIMIT_MAX, value, &request->limit);
    case OPTION_LANE: return set_number(names[option], 0, LIMIT_LANES - 1, value, &request->lane);
    case OPTION_FROM: return set_number(names[option], 1, LONG_MAX, value, &request->from);
    case OPTION_TO: return set_number(names[option], 1, LONG_MAX, value, &request->to);
    case OPTION_CHECK: return request->check = true;
    case OPTION_CSV: return request->csv = true;
    case OPTION_BOM: return request->bom = true;
    case OPTION_OVERDUE: return request->overdue = true;
    case OPTION_JSON: return request->json = true;
    case OPTION_OPEN: return request->open = true;
    case OPTION_HELP: return request->help = true;
    case OPTION_VERSION: return request->version = true;
    default: return false;
    }
}

static bool parse_option(int argc, char **argv, int *at, struct request *ret) {
    const char *argument = argv[*at], *equals = strchr(argument, '=');
    size_t count = equals ? (size_t)(equals - argument) : strlen(argument);
    enum option option = find(argument, count);
    if (option == OPTION_COUNT) {
        fprintf(stderr, "ecocase: 没有选项 %s，是否指 %s？/ no option %s; nearest: %s\n", argument,
                usage_nearest(argument, names), argument, usage_nearest(argument, names));
        return false;
    }
    const char *value = equals ? equals + 1 : NULL;
    if (!takes_value(option) && value) {
        fprintf(stderr, "ecocase: %s 不带值 / %s takes no value\n", names[option], names[option]);
        return false;
    }
    if (takes_value(option) && !value) value = *at + 1 < argc ? argv[++*at] : NULL;
    if (takes_value(option) && !value) {
        fprintf(stderr, "ecocase: %s 缺少值 / %s needs a value\n", names[option], names[option]);
        return false;
    }
    return apply(ret, option, value);
}

bool request_parse(int argc, char **argv, struct request *ret) {
    *ret = (struct request){.limit = DEFAULT_LIMIT, .lane = -1, .schemas = "schemas"};
    bool words_only = false;
    for (int i = 1; i < argc; i++) {
        if (!words_only && strcmp(argv[i], "--") == 0) words_only = true;
        else if (!words_only && argv[i][0] == '-' && argv[i][1] != '\0') {
            if (!parse_option(argc, argv, &i, ret)) return false;
        } else if (ret->word_count == sizeof ret->words / sizeof *ret->words) {
            fprintf(stderr, "ecocase: 参数太多 / too many words: %s\n", argv[i]);
            return false;
        } else {
            ret->words[ret->word_count++] = argv[i];
        }
    }
    return true;
}
