/* The word of a .cpg file: the names that mean our encodings. */
#include "adapters/formats/codepage.h"
#include <strings.h>

#define WORD 24u
static const char *const gb18030[] = {"936",     "CP936",      "MS936",   "GBK",      "GB2312",
                                      "GB18030", "EUCCN",      "54936",   "CP54936",  "ANSI936",
                                      "OEM936",  "WINDOWS936", "LDID/77", "LDID/122", NULL};
static const char *const utf8[] = {"UTF8", "65001", "CP65001", NULL};

struct bytes codepage_text(enum format_encoding encoding) {
    return encoding == ENCODING_GB18030 ? BYTES_LITERAL("936\n") : BYTES_LITERAL("UTF-8\n");
}

/* The first line, without what makes no difference. False: too long for any. */
static bool word_of(struct bytes text, char ret[WORD + 1]) {
    static const char mark[] = "\xef\xbb\xbf";
    size_t count = 0, at = text.count >= 3 && memcmp(text.at, mark, 3) == 0 ? 3 : 0;
    for (; at < text.count && text.at[at] != '\n' && text.at[at] != '\r'; at++) {
        if (strchr(" \t-_", text.at[at]) && text.at[at]) continue;
        if (count == WORD || text.at[at] < 0x20 || text.at[at] > 0x7e) return false;
        ret[count++] = (char)text.at[at];
    }
    ret[count] = 0;
    return true;
}

enum outcome codepage_check(enum format_encoding encoding, struct bytes text, struct fault *fault) {
    char word[WORD + 1] = "";
    bool plain = word_of(text, word);
    for (const char *const *name = encoding == ENCODING_GB18030 ? gb18030 : utf8; plain && *name; name++) {
        if (strcasecmp(word, *name) == 0) return OK;
    }
    fault_set(fault, REFUSE, "DBF_SYNTAX",
              "the .cpg file beside the table names %s, not the encoding of the agency's profile (%s)",
              plain && word[0] ? word : "no code page", encoding == ENCODING_GB18030 ? "GB18030" : "UTF-8");
    return fault_place(fault, ".cpg", 1, 1);
}
