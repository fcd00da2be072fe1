/* SPDX-License-Identifier: MIT */
/*
 * Answers come in more shapes than the API's pages show, and the official SDKs accept them all. An
 * error is {"error_code","error_msg"} or {"code","message"}, each of them also one level down
 * ({"error":{…}}), or text that is not JSON. A 200 that carries an error_code is an error, too.
 * success.c has the shapes of a success.
 *
 * The API reports success with the status 200 only. Another 2xx comes from a server before the
 * API: a cache, a queue, a part of an answer. Such a status proves nothing, with any content.
 *
 * The error code decides what an answer means, so it is taken whole or not at all. Its message is
 * for people.
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
#include "bounds/api.h"
#include "coc/id.h"
#include "coc/retry_after.h"
#include "coc/success.h"
#include "coc/verdict.h"

#define STATUS_DONE 200	   /* the status with which the API reports success */
#define TEXT_SHOWN_MAX 300 /* bytes of an answer that is not JSON, in its error_msg */

static const char *const iam_actions[] = {
	[COC_OP_CREATE] = "coc:document:createDocument",
	[COC_OP_LIST] = "coc:document:listDocument",
	[COC_OP_SHOW] = "coc:document:getDocument",
	[COC_OP_UPDATE] = "coc:document:updateDocument",
	[COC_OP_DELETE] = "coc:document:deleteDocument",
};

/* Copies text that only people read: cuts it between characters, and replaces what a terminal must
 * not get. */
static void copy_cut(char *to, size_t room, const char *from, size_t size)
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

/* Copies a member as text for people: a string, or a number as its digits. Returns false if it is
 * neither. */
static bool copy_message(const cJSON *object, const char *name, struct answer *out)
{
	const char *text = json_get_string(object, name);
	int64_t number;

	if (text) {
		copy_cut(out->error_msg, sizeof(out->error_msg), text, strlen(text));
		return true;
	}
	if (!json_get_int(object, name, &number))
		return false;
	snprintf(out->error_msg, sizeof(out->error_msg), "%" PRId64, number);
	return true;
}

/* Copies a member as an error code, whole: a string, or a number as its digits. Returns false if it
 * is neither, or if the string cannot be a code. */
static bool copy_code(const cJSON *object, const char *name, struct answer *out)
{
	const char *text = json_get_string(object, name);
	int64_t number;

	if (text && id_is_word(text, COC_ERROR_CODE_MAX)) {
		snprintf(out->error_code, sizeof(out->error_code), "%s", text);
		return true;
	}
	if (text || !json_get_int(object, name, &number))
		return false;
	snprintf(out->error_code, sizeof(out->error_code), "%" PRId64, number);
	return true;
}

static bool read_error_pair(const cJSON *object, struct answer *out)
{
	bool found;

	found = copy_code(object, "error_code", out);
	found |= copy_message(object, "error_msg", out);
	if (found)
		return true;
	found = copy_code(object, "code", out);
	found |= copy_message(object, "message", out);
	return found;
}

/* Keeps a request ID, unless one is kept already, or the text cannot be a request ID. */
static void keep_request_id(const char *text, struct answer *out)
{
	if (!out->request_id[0] && text && id_is_word(text, COC_REQUEST_ID_MAX))
		snprintf(out->request_id, sizeof(out->request_id), "%s", text);
}

static void read_request_id(const cJSON *object, struct answer *out)
{
	keep_request_id(json_get_string(object, "request_id"), out);
}

/* Reads code, message and request ID from the body of an error: from its own members, or from an
 * object that is one of its members. */
static void read_error_body(const cJSON *root, struct answer *out)
{
	const cJSON *member;
	bool found = read_error_pair(root, out);

	read_request_id(root, out);
	if (!cJSON_IsObject(root))
		return;
	cJSON_ArrayForEach (member, root) {
		if (!cJSON_IsObject(member))
			continue;
		if (!found)
			found = read_error_pair(member, out);
		read_request_id(member, out);
	}
}

/* Makes the answer a failure: sentence and errno from the verdict, the details from what was
 * read. */
static void fail_answer(const struct answer_source *source, const struct verdict *verdict,
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
	if (source->status == 403)
		err_detail(err, "iam_action", "%s", iam_actions[source->operation]);
	if ((verdict->errnum == EIO || verdict->errnum == EPROTO) && source->endpoint)
		err_detail(err, "endpoint", "%s", source->endpoint);
	err_detail(err, "what_to_do", "%s", verdict->what_to_do);
	out->answer.outcome = verdict->outcome;
	out->answer.errnum = verdict->errnum;
	out->answer.err = err;
}

