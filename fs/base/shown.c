/* SPDX-License-Identifier: MIT */
#include "base/shown.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

/*
 * The characters that are never shown as they are, in rising order. "ignorable" is the property
 * Default_Ignorable_Code_Point of Unicode 14 (DerivedCoreProperties.txt). The table has every
 * character with this property, because such a character has no width and no form of its own. The
 * property also covers code points that a later Unicode may assign.
 */
static const struct range {
	uint32_t first, last;
} hidden[] = {
	{0x0, 0x1f},	  /* C0: line breaks, escape */
	{0x7f, 0x9f},	  /* DEL, C1: NEL, CSI */
	{0xad, 0xad},	  /* ignorable: soft hyphen */
	{0x34f, 0x34f},	  /* ignorable: joins graphemes */
	{0x61c, 0x61c},	  /* ignorable: sets the direction of writing */
	{0x115f, 0x1160}, /* ignorable: fillers of Hangul */
	{0x17b4, 0x17b5}, /* ignorable: vowels of Khmer that are not written */
	{0x180b, 0x180f}, /* ignorable: variants and a separator of Mongolian */
	{0x200b, 0x200f}, /* ignorable; the last two set the direction of writing */
	{0x2028, 0x202e}, /* separate lines and paragraphs; ignorable: set the direction */
	{0x2060, 0x206f}, /* ignorable: isolate and set the direction */
	{0x2800, 0x2800}, /* a pattern of Braille without dots: it looks like a space and is none */
	{0x3164, 0x3164}, /* ignorable: filler of Hangul */
	{0xfdd0, 0xfdef}, /* non-characters */
	{0xfe00, 0xfe0f}, /* ignorable: choose variants */
	{0xfeff, 0xfeff}, /* ignorable: byte order mark */
	{0xffa0, 0xffa0}, /* ignorable: filler of Hangul */
	{0xfff0,
	 0xfffb}, /* ignorable; annotations between lines: they hide the text that they annotate */
	{0x13430, 0x13440}, /* lay hieroglyphs out */
	{0x1bca0, 0x1bca3}, /* ignorable: lay shorthand out */
	{0x1d173, 0x1d17a}, /* ignorable: begin and end groups of notes in music */
	{0xe0000, 0xe0fff}, /* ignorable: tags, which spell ASCII, and variants */
};

#define HIDDEN_COUNT (sizeof(hidden) / sizeof(hidden[0]))

static bool is_hidden_character(uint32_t character)
{
	if ((character & 0xfffe) ==
	    0xfffe) /* the last two code points of each plane are no characters */
		return true;
	for (size_t i = 0; i < HIDDEN_COUNT && hidden[i].first <= character; i++)
		if (character <= hidden[i].last)
			return true;
	return false;
}

/* Is the character white space that moves the cursor or breaks the line? */
static bool is_white(uint32_t character)
{
	return (character >= '\t' && character <= '\r') || character == 0x85 ||
	       character == 0x2028 || character == 0x2029;
}

bool shown_char(const char *text, size_t left, size_t *ret_size)
{
	uint32_t character;
	size_t size = utf8_next(text, left, &character);

	*ret_size = size ? size : 1;
	return size && !is_hidden_character(character);
}

bool shown_as_is(const char *text, size_t size)
{
	size_t step;

	for (size_t at = 0; at < size; at += step)
		if (!shown_char(text + at, size - at, &step))
			return false;
	return true;
}

static void clean_text(char *text, bool keep_line_feeds)
{
	size_t left = strlen(text), size;
	uint32_t character;
	char *to = text;

	for (; left; text += size, left -= size) {
		if (shown_char(text, left, &size) || (keep_line_feeds && *text == '\n')) {
			memmove(to, text, size);
			to += size;
		} else {
			*to++ = utf8_next(text, left, &character) && is_white(character) ? ' '
											 : '?';
		}
	}
	*to = '\0';
}

void shown_clean(char *text)
{
	clean_text(text, false);
}

void shown_clean_lines(char *text)
{
	clean_text(text, true);
}

void shown_drop_half(char *text)
{
	size_t length = strlen(text), at = length;
	uint32_t character;

	/* go back to the first byte of the last character: at most three bytes follow it */
	while (at > 0 && length - at < 4) {
		at--;
		if (((unsigned char)text[at] & 0xc0) == 0xc0) {
			if (!utf8_next(text + at, length - at, &character))
				text[at] = '\0';
			return;
		}
		if ((unsigned char)text[at] < 0x80)
			return;
	}
}

int shown_append(struct buf *buf, const char *text)
{
	size_t at = buf->size;

	if (buf_puts(buf, text) < 0)
		return buf->error;
	shown_clean(buf->data + at);
	buf->size = at + strlen(buf->data + at);
	return 0;
}
