/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/access/sections.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/ini.h"
#include "base/secret.h"

struct section_reading {
	struct sections *sections;
	const char *const *keys;
};

/* Returns the section with this name. Adds an empty section if there is none. Returns NULL without
 * memory. */
static struct section *take_named_section(struct sections *sections, const char *name)
{
	struct section *more;

	for (size_t i = 0; i < sections->n; i++)
		if (!strcmp(sections->section[i].name, name))
			return &sections->section[i];
	more = reallocarray(sections->section, sections->n + 1, sizeof(*more));
	if (!more)
		return NULL;
	sections->section = more;
	more[sections->n] = (struct section){.name = name};
	return &more[sections->n++];
}

static int on_section_key(void *data, const char *name, const char *key, const char *value)
{
	struct section_reading *reading = data;
	struct section *section = take_named_section(reading->sections, name);

	if (!section)
		return -ENOMEM;
	for (size_t i = 0; reading->keys[i]; i++)
		if (!strcmp(reading->keys[i], key)) {
			section->values[i] = value;
			return 0;
		}
	if (!section->unknown)
		section->unknown = key;
	return 0;
}

int sections_read(const char *path, const char *const *keys, struct buf *text,
		  struct sections *ret_sections, struct err *err)
{
	struct sections sections = {0};
	struct section_reading reading = {.sections = &sections, .keys = keys};
	unsigned line = 0;
	int r;

	r = file_read(path, true, text, err);
	if (r == -ENOENT)
		return err_set(err, ENOENT, "cannot read the file %s: %s", path, strerror(ENOENT));
	if (r < 0)
		return r;
	r = ini_parse(text->data, text->size, on_section_key, &reading, &line);
	if (r == 0) {
		*ret_sections = sections;
		return 0;
	}
	free(sections.section);
	if (r == -EINVAL)
		return err_set(err, EINVAL, "%s, line %u: neither [section] nor key = value", path,
			       line);
	return err_set(err, -r, "cannot keep what %s says: %s", path, strerror(-r));
}

void sections_finish(struct sections *sections, struct buf *text)
{
	free(sections->section);
	*sections = (struct sections){0};
	secret_buf_finish(text);
}
