/* Help texts, and the nearest of a list of names to what was typed. */
#ifndef ECOCASE_CLI_USAGE_H
#define ECOCASE_CLI_USAGE_H
#include <stdio.h>
/* topic: NULL for all, or the first word of a command. */
void usage_print(FILE *to, const char *topic);
/* names ends with NULL and has at least one; never answers NULL. */
size_t usage_distance(const char *left, const char *right); /* exchanged, added or missing characters */
const char *usage_nearest(const char *typed, const char *const *names);
#endif
