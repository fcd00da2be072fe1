/* SPDX-License-Identifier: MIT */
/* Tests of what a call sends, and of the outcome that its answer gives. */
#define _GNU_SOURCE
#include "client_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "bounds/api.h"
#include "coc/bounds.h"
#include "sign/sign.h"

static const char *header_of(const char *request, const char *name, char *value, size_t room)
{
	const char *at = request;
	size_t length = strlen(name);

	while ((at = strstr(at, "\r\n")) && strncmp(at, "\r\n\r\n", 4)) {
		at += 2;
		if (!strncasecmp(at, name, length) && at[length] == ':') {
			at += length + 1 + strspn(at + length + 1, " ");
			snprintf(value, room, "%.*s", (int)strcspn(at, "\r"), at);
			return value;
		}
	}
	return NULL;
}

static void create_sends_the_job_and_tells_its_id(void **state)
{
	static const struct fake_reply replies[] = {
		{FAKE_ANSWER, 200, "X-request-id: r-1\r\n", "{\"data\":\"DM1\"}"}};
	const struct job_tag tags[] = {{"k", "v"}, {"\xe4\xb8\xad", ""}};
	const struct coc_document job = {.name = "\xe4\xb8\xad/\"",
					 .content = "x: 1\t\n\x01",
					 .content_size = 7,
					 .enterprise_project_id = "0",
					 .risk_level = "LOW",
					 .description = "",
					 .tags = tags,
					 .n_tags = 2};
	struct result result = {0};
	const char *request;
	char value[64];

	(void)state;
	SERVE(replies);
	t.pending++;
	assert_int_equal(coc_create(t.client, &job, PATIENCE_MS, on_done, &result, NULL, NULL), 0);
	settle();
	expect(&result, COC_DONE, 0);
	assert_string_equal(result.document_id, "DM1");
	assert_string_equal(result.request_id, "r-1");
	request = fake_server_request(t.server, 0);
	assert_memory_equal(request, "POST /v1/documents HTTP/1.1\r\n", 29);
	assert_null(strstr(request, "Cache-Control"));
	assert_string_equal(strstr(request, "\r\n\r\n") + 4,
			    "{\"name\":\"\xe4\xb8\xad/\\\"\",\"content\":\"x: 1\\t\\n\\u0001\","
			    "\"enterprise_project_id\":\"0\",\"risk_level\":\"LOW\","
			    "\"description\":\"\",\"tags\":[{\"key\":\"k\",\"value\":\"v\"},"
			    "{\"key\":\"\xe4\xb8\xad\",\"value\":\"\"}]}");
	assert_null(header_of(request, "Expect", value, sizeof(value)));
	assert_null(header_of(request, "Accept-Encoding", value, sizeof(value)));
	assert_non_null(header_of(request, "Content-Type", value, sizeof(value)));
	assert_memory_equal(value, "application/json", 16);
}

static void update_sends_what_can_change_only(void **state)
{
	static const struct fake_reply replies[] = {
		{FAKE_ANSWER, 200, NULL, "\"0b6f1b1e-8d0c-4f1e-9d35-3f9c7a1d2e4b\""}};
	const struct job_tag tags[] = {{"k", "v"}};
	struct coc_document job = document;
	struct result result = {0};
	const char *request;

	(void)state;
	job.tags = tags;
	job.n_tags = 1;
	SERVE(replies);
	t.pending++;
	assert_int_equal(
		coc_update(t.client, "DM%é", &job, PATIENCE_MS, on_done, &result, NULL, NULL), 0);
	settle();
	expect(&result, COC_DONE, 0);
	request = fake_server_request(t.server, 0);
	assert_memory_equal(request, "PUT /v1/documents/DM%25%C3%A9 HTTP/1.1\r\n", 40);
	assert_string_equal(
		strstr(request, "\r\n\r\n") + 4,
		"{\"name\":\"n\",\"content\":\"a: \\\"b\\\"\\n\",\"risk_level\":\"LOW\"}");
}

static void show_tells_the_content(void **state)
{
	static const struct fake_reply replies[] = {
		{FAKE_ANSWER, 200, NULL,
		 "{\"data\":{\"document_id\":\"DM1\",\"name\":\"n\",\"content\":\"c\\n\"}}"}};
	struct result result = {0};

	(void)state;
	SERVE(replies);
	t.pending++;
	assert_int_equal(coc_show(t.client, "DM1", PATIENCE_MS, on_done, &result, NULL, NULL), 0);
	settle();
	expect(&result, COC_DONE, 0);
	assert_string_equal(result.content, "c\n");
	assert_memory_equal(fake_server_request(t.server, 0), "GET /v1/documents/DM1 HTTP/1.1\r\n",
			    32);
	/* a cache on the way must not answer with an older answer */
	assert_non_null(
		strstr(fake_server_request(t.server, 0), "\r\nCache-Control: no-cache\r\n"));
}

