/* What a request says in its headers and its query. */
#include "adapters/http/http_inside.h"

const char *asked_header(const struct asked *asked, const char *name) {
    return MHD_lookup_connection_value(asked->connection, MHD_HEADER_KIND, name);
}
const char *asked_query(const struct asked *asked, const char *name) {
    return MHD_lookup_connection_value(asked->connection, MHD_GET_ARGUMENT_KIND, name);
}
