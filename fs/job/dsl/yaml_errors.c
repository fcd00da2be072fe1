/* SPDX-License-Identifier: MIT */
/*
 * Says to the writer of a document why it is no YAML: libyaml's messages and places are translated
 * here. A tab in the indentation is found here, too.
 */
#define _GNU_SOURCE
#include "job/dsl/yaml_errors.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "job/dsl/tree.h"

/* Which of libyaml's two marks a message points at. */
enum where {
	AT_PROBLEM,
	AT_BEGINNING, /* where the construct begins, because its end is missing or far away */
};

/*
 * libyaml's messages and ours. The first row whose context and problem fit counts; NULL fits each
 * context or each problem. If a message points at the problem, and libyaml knows that the construct
 * begins on another line, dsl_problem() adds the place of the beginning to the text.
 */
static const struct yaml_error {
	const char *context, *problem;
	enum where where;
	const char *text;
} rows[] = {
	{NULL, "found a tab character that violates indentation", AT_PROBLEM,
	 "a tab indents this line: YAML wants spaces"},
	{NULL, "found a tab character where an indentation space is expected", AT_PROBLEM,
	 "a tab indents this line of a block text: YAML wants spaces"},
	{"while scanning a quoted scalar", "found unexpected end of stream", AT_BEGINNING,
	 "the quote that opens here is never closed"},
	{"while scanning a quoted scalar", "found unexpected document indicator", AT_BEGINNING,
	 "the quote that opens here is not closed before a line of --- or ..."},
	{NULL, "found unknown escape character", AT_PROBLEM,
	 "double quotes know no such backslash escape: write \\\\ for a backslash, or use single "
	 "quotes"},
	{NULL, "did not find expected hexdecimal number", AT_PROBLEM,
	 "hexadecimal digits are missing in this backslash escape: write \\\\ for a backslash, or "
	 "use single quotes"},
	{NULL, "found invalid Unicode character escape code", AT_PROBLEM,
	 "this backslash escape is no Unicode character"},
	{"while scanning a simple key", "could not find expected ':'", AT_BEGINNING,
	 "a colon is missing after this key, or the line is a text that wants quotes or deeper "
	 "indentation"},
	{NULL, "mapping values are not allowed in this context", AT_PROBLEM,
	 "a colon cannot stand here: put a text that holds \": \" in quotes, or check the "
	 "indentation of this line and the one before"},
	{NULL, "block sequence entries are not allowed in this context", AT_PROBLEM,
	 "a list cannot begin in the middle of a line: put the dash on a line of its own, or the "
	 "text in quotes"},
	{NULL, "mapping keys are not allowed in this context", AT_PROBLEM,
	 "a key cannot begin here: put a text that begins with \"? \" in quotes, or check the "
	 "indentation"},
	{"while parsing a block mapping", "did not find expected key", AT_PROBLEM,
	 "this does not fit the mapping around it: check the indentation, and the quotes and "
	 "brackets before"},
	{"while parsing a block collection", "did not find expected '-' indicator", AT_PROBLEM,
	 "this does not fit the list around it: what belongs to an item is indented deeper than "
	 "its dash, a new item begins with a dash"},
	{"while parsing a flow sequence", NULL, AT_PROBLEM,
	 "a comma or the closing ] is missing before this"},
	{"while parsing a flow mapping", NULL, AT_PROBLEM,
	 "a comma or the closing } is missing before this"},
	{NULL, "did not find expected node content", AT_PROBLEM, "a value is missing here"},
	{NULL, "did not find expected <document start>", AT_PROBLEM,
	 "the document is complete before this text: check the indentation, and the brackets and "
	 "quotes before"},
	{NULL, "found incompatible YAML document", AT_PROBLEM,
	 "this %YAML directive asks for another version: leave it out, or write %YAML 1.2"},
	{NULL, "found duplicate %YAML directive", AT_PROBLEM, "the %YAML directive stands twice"},
	{NULL, "found duplicate %TAG directive", AT_PROBLEM, "a %TAG directive stands twice"},
	{"while scanning a directive", NULL, AT_BEGINNING,
	 "a line that begins with % is a directive, and this is none that YAML knows"},
	{"while scanning a %YAML directive", NULL, AT_BEGINNING,
	 "this %YAML directive cannot be read: leave it out, or write %YAML 1.2"},
	{"while scanning a %TAG directive", NULL, AT_BEGINNING,
	 "this %TAG directive cannot be read: leave it out"},
	{NULL, "found undefined tag handle", AT_PROBLEM,
	 "no %TAG directive defines this tag's handle: put a text that begins with ! in quotes"},
	{"while scanning a tag", NULL, AT_BEGINNING,
	 "this tag cannot be read: put a text that begins with ! in quotes"},
	{"while parsing a tag", NULL, AT_BEGINNING,
	 "this tag cannot be read: put a text that begins with ! in quotes"},
	{"while scanning an alias", NULL, AT_BEGINNING,
	 "* begins an alias, and its name is missing or ends badly: put a text that begins with * "
	 "in quotes"},
	{"while scanning an anchor", NULL, AT_BEGINNING,
	 "& begins an anchor, and its name is missing or ends badly: put a text that begins with & "
	 "in quotes"},
	{"while scanning a block scalar", "found an indentation indicator equal to 0", AT_PROBLEM,
	 "a block text cannot be indented by 0: leave the digit out"},
	{"while scanning a block scalar", NULL, AT_PROBLEM,
	 "after | or > the line must end: put the text on the next line, indented, or in quotes"},
};

