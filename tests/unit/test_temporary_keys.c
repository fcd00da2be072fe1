/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "coc/bounds.h"
#include "coc/expiry.h"
#include "coc/id_token.h"
#include "coc/keys_answer.h"
#include "coc/metadata.h"
#include "fake_server.h"
#include "loop/loop.h"

#define PROGRAM_S 60
#define ENDS "\"expires_at\":\"2026-01-02T03:04:05.000000Z\""
#define ENDS_S 1767323045
#define KEYS                                                                                       \
	"{\"credential\":{\"access\":\"A1\",\"secret\":\"hush\",\"securitytoken\":\"T1\"," ENDS "}}"

/* ---- when keys end, and when they are renewed ---- */

static void a_time_of_iam_is_read(void **state)
{
	static const char *const good[] = {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z",
					   "2026-01-02T03:04:05.9Z"};
	static const char *const bad[] = {"",
					  "2026-01-02T03:04:05",
					  "2026-01-02T03:04:05+08:00",
					  "2026-01-02 03:04:05Z",
					  "2026-13-02T03:04:05Z",
					  "2026-02-30T03:04:05Z",
					  "2026-01-02T03:04:05.Z",
					  "2026-01-02T03:04:05Zx",
					  "2026-01-02T03:04:5Z",
					  "20260102T030405Z",
					  "-026-01-02T03:04:05Z"};
	int64_t unix_s;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		unix_s = 0;
		assert_int_equal(expiry_parse(good[i], &unix_s), 0);
		assert_int_equal(unix_s, ENDS_S);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (expiry_parse(bad[i], &unix_s) != -EINVAL)
			fail_msg("\"%s\" is taken", bad[i]);
}

static void keys_are_renewed_40_minutes_before_their_end(void **state)
{
	(void)state;
	assert_int_equal(expiry_renewal_s(1000, 1000 + 86400), 86400 - 2400);
	assert_int_equal(expiry_renewal_s(1000, 1000 + 2403), 3);
	/* keys that end in 2400 s or earlier are renewed after half of the time that is left, at
	 * least 1 s and at most 60 s */
	assert_int_equal(expiry_renewal_s(1000, 1000 + 2400), 60);
	assert_int_equal(expiry_renewal_s(1000, 1000 + 40), 20);
	assert_int_equal(expiry_renewal_s(1000, 1000 + 1), 1);
	assert_int_equal(expiry_renewal_s(1000, 1000), 1);
	assert_int_equal(expiry_renewal_s(1000, 10), 1);
}

static void failures_are_tried_again_less_and_less_often(void **state)
{
	static const int64_t most[] = {1, 2, 4, 8, 16, 32, 60, 60};

	(void)state;
	for (unsigned i = 0; i < sizeof(most) / sizeof(most[0]); i++) {
		assert_int_equal(expiry_retry_s(i + 1, 0), most[i]);
		for (long spread = 0; spread < 200; spread += 7) {
			int64_t wait_s = expiry_retry_s(i + 1, spread);

			assert_true(wait_s <= most[i] && wait_s >= most[i] - most[i] / 2);
		}
	}
	assert_int_equal(expiry_retry_s(4000000000u, 0), 60);
}

/* ---- reading an answer of the metadata service ---- */

static int read_answer(const char *text, struct coc_creds **ret_creds, struct err *err)
{
	return keys_answer_of_metadata(text, strlen(text), ret_creds, err);
}

static void keys_are_read_with_their_end(void **state)
{
	_cleanup_(coc_creds_free) struct coc_creds *creds = NULL;

	(void)state;
	assert_int_equal(read_answer(KEYS, &creds, NULL), 0);
	assert_string_equal(creds->ak, "A1");
	assert_string_equal(secret_bytes(creds->sk, NULL), "hush");
	assert_string_equal(secret_bytes(creds->security_token, NULL), "T1");
	assert_int_equal(creds->expires_s, ENDS_S);
}

