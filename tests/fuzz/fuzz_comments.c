/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bounds/job.h"
#include "job/comments.h"
#include "must.h"

/* Reads any bytes as the content of a job file: its comments must give values that attr_check()
 * accepts, or an error with its position. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct comments comments = {0};
	struct comment_place place;
	struct err err = {0};
	enum attr attr;
	int r = comments_read((const char *)data, size, &comments, &err);

	must(r == 0 || (r == -EINVAL && err.errnum == EINVAL && strstr(err.details, "line: ") &&
			strstr(err.details, "column: ") && strstr(err.details, "what_to_do: ")));
	for (int i = 0; i < ATTR_COUNT; i++) {
		const char *value = comments.set.value[i];

		must(!value == !comments.places[i].line && !value == !comments.places[i].column);
		must(!value || attr_check((enum attr)i, value, strlen(value), NULL) == 0);
	}
	comments_finish(&comments);
	if (comments_find_late((const char *)data, size, &attr, &place))
		must(attr < ATTR_COUNT && place.line > 1 && place.column == 1);
	return 0;
}
