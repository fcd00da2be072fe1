/* SPDX-License-Identifier: MIT */
/* Tests of calls that are paused, cancelled, or started and ended within a callback. */
#define _GNU_SOURCE
#include "client_fixture.h"

#include <errno.h>
#include <string.h>

static void three_bad_keys_in_a_row_pause_calls(void **state)
{
	static const struct fake_reply replies[] = {BAD_KEYS, BAD_KEYS, BAD_KEYS, OK_ID};
	struct result result;

	(void)state;
	SERVE(replies);
	for (int i = 0; i < 3; i++) {
		assert_false(coc_client_paused(t.client));
		create(&result, PATIENCE_MS);
		expect(&result, COC_REFUSED, EACCES);
		assert_string_equal(result.error_code, "APIGW.0301");
	}
	assert_non_null(strstr(result.details, "calls: paused"));
	assert_true(coc_client_paused(t.client));
	create(&result, PATIENCE_MS);
	expect(&result, COC_NOT_SENT, EACCES);
	assert_int_equal(fake_server_requests(t.server), 3);
	coc_client_set_creds(t.client, &t.creds);
	assert_false(coc_client_paused(t.client));
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
}

static void a_success_between_starts_the_count_anew(void **state)
{
	static const struct fake_reply replies[] = {
		BAD_KEYS,
		BAD_KEYS,
		OK_ID,
		BAD_KEYS,
		{FAKE_ANSWER, 502, NULL, ""},
		BAD_KEYS,
		{FAKE_ANSWER, 400, NULL, "{\"error_code\":\"COC.00010002\"}"},
		BAD_KEYS};
	struct result result;

	(void)state;
	SERVE(replies);
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++)
		create(&result, PATIENCE_MS);
	assert_false(coc_client_paused(t.client));
	assert_int_equal(fake_server_requests(t.server), sizeof(replies) / sizeof(replies[0]));
}

static void a_burst_with_bad_keys_fails_three_times_only(void **state)
{
	static const struct fake_reply replies[] = {BAD_KEYS};
	static struct result results[50];
	unsigned refused = 0, not_sent = 0;

	(void)state;
	SERVE(replies);
	memset(results, 0, sizeof(results));
	for (size_t i = 0; i < 50; i++)
		start_create(&results[i], PATIENCE_MS, NULL);
	settle();
	for (size_t i = 0; i < 50; i++) {
		assert_int_equal(results[i].calls, 1);
		assert_int_equal(results[i].errnum, EACCES);
		refused += results[i].outcome == COC_REFUSED;
		not_sent += results[i].outcome == COC_NOT_SENT;
	}
	assert_int_equal(refused, 3);
	assert_int_equal(not_sent, 47);
	assert_int_equal(fake_server_requests(t.server), 3);
}

static void without_valid_credentials_nothing_is_sent(void **state)
{
	static const struct fake_reply replies[] = {OK_ID};
	const struct err why = {
		.errnum = EIO, .text = "IAM is away", .details = "what_to_do: wait for IAM\n"};
	struct result result;

	(void)state;
	SERVE(replies);
	t.creds.source = (char *)"the test";
	t.creds.expires_s = 1000; /* they expired long ago */
	create(&result, PATIENCE_MS);
	expect(&result, COC_NOT_SENT, EACCES);
	assert_non_null(strstr(result.text, "the keys from the test have expired"));
	assert_non_null(strstr(result.details, "what_to_do: "));
	coc_client_note_lack(t.client, &why);
	create(&result, PATIENCE_MS);
	expect(&result, COC_NOT_SENT, EACCES);
	assert_non_null(strstr(result.text, "IAM is away"));
	assert_non_null(strstr(result.details, "what_to_do: wait for IAM"));
	coc_client_set_creds(t.client, NULL);
	create(&result, PATIENCE_MS);
	expect(&result, COC_NOT_SENT, EACCES);
	assert_null(strstr(result.text, "IAM is away"));
	assert_false(coc_client_paused(t.client));
	assert_int_equal(fake_server_requests(t.server), 0);
	t.creds.expires_s = INT64_MAX;
	coc_client_set_creds(t.client, &t.creds);
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
}

static void a_cancelled_call_is_silent(void **state)
{
	static const struct fake_reply replies[] = {{FAKE_HOLD, 0, NULL, NULL}, OK_ID};
	struct result running = {0}, waiting = {0}, unsent = {0}, last;
	struct coc_call *calls[3];

	(void)state;
	t.server = fake_server_start(NULL, replies, 2, 0);
	snprintf(t.endpoint, sizeof(t.endpoint), "http://127.0.0.1:%u", fake_server_port(t.server));
	connect_client(1);
	start_create(&unsent, PATIENCE_MS, &calls[0]);
	coc_call_cancel(calls[0]);
	start_create(&running, PATIENCE_MS, &calls[1]);
	start_create(&waiting, PATIENCE_MS, &calls[2]);
	run_for(SHORT_MS);
	coc_call_cancel(calls[2]);
	coc_call_cancel(calls[1]);
	t.pending -= 3;
	create(&last, PATIENCE_MS);
	expect(&last, COC_DONE, 0);
	assert_int_equal(running.calls + waiting.calls + unsent.calls, 0);
	assert_int_equal(fake_server_requests(t.server), 2);
}

