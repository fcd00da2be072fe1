/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_WAIT_IMPORTS_H
#define COCFS_COCFS_WAIT_IMPORTS_H

#include "base/err.h"
#include "base/line_set.h"
#include "cocfs-wait/look.h"

/*
 * The imports of a mount, as .coc/imports lists them. To stat an import asks the service for its
 * content. So cocfs-wait looks here first, and leaves the files of imports alone.
 */
struct imports {
	struct line_set names;	     /* escaped, as .coc/imports has them */
	const struct target *target; /* on the mount whose list was read; borrowed. NULL: none */
};

/* Is a file of the target, or the target itself, an import? path: of the file; it begins as the
 * target's. Reads the list of a mount at the first question about a job file in its root. target is
 * borrowed until imports_finish(). Returns 1, 0, or -errno with err filled. */
int imports_have(struct imports *imports, const struct target *target, const char *path,
		 struct err *err);

/* Frees the list. */
void imports_finish(struct imports *imports);

#endif
