/* See profile_inside.h: the XSD of an XML profile, which lies beside it. */
#include "adapters/spool/name.h"
#include "adapters/conversion/profile/profile_inside.h"
#include "adapters/formats/xml_schema.h"

enum outcome profile_read_schema(struct profile_reading *r, struct setting *from) {
    struct profile *p = r->profile;
    struct fault why = {0};
    const char *name = NULL;
    TRY(setting_text_or(from, "schema", NULL, &name, r->fault));
    if (!name) return OK;
    struct setting *at = setting_get(from, "schema");
    if (!name_plain(bytes_of_cstr(name)))
        return setting_fault(at, r->fault, "SETTINGS_TYPE", "schema: the name of an XSD file beside the profile");
    const char *path = settings_name(p->settings), *slash = strrchr(path, '/');
    path = arena_printf(p->arena, "%.*s%s", slash ? (int)(slash + 1 - path) : 0, path, name);
    if (xml_schema_load(path, &p->schema, &why) != OK) {
        return setting_fault(at, r->fault, "XML_SCHEMA", "%s:%u:%u: %s", name, why.line ? why.line : 1,
                             why.column ? why.column : 1, why.text);
    }
    p->format.schema = p->schema;
    return OK;
}
