/* The agency writes {outbox}, {outbox}_file and {outbox}_part and reads {outbox}_outcome and the inbox
 * tables; the adapter may do just what it needs. */
#include "adapters/table/link_inside.h"
#include <string.h>

static const char tables[] =
    "-- ecocase-adapter table-setup: may be run again. 可重复执行\n"
    "BEGIN;\n"
    "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{adapter}') THEN CREATE ROLE {adapter} LOGIN; "
    "END IF; END $$;\n"
    "CREATE SCHEMA IF NOT EXISTS {schema};\n\n"
    "-- 发件表 what the agency sends: the columns of Debezium's outbox router\n"
    "CREATE TABLE IF NOT EXISTS {schema}.{outbox} (\n"
    "  id uuid PRIMARY KEY,                  -- 幂等键 the idempotency key\n"
    "  aggregatetype varchar(255) NOT NULL,\n"
    "  aggregateid varchar(255) NOT NULL,    -- 案件 the case, as the agency calls it\n"
    "  type varchar(255) NOT NULL,\n"
    "  payload {payload});                   -- 案件文件 the case file, in the format of the profile\n"
    "-- 附件 its attachments: in the same transaction as the row\n"
    "CREATE TABLE IF NOT EXISTS {schema}.{outbox}_file (\n"
    "  id uuid NOT NULL REFERENCES {schema}.{outbox} (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,\n"
    "  name text NOT NULL, media text, content bytea, size bigint, PRIMARY KEY (id, name));\n"
    "ALTER TABLE {schema}.{outbox}_file ALTER COLUMN content SET STORAGE EXTERNAL, ALTER COLUMN content DROP NOT NULL, "
    "ADD COLUMN IF NOT EXISTS size bigint;\n"
    "-- 附件分片 a large one: content NULL above, and here its parts, numbered from 1, in the same transaction\n"
    "CREATE TABLE IF NOT EXISTS {schema}.{outbox}_part (\n"
    "  id uuid NOT NULL, name text NOT NULL, part integer NOT NULL CHECK (part > 0), content bytea NOT NULL, PRIMARY "
    "KEY (id, name, part),\n"
    "  FOREIGN KEY (id, name) REFERENCES {schema}.{outbox}_file (id, name) ON DELETE CASCADE DEFERRABLE INITIALLY "
    "DEFERRED);\n"
    "ALTER TABLE {schema}.{outbox}_part ALTER COLUMN content SET STORAGE EXTERNAL;\n"
    "-- 结果 what became of each row; written by trigger and adapter only. writes > seen: to be looked at\n"
    "CREATE TABLE IF NOT EXISTS {schema}.{outbox}_outcome (\n"
    "  id uuid PRIMARY KEY, position bigint GENERATED ALWAYS AS IDENTITY,\n"
    "  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'queued', 'sent', 'accepted', 'refused', "
    "'failed')),\n"
    "  error jsonb, receipt jsonb, conflict jsonb, digest text,\n"
    "  writes integer NOT NULL DEFAULT 1, seen integer NOT NULL DEFAULT 0,\n"
    "  inserted timestamptz NOT NULL DEFAULT clock_timestamp(), changed timestamptz NOT NULL DEFAULT "
    "clock_timestamp());\n"
    "CREATE INDEX IF NOT EXISTS {outbox}_outcome_open ON {schema}.{outbox}_outcome (position) WHERE writes > seen;\n"
    "CREATE OR REPLACE FUNCTION {schema}.{outbox}_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET "
    "search_path = pg_catalog, pg_temp AS $$\n"
    "BEGIN\n"
    "  INSERT INTO {schema}.{outbox}_outcome AS o (id) VALUES (NEW.id) ON CONFLICT (id) DO UPDATE SET writes = "
    "o.writes + 1;\n"
    "  PERFORM pg_notify('{channel}', '');\n"
    "  RETURN NULL;\n"
    "END $$;\n"
    "DROP TRIGGER IF EXISTS {outbox}_written ON {schema}.{outbox};\n";
static const char trigger_all[] =
    "CREATE TRIGGER {outbox}_written AFTER INSERT OR UPDATE ON {schema}.{outbox} FOR EACH ROW EXECUTE FUNCTION "
    "{schema}.{outbox}_written();\n"
    "-- 建表前已有的行 rows that were there before\n"
    "INSERT INTO {schema}.{outbox}_outcome (id) SELECT id FROM {schema}.{outbox} ON CONFLICT DO NOTHING;\n\n";
static const char trigger_of_type[] = "CREATE TRIGGER {outbox}_written AFTER INSERT OR UPDATE ON {schema}.{outbox} FOR "
                                      "EACH ROW WHEN (NEW.aggregatetype = '{type}')\n"
                                      "  EXECUTE FUNCTION {schema}.{outbox}_written();\n"
                                      "-- 建表前已有的行 rows that were there before\n"
                                      "INSERT INTO {schema}.{outbox}_outcome (id) SELECT id FROM {schema}.{outbox} "
                                      "WHERE aggregatetype = '{type}' ON CONFLICT DO NOTHING;\n\n";
