/* SPDX-License-Identifier: MIT */
#include "cocfs/limits.h"

#include <errno.h>

#include "base/log.h"
#include "base/process.h"

int limits_divide(bool embedded, struct descriptors *ret_parts, struct err *err)
{
	unsigned all = process_descriptors_max();

	if (all < DESCRIPTORS_LEAST) {
		err_set(err, EMFILE, "only %u descriptors may be open at once", all);
		err_detail(err, "what_to_do", "allow at least %d, better %d: ulimit -n",
			   DESCRIPTORS_LEAST, DESCRIPTORS_FEW);
		return -EMFILE;
	}
	descriptors_divide(all, embedded, ret_parts);
	if (all < DESCRIPTORS_FEW)
		log_warning(
			"only %u descriptors may be open at once: users may have %u files open, "
			"and %u requests may be under way; raise the limit (ulimit -Hn)",
			all, ret_parts->users, ret_parts->connections);
	return 0;
}
