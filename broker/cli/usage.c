/* The help texts; the nearest name by edit distance. */
#include "broker/cli/usage.h"
#include "broker/cli/question.h"
#include <stdint.h>
#include <string.h>

static const char OVERVIEW[] = "ecocase：查询生态案件移送台账 / asks the ledger of ecological case referrals\n"
                               "\n"
                               "用法 usage: ecocase [--postgres CONNINFO] COMMAND [选项 options] [--json]\n"
                               "\n";
static const char LEDGER[] =
    "  ledger list [--state S] [--agency SLUG] [--open] [--limit N]\n"
    "                      移送一览：状态、办理单位、最近届满 / referrals and where they stand\n"
    "                      S：状态代码或中文名（A40、已立案）；SLUG：移送、办理或原移送单位\n"
    "  ledger show ID      一件移送的全部：期限、事件、送达、来源与后续，联合行动的参战单位与发现\n"
    "                      one referral with clocks, events, deliveries, what it grew from and led to; of a joint "
    "operation its bodies\n"
    "                      ID：移送标识或其唯一前缀、案件标识、消息标识，或文号，如 巴环移送〔2026〕15号\n"
    "  ledger overdue      已超期和按字面已届满的期限 / clocks that ran out\n"
    "  ledger alerts [--agency SLUG]\n"
    "                      已发出的期限提醒：将届、超期、升级督办、更正 / alerts by clock that were sent\n"
    "  ledger by-hand [--open] [--agency SLUG]\n"
    "                      待人工送达的文书（--open：尚未送达） / papers for addressees without an inbox\n"
    "  ledger hints [--open] [--agency SLUG]\n"
    "                      应移未移提示：级别、事实与标准、依据（--open：达到标准而尚未移送） / what should have been "
    "referred\n"
    "  ledger duplicates [--open] [--agency SLUG]\n"
    "                      疑似重复：同一当事人、同类案件，九十日内分立两案 / one party in two cases of a kind within "
    "90 days\n"
    "  ledger replay [SCHEMAS] [--check] [--lane N] [--from SERIAL] [--to SERIAL] [--limit N]\n"
    "                      重演台账：逐条重新审核并与台账核对（SCHEMAS 默认 schemas；须以审计用户连接，属于 "
    "ecocase_auditor）\n"
    "                      judges all that was recorded again and compares; needs a role that may read the records, a "
    "member of\n"
    "                      ecocase_auditor. --check: 只列差异 differences only. 退出码 exit: 0 一致 identical, 1 "
    "有差异 differs, 2 无法重演\n"
    "  ledger documents ID [--schemas DIR]\n"
    "                      一件移送的文书与附件：文号、大小、SHA-256、SM3（须以审计用户连接） / its papers and "
    "attachments with their digests;\n"
    "                      needs a member of ecocase_auditor; SM3 of those that travelled in chunks\n"
    "  ledger stats        各程序、状态、单位的数量，泳道 / counts and lanes\n";
static const char AGENCIES[] = "  agencies            参与单位名录 / the participants\n";
static const char DEAD[] =
    "  dead-letters list [--agency SLUG] [--limit N]\n"
    "                      无法读取的消息 / messages that could not be read\n"
    "  dead-letters show LANE/SERIAL\n"
    "                      一封死信：来源、理由、消息头、内容前 256 字节 / one of them, e.g. 3/1207\n";
static const char REFUSALS[] =
    "  refusals list [--agency SLUG] [--limit N]\n"
    "                      退回发送单位的消息及理由 / refused submissions with every reason\n";
static const char REGISTER[] = "  register status     登记簿跟随台账到哪里、落后多少 / how far the register is behind "
                               "the record (exit 1: not followed, or must be "
                               "rebuilt)\n"
                               "  register rebuild [SCHEMAS]\n"
                               "                      由台账重建登记簿，建成后替换 / builds it anew beside the old "
                               "one, then puts it in its place\n"
                               "  register verify [SCHEMAS]\n"
                               "                      由台账全部重算并逐表核对 / makes everything once more from the "
                               "record and compares. exit: 0 一致 identical, 1 "
                               "有差异 differs, 2 无法核对\n"
                               "                      --record、--register "
                               "CONNINFO：台账与登记簿的连接（重建、核对须为 ecocase_register） / both connections\n";
static const char RULES[] =
    "  rules check [DIR]   核对规则（默认 schemas/rules），不需要台账 / checks the rules of a folder; needs no ledger\n"
    "  rules diagram [DIR] 程序状态图（Mermaid） / the state machines as Mermaid\n"
    "  rules procedure [DIR]\n"
    "                      程序一览（Markdown，docs/PROCEDURE.md） / the whole procedure as a page\n";
static const char FOOT[] =
    "\n"
    "选项 options:\n"
    "  --json              JSON 输出 / JSON instead of a table\n"
    "  --limit N           最多行数，默认 50 / at most N rows (default 50)\n"
    "  --schemas DIR       规则与消息定义（replay、documents），默认 schemas / rules and record schemas\n"
    "  --postgres CONNINFO 台账数据库；否则用环境变量 ECOCASE_POSTGRES，再否则读 var/run/ledger.conninfo\n"
    "                      the ledger's database; else $ECOCASE_POSTGRES, else the file var/run/ledger.conninfo\n"
    "  --help, --version\n"
    "\n"
    "退出码 exit status: 0 正常 done, 1 失败 failed or not found, 2 用法错误 wrong usage\n";

void usage_print(FILE *to, const char *topic) {
    static const struct {
        const char *word, *text;
    } parts[] = {{"ledger", LEDGER},     {"agencies", AGENCIES}, {"dead-letters", DEAD},
                 {"refusals", REFUSALS}, {"register", REGISTER}, {"rules", RULES}};
    if (!topic) {
        fputs(OVERVIEW, to);
        questions_usage(to);
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!topic || strcmp(topic, parts[i].word) == 0) fputs(parts[i].text, to);
    }
    fputs(FOOT, to);
}

#define LONGEST 40u
/* The first LONGEST characters as code points: two Chinese characters differ as a whole, not by some of their bytes. */
static size_t points(const char *text, uint32_t ret[LONGEST]) {
    size_t count = 0;
    for (const uint8_t *at = (const uint8_t *)text; *at && count < LONGEST;) {
        uint32_t point = *at++;
        while ((*at & 0xc0) == 0x80) point = point << 8 | *at++;
        ret[count++] = point;
    }
    return count;
}

/* Levenshtein over characters. */
size_t usage_distance(const char *left, const char *right) {
    uint32_t a[LONGEST], b[LONGEST];
    size_t row[LONGEST + 1];
    size_t na = points(left, a), nb = points(right, b);
    for (size_t j = 0; j <= nb; j++) row[j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[nb];
}

const char *usage_nearest(const char *typed, const char *const *names) {
    const char *nearest = names[0];
    for (size_t i = 1; names[i]; i++) {
        if (usage_distance(typed, names[i]) < usage_distance(typed, nearest)) nearest = names[i];
    }
    return nearest;
}
