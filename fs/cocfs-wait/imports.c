/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocfs-wait/imports.h"

#include <errno.h>
#include <string.h>

#include "base/escape.h"
#include "cocfs-wait/control_file.h"
#include "job/name.h"

/* Reads the list of the target's mount. A cocfs that has no such list is older: then no import is
 * known, and each file is asked. Returns 0 or -errno. */
static int read_imports(struct imports *imports, const struct target *target)
{
	_cleanup_buf_ struct buf text = {0};
	int r;

	imports_finish(imports);
	r = control_file_read(target, "imports", &text);
	if (r == 0)
		r = line_set_parse(text.data, text.size, &imports->names);
	if (r < 0 && r != -ENOENT)
		return r;
	imports->target = target;
	return 0;
}

int imports_have(struct imports *imports, const struct target *target, const char *path,
		 struct err *err)
{
	_cleanup_buf_ struct buf line = {0};
	const char *name = path + target->root;
	int r = 0;

	if (*name++ != '/' || strchr(name, '/') || !name_is_job(name))
		return 0;
	if (!imports->target || !targets_share_mount(imports->target, target))
		r = read_imports(imports, target);
	if (r == 0)
		r = escape_append(&line, name);
	if (r < 0)
		return err_set(err, -r, "%.*s/.coc/imports cannot be read: %s", (int)target->root,
			       target->path, strerror(-r));
	return line_set_has(&imports->names, line.data);
}

void imports_finish(struct imports *imports)
{
	line_set_finish(&imports->names);
	*imports = (struct imports){0};
}
