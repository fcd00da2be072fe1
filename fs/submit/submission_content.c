/* SPDX-License-Identifier: MIT */
/*
 * While a create waits for its answer, its content is in the body of the request, and in the
 * ledger. So the submission drops its own copy, which would be most of its memory. The content is
 * read again for another attempt, and when the answer is lost.
 */
#include "submit/submission_content.h"

#include <errno.h>
#include <stdlib.h>

void submission_drop_content(struct submission *submission)
{
	free(submission->record.content);
	submission->record.content = NULL;
}

int submission_read_content(struct submission *submission)
{
	struct ledger_submission *record = &submission->record;
	size_t size;
	char *content;
	int r;

	if (record->content)
		return 0;
	r = ledger_content(submission->engine->ledger, record->id, &content, &size);
	if (r < 0)
		return r;
	if (size != record->content_size) {
		free(content);
		return -EUCLEAN;
	}
	record->content = content;
	return 0;
}
