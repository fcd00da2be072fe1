/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/imports_view.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/escape.h"
#include "space/viewer.h"
#include "submit/imports.h"

/* The most imports that a slice of the text has: about 2 ms. */
#define IMPORTS_AT_ONCE 250

struct imports_text {
	struct text_source source;
	struct space *space;
	bool shows;		 /* false: the caller may not list the root */
	struct buf *text;	 /* set for one slice */
	char last[NAME_MAX + 1]; /* the name that was written last; "" before the first */
	int n;			 /* names that the slice has written */
};

static int write_import_name(void *data, const struct import_record *import)
{
	struct imports_text *imports = data;

	snprintf(imports->last, sizeof(imports->last), "%s", import->name);
	imports->n++;
	escape_append(imports->text, import->name);
	return buf_puts(imports->text, "\n");
}

static int write_imports(struct text_source *source, struct buf *text)
{
	struct imports_text *imports = (struct imports_text *)source;
	const struct space *space = imports->space;
	int r;

	if (!imports->shows)
		return 0;
	imports->text = text;
	imports->n = 0;
	r = imports_walk(space->engine, imports->last, IMPORTS_AT_ONCE, write_import_name, imports);
	return r < 0 ? r : imports->n == IMPORTS_AT_ONCE;
}

struct text_source *imports_view_text(struct space *space, fuse_req_t req)
{
	struct imports_text *imports = calloc(1, sizeof(*imports));
	struct viewer viewer;

	if (!imports)
		return NULL;
	viewer_init(&viewer, space, req);
	*imports = (struct imports_text){.source = {.write = write_imports},
					 .space = space,
					 .shows = viewer_may_list_root(&viewer)};
	return &imports->source;
}
