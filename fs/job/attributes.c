/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "job/attributes.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/shown.h"
#include "base/utf8.h"
#include "bounds/api.h"
#include "bounds/job.h"

static const char *const risk_words[] = {
	[RISK_LOW] = "LOW", [RISK_MEDIUM] = "MEDIUM", [RISK_HIGH] = "HIGH"};
#define VALUE_EXCERPT_MAX 40 /* bytes of a wrong value that a message quotes */
#define RISK_COUNT (sizeof(risk_words) / sizeof(risk_words[0]))

/* For each attribute: the name of its field in the API, the least and the most characters of a
 * value, and an example of a value. SIZE_MAX: other code bounds the value. */
static const struct kind {
	const char *field;
	size_t chars_min, chars_max;
	const char *example;
} kinds[ATTR_COUNT] = {
	[ATTR_RISK_LEVEL] = {"risk_level", 0, SIZE_MAX, "LOW, MEDIUM or HIGH"},
	[ATTR_ENTERPRISE_PROJECT_ID] = {"enterprise_project_id", 1, COC_PROJECT_MAX_CHARS,
					"0 (the default project), or the ID of a project"},
	[ATTR_NAME] = {"name", 1, COC_NAME_MAX_CHARS, "restart-web"},
	[ATTR_DESCRIPTION] = {"description", 0, COC_DESCRIPTION_MAX_CHARS,
			      "Restarts the web servers one by one"},
	[ATTR_TAGS] = {"tags", 0, SIZE_MAX, "team=web,stage=test"},
};

const char *attr_field(enum attr attr)
{
	return kinds[attr].field;
}

int attr_find(const char *field, size_t size)
{
	for (int i = 0; i < ATTR_COUNT; i++)
		if (strlen(kinds[i].field) == size && !memcmp(kinds[i].field, field, size))
			return i;
	return -1;
}

int attr_from_xattr(const char *xattr)
{
	const size_t prefix = strlen(ATTR_XATTR_PREFIX);

	return strncmp(xattr, ATTR_XATTR_PREFIX, prefix) != 0
		       ? -1
		       : attr_find(xattr + prefix, strlen(xattr + prefix));
}

/* Fills err with "FIELD WRONG" and an example of a valid value. wrong: what is wrong, such as "is
 * too long". Returns -EINVAL. */
static int refuse_value(struct err *err, enum attr attr, const char *wrong)
{
	int r = err_set(err, EINVAL, "%s %s", kinds[attr].field, wrong);

	err_detail(err, "attribute", "%s%s", ATTR_XATTR_PREFIX, kinds[attr].field);
	err_detail(err, "example", "%s", kinds[attr].example);
	return r;
}

/* Does a value have a control character: C0, DEL, or C1 (U+0080 to U+009F)? The value must be
 * UTF-8. */
static bool value_has_control(enum attr attr, const char *value, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)value[i];

		/* a description may have several lines, because a block scalar of the DSL has */
		if (attr == ATTR_DESCRIPTION && (c == '\n' || c == '\t'))
			continue;
		if (c < ' ' || c == 0x7f)
			return true;
		if (c == 0xc2 && (unsigned char)value[i + 1] < 0xa0)
			return true;
	}
	return false;
}

/* One "key=value" of a value of tags. next_pair() reads the pair at *at, and moves *at behind the
 * comma. At the end *at is NULL. */
struct pair {
	const char *key, *value;
	size_t key_size, value_size;
	bool complete; /* there is an equals sign */
};

static struct pair next_pair(const char **at, const char *end)
{
	const char *comma = memchr(*at, ',', (size_t)(end - *at));
	const char *stop = comma ? comma : end;
	const char *equals = memchr(*at, '=', (size_t)(stop - *at));
	struct pair pair = {.key = *at, .complete = equals != NULL};

	pair.key_size = (size_t)((equals ? equals : stop) - *at);
	pair.value = equals ? equals + 1 : stop;
	pair.value_size = (size_t)(stop - pair.value);
	*at = comma ? comma + 1 : NULL;
	return pair;
}

/* Returns what is wrong with a value of tags, as refuse_value() takes it. Returns NULL if nothing
 * is wrong. */
static const char *check_tags(const char *value, size_t size)
{
	struct pair pairs[ATTR_TAGS_MAX];
	const char *at = size ? value : NULL;
	size_t n = 0;

	while (at) {
		struct pair pair = next_pair(&at, value + size);

		if (!pair.complete)
			return "has an entry without an equals sign: write key=value,key=value";
		if (!pair.key_size)
			return "has an entry without a key: write key=value,key=value";
		if (n == ATTR_TAGS_MAX)
			return "has more entries than are taken";
		for (size_t i = 0; i < n; i++)
			if (pairs[i].key_size == pair.key_size &&
			    !memcmp(pairs[i].key, pair.key, pair.key_size))
				return "has one key twice";
		pairs[n++] = pair;
	}
	return NULL;
}

/* Returns the risk level (enum risk) that a word of size bytes names; RISK_COUNT for another
 * word. */
