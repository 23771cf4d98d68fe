/* What a test may ask of the conversion's double (conversion_double.c). */
#ifndef ECOCASE_ADAPTERS_CONVERSION_CONVERSION_DOUBLE_H
#define ECOCASE_ADAPTERS_CONVERSION_CONVERSION_DOUBLE_H
#include <stdbool.h>

/* The double's mask for whatever comes (NULL: all is shown), and whether it refuses to write anything at all. */
struct mask;
struct double_ways {
    const struct mask *mask;
    bool refuses;
};
extern struct double_ways double_ways;
#endif
