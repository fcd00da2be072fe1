/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_DSL_SURROGATES_H
#define COCFS_JOB_DSL_SURROGATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * JSON writes a character beyond U+FFFF as two escapes, "\ud83d\ude00", a surrogate pair. A JSON
 * text is a YAML text, and many readers take the pair, but libyaml refuses each half of it. So the
 * halves are hidden from libyaml: in a copy of the document each is replaced by the escape of a
 * character of the Unicode's private area that the document does not use, as long as the escape
 * that it stands for, so that all places stay the same. The values of the scalars are put right
 * afterwards. Pure.
 */
struct dsl_halves {
	char *copy;    /* the document with its halves hidden; NULL: there is nothing to hide */
	uint32_t base; /* what stands for U+D800; the others follow in order */
};

void dsl_halves_finish(struct dsl_halves *halves);

/* Hides the halves in a document of valid UTF-8. Returns 0, -ENOMEM. */
int dsl_halves_hide(const char *content, size_t size, struct dsl_halves *ret_halves);

/*
 * Appends the value of a scalar to out with its halves put right: pairs as their character, and
 * where no escape was read (quoted is false: it is not in double quotes) the text as it was. A half
 * without its other half stays hidden, and *ret_alone is set: no UTF-8 can hold it. Returns 0,
 * -ENOMEM.
 */
int dsl_halves_show(const struct dsl_halves *halves, bool quoted, const char *value, size_t size,
		    struct buf *out, bool *ret_alone);

#endif
