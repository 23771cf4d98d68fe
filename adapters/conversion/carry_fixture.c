/* Case files carried from agency to agency without Kafka, for tests/golden: adapter_carry SCHEMAS reads from stdin, a
 * line each, SENDER-PROFILE CASE-FILE ANSWER-TO|- RECEIVER-PROFILE|- ROLE INTO, parted by tabs; writes the receiver's
 * case file (with - the canonical record; from sender - CASE-FILE is one) to INTO and answers with a line: empty, or
 * what was wrong. Many in one process, since profiles and schemas take longer to load than a paper to carry.
 * Attachments lie beside the case file and keep their names. ANSWER-TO: slug of who sent the cited document. */
#include "adapters/conversion/conversion.h"
#include "base/limits.h"
#include <stdio.h>
#include <stdlib.h>

enum { SENDER, FILE_NAME, ANSWER_TO, RECEIVER, ROLE, INTO, ARGUMENTS };
static const char *arguments[ARGUMENTS]; /* of the present paper */

enum { MAX_PROFILES = 64 };
struct world {
    struct directory *directory;
    struct catalogue *catalogue;
    struct arena *arena; /* of the present paper */
    struct known_profile {
        char *path;
        struct profile *profile;
    } profiles[MAX_PROFILES];
    size_t profile_count;
    const struct profile *sender, *receiver;
};
static void world_close(struct world *world) {
    for (size_t i = 0; i < world->profile_count; i++) {
        profile_free(world->profiles[i].profile);
        free(world->profiles[i].path);
    }
    catalogue_free(world->catalogue);
    directory_free(world->directory);
    arena_free(world->arena);
}

static enum outcome profile_at(struct world *world, const char *path, const struct profile **ret, struct fault *fault) {
    size_t at = 0;
    while (at < world->profile_count && strcmp(world->profiles[at].path, path) != 0) at++;
    if (at == world->profile_count) {
        INVARIANT(at < MAX_PROFILES);
        struct profile *profile = NULL;
        TRY(profile_load(path, world->directory, world->catalogue, &profile, fault));
        world->profiles[world->profile_count++] = (struct known_profile){strdup(path), profile};
        INVARIANT(world->profiles[at].path);
    }
    *ret = world->profiles[at].profile;
    return OK;
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

static enum outcome put(struct bytes content) {
    FILE *into = fopen(arguments[INTO], "wb");
    INVARIANT(into && fwrite(content.at, 1, content.count, into) == content.count && fclose(into) == 0);
    return OK;
}

static enum outcome carry(struct world *world, struct fault *fault) {
    AUTO(buffer_free) struct buffer value;
    const struct native_file *files = NULL;
    size_t count = 0;
    struct native_case made;
    const struct inbox_facts facts = {5, 12, arguments[ROLE]};
    buffer_init(&value, LIMIT_VALUE);
    if (strcmp(arguments[SENDER], "-") == 0) {
        TRY(buffer_read_file(&value, arguments[FILE_NAME], fault));
    } else {
        TRY(profile_at(world, arguments[SENDER], &world->sender, fault));
        TRY(send_it(world, &value, fault));
    }
    if (strcmp(arguments[RECEIVER], "-") == 0) return put(buffer_view(&value));
    TRY(profile_at(world, arguments[RECEIVER], &world->receiver, fault));
    TRY(conversion_attachments(world->receiver, buffer_view(&value), facts.role, world->arena, &files, &count, fault));
    struct bytes *names = arena_array(world->arena, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++) names[i] = files[i].name;
    TRY(conversion_render(world->receiver, buffer_view(&value), &facts, names, count, world->arena, &made, fault));
    return put(made.content);
}

/* The line's parts, in its place. */
static void split(char *line) {
    line[strcspn(line, "\n")] = '\0';
    for (size_t i = 0; i < ARGUMENTS; i++) {
        arguments[i] = strsep(&line, "\t");
        INVARIANT(arguments[i]);
    }
    INVARIANT(!line);
}

static void say(const struct fault *fault) {
    printf("%s %s %u:%u %s\n", fault->code, fault->field, fault->line, fault->column, fault->text);
}

static enum outcome open_world(struct world *world, const char *schemas, struct fault *fault) {
    TRY(directory_load(arena_printf(world->arena, "%s/directory.yaml", schemas), &world->directory, fault));
    return catalogue_load(schemas, &world->catalogue, fault);
}

int main(int argc, char **argv) {
    AUTO(world_close) struct world world = {.arena = arena_new(1u << 20, 512u << 20)};
    struct fault fault = {0};
    if (argc != 2) return 2;
    if (open_world(&world, argv[1], &fault) != OK) {
        say(&fault);
        return 1;
    }
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, stdin) > 0) {
        fault = (struct fault){0};
        arena_reset(world.arena);
        split(line);
        if (carry(&world, &fault) == OK) putchar('\n');
        else say(&fault);
    }
    free(line);
    return fflush(stdout) == 0 ? 0 : 1;
}
