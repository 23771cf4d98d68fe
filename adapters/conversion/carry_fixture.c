/* One case file carried from agency to agency without Kafka, for tests/golden/native.py:
 * adapter_carry SCHEMAS SENDER-PROFILE CASE-FILE ANSWER-TO|- RECEIVER-PROFILE ROLE, the receiver's case file on stdout.
 * Attachments lie beside the case file and keep their names. ANSWER-TO: slug of who sent the cited document. */
#include "adapters/conversion/conversion.h"
#include "base/limits.h"
#include <stdio.h>
#include <stdlib.h>

static const char *const *arguments;
enum { SCHEMAS = 1, SENDER, FILE_NAME, ANSWER_TO, RECEIVER, ROLE, ARGUMENTS };

struct world {
    struct directory *directory;
    struct catalogue *catalogue;
    struct profile *sender, *receiver;
    struct arena *arena;
};
static void world_close(struct world *world) {
    profile_free(world->sender);
    profile_free(world->receiver);
    catalogue_free(world->catalogue);
    directory_free(world->directory);
    arena_free(world->arena);
}

static enum outcome papers_of(struct world *world, const struct draft_view *view, struct attachment **ret,
                              struct fault *fault) {
    const char *slash = strrchr(arguments[FILE_NAME], '/');
    INVARIANT(slash);
    struct attachment *papers = arena_array(world->arena, view->need_count + 1, sizeof *papers);
    for (size_t i = 0; i < view->need_count; i++) {
        AUTO(buffer_free) struct buffer content;
        buffer_init(&content, LIMIT_ATTACHMENTS);
        papers[i].file_name = view->needs[i].file_name;
        const char *path = arena_printf(world->arena, "%.*s/%.*s", (int)(slash - arguments[FILE_NAME]),
                                        arguments[FILE_NAME], BYTES_FMT(papers[i].file_name));
        TRY(buffer_read_file(&content, path, fault));
        papers[i].content = arena_copy(world->arena, buffer_view(&content));
    }
    *ret = papers;
    return OK;
}

static enum outcome send_it(struct world *world, struct buffer *ret_value, struct fault *fault) {
    struct draft *draft = NULL;
    struct draft_view view;
    struct attachment *papers = NULL;
    AUTO(buffer_free) struct buffer native;
    buffer_init(&native, LIMIT_NATIVE_FILE);
    TRY(buffer_read_file(&native, arguments[FILE_NAME], fault));
    struct bytes copy = arena_copy(world->arena, buffer_view(&native));
    TRY(conversion_read(world->sender, strrchr(arguments[FILE_NAME], '/') + 1, copy, world->arena, &draft, fault));
    conversion_view(draft, &view);
    TRY(papers_of(world, &view, &papers, fault));
    struct address address = {.message_id = {{1}},
                              .case_id = {{2}},
                              .referral_id = {{3}},
                              .answer_to = directory_by_slug(world->directory, bytes_of_cstr(arguments[ANSWER_TO]))};
    return conversion_write(world->sender, draft, &address, papers, view.need_count, ret_value, fault);
}

static enum outcome carry(struct world *world, struct fault *fault) {
    AUTO(buffer_free) struct buffer value;
    const struct native_file *files = NULL;
    size_t count = 0;
    struct native_case made;
    const struct inbox_facts facts = {5, 12, arguments[ROLE]};
    buffer_init(&value, LIMIT_VALUE);
    TRY(directory_load(arena_printf(world->arena, "%s/directory.yaml", arguments[SCHEMAS]), &world->directory, fault));
    TRY(catalogue_load(arguments[SCHEMAS], &world->catalogue, fault));
    TRY(profile_load(arguments[SENDER], world->directory, world->catalogue, &world->sender, fault));
    TRY(profile_load(arguments[RECEIVER], world->directory, world->catalogue, &world->receiver, fault));
    TRY(send_it(world, &value, fault));
    TRY(conversion_attachments(world->receiver, buffer_view(&value), facts.role, world->arena, &files, &count, fault));
    struct bytes *names = arena_array(world->arena, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++) names[i] = files[i].name;
    TRY(conversion_render(world->receiver, buffer_view(&value), &facts, names, count, world->arena, &made, fault));
    INVARIANT(fwrite(made.content.at, 1, made.content.count, stdout) == made.content.count);
    return OK;
}

int main(int argc, char **argv) {
    AUTO(world_close) struct world world = {.arena = arena_new(1u << 20, 512u << 20)};
    struct fault fault = {0};
    if (argc != ARGUMENTS) return 2;
    arguments = (const char *const *)argv;
    if (carry(&world, &fault) == OK) return 0;
    fprintf(stderr, "%s %s %u:%u %s\n", fault.code, fault.field, fault.line, fault.column, fault.text);
    return 1;
}
