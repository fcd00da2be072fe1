/* SPDX-License-Identifier: MIT */
/*
 * Answers come in more shapes than the API's pages show, and the official SDKs accept them all:
 *
 *   errors      {"error_code","error_msg"}, {"code","message"}, either of them one level down
 *               ({"error":{…}}), text that is not JSON; a 200 that carries an error_code is an
 * error create      {"data":"ID"} update      {"data":"ID"}, or a bare string delete {"data":"ID"}
 *   show        {"data":{…}}; {"data":null} says that there is no such job
 *   list        {"data":[…],"total":N}, times as numbers or strings of digits
 *
 * A 2xx of any other shape does not come from the API (a portal, a proxy, a half-written answer):
 * whether the call was processed is unknown.
 */
#define _GNU_SOURCE
#include "coc/answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/shown.h"
#include "coc/retry_after.h"
#include "coc/verdict.h"

#define TEXT_SHOWN_MAX 300 /* bytes of an answer that is not JSON, in its error_msg */

static const char *const iam_actions[] = {
	[COC_OP_CREATE] = "coc:document:createDocument",
	[COC_OP_LIST] = "coc:document:listDocument",
	[COC_OP_SHOW] = "coc:document:getDocument",
	[COC_OP_UPDATE] = "coc:document:updateDocument",
	[COC_OP_DELETE] = "coc:document:deleteDocument",
};

/* Copies text for people, who are its only readers: cut between characters, and cleaned. */
static void copy_text(char *to, size_t room, const char *from, size_t size)
{
	bool cut = size > room - 1;

	size = cut ? room - 1 : size;
	for (size_t i = 0; i < size; i++)
		to[i] = from[i] ? from[i] : ' ';
	to[size] = '\0';
	if (cut)
		shown_drop_half(to);
	shown_clean(to);
}

/* A member that is a string, or a number as its digits; false if it is neither. */
static bool copy_member(const cJSON *object, const char *name, char *to, size_t room)
{
	const char *text = json_get_string(object, name);
	int64_t number;

	if (text) {
		copy_text(to, room, text, strlen(text));
		return true;
	}
	if (!json_get_int(object, name, &number))
		return false;
	snprintf(to, room, "%" PRId64, number);
	return true;
}

static bool read_error_pair(const cJSON *object, struct answer *out)
{
	bool found;

	found = copy_member(object, "error_code", out->error_code, sizeof(out->error_code));
	found |= copy_member(object, "error_msg", out->error_msg, sizeof(out->error_msg));
	if (found)
		return true;
	found = copy_member(object, "code", out->error_code, sizeof(out->error_code));
	found |= copy_member(object, "message", out->error_msg, sizeof(out->error_msg));
	return found;
}

static void read_request_id(const cJSON *object, struct answer *out)
{
	if (!out->request_id[0])
		copy_member(object, "request_id", out->request_id, sizeof(out->request_id));
}

/* Finds code, message and request ID at the top or one level down. */
static void read_error_body(const cJSON *root, struct answer *out)
{
	const cJSON *member;
	bool found = read_error_pair(root, out);

	read_request_id(root, out);
	if (!cJSON_IsObject(root))
		return;
	cJSON_ArrayForEach(member, root)
	{
		if (!cJSON_IsObject(member))
			continue;
		if (!found)
			found = read_error_pair(member, out);
		read_request_id(member, out);
	}
}

/* Composes the error; sentence and errno as given, the rest from what was read. */
static void fail(const struct answer_source *source, const struct verdict *verdict,
		 struct answer *out)
{
	const char *msg = out->error_msg, *code = out->error_code;
	struct err *err = &out->err;

	err_set(err, verdict->errnum, "%s%s%s%s%s%s", verdict->sentence, *msg ? ": " : "", msg,
		*code ? " (" : "", code, *code ? ")" : "");
	err_detail(err, "http_status", "%u", source->status);
	err_detail(err, "error_code", "%s", code);
	err_detail(err, "error_msg", "%s", msg);
	err_detail(err, "request_id", "%s", out->request_id);
	if (verdict->errnum == EPERM)
		err_detail(err, "iam_action", "%s", iam_actions[source->operation]);
	if (verdict->errnum == EIO && source->endpoint)
		err_detail(err, "endpoint", "%s", source->endpoint);
	err_detail(err, "what_to_do", "%s", verdict->what_to_do);
	out->answer.outcome = verdict->outcome;
	out->answer.errnum = verdict->errnum;
	out->answer.err = err;
}

