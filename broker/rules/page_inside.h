/* Inside of broker/judge: writing the rules for people. */
#ifndef ECOCASE_RULES_PAGE_INSIDE_H
#define ECOCASE_RULES_PAGE_INSIDE_H
#include "broker/rules/rules_inside.h"
MUST_USE enum outcome diagram_of(const struct procedure *p, int machine, struct buffer *into, struct fault *fault);
MUST_USE enum outcome page_row(const struct procedure *p, const struct transition *t, struct buffer *into,
                               struct fault *fault);
MUST_USE enum outcome page_thresholds(const struct procedure *p, struct buffer *into, struct fault *fault);
MUST_USE enum outcome page_handling(const struct procedure *p, struct buffer *into, struct fault *fault);
#endif