static void what_is_no_answer_with_keys_is_refused_and_not_shown(void **state)
{
	static const char *const bad[] = {
		"",
		"<html>hush</html>",
		"{}",
		"[]",
		"{\"credential\":null}",
		"{\"credential\":\"hush\"}",
		"{\"Credential\":{\"access\":\"A\",\"secret\":\"hush\",\"securitytoken\":"
		"\"T\"," ENDS "}}",
		"{\"credential\":{\"access\":\"A\",\"secret\":\"hush\"," ENDS "}}",
		"{\"credential\":{\"access\":\"\",\"secret\":\"hush\",\"securitytoken\":\"T\"," ENDS
		"}}",
		"{\"credential\":{\"access\":7,\"secret\":\"hush\",\"securitytoken\":\"T\"," ENDS
		"}}",
		"{\"credential\":{\"access\":\"A\",\"secret\":\"hush\",\"securitytoken\":\"T\"}}",
		"{\"credential\":{\"access\":\"A\",\"secret\":\"hush\",\"securitytoken\":\"T\","
		"\"expires_at\":\"soon\"}}",
		"{\"credential\":{\"access\":\"A\",\"secret\":\"hu\\nsh\",\"securitytoken\":"
		"\"T\"," ENDS "}}",
		KEYS "x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct coc_creds *creds = NULL;
		struct err err = {0};

		if (read_answer(bad[i], &creds, &err) == 0)
			fail_msg("%s is taken", bad[i]);
		assert_null(creds);
		assert_true(err.text[0]);
		assert_null(strstr(err.text, "hush"));
	}
}

static void an_answer_of_many_values_is_refused(void **state)
{
	static char text[KEYS_ANSWER_MAX];
	struct coc_creds *creds = NULL;

	(void)state;
	memset(text, '[', sizeof(text) - 1);
	assert_int_equal(read_answer(text, &creds, NULL), -EIO);
	for (size_t i = 1; i + 1 < sizeof(text); i++)
		text[i] = i % 2 ? '1' : ',';
	text[sizeof(text) - 2] = ']';
	assert_int_equal(read_answer(text, &creds, NULL), -EIO);
}

/* ---- requests to the metadata service ---- */

static struct {
	struct loop *loop;
	struct fake_server *server;
	struct metadata *metadata;
	struct id_token *id_token;
	struct coc_origin origin;
	char token_file[64];
	struct coc_creds *creds;
	struct err err;
	unsigned calls;
} t;

static void on_keys(void *data, struct coc_creds *creds, const struct err *err)
{
	(void)data;
	t.calls++;
	coc_creds_free(t.creds);
	t.creds = creds;
	t.err = err ? *err : (struct err){0};
	loop_quit(t.loop);
}

static int finish(void **state)
{
	(void)state;
	metadata_destroy(t.metadata);
	id_token_destroy(t.id_token);
	coc_origin_finish(&t.origin);
	if (t.token_file[0])
		unlink(t.token_file);
	loop_destroy(t.loop);
	if (t.server)
		fake_server_stop(t.server);
	coc_creds_free(t.creds);
	memset(&t, 0, sizeof(t));
	return 0;
}

static void serve(const struct fake_reply *replies, size_t n)
{
	char endpoint[64];

	t.server = fake_server_start(NULL, replies, n, 0);
	snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%u", fake_server_port(t.server));
	assert_int_equal(loop_create(&t.loop), 0);
	assert_int_equal(metadata_create(t.loop, endpoint, &t.metadata, NULL), 0);
}

#define SERVE(replies) serve(replies, sizeof(replies) / sizeof(replies[0]))

static void fetch(void)
{
	unsigned calls = t.calls;

	assert_int_equal(metadata_fetch(t.metadata, on_keys, NULL), 0);
	assert_int_equal(t.calls, calls);
	assert_int_equal(loop_run(t.loop), 0);
	assert_int_equal(t.calls, calls + 1);
}

static void expect_request(unsigned n, const char *line, const char *header)
{
	const char *request = fake_server_request(t.server, n);

	assert_non_null(request);
	if (strncmp(request, line, strlen(line)))
		fail_msg("request %u is %.60s", n, request);
	if (header && !strcasestr(request, header))
		fail_msg("request %u has no %s", n, header);
}

#define ASKS_TOKEN "PUT /meta-data/latest/api/token HTTP/1.1\r\n"
#define ASKS_KEYS "GET /openstack/latest/securitykey HTTP/1.1\r\n"

