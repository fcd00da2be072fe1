/* SPDX-License-Identifier: MIT */
#include "coc/id.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/shown.h"
#include "base/utf8.h"
#include "bounds/api.h"

#define VERSION_DIGITS_MAX 9 /* what always fits; the service has at most 100 versions of a job */

bool id_is_word(const char *text, size_t max)
{
	size_t size = strlen(text);

	return size && size <= max * UTF8_CHAR_MAX && !strchr(text, ' ') &&
	       shown_as_is(text, size) && utf8_chars(text, size) <= max;
}

bool id_is_document(const char *text)
{
	return id_is_word(text, COC_DOCUMENT_ID_MAX) && !strchr(text, '/') && strcmp(text, ".") &&
	       strcmp(text, "..");
}

/* Does the text have hexadecimal digits where the form has an x, and else what the form has? */
static bool has_form(const char *text, const char *form)
{
	if (strlen(text) != strlen(form))
		return false;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'x' ? !isxdigit((unsigned char)text[i]) : text[i] != form[i])
			return false;
	return true;
}

bool id_is_uuid(const char *text)
{
	return has_form(text, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") ||
	       has_form(text, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

int64_t id_version(const char *text)
{
	size_t digits = text[0] == 'v' ? strspn(text + 1, "0123456789") : 0;

	if (!digits || digits > VERSION_DIGITS_MAX || text[1] == '0' || text[1 + digits])
		return 0;
	return strtol(text + 1, NULL, 10);
}
