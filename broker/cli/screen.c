/* Terminal, pager, or pipe. */
#include "broker/cli/screen.h"
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct screen screen_open(int lines) {
    struct winsize size = {0};
    const char *pager = getenv("PAGER"), *term = getenv("TERM"), *plain = getenv("NO_COLOR");
    struct screen screen = {.to = stdout};
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || !size.ws_col) return screen;
    screen.width = size.ws_col;
    screen.colour = !(plain && *plain) && term && strcmp(term, "dumb") != 0;
    if (lines <= size.ws_row || (pager && !*pager)) return screen;
    FILE *to = popen(pager ? pager : "less -FRSX", "w");
    if (to) {
        screen.to = to;
        screen.paged = true;
    }
    return screen;
}

void screen_close(struct screen *screen) {
    if (screen->paged) pclose(screen->to);
    else fflush(screen->to);
}
