/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "bounds/api.h"
#include "bounds/job.h"
#include "job/comments.h"

#define DOCUMENT "meta: {name: a}\nsteps: [{name: b, task: c}]\n"

/* The attribute that a text sets, and its value; value NULL: it sets none. */
struct said {
	const char *text;
	enum attr attr;
	const char *value;
};

static void must_say(const struct said *row)
{
	_cleanup_comments_ struct comments comments = {0};
	_cleanup_buf_ struct buf text = {0};
	struct err err = {0};

	assert_int_equal(buf_printf(&text, "%s" DOCUMENT, row->text), 0);
	if (comments_read(text.data, text.size, &comments, &err) != 0)
		fail_msg("%s: %s", row->text, err.text);
	for (int i = 0; i < ATTR_COUNT; i++) {
		const char *value = comments.set.value[i];

		if (!row->value || i != (int)row->attr) {
			if (value)
				fail_msg("%s: says %s", row->text, value);
		} else if (!value || strcmp(value, row->value) != 0) {
			fail_msg("%s: says %s", row->text, value ? value : "nothing");
		}
	}
	assert_int_equal(comments.set.explicit, 0);
}

static void each_attribute_can_be_said(void **state)
{
	static const struct said rows[] = {
		{"# coc.risk_level: HIGH\n", ATTR_RISK_LEVEL, "HIGH"},
		{"#coc.risk_level:HIGH\n", ATTR_RISK_LEVEL, "HIGH"},
		{"  #\t coc.risk_level: \t HIGH \t \n", ATTR_RISK_LEVEL, "HIGH"},
		{"# coc.risk_level : HIGH\n", ATTR_RISK_LEVEL, "HIGH"},
		{"# coc.enterprise_project_id: 0\n", ATTR_ENTERPRISE_PROJECT_ID, "0"},
		{"# coc.name: restart: all of it # now\n", ATTR_NAME, "restart: all of it # now"},
		{"# coc.description:\n", ATTR_DESCRIPTION, ""},
		{"# coc.description: \xe4\xb8\xad\n", ATTR_DESCRIPTION, "\xe4\xb8\xad"},
		{"# coc.tags: team=web,stage=\n", ATTR_TAGS, "team=web,stage="},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		must_say(&rows[i]);
}

static void a_value_may_stand_in_quotes(void **state)
{
	static const struct said rows[] = {
		{"# coc.risk_level: \"HIGH\"\n", ATTR_RISK_LEVEL, "HIGH"},
		{"# coc.risk_level: 'HIGH'\n", ATTR_RISK_LEVEL, "HIGH"},
		{"# coc.name: \"a \\\"b\\\" \\\\ c\"\n", ATTR_NAME, "a \"b\" \\ c"},
		{"# coc.name: 'it''s \\n'\n", ATTR_NAME, "it's \\n"},
		{"# coc.description: \"a\\n\\tb\"\n", ATTR_DESCRIPTION, "a\n\tb"},
		{"# coc.description: \" a \"\n", ATTR_DESCRIPTION, " a "},
		{"# coc.description: \"\"\n", ATTR_DESCRIPTION, ""},
		{"# coc.name: the \"big\" one\n", ATTR_NAME, "the \"big\" one"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		must_say(&rows[i]);
}

static void it_counts_on_every_line_before_the_document(void **state)
{
	static const struct said rows[] = {
		{"\n \t\n# remark\n# coc.risk_level: HIGH\n", ATTR_RISK_LEVEL, "HIGH"},
		{"\xef\xbb\xbf# coc.risk_level: HIGH\n", ATTR_RISK_LEVEL, "HIGH"},
		{"# coc.risk_level: HIGH\r\n", ATTR_RISK_LEVEL, "HIGH"},
		{"# coc.risk_level: HIGH\r", ATTR_RISK_LEVEL, "HIGH"},
		{"# coc.risk_level: HIGH\xc2\x85", ATTR_RISK_LEVEL, "HIGH"},
		{"# remark\xe2\x80\xa8# coc.risk_level: HIGH\n", ATTR_RISK_LEVEL, "HIGH"},
		{"%YAML 1.1\n# coc.risk_level: HIGH\n---\n", ATTR_RISK_LEVEL, "HIGH"},
		{"%YAML 1.1\n---\n# coc.risk_level: HIGH\n", ATTR_RISK_LEVEL, "HIGH"},
		{"---\n# coc.risk_level: HIGH\n", ATTR_RISK_LEVEL, "HIGH"},
		{"--- # coc.risk_level: HIGH\n", ATTR_RISK_LEVEL, "HIGH"},
		{"---\t\n\n# coc.risk_level: HIGH\n", ATTR_RISK_LEVEL, "HIGH"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		must_say(&rows[i]);
}

static void it_counts_nowhere_else(void **state)
{
	static const struct said rows[] = {
		{"x: 1\n# coc.risk_level: HIGH\n", ATTR_RISK_LEVEL, NULL},
		{"x: | \n  # coc.risk: HIGH\n", ATTR_RISK_LEVEL, NULL},
		{"x: 1 # coc.risk: HIGH\n", ATTR_RISK_LEVEL, NULL},
		{"--- {\n# coc.risk: HIGH\n}\n", ATTR_RISK_LEVEL, NULL},
		{"---# coc.risk: HIGH\n# coc.risk: HIGH\n", ATTR_RISK_LEVEL, NULL},
		{"---\n---\n# coc.risk: HIGH\n", ATTR_RISK_LEVEL, NULL},
		{"---\n%x\n# coc.risk: HIGH\n", ATTR_RISK_LEVEL, NULL},
		{" %x\n# coc.risk: HIGH\n", ATTR_RISK_LEVEL, NULL},
		{" ---\n# coc.risk: HIGH\n", ATTR_RISK_LEVEL, NULL},
		{"...\n# coc.risk: HIGH\n", ATTR_RISK_LEVEL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		must_say(&rows[i]);
}

static void a_remark_is_no_attribute(void **state)
{
	static const char *const remarks[] = {
		"# coc. is what we use",
		"# coc.: nothing",
		"# coc.risk_level HIGH",
		"# coc.risk_level",
		"# coc.risk_level=HIGH",
		"# coc.risk and more: HIGH",
		"# coc.risk : HIGH",
		"# see coc.risk: HIGH",
		"## coc.risk: HIGH",
		"# # coc.risk: HIGH",
		"#! coc.risk: HIGH",
		"# coc.myhuaweicloud.com:443 answers",
		"# coc.example.com: HIGH",
		"# COC.risk: HIGH",
		"# coc risk: HIGH",
		"# user.coc.risk: HIGH",
		"# user.name: HIGH",
		"#",
		"# c",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(remarks) / sizeof(remarks[0]); i++) {
		char text[128];

		snprintf(text, sizeof(text), "%s\n", remarks[i]);
		must_say(&(struct said){.text = text});
	}
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
	static const struct {
		const char *text, *place, *word;
	} rows[] = {
		{"# coc.risk: HIGH\n", "1:3", "coc.risk is not an attribute"},
		{"# coc.Risk_level: HIGH\n", "1:3", "coc.Risk_level is not an attribute"},
		{"# coc.risk-level: HIGH\n", "1:3", "coc.risk-level is not an attribute"},
		{"# coc.job_id: DM1\n", "1:3", "coc.job_id is not an attribute"},
		/* no error (place NULL): a byte order mark counts only at the very beginning, so
		 * here it is content */
		{"\n\xef\xbb\xbf", NULL, NULL},
		{"\xef\xbb\xbf#coc.x:\n", "1:2", "coc.x"},
		{"# \xe4\xb8\xad\r\n \t# coc.x: y\n", "2:5", "coc.x"},
		{"\r\r# coc.x: y\n", "3:3", "coc.x"},
		{"%YAML 1.1\n---\n\t# coc.x: y\n", "3:4", "coc.x"},
		{"# user.coc.risk_level: HIGH\n", "1:3", "written without user."},
		{"# coc.risk_level: high\n", "1:19", "\"high\" is neither"},
		{"# coc.risk_level:\n", "1:18", "neither"},
		{"# coc.risk_level: HIGH # really\n", "1:19", "neither"},
		{"# coc.risk_level: HIGH\n\n#coc.risk_level: HIGH\n", "3:2",
		 "line 1 says it already"},
		{"# coc.description:\n# coc.description:\n", "2:3", "line 1 says it already"},
		{"# coc.name:\n", "1:12", "is empty"},
		{"# coc.name: ''\n", "1:13", "is empty"},
		{"# coc.name: a\x01\n", "1:13", "control character"},
		{"# coc.name: \"a\\nb\"\n", "1:13", "control character"},
		{"# coc.name: a\xff\n", "1:13", "not UTF-8"},
		{"# coc.tags: team\n", "1:13", "equals sign"},
		{"# coc.tags: a=1,a=2\n", "1:13", "one key twice"},
		{"# coc.name: \"a\n", "1:13", "does not end"},
		{"# coc.name: '\n", "1:13", "does not end"},
		{"# coc.name: 'a''\n", "1:13", "does not end"},
		{"# coc.name: \"a\" b\n", "1:16", "behind the closing quote"},
		{"# coc.name: \"a\\x41\"\n", "1:15", "backslash"},
		{"# coc.name: \"a\\", "1:15", "backslash"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		_cleanup_comments_ struct comments comments = {0};
		struct err err = {0};
		int r = comments_read(rows[i].text, strlen(rows[i].text), &comments, &err);
		char place[32], line[32];

		if (!rows[i].place) {
			assert_int_equal(r, 0);
			continue;
		}
		snprintf(place, sizeof(place), "%s: ", rows[i].place);
		snprintf(line, sizeof(line), "line: %u\n", (unsigned)atoi(rows[i].place));
		if (r != -EINVAL || err.errnum != EINVAL ||
		    strncmp(err.text, place, strlen(place)) || !strstr(err.text, rows[i].word) ||
		    !strstr(err.details, line) || !strstr(err.details, "column: ") ||
		    !strstr(err.details, "what_to_do: "))
			fail_msg("%s: %d %s\n%s", rows[i].text, r, err.text, err.details);
	}
}

static void several_are_said_together_with_their_places(void **state)
{
	static const char text[] =
		"# coc.risk_level: LOW\n# remark\n---\n#coc.name:  a b\n" DOCUMENT;
	_cleanup_comments_ struct comments comments = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(comments_read(text, strlen(text), &comments, &err), 0);
	assert_string_equal(comments.set.value[ATTR_RISK_LEVEL], "LOW");
	assert_string_equal(comments.set.value[ATTR_NAME], "a b");
	assert_int_equal(comments.places[ATTR_RISK_LEVEL].line, 1);
	assert_int_equal(comments.places[ATTR_RISK_LEVEL].column, 19);
	assert_int_equal(comments.places[ATTR_NAME].line, 4);
	assert_int_equal(comments.places[ATTR_NAME].column, 13);
}

static void a_content_of_comments_only_is_read_to_its_end(void **state)
{
	static char text[COC_CONTENT_MAX];
	_cleanup_comments_ struct comments comments = {0};
	static const char last[] = "# coc.risk_level: HIGH";
	struct err err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "#\n"[i % 2];
	memcpy(text + sizeof(text) - strlen(last), last, strlen(last));
	assert_int_equal(comments_read(text, sizeof(text), &comments, &err), 0);
	assert_string_equal(comments.set.value[ATTR_RISK_LEVEL], "HIGH");
	assert_int_equal(comments_read(text, 0, &comments, &err), 0);
}

static void a_comment_that_stands_too_late_is_found(void **state)
{
	static const struct {
		const char *text;
		unsigned line, column; /* 0: no comment stands too late */
		enum attr attr;
	} rows[] = {
		{"# coc.risk_level: HIGH\nx: 1\n", 0, 0, 0},
		{"x: 1\n# coc.risk_level: HIGH\n# coc.name: a\n", 2, 1, ATTR_RISK_LEVEL},
		{"%YAML 1.1\n---\n{}\r\n#coc.name:\r\n", 4, 1, ATTR_NAME},
		{"x: 1\n# user.coc.tags: a=1", 2, 1, ATTR_TAGS},
		{"x: 1\n# coc.risk: HIGH\n", 0, 0, 0},
		{"x: |\n  # coc.risk_level: HIGH\n", 0, 0, 0},
		{"x: 1 # coc.risk_level: HIGH\n", 0, 0, 0},
		{"x: 1\n# see coc.risk_level\n", 0, 0, 0},
		{"", 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct comment_place place = {0};
		enum attr attr = 0;
		bool found = comments_find_late(rows[i].text, strlen(rows[i].text), &attr, &place);

		struct dsl_finding late = {0};

		if (found != (rows[i].line > 0) || place.line != rows[i].line ||
		    place.column != rows[i].column || attr != rows[i].attr)
			fail_msg("%s: %d at %u:%u", rows[i].text, found, place.line, place.column);
		assert_int_equal(comments_warn_late(rows[i].text, strlen(rows[i].text), &late), 0);
		assert_int_equal(late.line, rows[i].line);
		assert_int_equal(late.column, rows[i].column);
		assert_int_equal(late.text != NULL, found);
		if (late.text)
			assert_non_null(strstr(late.text, attr_field(attr)));
		free(late.text);
	}
}

static void a_value_is_bounded(void **state)
{
	static char text[ATTR_VALUE_MAX + 64] = "# coc.tags: a=";
	_cleanup_comments_ struct comments comments = {0};
	struct err err = {0};
	size_t begin = strlen(text);

	(void)state;
	memset(text + begin, 'x', sizeof(text) - begin - 1);
	assert_int_equal(comments_read(text, sizeof(text) - 1, &comments, &err), -EINVAL);
	assert_non_null(strstr(err.text, "1:13: tags is too long"));
}

static void a_nul_is_told(void **state)
{
	static const char text[] = "# coc.name: a\0b\nx: 1\n";
	_cleanup_comments_ struct comments comments = {0};
	struct err err = {0};

	(void)state;
	assert_int_equal(comments_read(text, sizeof(text) - 1, &comments, &err), -EINVAL);
	assert_non_null(strstr(err.text, "control character"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_attribute_can_be_said),
		cmocka_unit_test(a_value_may_stand_in_quotes),
		cmocka_unit_test(it_counts_on_every_line_before_the_document),
		cmocka_unit_test(it_counts_nowhere_else),
		cmocka_unit_test(a_remark_is_no_attribute),
		cmocka_unit_test(what_is_wrong_is_told_with_its_place),
		cmocka_unit_test(several_are_said_together_with_their_places),
		cmocka_unit_test(a_content_of_comments_only_is_read_to_its_end),
		cmocka_unit_test(a_comment_that_stands_too_late_is_found),
		cmocka_unit_test(a_value_is_bounded),
		cmocka_unit_test(a_nul_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
