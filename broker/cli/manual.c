/* The man page, the shell's completion and the help of the questions, all from their one table. */
#include <stdio.h>
#include <string.h>
#include "broker/cli/question.h"

static const struct option_text {
    const char *option, *argument, *zh, *en;
    unsigned filter; /* 0: of every question */
} options[] = {
    {"--direction", "D", "方向：正向、反向，或程序代码、名称", "direction: forward, reverse, or a procedure",
     FILTER_DIRECTION},
    {"--agency", "A", "单位：代号或名称", "agency, by slug or name", FILTER_AGENCY},
    {"--category", "C", "案件类别代码", "category", FILTER_CATEGORY},
    {"--county", "C", "县区：名称或代码；整个城市亦可", "county by name or code, or a whole city", FILTER_COUNTY},
    {"--circle", "C", "生态保护圈：代码或名称（线索）", "ecological circle (of clues)", FILTER_CIRCLE},
    {"--state", "S", "状态：代码或名称", "state by code or name", FILTER_STATE},
    {"--open", NULL, "仅未办结的", "only what is open", FILTER_OPEN},
    {"--overdue", NULL, "仅有超期的", "only what is overdue", FILTER_OVERDUE},
    {"--since", "DATE", "自该日起", "from that day on", FILTER_PERIOD},
    {"--until", "DATE", "至该日前", "before that day", FILTER_PERIOD},
    {"--party", "NAME", "当事人姓名或证件号码；须同时写 --reason，将被记录",
     "a party by name or number; with --reason, recorded", FILTER_PARTY},
    {"--reason", "TEXT", "查阅理由", "the reason of a look", FILTER_PARTY},
    {"--number", "N", "文号，或其开头", "a document number or its beginning", FILTER_NUMBER},
    {"--text", "T", "案件名称中的字词", "words of the title", FILTER_TEXT},
    {"--limit", "N", "每页行数，默认 50", "rows of a page (50)", 0},
    {"--after", "MARK", "下一页：上一页末尾所示", "the next page", 0},
    {"--json", NULL, "JSON：rows 与 next", "JSON: rows and next", 0},
    {"--csv", NULL, "CSV，全部行（除非 --limit）", "CSV of every row", 0},
    {"--bom", NULL, "CSV 前加 BOM，供 Excel 使用", "CSV with a BOM, for Excel", 0},
    {"--xlsx", "FILE", "写成 XLSX 文件", "as an XLSX file", 0},
    {"--register", "CONNINFO", "登记簿；否则 ECOCASE_REGISTER，再否则台账的连接",
     "the register; else $ECOCASE_REGISTER, else the ledger's", 0},
};
#define OPTIONS (sizeof options / sizeof *options)
/* Those that are no lists. */
static const struct {
    const char *word, *zh, *en;
} pages[] = {{"show ID", "一案一页：当事人（按权限）、期限、经过、文书、缺件", "one page a case"},
             {"look ID --reason TEXT", "查阅一案的当事人，将被记录", "a case's parties; the look is recorded"}};

void questions_usage(FILE *to) {
    const struct question *q;
    fputs("登记簿 register（以下各命令可用 --json、--csv [--bom]、--xlsx FILE、--limit、--after）:\n", to);
    for (size_t i = 0; (q = question_at(i)); i++)
        fprintf(to, "  %s%s%-*s %s / %s\n", q->word, q->argument ? " " : "", (int)(18 - strlen(q->word)),
                q->argument ? q->argument : "", q->zh, q->en);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        fprintf(to, "  %-19s %s / %s\n", pages[i].word, pages[i].zh, pages[i].en);
    fputs("  筛选 filters:", to);
    for (size_t i = 0; i < OPTIONS; i++) {
        if (options[i].filter)
            fprintf(to, " %s%s%s", options[i].option, options[i].argument ? " " : "",
                    options[i].argument ? options[i].argument : "");
    }
    fputs("\n  help manual（man 手册）、help completion（命令补全） / man page and completion\n\n", to);
}

/* troff wants its dashes and dots escaped. */
static void troff(const char *text) {
    for (; *text; text++) {
        if (*text == '-' || *text == '\\') putchar('\\');
        putchar(*text);
    }
}
void manual_print(void) {
    const struct question *q;
    fputs(".TH ECOCASE 1\n.SH NAME\necocase \\- 查询生态案件登记簿 asks the register of ecological case referrals\n.SH "
          "SYNOPSIS\n.B ecocase\nCOMMAND [OPTIONS]\n.SH COMMANDS\n",
          stdout);
    for (size_t i = 0; (q = question_at(i)); i++) {
        fputs(".TP\n.B ", stdout);
        troff(q->word);
        printf("%s%s\n%s\n%s. ", q->argument ? " " : "", q->argument ? q->argument : "", q->zh, q->en);
        for (size_t o = 0; o < OPTIONS; o++) {
            if (!(options[o].filter & q->filters)) continue;
            troff(options[o].option);
            putchar(' ');
        }
        putchar('\n');
    }
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        fputs(".TP\n.B ", stdout);
        troff(pages[i].word);
        printf("\n%s\n%s\n", pages[i].zh, pages[i].en);
    }
    fputs(".SH OPTIONS\n", stdout);
    for (size_t o = 0; o < OPTIONS; o++) {
        fputs(".TP\n.B ", stdout);
        troff(options[o].option);
        printf("%s%s\n%s\n%s\n", options[o].argument ? " " : "", options[o].argument ? options[o].argument : "",
               options[o].zh, options[o].en);
    }
    fputs(".SH EXIT STATUS\n0 正常 done, 1 失败 failed or not found, 2 用法错误 wrong usage\n", stdout);
}

void completion_print(void) {
    const struct question *q;
    fputs("# bash: source <(ecocase help completion)\n_ecocase() {\n  local word=${COMP_WORDS[COMP_CWORD]} "
          "command=${COMP_WORDS[1]}\n  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W \"show look",
          stdout);
    for (size_t i = 0; (q = question_at(i)); i++) printf(" %s", q->word);
    fputs(" ledger register rules agencies dead-letters help\" -- \"$word\")); return\n  fi\n  case \"$command\" in\n",
          stdout);
    for (size_t i = 0; (q = question_at(i)); i++) {
        printf("    %s) COMPREPLY=($(compgen -W \"", q->word);
        for (size_t o = 0; o < OPTIONS; o++) {
            if (!options[o].filter || (options[o].filter & q->filters)) printf("%s ", options[o].option);
        }
        fputs("\" -- \"$word\")) ;;\n", stdout);
    }
    fputs("    register) COMPREPLY=($(compgen -W \"status rebuild verify\" -- \"$word\")) ;;\n    *) "
          "COMPREPLY=($(compgen -W \"--json --register --reason\" -- \"$word\")) ;;\n  esac\n}\ncomplete -F _ecocase "
          "ecocase\n",
          stdout);
}
