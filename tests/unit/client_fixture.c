/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "client_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM_S 60

struct bench t;

const struct coc_document document = {.name = "n",
				      .content = "a: \"b\"\n",
				      .content_size = 7,
				      .enterprise_project_id = "0",
				      .risk_level = "LOW"};

void copy(char *to, size_t room, const char *from)
{
	snprintf(to, room, "%s", from ? from : "");
}

void on_done(void *data, const struct coc_answer *answer)
{
	struct result *result = data;

	result->calls++;
	result->outcome = answer->outcome;
	result->errnum = answer->errnum;
	result->status = answer->status;
	result->retry_after_ms = answer->retry_after_ms;
	copy(result->document_id, sizeof(result->document_id), answer->document_id);
	copy(result->error_code, sizeof(result->error_code), answer->error_code);
	copy(result->request_id, sizeof(result->request_id), answer->request_id);
	copy(result->text, sizeof(result->text), answer->err ? answer->err->text : NULL);
	copy(result->details, sizeof(result->details), answer->err ? answer->err->details : NULL);
	if (answer->details)
		copy(result->content, sizeof(result->content), answer->details->content);
	result->n_summaries = answer->n_summaries;
	result->total = answer->total;
	if (answer->n_summaries)
		copy(result->first_name, sizeof(result->first_name), answer->summaries[0].name);
	if (--t.pending == 0)
		loop_quit(t.loop);
}

int set_up(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.creds.ak = (char *)AK;
	return secret_open(SK, strlen(SK), "the test", &t.creds.sk) ||
	       secret_open("TOKEN", 5, "the test", &t.creds.security_token) || loop_create(&t.loop);
}

int tear_down(void **state)
{
	(void)state;
	coc_client_destroy(t.client);
	loop_destroy(t.loop);
	if (t.server)
		fake_server_stop(t.server);
	secret_close(t.creds.sk);
	secret_close(t.creds.security_token);
	secret_close(t.creds.token);
	if (t.unix_path[0])
		unlink(t.unix_path);
	return 0;
}

void connect_client(unsigned connections_max)
{
	const struct coc_client_options options = {.endpoint = t.endpoint,
						   .unix_socket =
							   t.unix_path[0] ? t.unix_path : NULL,
						   .connections_max = connections_max};
	struct err err = {0};

	if (coc_client_create(t.loop, &options, &t.creds, &t.client, &err) < 0)
		fail_msg("%s", err.text);
}

void serve(const struct fake_reply *replies, size_t n, unsigned gather)
{
	t.server = fake_server_start(NULL, replies, n, gather);
	snprintf(t.endpoint, sizeof(t.endpoint), "http://127.0.0.1:%u", fake_server_port(t.server));
	connect_client(0);
}

static void on_pause_over(void *data)
{
	(void)data;
	loop_quit(t.loop);
}

void run_for(int64_t ms)
{
	struct loop_timer timer = {0};

	loop_timer_set(t.loop, &timer, loop_now_ms(t.loop) + ms, on_pause_over, NULL);
	assert_int_equal(loop_run(t.loop), 0);
	loop_timer_cancel(&timer);
}

void tick(void)
{
	run_for(0);
}

void settle(void)
{
	if (t.pending)
		assert_int_equal(loop_run(t.loop), 0);
	assert_int_equal(t.pending, 0);
}

void start_create(struct result *result, int64_t timeout_ms, struct coc_call **ret_call)
{
	t.pending++;
	assert_int_equal(
		coc_create(t.client, &document, timeout_ms, on_done, result, ret_call, NULL), 0);
	assert_int_equal(result->calls, 0);
}

void create(struct result *result, int64_t timeout_ms)
{
	*result = (struct result){0};
	tick();
	start_create(result, timeout_ms, NULL);
	settle();
	assert_int_equal(result->calls, 1);
}

void expect(const struct result *result, enum coc_outcome outcome, int errnum)
{
	if (result->outcome != outcome || result->errnum != errnum)
		fail_msg("outcome %d, %s: %s", result->outcome, err_name(result->errnum),
			 result->text);
}

void bound_program(void)
{
	signal(SIGPIPE, SIG_IGN);
	alarm(PROGRAM_S);
}
