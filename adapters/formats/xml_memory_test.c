/* What libxml2 is given for its memory; how it fares when there is none: torture_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <libxml/xmlmemory.h>
#include "adapters/formats/xml_memory.h"

static void a_piece_keeps_its_bytes_when_it_grows(void **state) {
    (void)state;
    xml_memory_watch();
    char *piece = (char *)xmlMemStrdup("移送");
    piece = xmlRealloc(piece, 1u << 16);
    assert_non_null(piece);
    assert_string_equal(piece, "移送");
    xmlFree(piece);
    assert_false(xml_memory_failed());
}
/* The C library's realloc frees it and answers NULL, as if there were no memory. */
static void a_piece_that_shrinks_to_nothing_is_freed_once(void **state) {
    (void)state;
    xml_memory_watch();
    void *piece = xmlRealloc(xmlMalloc(32), 0);
    assert_non_null(piece);
    assert_false(xml_memory_failed());
    xmlFree(piece);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_piece_keeps_its_bytes_when_it_grows),
                                       cmocka_unit_test(a_piece_that_shrinks_to_nothing_is_freed_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
