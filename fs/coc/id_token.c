/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "coc/id_token.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/secret.h"
#include "coc/bounds.h"
#include "coc/endpoint.h"
#include "coc/http.h"
#include "coc/keys_answer.h"
#include "coc/value.h"

#define PATH "/v3.0/OS-AUTH/id-token/tokens"
#define REASON_MAX 300 /* bytes of IAM's words in a message */

struct id_token {
	struct http *http;
	const struct coc_origin *origin;
	char *url, *provider; /* provider: the header X-Idp-Id, as a whole line */
	struct buf token;     /* content of the file, which the request uses: secret */
	struct buf body;
	struct http_request *running;
	keys_fn *done;
	void *data;
};

static void forget_request(struct id_token *id_token)
{
	secret_buf_finish(&id_token->token);
	secret_buf_finish(&id_token->body);
}

/* ---- the request ---- */

/* Is this visible ASCII without quotes, as a token is? Then JSON needs no escapes for it. */
static bool is_token(const char *text, size_t size)
{
	return size > 0 && value_is_plain_text(text, size) && !memchr(text, '"', size) &&
	       !memchr(text, '\\', size);
}

static int read_token(struct id_token *id_token, struct err *err)
{
	const char *path = id_token->origin->id_token_file;
	struct buf *token = &id_token->token;
	int r = file_read(path, false, token, err);

	if (r == -ENOENT)
		err_set(err, ENOENT, "there is no file %s, which id_token_file names", path);
	if (r < 0)
		return r;
	token->size = value_trim(token->data, token->size);
	if (token->data)
		token->data[token->size] = '\0';
	if (!is_token(token->data, token->size) || token->size > SECRET_MAX)
		return err_set(err, EINVAL, "%s does not hold an OIDC token of at most %d bytes",
			       path, SECRET_MAX);
	return 0;
}

static int build_body(struct id_token *id_token, struct err *err)
{
	const struct coc_origin *origin = id_token->origin;
	_cleanup_json_ cJSON *id =
		cJSON_CreateString(origin->domain_id ? origin->domain_id : origin->project_id);
	char *text = id ? cJSON_PrintUnformatted(id) : NULL;
	int r = text ? buf_reserve(&id_token->body, id_token->token.size + strlen(text) + 128)
		     : -ENOMEM;

	if (r == 0)
		r = buf_printf(
			&id_token->body,
			"{\"auth\":{\"id_token\":{\"id\":\"%s\"},\"scope\":{\"%s\":{\"id\":%s}}}}",
			id_token->token.data, origin->domain_id ? "domain" : "project", text);
	cJSON_free(text);
	return r < 0 ? err_set(err, ENOMEM, "out of memory") : 0;
}

/* ---- the answer ---- */

/* Copies what IAM says is wrong: {"error":{"message"}}, or the gateway's {"error_msg"}. An empty
 * text if it says nothing. Hides the ID token if the text quotes it. */
static void copy_reason(const struct id_token *id_token, const struct http_answer *answer,
			char reason[REASON_MAX])
{
	_cleanup_json_ cJSON *root = NULL;
	const char *text = NULL;

	reason[0] = '\0';
	if (!answer->body_size || answer->cut ||
	    !json_is_within(answer->body, answer->body_size, KEYS_ANSWER_VALUES_MAX,
			    KEYS_ANSWER_DEPTH_MAX) ||
	    json_parse(answer->body, answer->body_size, &root) < 0)
		return;
	text = json_get_string(json_get(root, "error"), "message");
	if (!text)
		text = json_get_string(root, "error_msg");
	if (!text)
		return;
	snprintf(reason, REASON_MAX, "%s", text);
	secret_hide(id_token->token.data, reason);
}

static void tell_refusal(const struct id_token *id_token, const struct http_answer *answer,
			 struct err *err)
{
	const bool refused = answer->status >= 400 && answer->status < 500 &&
			     answer->status != 408 && answer->status != 429 &&
			     answer->status != 407;
	char reason[REASON_MAX];