static void list_encodes_the_name_and_tells_a_page(void **state)
{
	static const struct fake_reply replies[] = {
		{FAKE_ANSWER, 200, NULL,
		 "{\"data\":[{\"document_id\":\"DM1\",\"name\":\"n\"}],\"total\":7}"}};
	struct result result = {0};

	(void)state;
	SERVE(replies);
	t.pending += 2;
	assert_int_equal(coc_list(t.client, "a b/&\xe4\xb8\xad", 200, PATIENCE_MS, on_done, &result,
				  NULL, NULL),
			 0);
	assert_int_equal(coc_list(t.client, NULL, 0, PATIENCE_MS, on_done, &result, NULL, NULL), 0);
	settle();
	expect(&result, COC_DONE, 0);
	assert_int_equal(result.calls, 2);
	assert_int_equal(result.n_summaries, 1);
	assert_string_equal(result.first_name, "n");
	assert_int_equal(result.total, 7);
	assert_true(
		!strncmp(fake_server_request(t.server, 0),
			 "GET /v1/documents?limit=100&offset=200&name_like=a%20b%2F%26%E4%B8%AD "
			 "HTTP/1.1\r\n",
			 76) ||
		!strncmp(fake_server_request(t.server, 1),
			 "GET /v1/documents?limit=100&offset=200&name_like=a%20b%2F%26%E4%B8%AD "
			 "HTTP/1.1\r\n",
			 76));
}

static void delete_is_of_the_job(void **state)
{
	static const struct fake_reply replies[] = {OK_ID};
	struct result result = {0};

	(void)state;
	SERVE(replies);
	t.pending++;
	assert_int_equal(coc_delete(t.client, "DM1", PATIENCE_MS, on_done, &result, NULL, NULL), 0);
	settle();
	expect(&result, COC_DONE, 0);
	assert_memory_equal(fake_server_request(t.server, 0),
			    "DELETE /v1/documents/DM1 HTTP/1.1\r\n", 35);
}

static void the_signature_fits_what_was_sent(void **state)
{
	static const struct fake_reply replies[] = {OK_ID};
	char authorization[512], host[64], date[64], token[64], expected[512], hex[SIGN_HEX_SIZE];
	struct sign_header headers[3];
	struct result result;
	const char *request;

	(void)state;
	SERVE(replies);
	create(&result, PATIENCE_MS);
	request = fake_server_request(t.server, 0);
	assert_non_null(header_of(request, "Authorization", authorization, sizeof(authorization)));
	headers[0] = (struct sign_header){"Host", header_of(request, "Host", host, sizeof(host))};
	headers[1] = (struct sign_header){"X-Sdk-Date",
					  header_of(request, "X-Sdk-Date", date, sizeof(date))};
	headers[2] = (struct sign_header){
		"X-Security-Token", header_of(request, "X-Security-Token", token, sizeof(token))};
	assert_string_equal(host, t.endpoint + 7);
	assert_string_equal(token, "TOKEN");
	request = strstr(request, "\r\n\r\n") + 4;
	assert_int_equal(sign_request(&(struct sign_request){.method = "POST",
							     .path = "/v1/documents",
							     .headers = headers,
							     .n_headers = 3,
							     .body = request,
							     .body_size = strlen(request)},
				      SK, strlen(SK), hex),
			 0);
	snprintf(expected, sizeof(expected),
		 "SDK-HMAC-SHA256 Access=" AK ", SignedHeaders=host;x-sdk-date;x-security-token, "
		 "Signature=%s",
		 hex);
	assert_string_equal(authorization, expected);
}

static void a_token_goes_without_a_signature(void **state)
{
	static const struct fake_reply replies[] = {OK_ID};
	struct result result;
	const char *request;
	char value[64];

	(void)state;
	t.creds.ak = NULL;
	t.creds.domain_id = (char *)"d1";
	assert_int_equal(secret_open("MIIx", 4, "the test", &t.creds.token), 0);
	SERVE(replies);
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	request = fake_server_request(t.server, 0);
	assert_string_equal(header_of(request, "X-Auth-Token", value, sizeof(value)), "MIIx");
	assert_string_equal(header_of(request, "X-Domain-Id", value, sizeof(value)), "d1");
	assert_null(header_of(request, "Authorization", value, sizeof(value)));
	assert_null(header_of(request, "X-Sdk-Date", value, sizeof(value)));
}