/* Can the service give this verdict for the operation? A create and a list name no job, so no job
 * can be gone. */
static bool is_possible(const struct answer_source *source, const struct verdict *verdict)
{
	enum coc_operation operation = source->operation;

	return verdict->errnum != ESTALE ||
	       (operation != COC_OP_CREATE && operation != COC_OP_LIST);
}

/* Makes the answer a failure: it is a 2xx that the API cannot have sent. */
static void fail_by_shape(const struct answer_source *source, struct answer *out)
{
	/* no row of the table fits status 0 without a code: the verdict is the one on unknown
	 * answers */
	fail_answer(source, verdict_find(0, ""), out);
}

static void fail_by_table(const struct answer_source *source, struct answer *out)
{
	const struct verdict *verdict = verdict_find(source->status, out->error_code);

	/* an update of a job that has all versions it may have: a refusal without a clear reason
	 * (EINVAL) means that there are too many versions */
	if (source->version >= COC_VERSIONS_MAX && verdict->outcome == COC_REFUSED &&
	    verdict->errnum == EINVAL)
		verdict = &verdict_too_many_versions;
	if (is_possible(source, verdict))
		fail_answer(source, verdict, out);
	else
		fail_by_shape(source, out);
}

/* Makes the answer a failure: it is not JSON, so it comes from a proxy, a portal, or a server that
 * is no COC. */
static void fail_by_page(const struct answer_source *source, struct answer *out)
{
	bool plain_http = source->endpoint && !strncmp(source->endpoint, "http://", 7);

	fail_answer(source, verdict_find_page(source->status, out->error_msg, plain_http), out);
}

/* Makes the answer a failure: a text in a 200 is longer than any text of the API. */
static void fail_by_length(const struct answer_source *source, struct answer *out)
{
	static const struct verdict verdict = {
		COC_UNKNOWN, EIO,
		"the answer has a name, a content or another text that is longer than the COC API "
		"allows",
		"check the SOURCE of the mount: it must be the COC endpoint of your region; on the "
		"right endpoint, make that text of the job shorter there"};

	fail_answer(source, &verdict, out);
}

static void fail_job_gone(const struct answer_source *source, struct answer *out)
{
	fail_answer(source, verdict_find(source->status, "COC.00042101"), out);
}

static void fail_no_memory(const struct answer_source *source, struct answer *out)
{
	static const struct verdict verdict = {COC_UNKNOWN, ENOMEM,
					       "out of memory while reading the answer",
					       "free memory on this machine"};

	fail_answer(source, &verdict, out);
}

/* Does a 200 carry an error? Returns 1 if so. 0 if not, or if the code means success
 * ("COC.00000000"). -EINVAL: the error code cannot be one. */
static int carries_error(const cJSON *root)
{
	const cJSON *member = json_get(root, "error_code");
	const char *code = cJSON_IsString(member) ? member->valuestring : NULL;
	int64_t number;

	if (!member || cJSON_IsNull(member) || (code && !*code) || success_is_told(root))
		return 0;
	if (!code)
		return cJSON_IsNumber(member) && json_get_int(root, "error_code", &number)
			       ? 1
			       : -EINVAL;
	return id_is_word(code, COC_ERROR_CODE_MAX) ? 1 : -EINVAL;
}

/* Is there a result ("data") beside an error? Then the service may have done the call, and the
 * error proves nothing. */
static bool carries_result(const cJSON *root)
{
	const cJSON *data = json_get(root, "data");

	return data && !cJSON_IsNull(data);
}

static void read_success(const struct answer_source *source, const cJSON *root, struct answer *out)
{
	int r = carries_error(root);

	if (r > 0 && carries_result(root))
		r = -EINVAL;
	if (r > 0) {
		read_error_body(root, out);
		fail_by_table(source, out);
		return;
	}
	if (r == 0)
		r = success_read(source, root, out);
	if (r == 0)
		return;
	read_error_pair(root, out);
	read_request_id(root, out);
	if (r == -ENOMEM)
		fail_no_memory(source, out);
	else if (r == -ESTALE)
		fail_job_gone(source, out);
	else if (r == -E2BIG)
		fail_by_length(source, out);
	else
		fail_by_shape(source, out);
}

