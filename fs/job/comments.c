/* SPDX-License-Identifier: MIT */
/*
 * Comments that set attributes of a job.
 *
 * Where: on the lines before the document. These are comment lines, empty lines, directives
 * (%YAML), and one "---". A comment may also stand behind the "---" on the same line. The first
 * other line begins the document. No comment counts from there on, because a "#" there may be part
 * of a text. If a line there looks like a comment that would count, cocfs warns.
 *
 * Which: "#", blanks, "coc.", a word, a colon. A remark such as "coc.h" or "coc.example.com:443"
 * does not have this form, and no remark is refused. A comment of this form whose word is no
 * attribute is refused: if a misspelt risk level were passed over, the option of the mount would
 * count instead. For the same reason blanks before the colon are allowed, and "user.coc." before
 * the name of an attribute is refused.
 *
 * The value is the rest of the line, without the blanks around it. The value may stand in quotes.
 * Then YAML's rules hold, with four escapes: \" \\ \n \t. Text behind the closing quote is an
 * error. After a value without quotes there is no comment: a "#" is part of the value.
 */
#define _GNU_SOURCE
#include "job/comments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "job/dsl/lines.h"
#include "job/dsl/tree.h"

#define PREFIX "coc."
#define USER "user."	    /* stands before PREFIX in the name of an extended attribute */
#define WORD_EXCERPT_MAX 40 /* bytes of an unknown word that a message quotes */

/* A content, and the offset up to which its lines are read. */
struct comment_reader {
	const char *content;
	size_t size;
	size_t at;	/* where the next line begins */
	bool has_start; /* the reader has passed a "---" */
	struct comments *comments;
	struct err *err;
};

/* A part of the content: its first byte is at `at`, and `end` is behind its last one. */
struct span {
	const char *at, *end;
};

/* A comment that has the form of a setting: "coc.WORD: VALUE". */
struct statement {
	struct span name; /* "coc.WORD" */
	struct span value;
	int attr;     /* the attribute that WORD names; -1: none */
	bool is_user; /* name is "user.coc.WORD", which is refused */
};

