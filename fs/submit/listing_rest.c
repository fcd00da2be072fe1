/* SPDX-License-Identifier: MIT */
#include "submit/listing_rest.h"

#include <inttypes.h>

int listing_write_rest(struct buf *text, int64_t hidden, const char *hidden_words, int64_t more)
{
	if (hidden)
		buf_printf(text, "and %" PRId64 " %s\n", hidden, hidden_words);
	if (more)
		buf_printf(text, "and %" PRId64 " more\n", more);
	return text->error;
}
