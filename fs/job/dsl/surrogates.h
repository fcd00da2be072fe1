/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_SURROGATES_H
#define COCFS_JOB_DSL_SURROGATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * JSON writes a character beyond U+FFFF as two escapes, "\ud83d\ude00": a surrogate pair. A JSON
 * text is a YAML text, and many programs take the pair. But libyaml refuses both escapes. Here each
 * of the two is called a half.
 *
 * So the halves are hidden from libyaml. In a copy of the document, each escape of a half becomes
 * the escape of a character in Unicode's private area. The document does not use that character,
 * and the new escape is as long as the old one, so all places stay the same. Later
 * dsl_halves_show() puts the true characters into the values of the scalars. Pure.
 */
struct dsl_halves {
	char *copy;    /* the document with hidden halves; NULL: no half is hidden */
	uint32_t base; /* the character that stands for U+D800; the next for U+D801 and so on */
};

/* Frees the copy. */
void dsl_halves_finish(struct dsl_halves *halves);

/*
 * Hides the halves in a document of valid UTF-8: makes the copy for libyaml. The caller
 * zero-initialises *ret_halves, and calls dsl_halves_finish() afterwards. If no half
 * is hidden, *ret_halves stays zero: then give libyaml the document itself. No half is hidden if
 * the document has none. Nor if it has characters of each block that could stand for the halves:
 * the blocks of 2,048 characters from U+E000, U+E800 and U+F000 on. Returns 0 or -ENOMEM.
 */
int dsl_halves_hide(const char *content, size_t size, struct dsl_halves *ret_halves);

/*
 * Appends the value of a scalar to out, with its hidden halves replaced. A pair becomes its
 * character. In a scalar without double quotes (quoted is false) libyaml reads no escape, so the
 * text becomes what it was. A half without its other half stays hidden, because UTF-8 cannot hold
 * it. *ret_alone: is there such a half? Returns 0 or -ENOMEM.
 */
int dsl_halves_show(const struct dsl_halves *halves, bool quoted, const char *value, size_t size,
		    struct buf *out, bool *ret_alone);

#endif