static void a_refused_call_can_be_cancelled(void **state)
{
	static const struct fake_reply replies[] = {BAD_KEYS};
	struct result result;
	struct coc_call *call;

	(void)state;
	SERVE(replies);
	for (int i = 0; i < 3; i++)
		create(&result, PATIENCE_MS);
	result = (struct result){0};
	start_create(&result, PATIENCE_MS, &call);
	coc_call_cancel(call);
	t.pending--;
	run_for(SHORT_MS);
	assert_int_equal(result.calls, 0);
}

static struct coc_call *nested_calls[3];
static struct result nested_result;

/* A callback of an answered call. Cancels all three calls of the test, the answered one too, and
 * starts a new one: the client must bear that. */
static void cancel_others(void *data, const struct coc_answer *answer)
{
	(void)answer;
	for (int i = 0; i < 3; i++)
		coc_call_cancel(nested_calls[i]);
	t.pending -= 3;
	start_create(data, PATIENCE_MS, NULL);
}

static void calls_can_be_cancelled_and_started_in_a_callback(void **state)
{
	static const struct fake_reply replies[] = {OK_ID,
						    {FAKE_GATHER, 200, NULL, "{\"data\":\"DM1\"}"},
						    {FAKE_GATHER, 200, NULL, "{\"data\":\"DM1\"}"},
						    {FAKE_GATHER, 200, NULL, "{\"data\":\"DM1\"}"},
						    OK_ID};
	struct result first;

	(void)state;
	serve(replies, 5, 3);
	create(&first, PATIENCE_MS);
	nested_result = (struct result){0};
	tick();
	for (int i = 0; i < 3; i++) {
		t.pending++;
		assert_int_equal(coc_create(t.client, &document, PATIENCE_MS, cancel_others,
					    &nested_result, &nested_calls[i], NULL),
				 0);
	}
	settle();
	expect(&nested_result, COC_DONE, 0);
	assert_int_equal(nested_result.calls, 1);
	assert_int_equal(fake_server_requests(t.server), 5);
}

static void destroy_client(void *data, const struct coc_answer *answer)
{
	struct coc_call **call = data;

	(void)answer;
	coc_call_cancel(*call);
	coc_client_destroy(t.client);
	t.client = NULL;
	t.pending = 0;
	loop_quit(t.loop);
}

static void the_client_can_be_destroyed_in_a_callback(void **state)
{
	static const struct fake_reply replies[] = {OK_ID, OK_ID, {FAKE_HOLD, 0, NULL, NULL}};
	struct result first, never[2] = {{0}, {0}};
	struct coc_call *call;

	(void)state;
	SERVE(replies);
	create(&first, PATIENCE_MS);
	t.pending++;
	assert_int_equal(
		coc_create(t.client, &document, PATIENCE_MS, destroy_client, &call, &call, NULL),
		0);
	start_create(&never[0], PATIENCE_MS, NULL);
	start_create(&never[1], PATIENCE_MS, NULL);
	settle();
	run_for(SHORT_MS);
	assert_int_equal(never[0].calls + never[1].calls, 0);
}

static void the_client_can_be_destroyed_in_a_refusal(void **state)
{
	static const struct fake_reply replies[] = {BAD_KEYS};
	struct result result;
	struct coc_call *call;

	(void)state;
	SERVE(replies);
	for (int i = 0; i < 3; i++)
		create(&result, PATIENCE_MS);
	t.pending++;
	assert_int_equal(
		coc_create(t.client, &document, PATIENCE_MS, destroy_client, &call, &call, NULL),
		0);
	settle();
	assert_null(t.client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(three_bad_keys_in_a_row_pause_calls),
		TEST(a_success_between_starts_the_count_anew),
		TEST(a_burst_with_bad_keys_fails_three_times_only),
		TEST(without_valid_credentials_nothing_is_sent),
		TEST(a_cancelled_call_is_silent),
		TEST(a_refused_call_can_be_cancelled),
		TEST(calls_can_be_cancelled_and_started_in_a_callback),
		TEST(the_client_can_be_destroyed_in_a_callback),
		TEST(the_client_can_be_destroyed_in_a_refusal),
	};

	bound_program();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
