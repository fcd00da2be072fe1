/* SPDX-License-Identifier: MIT */
/*
 * The client: makes requests of calls, and outcomes of answers. It has one rule of its own.
 *
 * More than five failed authentications in a row lock a key for five minutes, for everybody who
 * uses the key. So calls pause after three failures, until other credentials are set. Counting
 * alone is not enough: a queue that wakes with a revoked key has a hundred calls in flight before
 * the first 401 comes. So until an answer proves the credentials, only as many calls run as
 * failures are left. The other calls wait, and end when calls pause.
 */
#define _GNU_SOURCE
#include "coc/coc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "bounds/api.h"
#include "coc/answer.h"
#include "coc/bounds.h"
#include "coc/creds.h"
#include "coc/endpoint.h"
#include "coc/http.h"
#include "coc/refusal.h"
#include "coc/request.h"
#include "loop/loop.h"

/* status of a proxy that wants a user of its own: it says nothing of our credentials */
#define HTTP_PROXY_UNAUTHORIZED 407

TAILQ_HEAD(call_list, coc_call);

struct coc_client {
	struct loop *loop;
	struct http *http;
	char *endpoint;
	const struct coc_creds *creds;
	/* how often credentials were set: an answer to a call with older ones does not count */
	unsigned creds_number;
	unsigned connections_max;
	/* authentication failures since the credentials were set or last proven */
	unsigned auth_failures;
	/* An answer has shown that the service accepts the credentials. Cleared by the next
	 * authentication failure, and when other credentials are set. */
	bool proven;
	bool paused; /* from COC_AUTH_FAILURES_MAX failures on, until other credentials are set */
	struct err lack; /* why there are no other credentials; an empty text: not known */
	struct call_list calls;
};

struct coc_call {
	struct coc_client *client;
	TAILQ_ENTRY(coc_call) link;
	enum coc_operation operation;
	char *document_id; /* the job of an update, a deletion or a ShowDocument */
	int64_t version;   /* the version that the job has before an update */
	struct coc_request request;
	struct http_request *running; /* NULL while on_refusal() is due */
	struct loop_timer refusal;
	bool lacks_creds; /* refused for missing credentials, not for a pause */
	unsigned creds_number;
	bool answering; /* its callback runs: there is nothing left to cancel */
	coc_done_fn *done;
	void *data;
};

static long long now_s(void)
{
	return (long long)time(NULL);
}

/* Returns how many calls may run; 0: no bound. With proven credentials connections_max is the
 * bound. Before that, at most as many calls run as failures are left. If none is left, calls are
 * paused: then the number is 1, because 0 would mean no bound. */
static unsigned running_max(const struct coc_client *client)
{
	unsigned left;

	if (client->proven)
		return client->connections_max;
	left = client->paused ? 1 : COC_AUTH_FAILURES_MAX - client->auth_failures;
	if (client->connections_max && client->connections_max < left)
		return client->connections_max;
	return left;
}

static void free_call(struct coc_call *call)
{
	loop_timer_cancel(&call->refusal);
	request_finish(&call->request);
	free(call->document_id);
	free(call);
}

/* Calls the callback with the answer. The callback may destroy the client, so the client is not
 * used afterwards. */
static void deliver_call(struct coc_call *call, struct answer *answer)
{
	TAILQ_REMOVE(&call->client->calls, call, link);
	call->answering = true;
	call->done(call->data, &answer->answer);
	answer_finish(answer);
	free_call(call);
}

/* Returns true if there are no credentials, or if they have expired. */
static bool lacks_creds(const struct coc_client *client)
{
	return !client->creds || (client->creds->expires_s && client->creds->expires_s <= now_s());
}

static void on_refusal(void *data)
{
	struct coc_call *call = data;
	struct answer answer;
	struct err err;

	if (call->lacks_creds)
		refusal_without_creds(call->client->creds, &call->client->lack, &err);
	else
		refusal_paused(&err);
	answer_lost(COC_NOT_SENT, &err, &answer);
	deliver_call(call, &answer);
}

static void refuse_soon(struct coc_call *call)
{
	struct loop *loop = call->client->loop;

	loop_timer_set(loop, &call->refusal, loop_now_ms(loop), on_refusal, call);
}

/* Pauses calls, and takes back those that wait: nothing of them was sent. */
static void pause_calls(struct coc_client *client)
{
	struct coc_call *call;

	client->paused = true;
	TAILQ_FOREACH (call, &client->calls, link) {
		if (!call->running || !http_is_waiting(call->running))
			continue;
		refuse_soon(call);
		http_cancel(steal_ptr(call->running));
	}
}

