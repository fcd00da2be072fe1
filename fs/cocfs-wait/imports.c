/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocfs-wait/imports.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "cocfs-wait/control_file.h"
#include "job/name.h"

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Cuts the text into its lines, undoes their escapes, and fills names with them. Leaves out what
 * stands behind the last line feed. Returns 0 or -ENOMEM. */
static int split_names(struct imports *imports)
{
	char *rest = imports->text.data, *name;
	size_t lines = 0;

	for (const char *at = rest; (at = strchr(at, '\n')); at++)
		lines++;
	imports->names = calloc(lines + 1, sizeof(*imports->names));
	if (!imports->names)
		return -ENOMEM;
	while (imports->n < lines && (name = strsep(&rest, "\n"))) {
		escape_undo(name);
		imports->names[imports->n++] = name;
	}
	qsort(imports->names, imports->n, sizeof(*imports->names), compare_names);
	return 0;
}

/* Reads the list of the target's mount. A cocfs that has no such list is older: then no import is
 * known, and each file is asked. Returns 0 or -errno. */
static int read_imports(struct imports *imports, const struct target *target)
{
	int r;

	imports_finish(imports);
	r = control_file_read(target->path, target->root, "imports", &imports->text);
	if (r == 0)
		r = split_names(imports);
	if (r < 0 && r != -ENOENT)
		return r;
	imports->target = target;
	return 0;
}

static bool has_list_of(const struct imports *imports, const struct target *target)
{
	const struct target *read = imports->target;

	return read && read->root == target->root && !memcmp(read->path, target->path, read->root);
}

int imports_have(struct imports *imports, const struct target *target, const char *path,
		 struct err *err)
{
	const char *name = path + target->root;
	int r;

	if (*name++ != '/' || strchr(name, '/') || !name_is_job(name))
		return 0;
	r = has_list_of(imports, target) ? 0 : read_imports(imports, target);
	if (r < 0)
		return err_set(err, -r, "%.*s/.coc/imports cannot be read: %s", (int)target->root,
			       target->path, strerror(-r));
	return bsearch(&name, imports->names, imports->n, sizeof(*imports->names), compare_names) !=
	       NULL;
}

void imports_finish(struct imports *imports)
{
	buf_finish(&imports->text);
	free(imports->names);
	*imports = (struct imports){0};
}
