/* SPDX-License-Identifier: MIT */
/*
 * The shapes of a success:
 *
 *   create   {"data":"ID"}
 *   update   {"data":"ID"}, or a bare string
 *   delete   {"data":"ID"}
 *   show     {"data":{…}}; {"data":null} says that there is no such job
 *   list     {"data":[…],"total":N}, times as numbers or as strings of digits
 *
 * A 200 of any other shape does not come from the API: a portal answers, or a proxy, or half of an
 * answer is missing. Then it is unknown whether the call was processed. The same holds for an
 * answer about another job than the one that was asked for, and for an answer that has an error
 * beside its data.
 *
 * The API's page says that an update is answered with {"data":"ID"}; the OpenAPI file says a bare
 * string, "job uuid". So a bare string may also be a UUID, unless the job's own ID has that form:
 * then the UUID would be another job's ID.
 *
 * Each text that is kept has a bound. No job that the API can hold has a longer text.
 */
#define _GNU_SOURCE
#include "coc/success.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "coc/id.h"
#include "job/version.h"

/* A member whose text is copied. */
struct text_member {
	const char *name;
	char **to;
	size_t max;  /* bytes that the text may have */
	bool needed; /* the member must be there and not null */
};

/* Copies a member: a string, or an integer as its digits. If the member is absent or null, *to
 * stays NULL. Returns 0 or -ENOMEM. -EINVAL: a needed member is absent or null, or the member is no
 * text in UTF-8. -E2BIG: it is longer than max. */
static int copy_text_member(const cJSON *object, const struct text_member *member)
{
	const cJSON *value = json_get(object, member->name);
	const char *text = cJSON_IsString(value) ? value->valuestring : NULL;
	char digits[24];
	int64_t number;

	if (!value || cJSON_IsNull(value))
		return member->needed ? -EINVAL : 0;
	if (cJSON_IsNumber(value) && json_get_int(object, member->name, &number)) {
		snprintf(digits, sizeof(digits), "%" PRId64, number);
		text = digits;
	}
	if (text && strlen(text) > member->max)
		return -E2BIG;
	if (!text || utf8_valid_prefix(text, strlen(text)) != strlen(text))
		return -EINVAL;
	*member->to = strdup(text);
	return *member->to ? 0 : -ENOMEM;
}

static int copy_text_members(const cJSON *object, const struct text_member *members, size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = copy_text_member(object, &members[i]);
	return r;
}

#define COPY_TEXT_MEMBERS(object, members)                                                         \
	copy_text_members(object, members, sizeof(members) / sizeof(members[0]))

/* Returns the member if it is a job ID, else NULL. */
static const char *get_id(const cJSON *object, const char *name)
{
	const char *id = json_get_string(object, name);

	return id && id_is_document(id) ? id : NULL;
}

bool success_is_told(const cJSON *root)
{
	const cJSON *member = json_get(root, "error_code");
	const char *code = cJSON_IsString(member) ? member->valuestring : "";
	const char *dot = strrchr(code, '.');

	return (cJSON_IsNumber(member) && member->valuedouble == 0) ||
	       (dot && !strcmp(dot, ".00000000"));
}

/* Is the member empty, or does it say that all is well? */
static bool is_harmless(const cJSON *member)
{
	static const char *const texts[] = {"", "0", "200", "ok", "success"};

	if (cJSON_IsNumber(member))
		return member->valuedouble == 0 || member->valuedouble == 200;
	for (size_t i = 0; cJSON_IsString(member) && i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!strcasecmp(member->valuestring, texts[i]))
			return true;
	return cJSON_IsNull(member) || cJSON_IsFalse(member) ||
	       ((cJSON_IsArray(member) || cJSON_IsObject(member)) && !member->child);
}

/* Does an answer report an error without an error code? Then nothing else in the answer proves
 * anything, not even missing data. False if an error code means success. */
static bool reports_error(const cJSON *root)
{
	static const char *const names[] = {"error_msg", "code",   "message",
					    "error",	 "errors", "msg"};

	if (success_is_told(root))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const cJSON *member = json_get(root, names[i]);

		if (member && !is_harmless(member))
			return true;
	}
	return false;
}

static int read_create(const cJSON *root, struct answer *out)
{
	const char *id = get_id(root, "data");

	if (!id)
		return -EINVAL;
	snprintf(out->document_id, sizeof(out->document_id), "%s", id);
	out->answer.document_id = out->document_id;
	return 0;
}

static int read_update(const struct answer_source *source, const cJSON *root)
{
	const char *bare = cJSON_IsString(root) ? root->valuestring : NULL;
	const char *id = bare ? bare : get_id(root, "data");

	if (!id)
		return -EINVAL;
	if (!strcmp(id, source->document_id))
		return 0;
	return bare && id_is_uuid(bare) && !id_is_uuid(source->document_id) ? 0 : -EINVAL;
}

static int read_delete(const struct answer_source *source, const cJSON *root)
{
	const char *id = get_id(root, "data");

	return id && !strcmp(id, source->document_id) ? 0 : -EINVAL;
}

/* Removes a version that does not have the form "v12": it counts as not known. */
static void drop_odd_version(char **version)
{
	if (*version && !version_number(*version)) {
		free(*version);
		*version = NULL;
	}
}

