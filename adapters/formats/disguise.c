/* Tells what a file really is by its first bytes. The signatures are the formats' own: [MS-CFB] 2.2, [MS-XLS] 2.4.21
 * (BOF of BIFF2 to 8), PKWARE APPNOTE 4.3.7, ISO 32000. */
#include "adapters/formats/disguise.h"
#include <strings.h>

#define LOOK    1024u /* where a workbook in XML names itself */
#define SAVE_ZH "请用表格软件打开，去掉密码，另存为 .xlsx 或 CSV"
#define SAVE_EN "open it in the spreadsheet program, remove the password, save it as .xlsx or CSV"
#define XLS                                                        \
    "旧版 Excel（.xls）工作簿，或加了密码的 Office 文件，" SAVE_ZH \
    " · an old Excel workbook (.xls), or an Office file locked by a password: " SAVE_EN

static const struct {
    const char *magic;
    size_t count;
    const char *meaning;
} signatures[] = {
#define MAGIC(text) text, sizeof text - 1
    {MAGIC("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), XLS},
    {MAGIC("\x09\x08\x10\x00"), XLS},
    {MAGIC("\x09\x08\x08\x00"), XLS},
    {MAGIC("\x09\x04\x06\x00"), XLS},
    {MAGIC("\x09\x02\x06\x00"), XLS},
    {MAGIC("\x09\x00\x04\x00"), XLS},
    {MAGIC("%PDF-"), "PDF 文件，请从业务系统导出数据文件 · a PDF: export the data from the system instead"},
    {MAGIC("\x1f\x8b\x08"), "gzip 压缩文件，请先解压 · a gzip file: unpack it first"},
    {MAGIC("Rar!\x1a\x07"), "RAR 压缩文件，请先解压 · a RAR archive: unpack it first"},
    {MAGIC("7z\xbc\xaf\x27\x1c"), "7z 压缩文件，请先解压 · a 7z archive: unpack it first"},
    {MAGIC("\xff\xd8\xff"),
     "照片（JPEG），应作附件 · a photo (JPEG): it belongs beside a case file, as its attachment"},
    {MAGIC("\x89PNG\r\n\x1a\n"),
     "图片（PNG），应作附件 · a picture (PNG): it belongs beside a case file, as its attachment"}};
static const char zip[] = "PK\x03\x04";

static bool begins(struct bytes file, const char *magic, size_t count) {
    return file.count >= count && memcmp(file.at, magic, count) == 0;
}

static bool mentions(struct bytes file, const char *word) {
    size_t count = strlen(word), most = file.count < LOOK ? file.count : LOOK;
    for (size_t i = 0; i + count <= most; i++) {
        if (strncasecmp((const char *)file.at + i, word, count) == 0) return true;
    }
    return false;
}

static const char *const pages[] = {"<html", "<!doctype html", "<table", "<head", "<meta", "<style"};

/* Systems that export a table for Excel often write a web page, or Excel 2003's XML, and call it .xls. */
static const char *marked_up(struct bytes file, enum format_kind kind) {
    size_t at = begins(file, "\xef\xbb\xbf", 3) ? 3 : 0;
    while (at < file.count && file.at[at] && strchr(" \t\r\n", file.at[at])) at++;
    struct bytes text = bytes_of(file.at + at, file.count - at);
    bool xml = begins(text, "<?xml", 5), page = false;
    for (size_t i = 0; i < sizeof pages / sizeof pages[0] && !page; i++)
        page = text.count >= strlen(pages[i]) && strncasecmp((const char *)text.at, pages[i], strlen(pages[i])) == 0;
    if ((xml || begins(text, "<Workbook", 9)) && mentions(text, "urn:schemas-microsoft-com:office:spreadsheet") &&
        mentions(text, "<Workbook")) {
        return "Excel 2003 的 XML 表格，" SAVE_ZH " · a workbook in the XML of Excel 2003: " SAVE_EN;
    }
    if (page || (xml && mentions(text, "<html"))) return "网页（HTML）表格，" SAVE_ZH " · a web page (HTML): " SAVE_EN;
    return kind == FORMAT_XML || !xml ? NULL
                                      : "XML 文件，配置的 kind 不是 xml · XML, and the profile's kind is another: "
                                        "correct the profile or the export";
}

const char *disguise_of(struct bytes file, enum format_kind kind) {
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
        if (begins(file, signatures[i].magic, signatures[i].count)) return signatures[i].meaning;
    }
    if (begins(file, zip, sizeof zip - 1)) {
        return kind == FORMAT_XLSX ? NULL
                                   : ".xlsx 工作簿或 zip 压缩文件，请改用 kind: xlsx 或先解压 · an .xlsx workbook or a "
                                     "zip file: set kind: xlsx, or unpack it";
    }
    return marked_up(file, kind);
}