/* Keeps the count of authentication failures in a row. Pauses calls when there are
 * COC_AUTH_FAILURES_MAX. An answer that says nothing of the present credentials (older keys, 5xx,
 * throttling, another server's) changes nothing. */
static void note_credentials(struct coc_client *client, const struct coc_call *call,
			     struct answer *answer)
{
	const struct coc_answer *said = &answer->answer;

	if (call->creds_number != client->creds_number)
		return;
	if (said->outcome == COC_DONE || !strncmp(said->error_code, "COC.", 4)) {
		client->auth_failures = 0;
		client->proven = true;
	} else if (said->errnum == EACCES && said->status != HTTP_PROXY_UNAUTHORIZED) {
		client->proven = false;
		if (client->auth_failures < COC_AUTH_FAILURES_MAX)
			client->auth_failures++;
		if (client->auth_failures == COC_AUTH_FAILURES_MAX) {
			pause_calls(client);
			err_detail(&answer->err, "calls", "paused, so that the key is not locked");
		}
	} else {
		return;
	}
	http_set_running_max(client->http, running_max(client));
}

/* Takes the secrets of the request out of the answer. The service, or a proxy before it, may send
 * them back. Other people read the story of a call: it is in the log, and beside the job file. */
static void hide_echoes(const struct coc_call *call, struct answer *answer)
{
	char *const texts[] = {answer->error_code, answer->error_msg, answer->request_id,
			       answer->err.text, answer->err.details};

	request_hide_secrets(&call->request, texts, sizeof(texts) / sizeof(texts[0]));
}

static void on_http(void *data, const struct http_answer *http)
{
	struct coc_call *call = data;
	struct coc_client *client = call->client;
	struct answer answer;

	call->running = NULL;
	if (http->err) {
		answer_lost(http->sent ? COC_UNKNOWN : COC_NOT_SENT, http->err, &answer);
		err_detail(&answer.err, "endpoint", "%s", client->endpoint);
	} else {
		answer_read(&(struct answer_source){.operation = call->operation,
						    .document_id = call->document_id,
						    .version = call->version,
						    .status = http->status,
						    .request_id = http->request_id,
						    .retry_after = http->retry_after,
						    .body = http->body,
						    .body_size = http->body_size,
						    .cut = http->cut,
						    .endpoint = client->endpoint,
						    .now_s = now_s()},
			    &answer);
		hide_echoes(call, &answer);
		note_credentials(client, call, &answer);
	}
	deliver_call(call, &answer);
}

static int send_call(struct coc_call *call, int64_t timeout_ms, struct err *err)
{
	struct coc_client *client = call->client;
	const struct coc_request *request = &call->request;
	const bool reads = call->operation == COC_OP_LIST || call->operation == COC_OP_SHOW;
	const struct http_spec spec = {
		.method = request->method,
		.url = request->url,
		.headers = request->headers,
		.n_headers = request->n_headers,
		.body = request->body,
		.body_size = request->body_size,
		.answer_max = reads ? COC_ANSWER_MAX : COC_ANSWER_SHORT_MAX,
		.once = !reads,
	};
	int r = 0;

	if (client->paused || call->lacks_creds)
		refuse_soon(call);
	else
		r = http_start(client->http, &spec, timeout_ms, on_http, call, &call->running);
	if (r == -EINVAL)
		return err_set(err, -r, "the request has more than %d headers",
			       HTTP_HEADERS_SENT_MAX);
	return r < 0 ? err_set(err, -r, "out of memory") : 0;
}

static int start_call(struct coc_client *client, struct request_spec *spec, int64_t timeout_ms,
		      coc_done_fn *done, void *data, struct coc_call **ret_call, struct err *err)
{
	struct coc_call *call = calloc(1, sizeof(*call));
	int r = 0;

	if (!call)
		return err_set(err, ENOMEM, "out of memory");
	call->client = client;
	call->operation = spec->operation;
	call->version = spec->document ? spec->document->version : 0;
	call->creds_number = client->creds_number;
	call->done = done;
	call->data = data;
	spec->endpoint = client->endpoint;
	spec->creds = client->creds;
	spec->now_s = now_s();
	call->lacks_creds = lacks_creds(client);
	if (!call->lacks_creds)
		r = request_build(spec, &call->request, err);
	if (r == 0 && spec->document_id && !(call->document_id = strdup(spec->document_id)))
		r = err_set(err, ENOMEM, "out of memory");
	if (r == 0)
		r = send_call(call, timeout_ms, err);
	if (r < 0) {
		free_call(call);
		return r;
	}
	TAILQ_INSERT_TAIL(&client->calls, call, link);
	if (ret_call)
		*ret_call = call;
	return 0;
}

