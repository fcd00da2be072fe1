/* SPDX-License-Identifier: MIT */
#include "job/record.h"

#include <stdlib.h>

void job_record_finish(struct job_record *record)
{
	free(record->job_id);
	free(record->request_id);
	free(record->error);
	free(record->warnings);
	attr_set_finish(&record->sent);
	attr_set_finish(&record->held);
	*record = (struct job_record){0};
}
