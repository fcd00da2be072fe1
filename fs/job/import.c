/* SPDX-License-Identifier: MIT */
#include "job/import.h"

#include <stdlib.h>

void import_record_finish(struct import_record *record)
{
	free(record->job_id);
	free(record->name);
	free(record->error);
	attr_set_finish(&record->attrs);
	*record = (struct import_record){0};
}