static const char inbox[] =
    "-- 收件表 what came: one row a message, position without gaps in the order of delivery\n"
    "CREATE TABLE IF NOT EXISTS {schema}.{inbox} (\n"
    "  position bigint NOT NULL UNIQUE, id uuid PRIMARY KEY, aggregatetype varchar(255) NOT NULL, aggregateid "
    "varchar(255) NOT NULL,\n"
    "  type varchar(255) NOT NULL, payload {payload}, name text NOT NULL,\n"
    "  lane integer NOT NULL, generation bigint NOT NULL, sequence bigint NOT NULL, received timestamptz NOT NULL "
    "DEFAULT clock_timestamp());\n"
    "-- content NULL: a large one, its parts are rows of the _part table; path: where it lies in the adapter's spool "
    "as well\n"
    "CREATE TABLE IF NOT EXISTS {schema}.{inbox}_file (\n"
    "  id uuid NOT NULL REFERENCES {schema}.{inbox} (id) ON DELETE CASCADE, nth integer NOT NULL, name text NOT NULL, "
    "media text,\n"
    "  size bigint NOT NULL, content bytea, path text, parts integer NOT NULL DEFAULT 0, PRIMARY KEY (id, nth));\n"
    "ALTER TABLE {schema}.{inbox}_file ALTER COLUMN content SET STORAGE EXTERNAL, ADD COLUMN IF NOT EXISTS parts "
    "integer NOT NULL DEFAULT 0;\n"
    "-- 附件分片: there before the message's row, gone with it\n"
    "CREATE TABLE IF NOT EXISTS {schema}.{inbox}_part (\n"
    "  id uuid NOT NULL, nth integer NOT NULL, part integer NOT NULL, content bytea NOT NULL,\n"
    "  written timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (id, nth, part));\n"
    "ALTER TABLE {schema}.{inbox}_part ALTER COLUMN content SET STORAGE EXTERNAL;\n"
    "CREATE OR REPLACE FUNCTION {schema}.{inbox}_deleted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET "
    "search_path = pg_catalog, pg_temp AS $$\n"
    "BEGIN\n"
    "  DELETE FROM {schema}.{inbox}_part WHERE id = OLD.id;\n"
    "  RETURN NULL;\n"
    "END $$;\n"
    "DROP TRIGGER IF EXISTS {inbox}_deleted ON {schema}.{inbox};\n"
    "CREATE TRIGGER {inbox}_deleted AFTER DELETE ON {schema}.{inbox} FOR EACH ROW EXECUTE FUNCTION "
    "{schema}.{inbox}_deleted();\n"
    "-- 适配器的标记 the adapter's own marks: how far each lane has come, and the last position\n"
    "CREATE TABLE IF NOT EXISTS {schema}.{inbox}_mark (lane integer PRIMARY KEY, generation bigint NOT NULL, sequence "
    "bigint NOT NULL);\n"
    "CREATE TABLE IF NOT EXISTS {schema}.{inbox}_count (one boolean PRIMARY KEY DEFAULT true CHECK (one), last bigint "
    "NOT NULL DEFAULT 0, agency text);\n"
    "INSERT INTO {schema}.{inbox}_count DEFAULT VALUES ON CONFLICT DO NOTHING;\n\n"
    "GRANT USAGE ON SCHEMA {schema} TO {adapter};\n"
    "GRANT SELECT ON {schema}.{outbox}, {schema}.{outbox}_file, {schema}.{outbox}_part TO {adapter};\n"
    "GRANT SELECT, INSERT, UPDATE ON {schema}.{outbox}_outcome TO {adapter};\n"
    "GRANT SELECT, INSERT ON {schema}.{inbox}, {schema}.{inbox}_file TO {adapter};\n"
    "GRANT SELECT, INSERT, DELETE ON {schema}.{inbox}_part TO {adapter};\n"
    "GRANT SELECT, INSERT, UPDATE ON {schema}.{inbox}_mark TO {adapter};\n"
    "GRANT SELECT, UPDATE ON {schema}.{inbox}_count TO {adapter};\n";
static const char deletes[] = "GRANT DELETE ON {schema}.{outbox} TO {adapter};\n";
static const char agency[] =
    "GRANT USAGE ON SCHEMA {schema} TO {agency};\n"
    "GRANT SELECT, INSERT ON {schema}.{outbox}, {schema}.{outbox}_file, {schema}.{outbox}_part TO {agency};\n"
    "GRANT SELECT ON {schema}.{outbox}_outcome TO {agency};\n"
    "GRANT SELECT, DELETE ON {schema}.{inbox}, {schema}.{inbox}_file TO {agency};\n"
    "GRANT SELECT ON {schema}.{inbox}_part TO {agency};\n";

enum outcome ddl_fill(const struct table_settings *s, const char *text, struct buffer *into, struct fault *fault) {
    const struct {
        const char *word, *value;
    } words[] = {{"{schema}", s->schema},      {"{outbox}", s->outbox},
                 {"{inbox}", s->inbox},        {"{payload}", table_payload_type(s)},
                 {"{channel}", s->channel},    {"{adapter}", s->adapter_role},
                 {"{agency}", s->agency_role}, {"{type}", s->aggregate_type}};
    while (*text) {
        size_t plain = strcspn(text, "{"), i = 0;
        TRY(buffer_add(into, bytes_of(text, plain), fault));
        text += plain;
        if (!*text) break;
        while (i < sizeof words / sizeof words[0] &&
               (!words[i].value || strncmp(text, words[i].word, strlen(words[i].word)) != 0))
            i++;
        INVARIANT(i < sizeof words / sizeof words[0]);
        TRY(buffer_add_cstr(into, words[i].value, fault));
        text += strlen(words[i].word);
    }
    return OK;
}

enum outcome ddl_write(const struct table_settings *s, struct buffer *into, struct fault *fault) {
    TRY(ddl_fill(s, tables, into, fault));
    TRY(ddl_fill(s, s->aggregate_type ? trigger_of_type : trigger_all, into, fault));
    TRY(ddl_fill(s, inbox, into, fault));
    if (s->delete_after_days) TRY(ddl_fill(s, deletes, into, fault));
    if (s->agency_role) TRY(ddl_fill(s, agency, into, fault));
    return buffer_add_cstr(into, "COMMIT;\n", fault);
}
