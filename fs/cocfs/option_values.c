/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocfs/option_values.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* bytes for the allowed words, "A, B or C"; the longest list in the table has 32 */
#define ALLOWED_MAX 128

/* Turns the allowed words of an option, "A|B|C", into a text for people, "A, B or C". If the text
 * is longer than size bytes, cuts it. */
static void say_words(const char *words, char *text, size_t size)
{
	const char *last = strrchr(words, '|');
	size_t length = 0;

	for (const char *at = words; *at && length + sizeof(" or ") < size; at++) {
		if (*at != '|')
			text[length++] = *at;
		else
			length += (size_t)sprintf(text + length, "%s", at == last ? " or " : ", ");
	}
	text[length] = '\0';
}

/* Fills err for a value (text) that is not one of the option's words. Returns -EINVAL. */
static int refuse_word(const struct option *option, const char *text, struct err *err)
{
	char allowed[ALLOWED_MAX];

	say_words(option->value, allowed, sizeof(allowed));
	return err_set(err, EINVAL, "-o %s=%s: it must be %s", option->name, text, allowed);
}

int value_choice(const struct option *option, const char *text, void *member, struct err *err)
{
	const char *bar = strchr(option->value, '|');
	size_t first = (size_t)(bar - option->value);
	bool *choice = member;

	if (!strcmp(text, bar + 1))
		*choice = true;
	else if (strlen(text) == first && !strncmp(text, option->value, first))
		*choice = false;
	else
		return refuse_word(option, text, err);
	return 0;
}

int value_jobs(const struct option *option, const char *text, void *member, struct err *err)
{
	static const char *const words[] = {
		[JOBS_READ] = "read", [JOBS_ALL] = "all", [JOBS_OWN] = "own"};
	enum jobs_shown *jobs = member;

	for (size_t i = JOBS_READ; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(text, words[i])) {
			*jobs = (enum jobs_shown)i;
			return 0;
		}
	}
	return refuse_word(option, text, err);
}

int value_adoption(const struct option *option, const char *text, void *member, struct err *err)
{
	static const char *const rules[] = {
		[ADOPT_NEVER] = "never", [ADOPT_SAME] = "same", [ADOPT_NAME] = "name"};
	enum adoption_rule *rule = member;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!strcmp(text, rules[i])) {
			*rule = (enum adoption_rule)i;
			return 0;
		}
	}
	return refuse_word(option, text, err);
}

static int read_number(const struct option *option, const char *text, const char *what,
		       long *ret_number, struct err *err)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	/* refuse blanks and signs before the digits, which strtol() would take */
	if (text[0] < '0' || text[0] > '9' || errno || *end || number < option->min ||
	    number > option->max)
		return err_set(err, EINVAL, "-o %s=%s: it must be a number%s from %ld to %ld",
			       option->name, text, what, option->min, option->max);
	*ret_number = number;
	return 0;
}

int value_number(const struct option *option, const char *text, void *member, struct err *err)
{
	long number;
	int r = read_number(option, text, "", &number, err);

	if (r == 0)
		*(unsigned *)member = (unsigned)number;
	return r;
}

int value_seconds(const struct option *option, const char *text, void *member, struct err *err)
{
	long seconds;
	int r = read_number(option, text, " of seconds", &seconds, err);

	if (r == 0)
		*(int64_t *)member = (int64_t)seconds * 1000;
	return r;
}

/* Reads the number of a user or group. Returns false if text is no number, or is (uid_t)-1, which
 * is no user. */
static bool read_id(const char *text, unsigned *ret_id)
{
	char *end;
	unsigned long long id;

	errno = 0;
	id = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || errno || *end || id >= UINT32_MAX)
		return false;
	*ret_id = (unsigned)id;
	return true;
}

int value_uid(const struct option *option, const char *text, void *member, struct err *err)
{
	struct view *view = member;
	const struct passwd *entry;

	if (!read_id(text, &view->uid)) {
		entry = getpwnam(text);
		if (!entry)
			return err_set(err, EINVAL, "-o %s=%s: it must be a user's number or name",
				       option->name, text);
		view->uid = entry->pw_uid;
	}
	view->has_uid = true;
	return 0;
}

int value_gid(const struct option *option, const char *text, void *member, struct err *err)
{
	struct view *view = member;
	const struct group *entry;

	if (!read_id(text, &view->gid)) {
		entry = getgrnam(text);
		if (!entry)
			return err_set(err, EINVAL, "-o %s=%s: it must be a group's number or name",
				       option->name, text);
		view->gid = entry->gr_gid;
	}
	view->has_gid = true;
	return 0;
}

int value_mask(const struct option *option, const char *text, void *member, struct err *err)
{
	struct view *view = member;
	char *end;
	unsigned long mask;

	errno = 0;
	mask = strtoul(text, &end, 8);
	if (text[0] < '0' || text[0] > '7' || errno || *end || mask > 0777)
		return err_set(err, EINVAL, "-o %s=%s: it must be an octal number from 0 to 777",
			       option->name, text);
	if (option->name[0] != 'd') {
		view->has_fmask = true;
		view->fmask = (mode_t)mask;
	}
	if (option->name[0] != 'f') {
		view->has_dmask = true;
		view->dmask = (mode_t)mask;
	}
	return 0;
}

int value_text(const struct option *option, const char *text, void *member, struct err *err)
{
	char **place = member, *copy = strdup(text);

	(void)option;
	if (!copy)
		return err_set(err, ENOMEM, "out of memory");
	free(*place);
	*place = copy;
	return 0;
}

int value_globs(const struct option *option, const char *text, void *member, struct err *err)
{
	struct ignore **place = member, *ignore;
	int r = ignore_parse(text, &ignore, err);

	if (r < 0) {
		err_context(err, "-o %s=%s", option->name, text);
		return r;
	}
	ignore_free(*place);
	*place = ignore;
	return 0;
}

static enum attr attribute_of(const struct option *option)
{
	enum attr attr = 0;

	while (attr < ATTR_COUNT - 1 && strcmp(attr_field(attr), option->name))
		attr++;
	return attr;
}

int value_attribute(const struct option *option, const char *text, void *member, struct err *err)
{
	enum attr attr = attribute_of(option);
	int r = attr_check(attr, text, strlen(text), err);

	if (r < 0) {
		err_context(err, "-o %s", option->name);
		return r;
	}
	r = attr_set_put(member, attr, text, strlen(text));
	return r < 0 ? err_set(err, -r, "out of memory") : 0;
}

int value_risk(const struct option *option, const char *text, void *member, struct err *err)
{
	return risk_parse(text, member) < 0 ? refuse_word(option, text, err) : 0;
}

int value_dsl_level(const struct option *option, const char *text, void *member, struct err *err)
{
	return dsl_level_parse(text, member) < 0 ? refuse_word(option, text, err) : 0;
}

int value_log_level(const struct option *option, const char *text, void *member, struct err *err)
{
	return log_level_parse(text, member) ? 0 : refuse_word(option, text, err);
}