static void fail_by_table(const struct answer_source *source, struct answer *out)
{
	fail(source, verdict_find(source->status, out->error_code), out);
}

/* A 2xx that the API cannot have sent. */
static void fail_by_shape(const struct answer_source *source, struct answer *out)
{
	/* no status, no code: no row fits */
	fail(source, verdict_find(0, ""), out);
}

static void fail_gone(const struct answer_source *source, struct answer *out)
{
	fail(source, verdict_find(source->status, "COC.00042101"), out);
}

static void fail_no_memory(const struct answer_source *source, struct answer *out)
{
	static const struct verdict verdict = {COC_UNKNOWN, ENOMEM,
					       "out of memory while reading the answer",
					       "free memory on this machine"};

	fail(source, &verdict, out);
}

/* True for what can be a job ID: visible, and not too long. IDs are opaque otherwise. */
static bool is_document_id(const char *text)
{
	size_t length = text ? strlen(text) : 0;

	if (!length || length > COC_DOCUMENT_ID_MAX)
		return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f)
			return false;
	return true;
}

/* Copies a member that is a string; absent and null stay NULL. Returns 0 or -ENOMEM. */
static int dup_member(const cJSON *object, const char *name, char **ret_copy)
{
	const char *text = json_get_string(object, name);

	if (!text)
		return 0;
	*ret_copy = strdup(text);
	return *ret_copy ? 0 : -ENOMEM;
}

static int read_details(const cJSON *data, struct coc_details *out)
{
	const struct {
		const char *name;
		char **to;
	} members[] = {
		{"document_id", &out->document_id},
		{"name", &out->name},
		{"content", &out->content},
		{"description", &out->description},
		{"risk_level", &out->risk_level},
		{"enterprise_project_id", &out->enterprise_project_id},
		{"version", &out->version},
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(members) / sizeof(members[0]); i++)
		r = dup_member(data, members[i].name, members[i].to);
	json_get_int(data, "create_time", &out->create_time_ms);
	json_get_int(data, "update_time", &out->update_time_ms);
	return r;
}

static void free_summary(struct coc_summary *summary)
{
	free(summary->document_id);
	free(summary->name);
	free(summary->version);
	free(summary->creator);
	free(summary->enterprise_project_id);
	*summary = (struct coc_summary){0};
}

/* Reads a row of a list. -EINVAL: which job it is cannot be told. */
static int read_summary(const cJSON *row, struct coc_summary *out)
{
	const struct {
		const char *name;
		char **to;
	} members[] = {
		{"document_id", &out->document_id},
		{"name", &out->name},
		{"version", &out->version},
		{"creator", &out->creator},
		{"enterprise_project_id", &out->enterprise_project_id},
	};
	int r = 0;

	if (!is_document_id(json_get_string(row, "document_id")) || !json_get_string(row, "name"))
		return -EINVAL;
	for (size_t i = 0; r == 0 && i < sizeof(members) / sizeof(members[0]); i++)
		r = dup_member(row, members[i].name, members[i].to);
	json_get_int(row, "create_time", &out->create_time_ms);
	json_get_int(row, "update_time", &out->update_time_ms);
	if (r < 0)
		free_summary(out);
	return r;
}

static int read_show(const cJSON *root, struct answer *out)
{
	const cJSON *data = json_get(root, "data");
	int r;

	if (cJSON_IsNull(data))
		return -ESTALE;
	if (!json_get_string(data, "document_id") && !json_get_string(data, "content"))
		return -EINVAL;
	r = read_details(data, &out->details);
	out->answer.details = &out->details;
	return r;
}

