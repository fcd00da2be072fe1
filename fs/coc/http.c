/* SPDX-License-Identifier: MIT */
/*
 * HTTP on the loop. A request is in one of three lists:
 *
 * - waiting: for its turn; nothing of it was sent
 * - running: on an easy handle that is in the multi handle
 * - finished: its result is known; its callback is due
 *
 * A callback may lower the bound on running requests, because an answer has shown something to the
 * client. So a request counts as running (n_busy) until its callback is called, and only then
 * another request begins.
 *
 * If there is no descriptor for a connection, the request waits again, before all others. Another
 * request may leave its connection, or a user may close a file: so the client tries again every
 * HTTP_SHORTAGE_MS. Hundreds of requests must not try in vain together. So only as many run as have
 * a connection, and each new attempt lets half as many more begin. A request also begins anew, on a
 * new connection, if bytes have come on a connection before the request goes out (transfer.c).
 *
 * The first good answer, or a free descriptor, may let hundreds of requests run. If all began in
 * one iteration of the loop, all other work would wait until each of them has a connection. So at
 * most HTTP_BEGIN_MAX begin in an iteration. curl begins with them when its own timer runs, which
 * may be some iterations later. Until then curl gets no further requests (multi_is_full()).
 *
 * The bound on running requests is our own, and not curl's (CURLMOPT_MAX_TOTAL_CONNECTIONS). So the
 * deadline also counts the time in the list of waiting requests, and a request that waited in vain
 * was surely not sent. For the same reason deadlines are timers of the loop.
 *
 * Only deliver_answers() calls callbacks. Only the loop calls deliver_answers(), when no function
 * of curl is on the stack. Callbacks may destroy the http: its memory then lives until
 * deliver_answers() returns.
 */
#define _GNU_SOURCE
#include "coc/http_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "coc/bounds.h"
#include "coc/failure.h"
#include "coc/transfer.h"

struct http_request {
	struct http *http;
	TAILQ_ENTRY(http_request) link;
	enum request_stage place;
	struct http_spec spec;
	struct transfer transfer;
	CURL *easy; /* NULL while the request does not run */
	bool busy;  /* counted in n_busy */
	struct loop_timer deadline;
	CURLcode code; /* curl's result; set when the request is finished */
	long os_errno;
	unsigned status;
	http_done_fn *done;
	void *data;
};

static void deliver_answers(struct http *http);

static void move_request(struct http_request *request, enum request_stage place)
{
	struct http *http = request->http;

	TAILQ_REMOVE(&http->lists[request->place], request, link);
	TAILQ_INSERT_TAIL(&http->lists[place], request, link);
	request->place = place;
}

/*
 * Takes a running request off curl. If its exchange was not complete, its connection is closed. If
 * the exchange ended well, the easy handle is kept for another request, unless HTTP_EASY_SPARE_MAX
 * are kept or transfer_detach() says no.
 */
static void detach_request(struct http_request *request, bool well)
{
	struct http *http = request->http;
	CURL *easy = steal_ptr(request->easy);

	curl_multi_remove_handle(http->multi.handle, easy);
	if (transfer_detach(&request->transfer, easy) && well &&
	    http->n_spare < HTTP_EASY_SPARE_MAX)
		http->spare[http->n_spare++] = easy;
	else
		curl_easy_cleanup(easy);
}

/* Counts a request as running no more (http->n_busy), so that pump_requests() may begin another. */
static void leave_place(struct http_request *request)
{
	if (request->busy)
		request->http->n_busy--;
	request->busy = false;
}

/* Ends a request. code: CURLE_OK, or why its exchange failed. */
static void finish_request(struct http_request *request, CURLcode code)
{
	long status = 0;

	loop_timer_cancel(&request->deadline);
	request->code = code;
	if (request->easy) {
		curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(request->easy, CURLINFO_OS_ERRNO, &request->os_errno);
		request->status = (unsigned)status;
		request->transfer.long_header = transfer_has_long_header(&request->transfer, code);
		transfer_end(&request->transfer);
		detach_request(request, code == CURLE_OK);
	}
	move_request(request, FINISHED);
}

