/* Unmapped names that are no strangers to what is mapped: one that looks like a name which the file then lacks is
 * refused, for either its value would be lost or who reported would leave in the open; one that by its name belongs to
 * who reported, or to what is withheld, is closed as they are (decision 0110). */
#include "adapters/conversion/mapping/map.h"
#include "base/alike.h"

/* The name without the sign of an attribute. */
static struct bytes bare(struct bytes name) {
    bool attribute = name.count && name.at[0] == '@';
    return bytes_of(name.at + attribute, name.count - attribute);
}

static struct bytes name_at(const struct map_reading *reading, uint32_t place) {
    return numbering_name(reading->profile->numbering, reading->message->places->at[place].number);
}

enum outcome map_near(const struct map_reading *reading, const struct node *node, uint32_t around) {
    const struct mapped_places *places = reading->message->places;
    for (uint32_t at = places->at[around].first; at; at = places->at[at].next) {
        struct bytes meant = name_at(reading, at);
        if (!alike(node->name, meant) || node_numbered(node->parent, places->at[at].number)) continue;
        return fault_set(reading->fault, REFUSE, "FIELD_NAME",
                         "\"%.*s\" is not mapped and looks like \"%.*s\", which is", BYTES_FMT(node->name),
                         BYTES_FMT(meant));
    }
    return OK;
}

/* ---- by its name. Of a name as long as a file may be, the beginning counts: thousands of values may stand below it.
 */
#define NAME_JUDGED 300u
bool map_names_reporter(const struct map_reading *reading, struct bytes name) {
    static const char *const words[] = {"举报人",   "举报者",      "举报电话",   "举报手机", "投诉人",
                                        "投诉者",   "检举人",      "控告人",     "反映人",   "信访人",
                                        "来访人",   "来电人",      "来信人",     "上访人",   "爆料人",
                                        "报料人",   "线索提供人",  "提供线索人", "来电号码", "jubaoren",
                                        "reporter", "complainant", "informant",  "informer", "whistleblower"};
    if (!(reading->message->record & IN_CLUE)) return false;
    if (name.count > NAME_JUDGED) name.count = NAME_JUDGED;
    if (alike_begins(name, BYTES_LITERAL("jbr"))) return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (alike_holds(name, bytes_of_cstr(words[i]), BYTES_LITERAL("被"))) return true;
    }
    return false;
}

/* What columns of one thing begin with: 举报人_ of 举报人_姓名, contact of contactName; none: it has no such
 * part. */
static struct bytes stem_of(struct bytes name) {
    for (size_t i = 1; i < name.count; i++) {
        bool small = name.at[i - 1] >= 'a' && name.at[i - 1] <= 'z', great = name.at[i] >= 'A' && name.at[i] <= 'Z';
        if (memchr("_-./: ", name.at[i], 6) || (small && great)) return bytes_of(name.at, i);
    }
    return BYTES_NONE;
}

/* More than one character of Chinese, or three letters. */
static bool long_enough(struct bytes name) { return name.count > 3 || (name.count == 3 && name.at[0] < 0x80); }

/* No field that leaves in the open has a name of that stem. */
static bool closed_alone(const struct map_reading *reading, uint32_t around, struct bytes stem) {
    const struct mapped_places *places = reading->message->places;
    for (uint32_t at = places->at[around].first; at; at = places->at[at].next) {
        bool open = places->at[at].closed == MAPPED_OPEN && !places->at[at].about;
        if (open && alike_begins(bare(name_at(reading, at)), stem)) return false;
    }
    return true;
}

enum mapped_closed map_closed_beside(const struct map_reading *reading, const struct node *node, uint32_t around) {
    const struct mapped_places *places = reading->message->places;
    const struct bytes name = bare(node->name);
    if (map_names_reporter(reading, name)) return MAPPED_REPORTER;
    for (uint32_t at = places->at[around].first; at; at = places->at[at].next) {
        if (places->at[at].closed == MAPPED_OPEN) continue;
        struct bytes whole = bare(name_at(reading, at)), stem = stem_of(whole);
        bool begins = long_enough(whole) && alike_begins(name, whole);
        if (begins || (stem.count && alike_begins(name, stem) && closed_alone(reading, around, stem)))
            return places->at[at].closed;
    }
    return MAPPED_OPEN;
}
