/* 传输: how an agency's system puts papers out and gets papers in. The engine knows only these verbs; spool.c (folders
 * of files) is the first transport, others (gateway/) stand before it. One owner, one thread. Names are plain file
 * names. Failures: RETRY passes by itself (disk full, a paper changed while it was read: ask again); REFUSE concerns
 * one paper. */
#ifndef ECOCASE_ADAPTERS_SPOOL_TRANSPORT_H
#define ECOCASE_ADAPTERS_SPOOL_TRANSPORT_H
#include <jansson.h>
#include "base/arena.h"
#include "base/buffer.h"
#include "base/fault.h"
#include "base/uuid.h"

/* 待发文件: one file that the agency put into outbox/, complete: a case file, an attachment, anything. name, size,
 * modified_ns and inode together are its identity. */
struct outbox_file {
    struct bytes name;
    int64_t size, modified_ns;
    uint64_t inode;
    int64_t waited_ms; /* since it was first seen */
    bool readable;     /* a regular file; anything else can only be failed */
    bool in_sent;      /* it was sent and lies in sent/, not in outbox/ */
};
/* Stored in journals: never renumber. */
enum box { BOX_INBOX = 0, BOX_SENT = 1 };
struct outbox_counts {
    int64_t waiting; /* papers put out and not yet taken, complete or not */
    int64_t changes; /* grows when what the transport itself adds to the status is to be written anew */
};

struct transport;
struct transport_verbs {
    void (*close)(struct transport *transport);
    /* readable when `list_complete` may have news; -1: none */
    int (*wake_descriptor)(const struct transport *transport);
    /* Complete papers, oldest first, less those put off. *ret_again_ms: when to ask again at the latest. */
    enum outcome (*list_complete)(struct transport *transport, struct arena *arena, const struct outbox_file **ret,
                                  size_t *ret_count, int64_t *ret_again_ms, struct fault *fault);
    enum outcome (*read)(struct transport *transport, const struct outbox_file *paper, struct buffer *into,
                         struct fault *fault);
    /* Part of a paper, exactly `count` bytes. RETRY/FILE_CHANGED: it is another one by now, or gone. */
    enum outcome (*read_part)(struct transport *transport, const struct outbox_file *paper, int64_t from, uint8_t *ret,
                              size_t count, struct fault *fault);
    /* Finds in sent/ the file once sent as `was`: its name and size, else its inode and size. *ret: as it is now. */
    bool (*find_in_sent)(struct transport *transport, const struct outbox_file *was, struct arena *arena,
                         struct outbox_file *ret);
    /* list_complete leaves it out for so long; 0: look at it again at once. */
    void (*put_off)(struct transport *transport, struct bytes name, int64_t ms);
    /* Moves a paper on; a taken name gets another one. Gone already: OK. Durable after `sync_moved`. */
    enum outcome (*move_to_sent)(struct transport *transport, const struct outbox_file *paper, struct bytes as,
                                 struct fault *fault);
    bool (*sent_taken)(struct transport *transport, const char *name);
    /* Moves the first paper to failed/ with <name>.error = `why`, the others with it; durable on return. */
    enum outcome (*fail)(struct transport *transport, const struct outbox_file *papers, size_t count, struct bytes why,
                         struct fault *fault);
    /* Delivery, in this order: stage all; sync_staged; the journal notes what is staged; reveal all; sync_moved; the
     * journal forgets it. A crash before the first note leaves only staged files, which are forgotten (forget_staged);
     * one after it is finished by revealing once more what the journal has. */
    enum outcome (*stage)(struct transport *transport, const char *staged, struct bytes content, struct fault *fault);
    /* 附件库: a folder of the adapter's own where large papers grow until they are whole; stage_stored stages one,
     * durable as it is. */
    int (*attachments_folder)(const struct transport *transport);
    enum outcome (*stage_stored)(struct transport *transport, const char *staged, const char *stored,
                                 struct fault *fault);
    enum outcome (*sync_staged)(struct transport *transport, struct fault *fault); /* what was staged is durable */
    /* Once is enough: what was revealed, or taken away by the agency since, stays as it is. */
    enum outcome (*reveal)(struct transport *transport, const char *staged, enum box box, const char *name,
                           struct fault *fault);
    /* what was revealed and sent is durable */
    enum outcome (*sync_moved)(struct transport *transport, struct fault *fault);
    enum outcome (*forget_staged)(struct transport *transport, struct fault *fault);
    enum outcome (*write_status)(struct transport *transport, struct bytes json, struct fault *fault);
    struct outbox_counts (*counts)(const struct transport *transport);
};
struct transport {
    const struct transport_verbs *verbs;
};

/* ---- 退件: what is written beside a failed file: {code, field, line, column, zh, en, detail, at, messageId, …}. */
struct rejection {
    struct fault fault;
    struct uuid message_id; /* nil: none yet */
    json_t *more;           /* object with further members (candidates, earlier …) or NULL; owned */
};
/* All faults of the file beside the first, as `faults`: a list of {code, field, line, column, zh, en, detail}. */
void rejection_faults(struct rejection *rejection, const struct fault *all, size_t count);
void rejection_clear(struct rejection *rejection);
struct json_t *rejection_json(const struct rejection *rejection); /* the caller's */
struct bytes rejection_write(const struct rejection *rejection, struct arena *arena);
#endif
