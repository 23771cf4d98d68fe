/* 坐标. Job: say what is wrong with a place's longitude and latitude in degrees, or nothing. A reference system is
 * named or the place may be half a kilometre off: GCJ-02 (火星坐标, map picks) is shifted against CGCS2000
 * (国家大地坐标系) in a non-linear way. Values stay as they were sent; nothing is converted. Pure; threads: any. Source
 * of the bounds: schemas/rules/divisions.yaml. */
#ifndef ECOCASE_IDENTIFIERS_COORDINATE_H
#define ECOCASE_IDENTIFIERS_COORDINATE_H
#include "base/bytes.h"

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
#endif
