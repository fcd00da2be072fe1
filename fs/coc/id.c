/* SPDX-License-Identifier: MIT */
#include "coc/id.h"

#include <ctype.h>
#include <string.h>

#include "base/shown.h"
#include "base/utf8.h"
#include "bounds/api.h"

/* Does a text have a blank: U+0020, or another character of the category Zs (Unicode 14)? Also true
 * if the text is no UTF-8. */
static bool has_blank(const char *text, size_t size)
{
	static const uint32_t blanks[] = {0x20, 0xa0, 0x1680, 0x202f, 0x205f, 0x3000};
	uint32_t character;

	for (size_t at = 0, step; at < size; at += step) {
		step = utf8_next(text + at, size - at, &character);
		if (!step || (character >= 0x2000 && character <= 0x200a))
			return true;
		for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++)
			if (character == blanks[i])
				return true;
	}
	return false;
}

bool id_is_word(const char *text, size_t max)
{
	size_t size = strlen(text);

	return size && size <= max * UTF8_CHAR_MAX && !has_blank(text, size) &&
	       shown_as_is(text, size) && utf8_chars(text, size) <= max;
}

bool id_is_document(const char *text)
{
	return id_is_word(text, COC_DOCUMENT_ID_MAX) && !strchr(text, '/') && strcmp(text, ".") &&
	       strcmp(text, "..");
}

/* Does the text have a hexadecimal digit wherever the form has an x, and elsewhere the same
 * characters as the form? */
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