static void a_token_is_asked_for_and_kept(void **state)
{
	static const struct fake_reply replies[] = {{FAKE_ANSWER, 200, NULL, "tok1\n"},
						    {FAKE_ANSWER, 200, NULL, KEYS},
						    {FAKE_ANSWER, 200, NULL, KEYS}};

	(void)state;
	SERVE(replies);
	fetch();
	assert_non_null(t.creds);
	expect_request(0, ASKS_TOKEN, "\r\nX-Metadata-Token-Ttl-Seconds: 21600\r\n");
	expect_request(0, ASKS_TOKEN, "\r\nContent-Length: 0\r\n");
	expect_request(1, ASKS_KEYS, "\r\nX-Metadata-Token: tok1\r\n");
	fetch();
	assert_non_null(t.creds);
	expect_request(2, ASKS_KEYS, "\r\nX-Metadata-Token: tok1\r\n");
}

static void a_service_without_tokens_gives_keys_without_one(void **state)
{
	static const unsigned statuses[] = {404, 405, 503};

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		const struct fake_reply replies[] = {{FAKE_ANSWER, statuses[i], NULL, "no"},
						     {FAKE_ANSWER, 200, NULL, KEYS}};

		SERVE(replies);
		fetch();
		assert_non_null(t.creds);
		expect_request(1, ASKS_KEYS, NULL);
		assert_null(strcasestr(fake_server_request(t.server, 1), "x-metadata-token"));
		finish(state);
	}
}

static void a_token_that_is_over_is_renewed_once(void **state)
{
	static const struct fake_reply replies[] = {
		{FAKE_ANSWER, 200, NULL, "tok1"}, {FAKE_ANSWER, 200, NULL, KEYS},
		{FAKE_ANSWER, 401, NULL, "over"}, {FAKE_ANSWER, 200, NULL, "tok2"},
		{FAKE_ANSWER, 200, NULL, KEYS},	  {FAKE_ANSWER, 401, NULL, "over"},
		{FAKE_ANSWER, 200, NULL, "tok3"}, {FAKE_ANSWER, 401, NULL, "over"}};

	(void)state;
	SERVE(replies);
	fetch();
	fetch();
	assert_non_null(t.creds);
	expect_request(4, ASKS_KEYS, "\r\nX-Metadata-Token: tok2\r\n");
	fetch();
	assert_null(t.creds);
	assert_int_equal(fake_server_requests(t.server), 8);
	assert_non_null(strstr(t.err.text, "401"));
}

static void a_server_without_agency_is_told_to_bind_one(void **state)
{
	static const struct fake_reply replies[] = {
		{FAKE_ANSWER, 404, NULL, ""},
		{FAKE_ANSWER, 401, NULL, "Please configure Cloud Service Agency first"}};

	(void)state;
	SERVE(replies);
	fetch();
	assert_null(t.creds);
	assert_int_equal(t.err.errnum, EACCES);
	assert_non_null(strstr(t.err.details, "bind an agency"));
	assert_int_equal(fake_server_requests(t.server), 2);
}

static void the_token_may_be_refused_for_that_too(void **state)
{
	static const struct fake_reply replies[] = {
		{FAKE_ANSWER, 401, NULL, "Please configure Cloud Service Agency first"}};

	(void)state;
	SERVE(replies);
	fetch();
	assert_int_equal(t.err.errnum, EACCES);
	assert_int_equal(fake_server_requests(t.server), 1);
}

static void failures_end_the_fetch_with_what_to_do(void **state)
{
	static char huge[KEYS_ANSWER_MAX + 2];
	const struct fake_reply scripts[][2] = {
		{{FAKE_ANSWER, 500, NULL, "hush"}},
		{{FAKE_CUT, 0, NULL, NULL}},
		{{FAKE_ANSWER, 404, NULL, ""}, {FAKE_ANSWER, 500, NULL, "hush"}},
		{{FAKE_ANSWER, 404, NULL, ""}, {FAKE_ANSWER, 200, NULL, "hush"}},
		{{FAKE_ANSWER, 404, NULL, ""}, {FAKE_ANSWER, 200, NULL, huge}},
		{{FAKE_ANSWER, 404, NULL, ""}, {FAKE_CUT, 0, NULL, NULL}},
	};

	memset(huge, ' ', sizeof(huge) - 1);
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		serve(scripts[i], 2);
		fetch();
		assert_null(t.creds);
		assert_non_null(strstr(t.err.text, METADATA_SOURCE));
		assert_non_null(strstr(t.err.details, "what_to_do: "));
		assert_null(strstr(t.err.text, "hush"));
		finish(state);
	}
}

