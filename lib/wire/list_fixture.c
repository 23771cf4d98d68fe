/* Encoded lists of records for tests. */
#include "wire/list_fixture.h"
#include "wire/binary.h"

struct catalogue *catalogue;
struct buffer list;

int load(void **state) {
    (void)state;
    struct fault f;
    buffer_init(&list, 65536);
    return catalogue_load("schemas", &catalogue, &f) == OK ? 0 : -1;
}
int unload(void **state) {
    (void)state;
    buffer_free(&list);
    catalogue_free(catalogue);
    return 0;
}
void put_long(int64_t number) {
    struct fault f;
    assert_int_equal(binary_long(&list, number, &f), OK);
}
void put_text(const char *text) {
    struct fault f;
    assert_int_equal(binary_bytes(&list, bytes_of_cstr(text), &f), OK);
}
void put_party(int kind, const char *type, const char *number, const char *role) {
    put_long(kind);
    put_text("某某");
    put_text(type);
    put_text(number);
    for (int i = 0; i < 3; i++) put_text("");
    put_text(role);
}
struct walk_field listed(int64_t count) {
    return (struct walk_field){.present = true, .at = buffer_view(&list), .number = count};
}
struct submission file(void) {
    struct submission s = {.kind = RECORD_CASE_FILE,
                           .schema = catalogue_newest(catalogue, RECORD_CASE_FILE),
                           .county_code = BYTES_LITERAL("150823")};
    assert_true(instant_parse(BYTES_LITERAL("2026-06-08 10:20"), &s.business_time));
    buffer_clear(&list);
    return s;
}
