/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/shown.h"

static void check(const char *text, const char *clean)
{
	char shown[256];

	snprintf(shown, sizeof(shown), "%s", text);
	shown_clean(shown);
	assert_string_equal(shown, clean);
	assert_true(shown_as_is(shown, strlen(shown)));
	assert_int_equal(shown_as_is(text, strlen(text)), !strcmp(text, clean));
}

static void text_in_any_language_is_shown_as_it_is(void **state)
{
	(void)state;
	check("", "");
	check("restart-web \\ 'x' ~", "restart-web \\ 'x' ~");
	check("重启 ☕ é שלום سلام 👍🏽",
	      "重启 ☕ é שלום سلام 👍🏽");
	check("\xc2\xa0\xef\xbf\xbd", "\xc2\xa0\xef\xbf\xbd"); /* no-break space, U+FFFD */
}

static void white_space_becomes_a_space_and_the_rest_a_question_mark(void **state)
{
	(void)state;
	check("a\tb\nc\rd\ve\ff", "a b c d e f");
	check("a\xc2\x85"
	      "b\xe2\x80\xa8"
	      "c\xe2\x80\xa9"
	      "d",
	      "a b c d");
	check("\x1b[31m\x7f\x08\x01", "?[31m???");
	check("\xc2\x80\xc2\x9b"
	      "31m\xc2\x9f",
	      "??31m?");
}

static void what_hides_or_turns_text_is_not_shown(void **state)
{
	static const uint32_t characters[] = {
		0xad,	 0x61c,	   0x180e,   0x200b,  0x200c,  0x200d,	0x200e,	 0x200f,  0x202a,
		0x202b,	 0x202c,   0x202d,   0x202e,  0x2060,  0x2066,	0x2067,	 0x2068,  0x2069,
		0x206a,	 0x206f,   0xfdd0,   0xfdef,  0xfeff,  0xfff9,	0xfffb,	 0xfffe,  0xffff,
		0x34f,	 0x115f,   0x1160,   0x17b4,  0x17b5,  0x180b,	0x180d,	 0x180f,  0x2800,
		0x3164,	 0xfe00,   0xfe0f,   0xffa0,  0xfff0,  0x13430, 0x13440, 0x1bca0, 0x1bca3,
		0x1d173, 0x1d17a,  0xe0080,  0xe0100, 0xe01ef, 0xe0fff, 0x1fffe, 0x1ffff, 0xe0001,
		0xe007f, 0x10fffe, 0x10ffff,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(characters) / sizeof(characters[0]); i++) {
		uint32_t c = characters[i];
		char text[8];

		if (c < 0x800)
			snprintf(text, sizeof(text), "a%c%cb", (int)(0xc0 | c >> 6),
				 (int)(0x80 | (c & 0x3f)));
		else if (c < 0x10000)
			snprintf(text, sizeof(text), "a%c%c%cb", (int)(0xe0 | c >> 12),
				 (int)(0x80 | (c >> 6 & 0x3f)), (int)(0x80 | (c & 0x3f)));
		else
			snprintf(text, sizeof(text), "a%c%c%c%cb", (int)(0xf0 | c >> 18),
				 (int)(0x80 | (c >> 12 & 0x3f)), (int)(0x80 | (c >> 6 & 0x3f)),
				 (int)(0x80 | (c & 0x3f)));
		check(text, "a?b");
	}
}

static void each_byte_that_is_not_utf8_is_one_question_mark(void **state)
{
	(void)state;
	check("\xff\xfe", "??");
	check("DM123\xff"
	      "456",
	      "DM123?456");
	check("\xc0\x9b", "??");	   /* an overlong U+001B */
	check("\xe0\x82\x9b", "???");	   /* an overlong U+009B */
	check("\xed\xa0\x80", "???");	   /* a surrogate */
	check("\xf4\x90\x80\x80", "????"); /* beyond the last plane */
	check("\xe4\xb8x", "??x");
	check("a\xe4\xb8", "a??");
}

static void a_half_character_is_taken_off_the_end(void **state)
{
	static const char *const texts[][2] = {
		{"", ""},
		{"ab", "ab"},
		{"a重", "a重"},
		{"a\xe9\x87", "a"},
		{"a\xe9", "a"},
		{"a\xf0\x9f\x91", "a"},
		{"\xf0\x9f\x91\x8d", "\xf0\x9f\x91\x8d"},
		{"a\x80\x80\x80\x80\x80", "a\x80\x80\x80\x80\x80"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char text[16];

		snprintf(text, sizeof(text), "%s", texts[i][0]);
		shown_drop_half(text);
		assert_string_equal(text, texts[i][1]);
	}
}

static void it_is_appended_behind_what_is_there(void **state)
{
	struct buf buf = {0};

	(void)state;
	assert_int_equal(shown_append(&buf, "a\xc2\x9b"), 0);
	assert_int_equal(shown_append(&buf, "b\n"), 0);
	assert_string_equal(buf.data, "a?b ");
	assert_int_equal(buf.size, 4);
	buf_finish(&buf);
}

static void the_line_feeds_of_lines_stay(void **state)
{
	char text[] = "a\x1b\nb\r\n\xc2\x85";

	(void)state;
	shown_clean_lines(text);
	assert_string_equal(text, "a?\nb \n ");
}

static void an_error_shows_no_foreign_text_as_it_is(void **state)
{
	char long_text[3 * ERR_TEXT_MAX] = "x";
	struct err err = {0};

	(void)state;
	err_set(&err, EINVAL, "%s",
		"no\xc2\x85what_to_do: rm\xe2\x80\xa8x \xc2\x9b"
		"31m");
	assert_string_equal(err.text, "no what_to_do: rm x ?31m");
	err_context(&err, "%s", "\x1b[2Ja.yaml");
	assert_string_equal(err.text, "?[2Ja.yaml: no what_to_do: rm x ?31m");
	err_detail(&err, "error_msg", "%s", "a\nerrno: 0\xe2\x80\xae");
	assert_string_equal(err.details, "error_msg: a errno: 0?\n");
	for (int i = 0; i < ERR_TEXT_MAX / 2; i++)
		strcat(long_text, "中");
	err_set(&err, EINVAL, "%s", long_text);
	assert_int_equal(strlen(err.text), 1 + (ERR_TEXT_MAX - 2) / 3 * 3);
	assert_true(shown_as_is(err.text, strlen(err.text)));
	for (int i = 0; i < 8; i++)
		err_detail(&err, "k", "%s", long_text);
	assert_int_equal(err.details[strlen(err.details) - 1], '\n');
	assert_null(strchr(err.details, '?'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_in_any_language_is_shown_as_it_is),
		cmocka_unit_test(white_space_becomes_a_space_and_the_rest_a_question_mark),
		cmocka_unit_test(what_hides_or_turns_text_is_not_shown),
		cmocka_unit_test(each_byte_that_is_not_utf8_is_one_question_mark),
		cmocka_unit_test(a_half_character_is_taken_off_the_end),
		cmocka_unit_test(it_is_appended_behind_what_is_there),
		cmocka_unit_test(the_line_feeds_of_lines_stay),
		cmocka_unit_test(an_error_shows_no_foreign_text_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
