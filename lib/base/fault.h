/* What a fallible call answers, and what the caller does next. An outcome is an instruction, not a description:
 * RETRY back off and repeat; REFUSE this input is bad, record and answer it, go on; UNSURE it may or may not have
 * happened, ask by key before repeating; FATAL stop this process or lane. The caller owns the struct fault; it is
 * written only when the outcome is not OK. `site` is file:line of the first report. Threads: a fault belongs to one
 * thread. */
#ifndef ECOCASE_BASE_FAULT_H
#define ECOCASE_BASE_FAULT_H
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))

enum outcome { OK = 0, RETRY, REFUSE, UNSURE, FATAL };

struct fault {
    enum outcome what;
    const char *site; /* static storage */
    char code[40];    /* a reason code, see wire/reason.h, e.g. "YAML_SYNTAX" */
    char field[96];   /* the field concerned (dotted path) or "" */
    char text[2000];  /* one line for a person, English; no personal data; room for a list of known values */
    uint32_t line;    /* 1-based where there is one, else 0 */
    uint32_t column;  /* 1-based where there is one, else 0 */
};

/* Fills *fault (may be NULL) and returns `what`. The arguments may point into *fault (a fault put again in other
 * words); the text is made one line of valid UTF-8 (base/line.h), whatever it quotes or wherever it was cut, without a
 * full identity number (base/mask.h). */
enum outcome fault_set_at(struct fault *fault, const char *site, enum outcome what, const char *code,
                          const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Adds where in the input it is; returns fault->what, or FATAL when `fault` is NULL. */
enum outcome fault_place(struct fault *fault, const char *field, uint32_t line, uint32_t column);

#define FAULT_STR_(x) #x
#define FAULT_STR(x)  FAULT_STR_(x)
/* Lets the compiler see that what follows a fault is not OK. */
static inline enum outcome fault_as(enum outcome ignored, enum outcome what) {
    (void)ignored;
    return what;
}
#define fault_set(fault, what, code, ...) \
    fault_as(fault_set_at((fault), __FILE__ ":" FAULT_STR(__LINE__), (what), (code), __VA_ARGS__), (what))

/* The one control-flow macro: leave with the outcome unless OK. */
#define TRY(expression)                              \
    do {                                             \
        enum outcome try_outcome_ = (expression);    \
        if (try_outcome_ != OK) return try_outcome_; \
    } while (0)

/* The one clean-up attribute: AUTO(buffer_free) struct buffer *b = NULL;  the function takes a pointer to the variable.
 */
#define AUTO(release) __attribute__((cleanup(release)))

/* A promise about our own code: kept in release builds. Never for outside input. */
_Noreturn void promise_broken(const char *site, const char *promise);
#define INVARIANT(condition)                                                            \
    do {                                                                                \
        if (!(condition)) promise_broken(__FILE__ ":" FAULT_STR(__LINE__), #condition); \
    } while (0)
#endif
