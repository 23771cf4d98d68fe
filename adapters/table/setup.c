/* `ecocase-adapter table-setup`: prints the SQL, or runs it. */
#include "adapters/table/link_inside.h"
#include "adapters/table/table.h"
#include "base/limits.h"
#include "wire/reason.h"
#include <stdio.h>

static enum outcome work(const char *path, bool apply, const char *owner, struct table_settings **settings,
                         struct buffer *sql, struct link **link, struct fault *fault) {
    static const atomic_bool never;
    TRY(table_settings_load(path, settings, fault));
    TRY(ddl_write(*settings, sql, fault));
    if (!apply) {
        struct bytes text = buffer_view(sql);
        return fwrite(text.at, 1, text.count, stdout) == text.count ? OK
                                                                    : fault_set(fault, RETRY, "FILE_WRITE", "stdout");
    }
    *link = link_new(*settings, owner, &never);
    TRY(link_connect(*link, fault));
    TRY(buffer_add(sql, bytes_of("", 1), fault));
    return link_script(*link, (const char *)sql->at, fault);
}

int table_setup(const char *path, bool apply, const char *owner) {
    struct table_settings *settings = NULL;
    struct link *link = NULL;
    struct fault fault = {0};
    AUTO(buffer_free) struct buffer sql;
    buffer_init(&sql, 64u * KIB);
    enum outcome outcome = work(path, apply, owner, &settings, &sql, &link, &fault);
    if (outcome != OK)
        fprintf(stderr, "ecocase-adapter: %s · %s: %s\n", reason_find(fault.code)->zh, reason_find(fault.code)->en,
                fault.text);
    else if (apply) printf("已建表 · tables made in schema %s\n", settings->schema);
    link_free(link);
    table_settings_free(settings);
    return outcome == OK ? 0 : 1;
}