/* Finds an easy handle for a request: a kept one, or else a new one. Returns 0, -ENOMEM or -EIO. */
static int take_easy(struct http *http, CURL **ret_easy)
{
	CURL *easy;
	int r;

	if (http->n_spare) {
		*ret_easy = http->spare[--http->n_spare];
		return 0;
	}
	easy = curl_easy_init();
	r = easy ? transfer_prepare(easy, &http->options, &http->multi) : -ENOMEM;
	if (r < 0)
		curl_easy_cleanup(easy);
	else
		*ret_easy = easy;
	return r;
}

static int attach_request(struct http_request *request)
{
	struct http *http = request->http;
	CURL *easy;
	int r;

	if (http->multi.broken && multi_renew(&http->multi) < 0)
		return -ENOMEM;
	r = take_easy(http, &easy);
	if (r < 0)
		return r;
	r = transfer_attach(&request->transfer, easy, &request->spec, http->want_names);
	if (r == 0 && curl_easy_setopt(easy, CURLOPT_PRIVATE, request) != CURLE_OK)
		r = -EIO;
	if (r == 0 && curl_multi_add_handle(http->multi.handle, easy) != CURLM_OK)
		r = -ENOMEM;
	if (r < 0) {
		curl_easy_cleanup(easy);
		return r;
	}
	request->easy = easy;
	request->busy = true;
	http->n_busy++;
	http->multi.n_new++;
	return 0;
}

static void on_delivery(void *data)
{
	deliver_answers(data);
}

/* May one more request run? Not beyond running_max; nor beyond room, if descriptors are short. */
static bool has_connection_free(const struct http *http)
{
	return (!http->options.running_max || http->n_busy < http->options.running_max) &&
	       (!http->short_of || http->n_busy < http->room);
}

static void on_begin_due(void *data);

/* May another request begin in this iteration? If yes, counts the request. If not, sets the timer
 * that begins further requests in the next iteration. */
static bool may_begin(struct http *http)
{
	const int64_t now_ms = loop_now_ms(http->loop);

	if (http->begun_ms != now_ms)
		http->n_begun = 0;
	http->begun_ms = now_ms;
	if (http->n_begun++ < HTTP_BEGIN_MAX)
		return true;
	/* + 1: a timer that is due now could run in this iteration again */
	loop_timer_set(http->loop, &http->next, now_ms + 1, on_begin_due, http);
	return false;
}

/* Begins waiting requests, as far as the bounds allow. Never call this from a callback of curl. */
static void pump_requests(struct http *http)
{
	struct http_request *request;

	while ((request = TAILQ_FIRST(&http->lists[WAITING])) && has_connection_free(http) &&
	       !multi_is_full(&http->multi) && may_begin(http)) {
		int r = attach_request(request);

		if (r == 0) {
			move_request(request, RUNNING);
			continue;
		}
		finish_request(request, r == -ENOMEM ? CURLE_OUT_OF_MEMORY : CURLE_FAILED_INIT);
		loop_timer_set(http->loop, &http->delivery, loop_now_ms(http->loop), on_delivery,
			       http);
	}
}

static void on_begin_due(void *data)
{
	pump_requests(data);
}

static void free_request(struct http_request *request)
{
	loop_timer_cancel(&request->deadline);
	transfer_finish(&request->transfer);
	free(request);
}

/* The service answers, so the names in its certificate are good. Stops asking curl for these names,
 * which costs time. */
static void note_answer(struct http *http)
{
	http->answered = true;
	http->want_names = false;
}

static void call_back(struct http_request *request)
{
	const struct transfer *transfer = &request->transfer;
	struct err err = {0};
	/* a success that came before the whole request was sent cannot be the answer to it */
	const bool early = transfer->early && request->status < 300;
	struct http_answer answer = {
		.err = request->code == CURLE_OK && !early ? NULL : &err,
		.sent = transfer_sent(transfer),
		.status = request->status,
		.request_id = transfer->request_id[0] ? transfer->request_id : NULL,
		.retry_after = transfer->retry_after[0] ? transfer->retry_after : NULL,
		.header = transfer->header.data,
		.body = transfer->body.data,
		.body_size = transfer->body.size,
		.cut = transfer->cut,
	};

	/* ask curl for the certificate's names: the error of the next failure tells them */
	if (request->code == CURLE_PEER_FAILED_VERIFICATION)
		request->http->want_names = true;
	if (answer.err)
		failure_tell(&(struct failure){.transfer = transfer,
					       .code = request->code,
					       .os_errno = request->os_errno,
					       .url = request->spec.url,
					       .cacert = request->http->options.cacert,
					       .answered = request->http->answered},
			     &err);
	else
		note_answer(request->http);
	request->done(request->data, &answer);
}