static void begin_answer(struct answer *out)
{
	*out = (struct answer){.answer = {.outcome = COC_DONE, .retry_after_ms = -1}};
	out->answer.error_code = out->error_code;
	out->answer.error_msg = out->error_msg;
	out->answer.request_id = out->request_id;
}

/* Removes what was read of a success: a failure must not show it. */
static void hide_success(struct answer *out)
{
	out->answer.document_id = NULL;
	out->answer.details = NULL;
	out->answer.summaries = NULL;
	out->answer.n_summaries = out->answer.n_unusable = 0;
	out->answer.total = -1;
}

/* Does the content of a shown job have a U+0001, which may stand for a NUL? Such a content cannot
 * be kept or compared. */
static bool has_nul_in_content(const cJSON *root)
{
	const char *content = json_get_string(json_get(root, "data"), "content");

	return content && strchr(content, '\001');
}

/*
 * Parses a list, or a job, in which a text has a NUL ("\u0000"). One job whose name has a NUL must
 * not hide all others, and can be shown by itself. The NUL becomes U+0001, which no job ID may
 * contain (id.h): so a row whose ID had a NUL names no job. Returns 0, -EINVAL or -ENOMEM.
 */
static int parse_with_nul(const struct answer_source *source, cJSON **ret_root)
{
	_cleanup_free_ char *body = malloc(source->body_size);
	_cleanup_json_ cJSON *root = NULL;
	int r;

	if (!body)
		return -ENOMEM;
	memcpy(body, source->body, source->body_size);
	json_replace_nul(body, source->body_size);
	r = json_parse(body, source->body_size, &root);
	if (r < 0 || (source->operation == COC_OP_SHOW && has_nul_in_content(root)))
		return r < 0 ? r : -EINVAL;
	*ret_root = steal_ptr(root);
	return 0;
}

/* Parses the body. Returns 0, -EINVAL or -ENOMEM. -EINVAL is also for a body that is empty or cut,
 * for more or deeper values than an honest answer has, and for two members of one name. */
static int parse_body(const struct answer_source *source, cJSON **ret_root)
{
	int r;

	if (!source->body_size || source->cut ||
	    !json_is_within(source->body, source->body_size, COC_ANSWER_VALUES_MAX,
			    COC_ANSWER_DEPTH_MAX))
		return -EINVAL;
	r = json_parse(source->body, source->body_size, ret_root);
	if (r == -EILSEQ && (source->operation == COC_OP_LIST || source->operation == COC_OP_SHOW))
		r = parse_with_nul(source, ret_root);
	if (r == 0) {
		r = json_is_clear(*ret_root);
		r = r == 0 ? -EINVAL : r > 0 ? 0 : r;
	}
	return r == -ENOMEM || r == 0 ? r : -EINVAL;
}

void answer_read(const struct answer_source *source, struct answer *ret_answer)
{
	const bool is_2xx = source->status >= 200 && source->status <= 299;
	const bool success = source->status == STATUS_DONE;
	_cleanup_json_ cJSON *root = NULL;
	struct answer *out = ret_answer;
	int r;

	begin_answer(out);
	out->answer.status = source->status;
	out->answer.retry_after_ms = retry_after_ms(source->retry_after, source->now_s);
	keep_request_id(source->request_id, out);
	r = parse_body(source, &root);
	if (r == -EINVAL && source->body_size)
		copy_cut(out->error_msg, TEXT_SHOWN_MAX + 1, source->body, source->body_size);
	if (r == -ENOMEM) {
		fail_no_memory(source, out);
	} else if (success && r == 0) {
		read_success(source, root, out);
	} else if (is_2xx && r < 0) {
		fail_by_shape(source, out);
	} else if (r == 0 && (is_2xx || carries_result(root))) {
		read_error_body(root, out);
		fail_by_shape(source, out);
	} else if (r == 0) {
		read_error_body(root, out);
		fail_by_table(source, out);
	} else {
		fail_by_page(source, out);
	}
	if (out->answer.outcome != COC_DONE)
		hide_success(out);
}

void answer_lost(enum coc_outcome outcome, const struct err *err, struct answer *ret_answer)
{
	begin_answer(ret_answer);
	ret_answer->err = *err;
	ret_answer->answer.outcome = outcome;
	ret_answer->answer.errnum = err->errnum;
	ret_answer->answer.err = &ret_answer->err;
}

void answer_finish(struct answer *answer)
{
	success_finish(answer);
	*answer = (struct answer){0};
}