static size_t find_risk(const char *value, size_t size)
{
	size_t i;

	for (i = 0; i < RISK_COUNT; i++)
		if (size == strlen(risk_words[i]) && !memcmp(value, risk_words[i], size))
			break;
	return i;
}

static int refuse_risk(struct err *err, const char *value, size_t size)
{
	char wrong[VALUE_EXCERPT_MAX + 64];

	snprintf(wrong, sizeof(wrong), "\"%.*s\" is neither LOW, MEDIUM nor HIGH",
		 (int)(size < VALUE_EXCERPT_MAX ? size : VALUE_EXCERPT_MAX), value);
	return refuse_value(err, ATTR_RISK_LEVEL, wrong);
}

int attr_check(enum attr attr, const char *value, size_t size, struct err *err)
{
	const struct kind *kind = &kinds[attr];
	const char *wrong;
	size_t chars;

	if (size > ATTR_VALUE_MAX)
		return refuse_value(err, attr, "is too long");
	if (utf8_valid_prefix(value, size) < size)
		return refuse_value(err, attr, "is not UTF-8");
	if (value_has_control(attr, value, size))
		return refuse_value(err, attr, "holds a control character");
	chars = utf8_chars(value, size);
	if (chars < kind->chars_min)
		return refuse_value(err, attr, "is empty");
	if (chars > kind->chars_max) {
		int r = refuse_value(err, attr, "is too long");

		err_detail(err, "characters", "%zu, at most %zu are taken", chars, kind->chars_max);
		return r;
	}
	if (attr == ATTR_RISK_LEVEL && find_risk(value, size) == RISK_COUNT)
		return refuse_risk(err, value, size);
	wrong = attr == ATTR_TAGS ? check_tags(value, size) : NULL;
	return wrong ? refuse_value(err, attr, wrong) : 0;
}

