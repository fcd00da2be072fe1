/* SPDX-License-Identifier: MIT */
#include "coc/credentials_file.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/file.h"
#include "base/ini.h"
#include "coc/value.h"

/* A section of the credentials file, and what this section alone offers. */
struct section {
	const char *name;
	struct coc_offer offer;
};

struct reading {
	struct section sections[2]; /* the first section that offers anything is taken */
	size_t n;
};

static const struct {
	const char *key;
	size_t offset; /* offset of the member in struct coc_offer */
} keys[] = {
	{"ak", offsetof(struct coc_offer, ak)},
	{"sk", offsetof(struct coc_offer, sk)},
	{"security_token", offsetof(struct coc_offer, security_token)},
	{"domain_id", offsetof(struct coc_offer, domain_id)},
	{"project_id", offsetof(struct coc_offer, project_id)},
	{"idp_id", offsetof(struct coc_offer, idp_id)},
	{"id_token_file", offsetof(struct coc_offer, id_token_file)},
	{"iam_endpoint", offsetof(struct coc_offer, iam_endpoint)},
};

static int on_key(void *data, const char *section, const char *key, const char *value)
{
	struct reading *reading = data;

	for (size_t i = 0; i < reading->n; i++)
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
			if (!strcmp(section, reading->sections[i].name) &&
			    !strcmp(key, keys[k].key))
				*(const char **)((char *)&reading->sections[i].offer +
						 keys[k].offset) = value;
	return 0;
}

static int refuse_file(const char *path, const char *section, struct err *err)
{
	if (section)
		err_set(err, EINVAL, "%s holds no ak and sk in its section [%s]", path, section);
	else
		err_set(err, EINVAL, "%s holds no ak and sk in its section [global] or [basic]",
			path);
	err_detail(
		err, "what_to_do", "write the section with its lines \"ak = …\" and \"sk = …\"%s",
		section ? "; for another file, give its path with a slash: -o profile=./FILE" : "");
	return -EINVAL;
}

int credentials_file_read(const char *path, const char *section, struct buf *text,
			  struct coc_offer *ret_offer, struct err *err)
{
	struct reading reading = {
		.sections = {{.name = section ? section : "global"}, {.name = "basic"}},
		.n = section ? 1 : 2};
	unsigned line = 0;
	int r;

	r = file_read(path, true, text, err);
	if (r == -ENOENT)
		return err_set(err, ENOENT, "no credentials: there is no file %s", path);
	if (r < 0)
		return r;
	r = ini_parse(text->data, text->size, on_key, &reading, &line);
	if (r < 0)
		return err_set(err, -r, "%s, line %u: neither [section] nor key = value", path,
			       line);
	for (size_t i = 0; i < reading.n; i++) {
		if (!coc_offer_says_anything(&reading.sections[i].offer))
			continue;
		*ret_offer = reading.sections[i].offer;
		return 0;
	}
	return refuse_file(path, section, err);
}

int coc_creds_read(const char *path, struct coc_creds **ret_creds, struct err *err)
{
	_cleanup_secret_buf_ struct buf text = {0};
	struct coc_offer offer = {0};
	int r = credentials_file_read(path, NULL, &text, &offer, err);

	if (r == 0 && !value_is_given(offer.ak) && !value_is_given(offer.sk))
		r = refuse_file(path, NULL, err);
	return r < 0 ? r : coc_creds_make(&offer, path, ret_creds, err);
}