void comments_finish(struct comments *comments)
{
	attr_set_finish(&comments->set);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

static void skip_blanks(struct span *span)
{
	while (span->at < span->end && is_blank(*span->at))
		span->at++;
}

/* Removes a text from the beginning of a span. Returns false if the span begins otherwise. */
static bool take_text(struct span *span, const char *text)
{
	size_t size = strlen(text);

	if ((size_t)(span->end - span->at) < size || memcmp(span->at, text, size) != 0)
		return false;
	span->at += size;
	return true;
}

/* Has a comment the form of a setting? text: the comment without its "#". If so, fills ret. */
static bool parse_statement(struct span text, struct statement *ret)
{
	struct span word;
	bool has_blanks;

	skip_blanks(&text);
	ret->name.at = text.at;
	ret->is_user = take_text(&text, USER);
	if (!take_text(&text, PREFIX))
		return false;
	word.at = text.at;
	while (text.at < text.end && is_word(*text.at))
		text.at++;
	word.end = ret->name.end = text.at;
	ret->attr = attr_find(word.at, (size_t)(word.end - word.at));
	skip_blanks(&text);
	has_blanks = text.at > word.end;
	if (word.at == word.end || ((has_blanks || ret->is_user) && ret->attr < 0) ||
	    !take_text(&text, ":"))
		return false;
	skip_blanks(&text);
	while (text.end > text.at && is_blank(text.end[-1]))
		text.end--;
	ret->value = text;
	return true;
}

/* Adds to err the line and the column of at, which points into the content. Returns -EINVAL. */
static int refuse_at(const struct comment_reader *reader, const char *at)
{
	unsigned line, column;

	dsl_place_of_offset(reader->content, (size_t)(at - reader->content), &line, &column);
	err_place(reader->err, line, column);
	return -EINVAL;
}

static int refuse_word(const struct comment_reader *reader, const struct statement *statement)
{
	const struct span *name = &statement->name;
	size_t size = (size_t)(name->end - name->at);

	if (statement->is_user) {
		err_set(reader->err, EINVAL, "in a comment user.coc.%s is written without user.",
			attr_field((enum attr)statement->attr));
		err_detail(reader->err, "what_to_do", "write # coc.%s: VALUE",
			   attr_field((enum attr)statement->attr));
	} else {
		err_set(reader->err, EINVAL, "%.*s is not an attribute of a job",
			(int)(size < WORD_EXCERPT_MAX ? size : WORD_EXCERPT_MAX), name->at);
		err_detail(reader->err, "what_to_do",
			   "write coc. and one of risk_level, enterprise_project_id, name, "
			   "description, tags; or begin the comment with another word, if it is a "
			   "remark");
	}
	return refuse_at(reader, name->at);
}

static int refuse_twice(const struct comment_reader *reader, const struct statement *statement)
{
	const char *field = attr_field((enum attr)statement->attr);

	err_set(reader->err, EINVAL, "coc.%s is said twice: line %u says it already", field,
		reader->comments->places[statement->attr].line);
	err_detail(reader->err, "what_to_do", "remove one of the two comments");
	return refuse_at(reader, statement->name.at);
}

/* Fills err with what is wrong with a value in quotes, and with the line and column of at. Returns
 * -EINVAL. */
static int refuse_quotes(const struct comment_reader *reader, const char *wrong, const char *at)
{
	err_set(reader->err, EINVAL, "%s", wrong);
	err_detail(reader->err, "what_to_do", "write the value without quotes, or mend them");
	return refuse_at(reader, at);
}

/* Returns the character that an escape in double quotes stands for; NUL for an unknown escape. */
static char escaped_character(char c)
{
	return c == 'n' ? '\n' : c == 't' ? '\t' : c == '"' || c == '\\' ? c : '\0';
}

/* Removes the quotes and the escapes of a value. text must have room for the whole value. Returns 0
 * or -EINVAL with err. */
static int unquote_value(const struct comment_reader *reader, const struct span *value, char *text,
			 size_t *ret_size)
{
	const char quote = *value->at, *at = value->at + 1;
	size_t size = 0;

	for (; at < value->end; at++) {
		bool has_next = at + 1 < value->end;
		char c = *at;

		if (c == quote && quote == '\'' && has_next && at[1] == '\'') {
			at++;
		} else if (c == quote) {
			break;
		} else if (c == '\\' && quote == '"') {
			c = has_next ? escaped_character(at[1]) : '\0';
			if (!c)
				return refuse_quotes(
					reader,
					"in double quotes a backslash stands before \", \\, n or t",
					at);
			at++;
		}
		text[size++] = c;
	}
	if (at == value->end)
		return refuse_quotes(reader, "the quote that begins here does not end", value->at);
	if (at + 1 < value->end)
		return refuse_quotes(reader, "something stands behind the closing quote", at + 1);
	*ret_size = size;
	return 0;
}

static int take_value(const struct comment_reader *reader, const struct statement *statement)
{
	const struct span *value = &statement->value;
	const enum attr attr = (enum attr)statement->attr;
	struct comments *comments = reader->comments;
	size_t size = (size_t)(value->end - value->at);
	_cleanup_free_ char *text = malloc(size + 1);
	struct comment_place *place = &comments->places[attr];
	int r = 0;

	if (!text)
		return err_set(reader->err, ENOMEM, "out of memory");
	memcpy(text, value->at, size); /* copy a NUL too: attr_check() refuses it */
	if (size && (*value->at == '"' || *value->at == '\''))
		r = unquote_value(reader, value, text, &size);
	if (r < 0)
		return r;
	if (attr_check(attr, text, size, reader->err) < 0) {
		err_drop(reader->err, "attribute");
		err_detail(reader->err, "what_to_do", "mend the comment # coc.%s: VALUE",
			   attr_field(attr));
		return refuse_at(reader, value->at);
	}
	dsl_place_of_offset(reader->content, (size_t)(value->at - reader->content), &place->line,
			    &place->column);
	return attr_set_put(&comments->set, attr, text, size) < 0
		       ? err_set(reader->err, ENOMEM, "out of memory")
		       : 0;
}

/* Reads the text of a comment, behind the "#". Returns 0 or -errno with err. */
static int read_comment(const struct comment_reader *reader, struct span text)
{
	struct statement statement;

	if (!parse_statement(text, &statement))
		return 0;
	if (statement.is_user || statement.attr < 0)
		return refuse_word(reader, &statement);
	if (reader->comments->set.value[statement.attr])
		return refuse_twice(reader, &statement);
	return take_value(reader, &statement);
}

/* Returns the next line without its line break, and moves the reader behind the break. */
static struct span next_line(struct comment_reader *reader)
{
	struct span line = {.at = reader->content + reader->at};
	size_t skip = 0;

	while (reader->at < reader->size &&
	       !(skip = dsl_break_size(reader->content + reader->at, reader->size - reader->at)))
		reader->at++;
	line.end = reader->content + reader->at;
	reader->at += skip;
	return line;
}

/* Does a line begin with the "---" that begins a document? If so, removes the "---" from the line.
 * Only the first such line counts: for a later one the function returns false. */
static bool take_start(struct comment_reader *reader, struct span *line)
{
	struct span rest = *line;

	if (reader->has_start || !take_text(&rest, "---") ||
	    (rest.at < rest.end && !is_blank(*rest.at)))
		return false;
	reader->has_start = true;
	*line = rest;
	return true;
}

/* Does a line stand before the document? If so, shortens the line: afterwards it is empty, or
 * begins with the "#" of a comment. */
static bool is_before_document(struct comment_reader *reader, struct span *line)
{
	if (!take_start(reader, line) && !reader->has_start && line->at < line->end &&
	    *line->at == '%')
		line->at = line->end;
	skip_blanks(line);
	return line->at == line->end || *line->at == '#';
}

/* Reads the next line. Returns 1 if the document begins on this line, 0 if not, or -errno with
 * err. */
static int read_line(struct comment_reader *reader)
{
	struct span line = next_line(reader);

	if (!is_before_document(reader, &line))
		return 1;
	return take_text(&line, "#") ? read_comment(reader, line) : 0;
}

int comments_read(const char *content, size_t size, struct comments *comments, struct err *err)
{
	struct err unused;
	struct comment_reader reader = {.content = content,
					.size = size,
					.at = dsl_bom_size(content, size),
					.comments = comments,
					.err = err ? err : &unused};
	int r = 0;

	while (r == 0 && reader.at < size)
		r = read_line(&reader);
	return r < 0 ? r : 0;
}

bool comments_find_late(const char *content, size_t size, enum attr *ret_attr,
			struct comment_place *ret_place)
{
	struct comment_reader reader = {
		.content = content, .size = size, .at = dsl_bom_size(content, size)};
	struct statement statement;
	bool has_begun = false;

	while (reader.at < size) {
		struct span line = next_line(&reader), text = line;

		if (!has_begun) {
			has_begun = !is_before_document(&reader, &line);
			continue;
		}
		if (!take_text(&text, "#") || !parse_statement(text, &statement) ||
		    statement.attr < 0)
			continue;
		*ret_attr = (enum attr)statement.attr;
		dsl_place_of_offset(content, (size_t)(line.at - content), &ret_place->line,
				    &ret_place->column);
		return true;
	}
	return false;
}

int comments_warn_late(const char *content, size_t size, struct dsl_finding *finding)
{
	struct comment_place place;
	enum attr attr;

	if (!comments_find_late(content, size, &attr, &place))
		return 0;
	return dsl_finding_set(finding, place.line, place.column,
			       "the comment coc.%s does not count: it has to stand before the "
			       "document",
			       attr_field(attr));
}
