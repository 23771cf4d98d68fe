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
    OPTION_LIMIT,
    OPTION_LANE,
    OPTION_FROM,
    OPTION_TO,
    OPTION_CHECK,
    OPTION_JSON,
    OPTION_OPEN,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_COUNT
};
static const char *const names[OPTION_COUNT + 1] = {
    "--postgres", "--record", "--register", "--state", "--agency", "--schemas", "--limit",   "--lane",
    "--from",     "--to",     "--check",    "--json",  "--open",   "--help",    "--version", NULL};
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

static bool apply(struct request *request, enum option option, const char *value) {
    switch (option) {
    case OPTION_POSTGRES: request->postgres = value; return true;
    case OPTION_RECORD: request->record = value; return true;
    case OPTION_REGISTER: request->reg = value; return true;
    case OPTION_STATE: request->state = value; return true;
    case OPTION_AGENCY: request->agency = value; return true;
    case OPTION_SCHEMAS: request->schemas = value; return true;
    case OPTION_LIMIT: return set_number(names[option], 1, LIMIT_MAX, value, &request->limit);
    case OPTION_LANE: return set_number(names[option], 0, LIMIT_LANES - 1, value, &request->lane);
    case OPTION_FROM: return set_number(names[option], 1, LONG_MAX, value, &request->from);
    case OPTION_TO: return set_number(names[option], 1, LONG_MAX, value, &request->to);
    case OPTION_CHECK: return request->check = true;
    case OPTION_JSON: return request->json = true;
    case OPTION_OPEN: return request->open = true;
    case OPTION_HELP: return request->help = true;
    case OPTION_VERSION: return request->version = true;
    case OPTION_COUNT: break;
    }
    return false;
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
