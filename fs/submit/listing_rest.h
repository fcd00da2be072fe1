/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LISTING_REST_H
#define COCFS_SUBMIT_LISTING_REST_H

#include <stdint.h>

#include "base/buf.h"

/* Ends a listing with the number of entries that have no line. Entries that the reader may not see
 * are counted in hidden; hidden_words say why ("that you may not read"). Entries beyond the
 * listing's bound are counted in more. If a number is 0, it gets no line. Returns 0 or -ENOMEM. */
int listing_write_rest(struct buf *text, int64_t hidden, const char *hidden_words, int64_t more);

#endif