static void deliver_answers(struct http *http)
{
	struct http_request *request;

	loop_timer_cancel(&http->delivery);
	http->delivering = true;
	while (!http->dead && (request = TAILQ_FIRST(&http->lists[FINISHED]))) {
		TAILQ_REMOVE(&http->lists[FINISHED], request, link);
		leave_place(request);
		call_back(request);
		free_request(request);
		stall_next(loop_stall(http->loop));
	}
	http->delivering = false;
	if (http->dead)
		http_free(http);
	else
		pump_requests(http);
}

static void on_room_again(void *data);

static void try_again_soon(struct http *http)
{
	loop_timer_set(http->loop, &http->again, loop_now_ms(http->loop) + HTTP_SHORTAGE_MS,
		       on_room_again, http);
}

static void on_room_again(void *data)
{
	struct http *http = data;

	if (TAILQ_EMPTY(&http->lists[WAITING])) {
		http->short_of = false;
		return;
	}
	http->room += http->room / 2 + 1;
	try_again_soon(http);
	pump_requests(http);
}

/* Puts a request that was not sent back to the head of the waiting list. Its deadline stays. */
static void begin_anew(struct http_request *request)
{
	struct http *http = request->http;

	transfer_end(&request->transfer);
	detach_request(request, false);
	leave_place(request);
	TAILQ_REMOVE(&http->lists[RUNNING], request, link);
	TAILQ_INSERT_HEAD(&http->lists[WAITING], request, link);
	request->place = WAITING;
}

static void wait_for_descriptor(struct http_request *request)
{
	struct http *http = request->http;

	begin_anew(request);
	http->short_of = true;
	http->room = http->n_busy;
	try_again_soon(http);
}

/* Takes what curl has ended: each request ends, waits for a descriptor, or begins anew. */
static void collect_answers(struct http *http)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi.handle, &left))) {
		struct http_request *request = NULL;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&request);
		request->transfer.shortage = transfer_shortage(&request->transfer, code);
		if (request->transfer.shortage)
			wait_for_descriptor(request);
		else if (request->transfer.stale)
			begin_anew(request); /* http_acted() lets it run again */
		else
			finish_request(request, code);
	}
}

void http_flooded(void *data, CURL *easy)
{
	struct http *http = data;
	struct http_request *request = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&request);
	request->transfer.too_large = true;
	finish_request(request, CURLE_WRITE_ERROR);
	deliver_answers(http);
}

void http_acted(void *data)
{
	struct http *http = data;
	struct http_request *request;

	collect_answers(http);
	while (http->multi.broken && (request = TAILQ_FIRST(&http->lists[RUNNING])))
		finish_request(request, CURLE_OUT_OF_MEMORY);
	deliver_answers(http);
}

static void on_deadline(void *data)
{
	struct http_request *request = data;
	struct http *http = request->http;

	finish_request(request, CURLE_OPERATION_TIMEDOUT);
	deliver_answers(http);
}

void http_set_running_max(struct http *http, unsigned max)
{
	http->options.running_max = max;
	pump_requests(http);
}

int http_start(struct http *http, const struct http_spec *spec, int64_t timeout_ms,
	       http_done_fn *done, void *data, struct http_request **ret_request)
{
	struct http_request *request = calloc(1, sizeof(*request));
	int r;

	if (!request)
		return -ENOMEM;
	request->http = http;
	request->spec = *spec;
	request->done = done;
	request->data = data;
	r = transfer_init(&request->transfer, spec, &http->multi);
	if (r < 0) {
		free_request(request);
		return r;
	}
	loop_timer_set(http->loop, &request->deadline, loop_now_ms(http->loop) + timeout_ms,
		       on_deadline, request);
	TAILQ_INSERT_TAIL(&http->lists[WAITING], request, link);
	*ret_request = request;
	pump_requests(http);
	return 0;
}

bool http_is_waiting(const struct http_request *request)
{
	return request->place == WAITING;
}

void http_cancel(struct http_request *request)
{
	struct http *http = request->http;
	bool had_place = request->busy;

	TAILQ_REMOVE(&http->lists[request->place], request, link);
	if (request->easy)
		detach_request(request, false);
	leave_place(request);
	free_request(request);
	if (had_place)
		pump_requests(http);
}
