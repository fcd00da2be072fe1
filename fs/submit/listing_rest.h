/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LISTING_REST_H
#define COCFS_SUBMIT_LISTING_REST_H

#include <stdint.h>

#include "base/buf.h"

/* Writes at the end of a listing how many there are beyond its lines. The reader may not see those
 * that are hidden; hidden_words say what they are ("that you may not read"). No line for 0. Returns
 * 0 or -ENOMEM. */
int listing_write_rest(struct buf *text, int64_t hidden, const char *hidden_words, int64_t more);

#endif