static const struct yaml_error *find_yaml_error(const char *context, const char *problem)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].context && (!context || strcmp(rows[i].context, context) != 0))
			continue;
		if (rows[i].problem && strcmp(rows[i].problem, problem) != 0)
			continue;
		return &rows[i];
	}
	return NULL;
}

/* Returns how many bytes there are from a mark to the end of the text; 0 if the mark is at the
 * end. */
static size_t rest_at_mark(const char *content, size_t size, const yaml_mark_t *mark)
{
	size_t at = dsl_bom_size(content, size), chars = 0;

	for (; at < size; at++) {
		if ((content[at] & 0xc0) == 0x80)
			continue;
		if (chars++ == mark->index)
			break;
	}
	return size - at;
}

/* Fills finding for bytes or a character that no YAML may have. libyaml's reader gives its byte
 * offset. */
static int reader_problem(const yaml_parser_t *parser, const char *content, size_t size,
			  struct dsl_finding *finding)
{
	size_t offset = parser->problem_offset < size ? parser->problem_offset : size;
	unsigned line, column;

	dsl_place_of_offset(content, offset, &line, &column);
	if (!strcmp(parser->problem, "control characters are not allowed"))
		return dsl_finding_set(finding, line, column,
				       "the character U+%04X cannot stand in YAML: remove "
				       "it, or write it as an escape in double quotes",
				       (unsigned)parser->problem_value);
	return dsl_finding_set(finding, line, column, "this cannot be read as UTF-8: %s",
			       parser->problem);
}

/* Fills finding for "found character that cannot start any token". The character decides what the
 * message says. */
static int token_problem(const yaml_parser_t *parser, const char *content, size_t size,
			 struct dsl_finding *finding)
{
	unsigned line = dsl_mark_line(&parser->problem_mark);
	unsigned column = dsl_mark_column(&parser->problem_mark);
	size_t rest = rest_at_mark(content, size, &parser->problem_mark);
	char character = rest ? content[size - rest] : '\0';

	if (character == '\t')
		return dsl_finding_set(finding, line, column,
				       "a tab indents this line: YAML wants spaces");
	if (character > ' ' && character < 0x7f)
		return dsl_finding_set(finding, line, column,
				       "a text cannot begin with %c: put it in quotes", character);
	return dsl_finding_set(finding, line, column, "no value can begin with this character");
}

bool dsl_problem_is_end(const yaml_parser_t *parser, const char *content, size_t size)
{
	return parser->error == YAML_PARSER_ERROR &&
	       !rest_at_mark(content, size, &parser->problem_mark);
}

int dsl_problem(const yaml_parser_t *parser, const char *content, size_t size,
		struct dsl_finding *finding)
{
	const yaml_mark_t *problem = &parser->problem_mark, *begin = &parser->context_mark, *mark;
	const struct yaml_error *row;

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (!parser->problem)
		return dsl_finding_set(finding, 0, 0, "this is not YAML");
	if (parser->error == YAML_READER_ERROR)
		return reader_problem(parser, content, size, finding);
	if (!strcmp(parser->problem, "found character that cannot start any token"))
		return token_problem(parser, content, size, finding);

	row = find_yaml_error(parser->context, parser->problem);
	mark = row && row->where == AT_BEGINNING ? begin : problem;
	if (!row)
		return dsl_finding_set(finding, dsl_mark_line(mark), dsl_mark_column(mark),
				       "this is not YAML: %s%s%s",
				       parser->context ? parser->context : "",
				       parser->context ? ", " : "", parser->problem);
	if (mark == problem && parser->error == YAML_PARSER_ERROR && parser->context &&
	    begin->line != problem->line)
		return dsl_finding_set(finding, dsl_mark_line(mark), dsl_mark_column(mark),
				       "%s (what is around it begins at %u:%u)", row->text,
				       dsl_mark_line(begin), dsl_mark_column(begin));
	return dsl_finding_set(finding, dsl_mark_line(mark), dsl_mark_column(mark), "%s",
			       row->text);
}
