/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/escape.h"

static void check(const char *text, const char *escaped)
{
	struct buf buf = {0};

	assert_int_equal(escape_append(&buf, text), 0);
	assert_string_equal(buf.data ? buf.data : "", escaped);
	if (buf.data) {
		escape_undo(buf.data);
		assert_string_equal(buf.data, text);
	}
	buf_finish(&buf);
}

static void control_characters_and_backslashes_are_escaped(void **state)
{
	(void)state;
	check("", "");
	check("sub/a.yaml", "sub/a.yaml");
	check("a\tb\nc\rd\x1b", "a\\011b\\012c\\015d\\033");
	check("\\", "\\134");
	check("\x7f", "\\177");
	check("重启 ☕", "重启 ☕");
	check("\xff\xfe", "\\377\\376");
	check("a\xc2\x9b"
	      "b\xe2\x80\xae",
	      "a\\302\\233b\\342\\200\\256");
	check("\xe4\xb8", "\\344\\270");
}

static void every_byte_comes_back(void **state)
{
	char text[256];

	(void)state;
	for (int i = 0; i < 255; i++)
		text[i] = (char)(i + 1);
	text[255] = '\0';
	for (size_t i = 0; i < 255; i++) {
		struct buf buf = {0};

		assert_int_equal(escape_append(&buf, text + i), 0);
		assert_null(strchr(buf.data, '\n'));
		assert_null(strchr(buf.data, '\t'));
		escape_undo(buf.data);
		assert_string_equal(buf.data, text + i);
		buf_finish(&buf);
	}
}

static void what_is_no_escape_stays(void **state)
{
	static const char *const texts[] = {"\\", "\\0", "\\01", "\\400", "\\08x", "\\x41", "a\\"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char text[8];

		strcpy(text, texts[i]);
		escape_undo(text);
		assert_string_equal(text, texts[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_characters_and_backslashes_are_escaped),
		cmocka_unit_test(every_byte_comes_back),
		cmocka_unit_test(what_is_no_escape_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