static void outcomes_follow_the_answer(void **state)
{
	static const struct {
		struct fake_reply reply;
		enum coc_outcome outcome;
		int errnum;
	} rows[] = {
		{{FAKE_ANSWER, 400, NULL, "{\"error_code\":\"COC.00010002\"}"},
		 COC_REFUSED,
		 EINVAL},
		{{FAKE_ANSWER, 400, NULL, "{\"error_code\":\"COC.00042101\"}"}, COC_UNKNOWN, EIO},
		{{FAKE_ANSWER, 403, NULL, "{}"}, COC_REFUSED, EPERM},
		{{FAKE_ANSWER, 429, "Retry-After: 7\r\n", "{}"}, COC_NOT_PROCESSED, EAGAIN},
		{{FAKE_ANSWER, 503, NULL, "{\"error_code\":\"APIGW.0613\"}"},
		 COC_NOT_PROCESSED,
		 EAGAIN},
		{{FAKE_ANSWER, 502, NULL, "<html>"}, COC_UNKNOWN, EIO},
		{{FAKE_ANSWER, 200, NULL, "hello"}, COC_UNKNOWN, EIO},
		{{FAKE_ANSWER, 302, "Location: http://127.0.0.1:1/\r\n", ""}, COC_UNKNOWN, EIO},
		{{FAKE_CUT, 0, NULL, NULL}, COC_UNKNOWN, EIO},
		{{FAKE_RAW, 0, NULL, "what?\r\n"}, COC_UNKNOWN, EIO},
		{{FAKE_RAW, 0, NULL,
		  "HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\n{\"data\":\"DM1\"}"},
		 COC_UNKNOWN,
		 EIO},
	};
	static struct fake_reply replies[sizeof(rows) / sizeof(rows[0])];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		replies[i] = rows[i].reply;
	SERVE(replies);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct result result;

		create(&result, PATIENCE_MS);
		expect(&result, rows[i].outcome, rows[i].errnum);
		assert_int_equal(fake_server_requests(t.server), i + 1);
		assert_int_equal(result.retry_after_ms,
				 rows[i].errnum == EAGAIN && rows[i].reply.status == 429 ? 7000
											 : -1);
		assert_string_equal(result.document_id, "");
	}
}

/* Makes a text of size bytes that begins with begin and is filled up with one character. The caller
 * frees it. */
static char *filled(const char *begin, char with, size_t size)
{
	char *text = malloc(size + 1);

	assert_non_null(text);
	memset(text, with, size);
	memcpy(text, begin, strlen(begin));
	text[size] = '\0';
	return text;
}

static void an_answer_too_long_is_unknown(void **state)
{
	static struct fake_reply replies[] = {{FAKE_CLOSE, 200, NULL, NULL}, OK_ID};
	char *body = filled("", ' ', COC_ANSWER_MAX + 1);
	struct result result;

	(void)state;
	replies[0].body = body;
	SERVE(replies);
	create(&result, PATIENCE_MS);
	expect(&result, COC_UNKNOWN, EIO);
	assert_non_null(strstr(result.text, "too long"));
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	free(body);
}

/* The answer to a create is short. Of a longer body the client keeps only the part that the error
 * shows. With status 404 the call counts as refused, with 200 its outcome is unknown. */
static void a_long_page_in_place_of_a_short_answer_is_read_past(void **state)
{
	static struct fake_reply replies[] = {
		{FAKE_ANSWER, 404, NULL, NULL}, {FAKE_ANSWER, 200, NULL, NULL}, OK_ID};
	char *page = filled("<html>Page not found", ' ', COC_ANSWER_MAX);
	char *success = filled("{\"data\":\"DM1\"}", ' ', COC_ANSWER_SHORT_MAX + 1);
	struct result result;

	(void)state;
	replies[0].body = page;
	replies[1].body = success;
	SERVE(replies);
	create(&result, PATIENCE_MS);
	expect(&result, COC_REFUSED, EIO);
	assert_non_null(strstr(result.text, "<html>Page not found"));
	create(&result, PATIENCE_MS);
	expect(&result, COC_UNKNOWN, EIO);
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	assert_int_equal(fake_server_connections(t.server), 1);
	free(page);
	free(success);
}

static void too_many_headers_are_unknown(void **state)
{
	static struct fake_reply replies[] = {
		{FAKE_CLOSE, 200, NULL, "{\"data\":\"DM1\"}"},
		{FAKE_CLOSE, 200, NULL, "{\"data\":\"DM1\"}"},
		{FAKE_CLOSE, 200, NULL, "{\"data\":\"DM1\"}"},
		{FAKE_RAW, 0, NULL, NULL},
	};
	char many[(HTTP_HEADER_LINES_MAX + 1) * 7] = "", interim[HTTP_HEADER_LINES_MAX * 30] = "";
	char *big = filled("a: ", 'x', HTTP_HEADER_BYTES_MAX), few[100 * 7 + 1] = "";
	struct result result;

	(void)state;
	memcpy(big + HTTP_HEADER_BYTES_MAX - 2, "\r\n", 2);
	for (int i = 0; i < HTTP_HEADER_LINES_MAX; i++)
		strcat(many, "a: b\r\n");
	for (int i = 0; i < 100; i++)
		strcat(few, "a: b\r\n");
	for (int i = 0; i < HTTP_HEADER_LINES_MAX / 2; i++)
		strcat(interim, "HTTP/1.1 100 Continue\r\n\r\n");
	strcat(interim, "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"data\":\"DM1\"}");
	replies[0].headers = many;
	replies[1].headers = big;
	replies[2].headers = few;
	replies[3].body = interim;
	SERVE(replies);
	for (int i = 0; i < 4; i++) {
		create(&result, PATIENCE_MS);
		expect(&result, i == 2 ? COC_DONE : COC_UNKNOWN, i == 2 ? 0 : EIO);
	}
	free(big);
}

