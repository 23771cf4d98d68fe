/* Each treatment of one text: what is shown, and that nothing is shown where it cannot be told what to hide. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "adapters/conversion/canonical/mask.h"
#include "identifiers/division.h"

static struct arena *arena;
static struct division_list *divisions;
static int start(void **state) {
    struct fault fault;
    (void)state;
    arena = arena_new(64u << 10, 1u << 20);
    return division_list_load("schemas/rules", &divisions, &fault) == OK ? 0 : -1;
}
static int stop(void **state) {
    (void)state;
    division_list_free(divisions);
    arena_free(arena);
    return 0;
}
static const char *text(struct bytes from) { return arena_cstr(arena, from); }

static void of_a_name_the_family_name_stays(void **state) {
    static const char *const list[] = {"欧阳", "司马"};
    static const struct texts compound = {list, 2};
    static const char *const names[][2] = {{"张三", "张*"},
                                           {"薛某某", "薛*"},
                                           {"乌云其格", "乌*"},
                                           {"阿拉腾其其格", "阿*"},
                                           {"欧阳修", "欧阳*"},
                                           {"司马相如", "司马*"},
                                           {"欧阳", "欧*"},
                                           {"张", "张*"},
                                           {"John Smith", "J*"},
                                           {"阿依古丽·买买提", "阿*"},
                                           {"  王五　", "王*"},
                                           {"", ""},
                                           {"　", ""}};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_string_equal(text(mask_surname(bytes_of_cstr(names[i][0]), &compound, "*", arena)), names[i][1]);
    }
    assert_string_equal(text(mask_surname(BYTES_LITERAL("张三"), &compound, "某", arena)), "张某");
}

static void of_a_number_the_ends_stay(void **state) {
    static const struct {
        const char *number;
        size_t front, back;
        const char *shown;
    } all[] = {{"150821197002020014", 4, 4, "1508**********0014"},
               {"15082119700202002X", 4, 4, "1508**********002X"},
               {"150821700202001", 4, 4, "1508*******2001"},
               {"13812341234", 3, 4, "138****1234"},
               {"0478-0000678", 3, 4, "047*****0678"},
               {"04780000678", 3, 4, "047****0678"},
               {"8234567", 3, 4, "*******"},
               {"82345678", 3, 4, "********"},
               {"1234", 4, 4, "****"},
               {"", 4, 4, ""},
               {"蒙护照一二三四五六七八九", 4, 4, "蒙护照一****六七八九"}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_string_equal(text(mask_middle(bytes_of_cstr(all[i].number), all[i].front, all[i].back, arena)),
                            all[i].shown);
    }
}

static void of_a_free_text_the_numbers_of_persons_are_hidden(void **state) {
    static const char *const all[][2] = {
        {"张三（150821197002020014）", "张三（1508**********0014）"},
        {"身份证15082119700202002X，电话13812341234。", "身份证1508**********002X，电话138****1234。"},
        {"１３８１２３４１２３４", "１３８****１２３４"},
        {"8613812341234、0478-8212345、04788212345", "86138****1234、0478-***2345、0478***2345"},
        {"138 1234 5678", "138 **** 5678"},
        {"卡6222021234567890123", "卡6222***********0123"},
        {"2026年6月8日罚款12345678.90元", "2026年6月8日罚款12345678.90元"},
        {"巴环移送〔2026〕15号", "巴环移送〔2026〕15号"},
        {"A1508230012026060001", "A1508230012026060001"},
        {"107.387123456789012", "107.387123456789012"},
        {"2026-06-08 10:20", "2026-06-08 10:20"},
        {"150823 13812341234", "150823 138****1234"},
        {"12345678901234567890123", "12345678901234567890123"},
        {"12812341234", "12812341234"},
        {"0478-82", "0478-82"},
        {"", ""},
        {"1", "1"},
        {"138 1234 567", "138 1234 567"}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        assert_string_equal(text(mask_numbers(bytes_of_cstr(all[i][0]), arena)), all[i][1]);
}

static void of_an_address_the_county_stays(void **state) {
    static const char *const all[][2] = {{"五原县塔尔湖镇联星村3组12号", "五原县"},
                                         {"内蒙古自治区巴彦淖尔市乌拉特前旗先锋镇", "乌拉特前旗"},
                                         {"某小区3号楼（临河区）", "临河区"},
                                         {"临河区五原县路5号", "临河区"},
                                         {"乌梁素海西岸", ""},
                                         {"巴彦淖尔市", ""},
                                         {"北京市海淀区1号", ""},
                                         {"", ""}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        assert_string_equal(text(mask_county(bytes_of_cstr(all[i][0]), divisions, arena)), all[i][1]);
}

static void of_coordinates_the_grid_stays(void **state) {
    (void)state;
    assert_true(mask_grid(107.38712, 0.01) >= 107.39 && mask_grid(107.38712, 0.01) <= 107.39);
    assert_true(mask_grid(-0.004, 0.01) >= 0 && mask_grid(-0.004, 0.01) <= 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_name_the_family_name_stays), cmocka_unit_test(of_a_number_the_ends_stay),
        cmocka_unit_test(of_a_free_text_the_numbers_of_persons_are_hidden),
        cmocka_unit_test(of_an_address_the_county_stays), cmocka_unit_test(of_coordinates_the_grid_stays)};
    return cmocka_run_group_tests(tests, start, stop);
}