bool attr_same(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

int risk_parse(const char *word, enum risk *ret_risk)
{
	size_t risk = find_risk(word, strlen(word));

	if (risk == RISK_COUNT)
		return -EINVAL;
	*ret_risk = (enum risk)risk;
	return 0;
}

/* Appends a file's path in quotes for a shell. Characters that base/shown.h does not show are
 * spelled in octal, as the shell reads them in $'...'. So people can read the text, and the shell
 * gets the true path. Returns 0 or -ENOMEM. */
static int quote_attribute(struct buf *buf, const char *shown)
{
	size_t left = strlen(shown), size;
	bool spelled = !shown_as_is(shown, left);

	/* put ./ before a name that begins with a dash: a tool would take the name for an option */
	buf_printf(buf, "%s'%s", spelled ? "$" : "", shown[0] == '-' ? "./" : "");
	for (const char *c = shown; left; c += size, left -= size) {
		bool plain = shown_char(c, left, &size);

		for (size_t i = 0; !plain && i < size; i++)
			buf_printf(buf, "\\%03o", (unsigned)(unsigned char)c[i]);
		if (!plain)
			continue;
		if (spelled && (*c == '\'' || *c == '\\'))
			buf_printf(buf, "\\%c", *c);
		else if (*c == '\'')
			buf_puts(buf, "'\\''");
		else
			buf_append(buf, c, size);
	}
	return buf_puts(buf, "'");
}

/*
 * Adds to err the command that sets an attribute of the file. If the path is too long for the
 * details of an error, the command has only the last component. Returns 0 or -ENOMEM.
 */
static int tell_command(struct err *err, enum attr attr, const char *example,
			const char *file_shown)
{
	const char *slash = strrchr(file_shown, '/');
	_cleanup_buf_ struct buf quoted = {0};
	int r = quote_attribute(&quoted, file_shown);

	if (!r && quoted.size > ERR_DETAILS_MAX / 2 && slash) {
		buf_cut(&quoted, 0);
		r = quote_attribute(&quoted, slash + 1);
	}
	if (!r)
		err_detail(err, "what_to_do", "setfattr -n %s%s -v %s %s", ATTR_XATTR_PREFIX,
			   kinds[attr].field, example, quoted.data);
	return r;
}

int attr_check_risk(const char *value, enum risk max_risk, struct err *err)
{
	size_t risk = value ? find_risk(value, strlen(value)) : RISK_HIGH;

	if (risk <= max_risk)
		return 0;
	if (value)
		err_set(err, EPERM,
			"the risk level %s is above %s, the highest that this mount allows", value,
			risk_words[max_risk]);
	else
		err_set(err, EPERM,
			"the service does not tell the risk level of the job, and this mount "
			"allows no higher one than %s",
			risk_words[max_risk]);
	err_detail(err, "what_to_do",
		   "submit the job through a mount with max_risk=%s, or lower its risk level if "
		   "that is true to what it does: setfattr -n %srisk_level -v %s FILE",
		   value ? value : risk_words[RISK_HIGH], ATTR_XATTR_PREFIX, risk_words[max_risk]);
	return -EPERM;
}

static int settle_risk(const struct attr_set *set, const char *file_shown, enum risk max_risk,
		       struct err *err)
{
	static const char *const choices[] = {[RISK_LOW] = "LOW",
					      [RISK_MEDIUM] = "LOW or MEDIUM",
					      [RISK_HIGH] = "LOW, MEDIUM or HIGH"};
	const char *value = set->value[ATTR_RISK_LEVEL];
	int r;

	if (!value) {
		err_set(err, ENODATA,
			"the job has no risk level, and none is assumed: set it to %s",
			choices[max_risk]);
		/* suggest the highest level that the mount allows: if a person copies the command
		 * without thinking, no dangerous job gets a low level */
		r = tell_command(err, ATTR_RISK_LEVEL, risk_words[max_risk], file_shown);
		err_detail(err, "or",
			   "write the comment # coc.%s: %s on the first line of the file",
			   attr_field(ATTR_RISK_LEVEL), risk_words[max_risk]);
		return r < 0 ? r : -ENODATA;
	}
	return attr_check_risk(value, max_risk, err);
}

/* Takes the value of an attribute from the document's meta, if the set has none for the attribute
 * yet. If attr_check() refuses the value, err has its line and column. Returns 0, -EINVAL or
 * -ENOMEM. */
static int settle_from_meta(struct attr_set *set, enum attr attr, const char *value,
			    const struct dsl_finding *place, const char *file_shown,
			    struct err *err)
{
	int r;

	if (set->value[attr] || !value)
		return 0;
	if (attr_check(attr, value, strlen(value), err) < 0) {
		r = tell_command(err, attr, "VALUE", file_shown);
		if (r < 0)
			return r;
		err_detail(err, "or", "mend meta.%s in the file", kinds[attr].field);
		err_context(err, "meta.%s cannot be taken for the job's", kinds[attr].field);
		err_place(err, place->line, place->column);
		return -EINVAL;
	}
	return attr_set_put(set, attr, value, strlen(value));
}

static int settle_from_stem(struct attr_set *set, const char *file_stem, const char *file_shown,
			    struct err *err)
{
	int r;

	if (set->value[ATTR_NAME] || !file_stem)
		return 0;
	if (attr_check(ATTR_NAME, file_stem, strlen(file_stem), err) < 0) {
		r = tell_command(err, ATTR_NAME, "VALUE", file_shown);
		if (r < 0)
			return r;
		err_context(err, "the file's name cannot be taken for the job's");
		return -EINVAL;
	}
	return attr_set_put(set, ATTR_NAME, file_stem, strlen(file_stem));
}

int attrs_settle_texts(struct attr_set *set, const struct dsl_report *report, const char *file_stem,
		       const char *file_shown, struct err *err)
{
	int r = 0;

	if (report)
		r = settle_from_meta(set, ATTR_NAME, report->meta_name, &report->meta_name_place,
				     file_shown, err);
	if (!r)
		r = settle_from_stem(set, file_stem, file_shown, err);
	if (!r && report)
		r = settle_from_meta(set, ATTR_DESCRIPTION, report->meta_description,
				     &report->meta_description_place, file_shown, err);
	if (!r)
		r = attr_set_default(set, ATTR_ENTERPRISE_PROJECT_ID, "0", 1);
	return r == -ENOMEM ? err_set(err, ENOMEM, "out of memory") : r;
}

int attrs_settle(struct attr_set *set, const struct dsl_report *report, const char *file_stem,
		 const char *file_shown, enum risk max_risk, struct err *err)
{
	int r;

	for (int i = 0; i < ATTR_COUNT; i++) {
		const char *value = set->value[i];

		if (value && attr_check((enum attr)i, value, strlen(value), err) < 0)
			return -EINVAL;
	}
	r = settle_risk(set, file_shown, max_risk, err);
	if (r == -ENOMEM)
		return err_set(err, ENOMEM, "out of memory");
	return r ? r : attrs_settle_texts(set, report, file_stem, file_shown, err);
}

int attr_tags_split(const char *value, struct job_tag **ret_tags, size_t *ret_n)
{
	const char *at = value, *end;
	struct job_tag *tags;
	size_t size, n = 1;
	char *text;

	if (!value || !*value) {
		*ret_tags = NULL;
		*ret_n = 0;
		return 0;
	}
	size = strlen(value);
	if (attr_check(ATTR_TAGS, value, size, NULL) < 0)
		return -EINVAL;
	for (const char *c = value; *c; c++)
		n += *c == ',';
	/* the strings stand behind the array, in the same allocation; a NUL replaces each '=' and
	 * ',' */
	tags = malloc(n * sizeof(*tags) + size + 1);
	if (!tags)
		return -ENOMEM;
	text = (char *)(tags + n);
	memcpy(text, value, size + 1);
	end = text + size;
	at = text;
	for (size_t i = 0; at; i++) {
		struct pair pair = next_pair(&at, end);

		text[pair.value - text - 1] = '\0';
		text[pair.value + pair.value_size - text] = '\0';
		tags[i] = (struct job_tag){.key = pair.key, .value = pair.value};
	}
	*ret_tags = tags;
	*ret_n = n;
	return 0;
}