	copy_reason(id_token, answer, reason);
	err_set(err, refused ? EACCES : EIO, "IAM %s (%u)%s%s",
		refused ? "gives no token for the ID token" : "cannot be asked for a token",
		answer->status, reason[0] ? ": " : "", reason);
	err_detail(err, "id_token_file", "%s", id_token->origin->id_token_file);
	err_detail(err, "iam_endpoint", "%s", id_token->origin->iam_endpoint);
	err_detail(err, "what_to_do",
		   refused ? "check idp_id, domain_id, and that the token in the file has not "
			     "expired and is for this identity provider"
			   : "wait, cocfs asks again; check iam_endpoint");
}

static void on_answer(void *data, const struct http_answer *answer)
{
	struct id_token *id_token = data;
	struct coc_creds *creds = NULL;
	struct err err = {0};

	id_token->running = NULL;
	if (answer->err) {
		err = *answer->err;
		err_drop(&err, "what_to_do");
		err_context(&err, "IAM (%s)", id_token->origin->iam_endpoint);
		err_detail(&err, "what_to_do",
			   "check the network, iam_endpoint and https_proxy; cocfs asks again");
		/* EACCES: the proxy has refused the user of https_proxy (407). That says nothing of
		 * our token. */
		if (err.errnum == EACCES)
			err.errnum = EHOSTUNREACH;
	} else if (answer->status != 200 && answer->status != 201) {
		tell_refusal(id_token, answer, &err);
	} else if (keys_answer_of_iam(answer->body, answer->body_size, answer->header,
				      id_token->origin->domain_id, id_token->origin->source, &creds,
				      &err) < 0) {
		err_detail(&err, "what_to_do", "check iam_endpoint; cocfs asks again");
	}
	forget_request(id_token);
	id_token->done(id_token->data, creds, creds ? NULL : &err);
}

int id_token_fetch(struct id_token *id_token, keys_fn *done, void *data, struct err *err)
{
	char *headers[] = {id_token->provider,
			   (char *)"Content-Type: application/json;charset=UTF-8"};
	struct http_spec spec = {.method = "POST",
				 .url = id_token->url,
				 .headers = headers,
				 .n_headers = 2,
				 .answer_max = KEYS_ANSWER_MAX,
				 .secret = true,
				 .header = "X-Subject-Token"};
	int r = read_token(id_token, err);

	id_token->done = done;
	id_token->data = data;
	if (r == 0)
		r = build_body(id_token, err);
	if (r == 0) {
		spec.body = id_token->body.data;
		spec.body_size = id_token->body.size;
		r = http_start(id_token->http, &spec, IAM_TIMEOUT_MS, on_answer, id_token,
			       &id_token->running);
		if (r < 0)
			err_set(err, -r, "out of memory");
	}
	if (r < 0)
		forget_request(id_token);
	return r;
}

int id_token_create(struct loop *loop, const struct coc_origin *origin, const char *cacert,
		    struct id_token **ret_id_token, struct err *err)
{
	const struct http_options options = {
		.cacert = cacert,
		.proxy = !coc_endpoint_is_loopback(origin->iam_endpoint),
		.running_max = 1,
		.connections_max = 1};
	struct id_token *id_token = calloc(1, sizeof(*id_token));
	int r;

	if (!id_token)
		return err_set(err, ENOMEM, "out of memory");
	id_token->origin = origin;
	if (asprintf(&id_token->url, "%s" PATH, origin->iam_endpoint) < 0)
		id_token->url = NULL;
	if (asprintf(&id_token->provider, "X-Idp-Id: %s", origin->idp_id) < 0)
		id_token->provider = NULL;
	r = id_token->url && id_token->provider ? http_create(loop, &options, &id_token->http, err)
						: err_set(err, ENOMEM, "out of memory");
	if (r < 0) {
		id_token_destroy(id_token);
		return r;
	}
	*ret_id_token = id_token;
	return 0;
}

void id_token_destroy(struct id_token *id_token)
{
	if (!id_token)
		return;
	http_destroy(id_token->http);
	forget_request(id_token);
	free(id_token->url);
	free(id_token->provider);
	free(id_token);
}