static int read_details(const cJSON *data, struct coc_details *out)
{
	const struct text_member members[] = {
		{"document_id", &out->document_id, COC_FIELD_MAX, true},
		{"name", &out->name, COC_FIELD_MAX, true},
		{"content", &out->content, COC_FIELD_CONTENT_MAX, true},
		{"description", &out->description, COC_FIELD_DESCRIPTION_MAX, false},
		{"risk_level", &out->risk_level, COC_FIELD_RISK_MAX, false},
		{"enterprise_project_id", &out->enterprise_project_id, COC_FIELD_PROJECT_MAX,
		 false},
		{"version", &out->version, COC_FIELD_VERSION_MAX, false},
		{"modifier", &out->modifier, COC_FIELD_MAX, false},
	};
	int r = COPY_TEXT_MEMBERS(data, members);

	drop_odd_version(&out->version);
	json_get_int(data, "create_time", &out->create_time_ms);
	json_get_int(data, "update_time", &out->update_time_ms);
	return r;
}

static int read_show(const struct answer_source *source, const cJSON *root, struct answer *out)
{
	const cJSON *data = json_get(root, "data");
	const char *id = get_id(data, "document_id");
	int r;

	if (cJSON_IsNull(data))
		return -ESTALE;
	if (!id || strcmp(id, source->document_id))
		return -EINVAL;
	r = read_details(data, &out->details);
	out->answer.details = &out->details;
	return r;
}

static void free_summary(struct coc_summary *summary)
{
	free(summary->document_id);
	free(summary->name);
	free(summary->version);
	free(summary->creator);
	free(summary->modifier);
	free(summary->enterprise_project_id);
	*summary = (struct coc_summary){0};
}

/* Reads a row of a list. Returns 0 or -ENOMEM. -EINVAL, -E2BIG: the row cannot be used, because a
 * text in `members` is missing, wrong or too long. By name, project and version cocfs recognises a
 * job, so it takes none of them on trust. */
static int read_summary(const cJSON *row, struct coc_summary *out)
{
	const struct text_member members[] = {
		{"document_id", &out->document_id, COC_FIELD_MAX, true},
		{"name", &out->name, COC_FIELD_MAX, true},
		{"version", &out->version, COC_FIELD_VERSION_MAX, false},
		{"creator", &out->creator, COC_FIELD_MAX, false},
		{"enterprise_project_id", &out->enterprise_project_id, COC_FIELD_PROJECT_MAX,
		 false},
	};
	/* a bad modifier stays NULL and does not spoil the row: cocfs only shows it to people */
	const struct text_member modifier = {"modifier", &out->modifier, COC_FIELD_MAX, false};
	int r = get_id(row, "document_id") ? COPY_TEXT_MEMBERS(row, members) : -EINVAL;

	if (r == 0 && copy_text_member(row, &modifier) == -ENOMEM)
		r = -ENOMEM;
	json_get_int(row, "create_time", &out->create_time_ms);
	json_get_int(row, "update_time", &out->update_time_ms);
	if (r < 0)
		free_summary(out);
	return r;
}

/* Reads how many jobs match. *ret_total is -1 if the service does not say. Returns 0, or -EINVAL if
 * the value cannot be a count. */
static int read_total(const cJSON *root, int64_t *ret_total)
{
	const cJSON *total = json_get(root, "total");

	*ret_total = -1;
	if (!total || cJSON_IsNull(total))
		return 0;
	return json_get_int(root, "total", ret_total) && *ret_total >= 0 ? 0 : -EINVAL;
}

static int read_list(const cJSON *root, struct answer *out)
{
	const cJSON *data = json_get(root, "data"), *row;
	struct coc_answer *answer = &out->answer;
	int n, r = read_total(root, &answer->total);

	/* null instead of rows, and no total: that does not say that there are no jobs */
	if (r == 0 && !cJSON_IsArray(data) && (!cJSON_IsNull(data) || answer->total < 0))
		r = -EINVAL;
	if (r < 0)
		return r;
	n = cJSON_GetArraySize(data);
	out->summaries = calloc(n < 1		    ? 1
				: n > COC_LIST_PAGE ? COC_LIST_PAGE
						    : (size_t)n,
				sizeof(*out->summaries));
	if (!out->summaries)
		return -ENOMEM;
	cJSON_ArrayForEach (row, data) {
		/* rows beyond those that were asked for are only counted: such a page proves
		 * nothing */
		r = out->n_summaries < COC_LIST_PAGE
			    ? read_summary(row, &out->summaries[out->n_summaries])
			    : -E2BIG;
		if (r == -ENOMEM)
			return r;
		if (r < 0)
			answer->n_unusable++;
		else
			out->n_summaries++;
	}
	answer->summaries = out->summaries;
	answer->n_summaries = out->n_summaries;
	return 0;
}

void success_finish(struct answer *answer)
{
	struct coc_details *details = &answer->details;

	free(details->document_id);
	free(details->name);
	free(details->content);
	free(details->description);
	free(details->risk_level);
	free(details->enterprise_project_id);
	free(details->version);
	free(details->modifier);
	for (size_t i = 0; i < answer->n_summaries; i++)
		free_summary(&answer->summaries[i]);
	free(answer->summaries);
}

int success_read(const struct answer_source *source, const cJSON *root, struct answer *out)
{
	if (reports_error(root))
		return -EINVAL;
	switch (source->operation) {
	case COC_OP_CREATE:
		return read_create(root, out);
	case COC_OP_UPDATE:
		return read_update(source, root);
	case COC_OP_DELETE:
		return read_delete(source, root);
	case COC_OP_SHOW:
		return read_show(source, root, out);
	case COC_OP_LIST:
		return read_list(root, out);
	}
	return -EINVAL;
}