int coc_create(struct coc_client *client, const struct coc_document *document, int64_t timeout_ms,
	       coc_done_fn *done, void *data, struct coc_call **ret_call, struct err *err)
{
	struct request_spec spec = {.operation = COC_OP_CREATE, .document = document};

	return start_call(client, &spec, timeout_ms, done, data, ret_call, err);
}

int coc_update(struct coc_client *client, const char *document_id,
	       const struct coc_document *document, int64_t timeout_ms, coc_done_fn *done,
	       void *data, struct coc_call **ret_call, struct err *err)
{
	struct request_spec spec = {
		.operation = COC_OP_UPDATE, .document_id = document_id, .document = document};

	return start_call(client, &spec, timeout_ms, done, data, ret_call, err);
}

int coc_show(struct coc_client *client, const char *document_id, int64_t timeout_ms,
	     coc_done_fn *done, void *data, struct coc_call **ret_call, struct err *err)
{
	struct request_spec spec = {.operation = COC_OP_SHOW, .document_id = document_id};

	return start_call(client, &spec, timeout_ms, done, data, ret_call, err);
}

int coc_show_version(struct coc_client *client, const char *document_id, const char *version,
		     int64_t timeout_ms, coc_done_fn *done, void *data, struct coc_call **ret_call,
		     struct err *err)
{
	struct request_spec spec = {
		.operation = COC_OP_SHOW, .document_id = document_id, .version = version};

	return start_call(client, &spec, timeout_ms, done, data, ret_call, err);
}

int coc_list(struct coc_client *client, const char *name_like, int64_t offset, int64_t timeout_ms,
	     coc_done_fn *done, void *data, struct coc_call **ret_call, struct err *err)
{
	struct request_spec spec = {
		.operation = COC_OP_LIST, .name_like = name_like, .offset = offset};

	return start_call(client, &spec, timeout_ms, done, data, ret_call, err);
}

int coc_delete(struct coc_client *client, const char *document_id, int64_t timeout_ms,
	       coc_done_fn *done, void *data, struct coc_call **ret_call, struct err *err)
{
	struct request_spec spec = {.operation = COC_OP_DELETE, .document_id = document_id};

	return start_call(client, &spec, timeout_ms, done, data, ret_call, err);
}

void coc_call_cancel(struct coc_call *call)
{
	if (call->answering)
		return;
	TAILQ_REMOVE(&call->client->calls, call, link);
	if (call->running)
		http_cancel(call->running);
	free_call(call);
}

int coc_client_create(struct loop *loop, const struct coc_client_options *options,
		      const struct coc_creds *creds, struct coc_client **ret_client,
		      struct err *err)
{
	_cleanup_free_ char *endpoint = NULL;
	struct http_options http = {.unix_socket = options->unix_socket,
				    .cacert = options->cacert,
				    .connections_max = options->connections_max};
	struct coc_client *client;
	int r;

	r = coc_endpoint_check(options->endpoint, options->unix_socket != NULL, &endpoint, err);
	if (r < 0)
		return r;
	client = calloc(1, sizeof(*client));
	if (!client)
		return err_set(err, ENOMEM, "out of memory");
	client->loop = loop;
	client->creds = creds;
	client->connections_max = options->connections_max;
	TAILQ_INIT(&client->calls);
	http.proxy = !options->unix_socket && !coc_endpoint_is_loopback(endpoint);
	http.running_max = running_max(client);
	r = http_create(loop, &http, &client->http, err);
	if (r < 0) {
		free(client);
		return r;
	}
	client->endpoint = steal_ptr(endpoint);
	*ret_client = client;
	return 0;
}

void coc_client_destroy(struct coc_client *client)
{
	struct coc_call *call;

	if (!client)
		return;
	while ((call = TAILQ_FIRST(&client->calls)))
		coc_call_cancel(call);
	http_destroy(client->http);
	free(client->endpoint);
	free(client);
}

void coc_client_set_creds(struct coc_client *client, const struct coc_creds *creds)
{
	client->creds = creds;
	client->creds_number++;
	client->auth_failures = 0;
	client->proven = false;
	client->paused = false;
	client->lack = (struct err){0};
	http_set_running_max(client->http, running_max(client));
}

void coc_client_note_lack(struct coc_client *client, const struct err *why)
{
	client->lack = *why;
}

unsigned coc_client_auth_failures(const struct coc_client *client)
{
	return client->auth_failures;
}

bool coc_client_paused(const struct coc_client *client)
{
	return client->paused;
}