/* ---- requests to IAM ---- */

#define IAM_KEYS "{\"token\":{" ENDS ",\"catalog\":[{\"type\":\"iam\"}]}}"

static void put_token(const char *text)
{
	FILE *file = fopen(t.token_file, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void serve_iam(const struct fake_reply *replies, size_t n, const char *domain_id)
{
	char endpoint[64];
	const struct coc_offer offer = {.idp_id = "prov",
					.id_token_file = t.token_file,
					.domain_id = domain_id,
					.project_id = "p\"1",
					.iam_endpoint = endpoint};

	t.server = fake_server_start(NULL, replies, n, 0);
	snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%u", fake_server_port(t.server));
	snprintf(t.token_file, sizeof(t.token_file), "/tmp/cocfs-id-token-%d", (int)getpid());
	put_token("id.hush-1\n");
	assert_int_equal(loop_create(&t.loop), 0);
	assert_int_equal(coc_origin_of_id_token(&offer, NULL, "the test", &t.origin, NULL), 0);
	assert_int_equal(id_token_create(t.loop, &t.origin, NULL, &t.id_token, NULL), 0);
}

static void fetch_token(void)
{
	unsigned calls = t.calls;

	assert_int_equal(id_token_fetch(t.id_token, on_keys, NULL, NULL), 0);
	assert_int_equal(t.calls, calls);
	assert_int_equal(loop_run(t.loop), 0);
	assert_int_equal(t.calls, calls + 1);
}

static void expect_body(unsigned n, const char *body)
{
	const char *end = strstr(fake_server_request(t.server, n), "\r\n\r\n");

	assert_non_null(end);
	assert_string_equal(end + 4, body);
}

#define ASKS_IAM "POST /v3.0/OS-AUTH/id-token/tokens HTTP/1.1\r\n"

static void iam_gives_a_token_for_the_id_token(void **state)
{
	static const struct fake_reply replies[] = {
		{FAKE_ANSWER, 201, "X-Subject-Token: MIIx\r\n", IAM_KEYS}};

	(void)state;
	serve_iam(replies, 1, "d1");
	fetch_token();
	assert_non_null(t.creds);
	assert_string_equal(secret_bytes(t.creds->token, NULL), "MIIx");
	assert_string_equal(t.creds->domain_id, "d1");
	assert_string_equal(t.creds->source, "the test");
	assert_int_equal(t.creds->expires_s, ENDS_S);
	expect_request(0, ASKS_IAM, "\r\nX-Idp-Id: prov\r\n");
	expect_body(0, "{\"auth\":{\"id_token\":{\"id\":\"id.hush-1\"},\"scope\":{\"domain\":{"
		       "\"id\":\"d1\"}}}}");
	/* the provider has replaced the file */
	put_token("id.hush-2");
	fetch_token();
	assert_non_null(strstr(fake_server_request(t.server, 1), "\"id.hush-2\""));
}

static void without_a_domain_the_token_is_for_the_project(void **state)
{
	static const struct fake_reply replies[] = {
		{FAKE_ANSWER, 201, "x-subject-token: MIIx\r\n", IAM_KEYS}};

	(void)state;
	serve_iam(replies, 1, NULL);
	fetch_token();
	assert_non_null(t.creds);
	expect_body(0, "{\"auth\":{\"id_token\":{\"id\":\"id.hush-1\"},\"scope\":{\"project\":{"
		       "\"id\":\"p\\\"1\"}}}}");
}

static void a_refusal_of_iam_is_told_apart_from_its_absence(void **state)
{
	static const struct {
		struct fake_reply reply;
		int errnum;
		const char *said;
	} rows[] = {
		{{FAKE_ANSWER, 401, NULL, "{\"error\":{\"message\":\"bad idp\",\"code\":401}}"},
		 EACCES,
		 "bad idp"},
		{{FAKE_ANSWER, 403, NULL, "{\"error_msg\":\"not you\"}"}, EACCES, "not you"},
		{{FAKE_ANSWER, 400, NULL, "{\"error_msg\":\"id.hush-1 is bad\"}"}, EACCES, "400"},
		{{FAKE_ANSWER, 404, NULL, "<html>"}, EACCES, "404"},
		{{FAKE_ANSWER, 500, NULL, "hush"}, EIO, "500"},
		{{FAKE_ANSWER, 429, NULL, ""}, EIO, "429"},
		{{FAKE_ANSWER, 201, NULL, IAM_KEYS}, EIO, "no token"},
		{{FAKE_ANSWER, 201, "X-Subject-Token: hush\r\n", "{}"}, EIO, "when the token ends"},
		{{FAKE_ANSWER, 201, "X-Subject-Token: hush\r\n", "hush"}, EIO, "JSON"},
		{{FAKE_ANSWER, 201, "X-Subject-Token: hu sh\r\n", IAM_KEYS}, EINVAL, "copy them"},
		{{FAKE_CUT, 0, NULL, NULL}, EIO, "IAM (http://127.0.0.1:"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		serve_iam(&rows[i].reply, 1, "d1");
		fetch_token();
		assert_null(t.creds);
		if (t.err.errnum != rows[i].errnum || !strstr(t.err.text, rows[i].said))
			fail_msg("row %zu: %d, %s", i, t.err.errnum, t.err.text);
		assert_non_null(strstr(t.err.details, "what_to_do: "));
		assert_null(strstr(t.err.text, "hush"));
		assert_null(strstr(t.err.details, "hush-"));
		finish(state);
	}
}

static void a_file_without_a_token_is_refused_before_anything_is_sent(void **state)
{
	static const struct fake_reply replies[] = {{FAKE_ANSWER, 500, NULL, ""}};
	static const char *const bad[] = {"", "\n", "a b", "a\"b", "a\nb"};
	struct err err = {0};

	(void)state;
	serve_iam(replies, 1, "d1");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put_token(bad[i]);
		assert_int_equal(id_token_fetch(t.id_token, on_keys, NULL, &err), -EINVAL);
	}
	unlink(t.token_file);
	assert_int_equal(id_token_fetch(t.id_token, on_keys, NULL, &err), -ENOENT);
	assert_non_null(strstr(err.text, t.token_file));
	assert_int_equal(fake_server_requests(t.server), 0);
	assert_int_equal(t.calls, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_of_iam_is_read),
		cmocka_unit_test(keys_are_renewed_40_minutes_before_their_end),
		cmocka_unit_test(failures_are_tried_again_less_and_less_often),
		cmocka_unit_test(keys_are_read_with_their_end),
		cmocka_unit_test(what_is_no_answer_with_keys_is_refused_and_not_shown),
		cmocka_unit_test(an_answer_of_many_values_is_refused),
		cmocka_unit_test_teardown(a_token_is_asked_for_and_kept, finish),
		cmocka_unit_test_teardown(a_service_without_tokens_gives_keys_without_one, finish),
		cmocka_unit_test_teardown(a_token_that_is_over_is_renewed_once, finish),
		cmocka_unit_test_teardown(a_server_without_agency_is_told_to_bind_one, finish),
		cmocka_unit_test_teardown(the_token_may_be_refused_for_that_too, finish),
		cmocka_unit_test_teardown(failures_end_the_fetch_with_what_to_do, finish),
		cmocka_unit_test_teardown(iam_gives_a_token_for_the_id_token, finish),
		cmocka_unit_test_teardown(without_a_domain_the_token_is_for_the_project, finish),
		cmocka_unit_test_teardown(a_refusal_of_iam_is_told_apart_from_its_absence, finish),
		cmocka_unit_test_teardown(a_file_without_a_token_is_refused_before_anything_is_sent,
					  finish),
	};

	signal(SIGPIPE, SIG_IGN);
	alarm(PROGRAM_S);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