static void a_unix_socket_is_spoken_to(void **state)
{
	static const struct fake_reply replies[] = {OK_ID};
	struct result result;
	char host[64];

	(void)state;
	snprintf(t.unix_path, sizeof(t.unix_path), "/tmp/cocfs-client-%d.socket", (int)getpid());
	unlink(t.unix_path);
	t.server = fake_server_start(t.unix_path, replies, 1, 0);
	strcpy(t.endpoint, "http://localhost");
	connect_client(0);
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	assert_int_equal(fake_server_connections(t.server), 1);
	assert_string_equal(header_of(fake_server_request(t.server, 0), "Host", host, sizeof(host)),
			    "localhost");
}

static void a_missing_unix_socket_is_refused(void **state)
{
	struct result result;

	(void)state;
	strcpy(t.unix_path, "/nonexistent/cocfs.socket");
	strcpy(t.endpoint, "http://localhost");
	connect_client(0);
	create(&result, PATIENCE_MS);
	expect(&result, COC_NOT_SENT, ECONNREFUSED);
}

static void what_json_or_a_path_cannot_carry_is_refused_at_once(void **state)
{
	static const struct fake_reply replies[] = {OK_ID};
	static const char *const ids[] = {"", "a/b", ".", ".."};
	struct coc_document job = document;
	struct err err = {0};

	(void)state;
	SERVE(replies);
	job.content = "\xff";
	job.content_size = 1;
	assert_int_equal(coc_create(t.client, &job, PATIENCE_MS, on_done, NULL, NULL, &err),
			 -EINVAL);
	assert_non_null(strstr(err.text, "not UTF-8"));
	job.content = "a\0b";
	job.content_size = 3;
	assert_int_equal(coc_create(t.client, &job, PATIENCE_MS, on_done, NULL, NULL, &err),
			 -EINVAL);
	job = document;
	job.name = "\xc3";
	assert_int_equal(coc_create(t.client, &job, PATIENCE_MS, on_done, NULL, NULL, &err),
			 -EINVAL);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		assert_int_equal(
			coc_delete(t.client, ids[i], PATIENCE_MS, on_done, NULL, NULL, &err),
			-EINVAL);
	assert_int_equal(fake_server_connections(t.server), 0);
}

static void an_endpoint_in_the_clear_makes_no_client(void **state)
{
	struct coc_client_options options = {.endpoint = "http://coc.example"};
	struct coc_client *client = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(coc_client_create(t.loop, &options, &t.creds, &client, &err), -EINVAL);
	options.endpoint = "https://coc.example";
	options.cacert = "/nonexistent.pem";
	assert_int_equal(coc_client_create(t.loop, &options, &t.creds, &client, &err), -EINVAL);
	assert_non_null(strstr(err.text, "/nonexistent.pem"));
	assert_null(client);
}

static void loopback_goes_past_the_proxy_of_the_environment(void **state)
{
	static const struct fake_reply replies[] = {OK_ID};
	struct result result;

	(void)state;
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	SERVE(replies);
	create(&result, PATIENCE_MS);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	expect(&result, COC_DONE, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(create_sends_the_job_and_tells_its_id),
		TEST(update_sends_what_can_change_only),
		TEST(show_tells_the_content),
		TEST(list_encodes_the_name_and_tells_a_page),
		TEST(delete_is_of_the_job),
		TEST(the_signature_fits_what_was_sent),
		TEST(a_token_goes_without_a_signature),
		TEST(outcomes_follow_the_answer),
		TEST(an_answer_too_long_is_unknown),
		TEST(a_long_page_in_place_of_a_short_answer_is_read_past),
		TEST(too_many_headers_are_unknown),
		TEST(a_unix_socket_is_spoken_to),
		TEST(a_missing_unix_socket_is_refused),
		TEST(what_json_or_a_path_cannot_carry_is_refused_at_once),
		TEST(an_endpoint_in_the_clear_makes_no_client),
		TEST(loopback_goes_past_the_proxy_of_the_environment),
	};

	bound_program();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