/* How many jobs match, as the service tells it; -1: it does not. -EINVAL for what is no number of jobs. */
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
	int r = read_total(root, &answer->total);

	/* no rows and no number: that does not say that there are no jobs */
	if (r < 0 || (!cJSON_IsArray(data) && !(cJSON_IsNull(data) && answer->total >= 0)))
		return -EINVAL;
	/* one place more than rows, so that an empty page is not a NULL */
	out->summaries = calloc((size_t)cJSON_GetArraySize(data) + 1, sizeof(*out->summaries));
	if (!out->summaries)
		return -ENOMEM;
	cJSON_ArrayForEach(row, data)
	{
		r = read_summary(row, &out->summaries[out->n_summaries]);
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

static int read_id(const cJSON *root, struct answer *out)
{
	const char *id = json_get_string(root, "data");

	if (!is_document_id(id))
		return -EINVAL;
	copy_text(out->document_id, sizeof(out->document_id), id, strlen(id));
	out->answer.document_id = out->document_id;
	return 0;
}

/* The part of a success that the operation is after. Returns 0; -EINVAL: not of the API's shape;
 * -ESTALE: the job is gone; -ENOMEM. */
static int read_success(enum coc_operation operation, const cJSON *root, struct answer *out)
{
	switch (operation) {
	case COC_OP_CREATE:
	case COC_OP_DELETE:
		return read_id(root, out);
	case COC_OP_UPDATE:
		return cJSON_IsString(root) || json_get(root, "data") ? 0 : -EINVAL;
	case COC_OP_SHOW:
		return read_show(root, out);
	case COC_OP_LIST:
		return read_list(root, out);
	}
	return -EINVAL;
}

/* True for a 200 that carries an error. Some calls carry "COC.00000000", success, too. */
static bool carries_error(const cJSON *root)
{
	const char *code = json_get_string(root, "error_code");
	const char *dot = code ? strrchr(code, '.') : NULL;

	return code && *code && !(dot && !strcmp(dot, ".00000000"));
}

static void read_2xx(const struct answer_source *source, const cJSON *root, struct answer *out)
{
	int r;

	if (carries_error(root)) {
		read_error_body(root, out);
		fail_by_table(source, out);
		return;
	}
	r = read_success(source->operation, root, out);
	if (r == 0)
		return;
	read_request_id(root, out);
	if (r == -ENOMEM)
		fail_no_memory(source, out);
	else if (r == -ESTALE)
		fail_gone(source, out);
	else
		fail_by_shape(source, out);
}

static void begin(struct answer *out)
{
	*out = (struct answer){.answer = {.outcome = COC_DONE, .retry_after_ms = -1}};
	out->answer.error_code = out->error_code;
	out->answer.error_msg = out->error_msg;
	out->answer.request_id = out->request_id;
}

/* Nothing of a success may be seen in a failure. */
static void hide_success(struct answer *out)
{
	out->answer.document_id = NULL;
	out->answer.details = NULL;
	out->answer.summaries = NULL;
	out->answer.n_summaries = out->answer.n_unusable = 0;
	out->answer.total = -1;
}

void answer_read(const struct answer_source *source, struct answer *ret_answer)
{
	const bool success = source->status >= 200 && source->status <= 299;
	_cleanup_json_ cJSON *root = NULL;
	struct answer *out = ret_answer;
	int r;

	begin(out);
	out->answer.status = source->status;
	out->answer.retry_after_ms = retry_after_ms(source->retry_after, source->now_s);
	if (source->request_id)
		copy_text(out->request_id, sizeof(out->request_id), source->request_id,
			  strlen(source->request_id));
	r = source->body_size ? json_parse(source->body, source->body_size, &root) : -EINVAL;
	if (r == -EINVAL && source->body_size)
		copy_text(out->error_msg, TEXT_SHOWN_MAX + 1, source->body, source->body_size);
	if (r == -ENOMEM) {
		fail_no_memory(source, out);
	} else if (success && r == 0) {
		read_2xx(source, root, out);
	} else if (success) {
		fail_by_shape(source, out);
	} else {
		if (r == 0)
			read_error_body(root, out);
		fail_by_table(source, out);
	}
	if (out->answer.outcome != COC_DONE)
		hide_success(out);
}

void answer_lost(enum coc_outcome outcome, const struct err *err, struct answer *ret_answer)
{
	begin(ret_answer);
	ret_answer->err = *err;
	ret_answer->answer.outcome = outcome;
	ret_answer->answer.errnum = err->errnum;
	ret_answer->answer.err = &ret_answer->err;
}

void answer_finish(struct answer *answer)
{
	struct coc_details *details = &answer->details;

	free(details->document_id);
	free(details->name);
	free(details->content);
	free(details->description);
	free(details->risk_level);
	free(details->enterprise_project_id);
	free(details->version);
	for (size_t i = 0; i < answer->n_summaries; i++)
		free_summary(&answer->summaries[i]);
	free(answer->summaries);
	*answer = (struct answer){0};
}
