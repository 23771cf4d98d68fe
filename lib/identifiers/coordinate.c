/* See coordinate.h. */
#include "identifiers/coordinate.h"
#include <strings.h>

static bool system_known(struct bytes system) {
    static const char *const names[] = {
        "CGCS2000",      "国家2000", "2000国家大地坐标系", "GCJ-02", "GCJ02",  "火星坐标",       "WGS84",     "WGS-84",
        "BD-09",         "BD09",     "百度坐标",           "XIAN80", "西安80", "1980西安坐标系", "BEIJING54", "北京54",
        "1954北京坐标系"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (system.count == strlen(names[i]) && strncasecmp((const char *)system.at, names[i], system.count) == 0)
            return true;
    }
    return false;
}

const char *coordinate_check(const struct coordinate *at) {
    if (at->system.count && !system_known(at->system)) return "COORDINATE_SYSTEM";
    bool east = !at->has_longitude || (at->longitude >= -180 && at->longitude <= 180); /* false for NaN too */
    bool north = !at->has_latitude || (at->latitude >= -90 && at->latitude <= 90);
    return east && north ? NULL : "COORDINATE_RANGE";
}

const char *coordinate_remark(const struct coordinate *at) {
    if (at->has_longitude != at->has_latitude) return "COORDINATE_PAIR";
    return at->has_longitude && !at->system.count ? "COORDINATE_SYSTEM_MISSING" : NULL;
}
