/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "coc/body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "bounds/api.h"

static int check_utf8(const char *what, const char *text, size_t size, struct err *err)
{
	size_t valid = utf8_valid_prefix(text, size);

	if (valid == size)
		return 0;
	return err_set(err, EINVAL, "the %s is not UTF-8: its byte %zu is wrong", what, valid + 1);
}

/* Adds a string member. NULL for value adds none. Returns 0, or -errno with err filled. */
static int add_field(cJSON *object, const char *name, const char *value, struct err *err)
{
	int r;

	if (!value)
		return 0;
	r = check_utf8(name, value, strlen(value), err);
	if (r < 0)
		return r;
	return cJSON_AddStringToObject(object, name, value) ? 0
							    : err_set(err, ENOMEM, "out of memory");
}

static int add_content(cJSON *object, const struct coc_document *document, struct err *err)
{
	_cleanup_free_ char *text = NULL;
	int r;

	if (document->content_size && memchr(document->content, '\0', document->content_size))
		return err_set(err, EINVAL, "the content holds a NUL byte: it is not text");
	r = check_utf8("content", document->content, document->content_size, err);
	if (r < 0)
		return r;
	text = document->content_size ? strndup(document->content, document->content_size)
				      : strdup("");
	if (!text)
		return err_set(err, ENOMEM, "out of memory");
	return add_field(object, "content", text, err);
}

static int add_tags(cJSON *object, const struct coc_document *document, struct err *err)
{
	cJSON *tags;

	if (!document->n_tags)
		return 0;
	tags = cJSON_AddArrayToObject(object, "tags");
	for (size_t i = 0; tags && i < document->n_tags; i++) {
		cJSON *tag = cJSON_CreateObject();
		int r;

		if (!cJSON_AddItemToArray(tags, tag)) {
			cJSON_Delete(tag);
			tags = NULL;
			break;
		}
		r = add_field(tag, "key", document->tags[i].key, err);
		if (r == 0)
			r = add_field(tag, "value", document->tags[i].value, err);
		if (r < 0)
			return r;
	}
	return tags ? 0 : err_set(err, ENOMEM, "out of memory");
}

int coc_content_check(size_t size, bool create, struct err *err)
{
	const size_t max = create ? COC_CONTENT_MAX : COC_UPDATE_CONTENT_MAX;

	if (size <= max)
		return 0;
	err_set(err, EFBIG, "the file has %zu bytes, and %s of a job takes at most %zu", size,
		create ? "the creation" : "an update", max);
	err_detail(err, "what_to_do", "make the file at most %zu bytes long, and write it again",
		   max);
	return -EFBIG;
}

int body_build(const struct coc_document *document, bool create, char **ret_body, struct err *err)
{
	_cleanup_json_ cJSON *root = NULL;
	char *body;
	int r;

	r = coc_content_check(document->content_size, create, err);
	if (r < 0)
		return r;
	root = cJSON_CreateObject();
	if (!root)
		return err_set(err, ENOMEM, "out of memory");
	r = add_field(root, "name", document->name, err);
	if (r == 0)
		r = add_content(root, document, err);
	if (r == 0 && create)
		r = add_field(root, "enterprise_project_id", document->enterprise_project_id, err);
	if (r == 0)
		r = add_field(root, "risk_level", document->risk_level, err);
	if (r == 0)
		r = add_field(root, "description", document->description, err);
	if (r == 0 && create)
		r = add_tags(root, document, err);
	if (r < 0)
		return r;
	body = cJSON_PrintUnformatted(root);
	if (!body)
		return err_set(err, ENOMEM, "out of memory");
	*ret_body = body;
	return 0;
}
