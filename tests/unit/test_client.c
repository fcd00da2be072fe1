/* SPDX-License-Identifier: MIT */
/*
 * The client against a scripted server (fake_server.h), on a real loop. Every test runs on a fresh
 * server, loop and client; alarm() bounds the program.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/loop.h"
#include "cocfs/rest.h"
#include "coc/creds.h"
#include "coc/sign.h"
#include "fake_server.h"

#define PATIENCE_MS 5000
#define SHORT_MS 150
#define PROGRAM_S 60
#define AK "AccessKey"
#define SK "SecretKey"

#define OK_ID                                                                                      \
	{                                                                                          \
		FAKE_ANSWER, 200, NULL, "{\"data\":\"DM1\"}"                                       \
	}
#define BAD_KEYS                                                                                   \
	{                                                                                          \
		FAKE_ANSWER, 401, NULL,                                                            \
			"{\"error_code\":\"APIGW.0301\",\"error_msg\":\"bad signature\"}"          \
	}

/* What a callback saw; strings are copied. */
struct result {
	unsigned calls;
	enum coc_outcome outcome;
	int errnum;
	unsigned status;
	int64_t retry_after_ms;
	char document_id[64], error_code[64], request_id[64];
	char text[ERR_TEXT_MAX], details[ERR_DETAILS_MAX];
	char content[64], first_name[64];
	size_t n_summaries;
	int64_t total;
};

static struct {
	struct loop *loop;
	struct fake_server *server;
	struct coc_client *client;
	struct coc_creds creds;
	char endpoint[64], unix_path[64];
	unsigned pending; /* the loop runs until this is 0 */
} t;

static const struct coc_document document = {.name = "n",
					     .content = "a: \"b\"\n",
					     .content_size = 7,
					     .enterprise_project_id = "0",
					     .risk_level = "LOW"};

static void copy(char *to, size_t room, const char *from)
{
	snprintf(to, room, "%s", from ? from : "");
}

static void on_done(void *data, const struct coc_answer *answer)
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

static int set_up(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.creds.ak = (char *)AK;
	return secret_open(SK, strlen(SK), "the test", &t.creds.sk) ||
	       secret_open("TOKEN", 5, "the test", &t.creds.security_token) || loop_create(&t.loop);
}

static int tear_down(void **state)
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

static void connect_client(unsigned connections_max)
{
	const struct coc_client_options options = {.endpoint = t.endpoint,
						   .unix_socket =
							   t.unix_path[0] ? t.unix_path : NULL,
						   .connections_max = connections_max};
	struct err err = {0};

	if (coc_client_create(t.loop, &options, &t.creds, &t.client, &err) < 0)
		fail_msg("%s", err.text);
}

static void serve(const struct fake_reply *replies, size_t n, unsigned gather)
{
	t.server = fake_server_start(NULL, replies, n, gather);
	snprintf(t.endpoint, sizeof(t.endpoint), "http://127.0.0.1:%u", fake_server_port(t.server));
	connect_client(0);
}

#define SERVE(replies) serve(replies, sizeof(replies) / sizeof(replies[0]), 0)

static void on_pause_over(void *data)
{
	(void)data;
	loop_quit(t.loop);
}

/* Lets the loop run for a while. */
static void run_for(int64_t ms)
{
	struct loop_timer timer = {0};

	assert_int_equal(
		loop_timer_set(t.loop, &timer, loop_now_ms(t.loop) + ms, on_pause_over, NULL), 0);
	assert_int_equal(loop_run(t.loop), 0);
	loop_timer_cancel(&timer);
}

/* Brings the loop's clock up to date, which stands still between two runs. */
static void tick(void)
{
	run_for(0);
}

/* Runs the loop until every call that was started has answered. */
static void settle(void)
{
	if (t.pending)
		assert_int_equal(loop_run(t.loop), 0);
	assert_int_equal(t.pending, 0);
}

static void start_create(struct result *result, int64_t timeout_ms, struct coc_call **ret_call)
{
	t.pending++;
	assert_int_equal(
		coc_create(t.client, &document, timeout_ms, on_done, result, ret_call, NULL), 0);
	assert_int_equal(result->calls, 0);
}

static void create(struct result *result, int64_t timeout_ms)
{
	*result = (struct result){0};
	tick();
	start_create(result, timeout_ms, NULL);
	settle();
	assert_int_equal(result->calls, 1);
}

static void expect(const struct result *result, enum coc_outcome outcome, int errnum)
{
	if (result->outcome != outcome || result->errnum != errnum)
		fail_msg("outcome %d, %s: %s", result->outcome, err_name(result->errnum),
			 result->text);
}

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
	const struct coc_tag tags[] = {{"k", "v"}, {"\xe4\xb8\xad", ""}};
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
	static const struct fake_reply replies[] = {{FAKE_ANSWER, 200, NULL, "\"uuid\""}};
	const struct coc_tag tags[] = {{"k", "v"}};
	struct coc_document job = document;
	struct result result = {0};
	const char *request;

	(void)state;
	job.tags = tags;
	job.n_tags = 1;
	SERVE(replies);
	t.pending++;
	assert_int_equal(
		coc_update(t.client, "DM 1", &job, PATIENCE_MS, on_done, &result, NULL, NULL), 0);
	settle();
	expect(&result, COC_DONE, 0);
	request = fake_server_request(t.server, 0);
	assert_memory_equal(request, "PUT /v1/documents/DM%201 HTTP/1.1\r\n", 35);
	assert_string_equal(
		strstr(request, "\r\n\r\n") + 4,
		"{\"name\":\"n\",\"content\":\"a: \\\"b\\\"\\n\",\"risk_level\":\"LOW\"}");
}

static void show_tells_the_content(void **state)
{
	static const struct fake_reply replies[] = {
		{FAKE_ANSWER, 200, NULL,
		 "{\"data\":{\"document_id\":\"DM1\",\"content\":\"c\\n\"}}"}};
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

static void delete_tells_the_id(void **state)
{
	static const struct fake_reply replies[] = {OK_ID};
	struct result result = {0};

	(void)state;
	SERVE(replies);
	t.pending++;
	assert_int_equal(coc_delete(t.client, "DM1", PATIENCE_MS, on_done, &result, NULL, NULL), 0);
	settle();
	expect(&result, COC_DONE, 0);
	assert_string_equal(result.document_id, "DM1");
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
		{{FAKE_ANSWER, 400, NULL, "{\"error_code\":\"COC.00042101\"}"},
		 COC_REFUSED,
		 ESTALE},
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

static void a_refused_connection_sent_nothing(void **state)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct result result;

	(void)state;
	/* bound and not listening: nobody else can have the port */
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	snprintf(t.endpoint, sizeof(t.endpoint), "http://127.0.0.1:%u", ntohs(address.sin_port));
	connect_client(0);
	create(&result, PATIENCE_MS);
	close(fd);
	expect(&result, COC_NOT_SENT, ECONNREFUSED);
	assert_int_equal(result.status, 0);
	assert_non_null(strstr(result.details, "what_to_do: "));
	assert_non_null(strstr(result.details, "endpoint: http://127.0.0.1:"));
}

static void an_unknown_name_sent_nothing(void **state)
{
	struct result result;

	(void)state;
	strcpy(t.endpoint, "https://no-such-host.invalid");
	connect_client(0);
	create(&result, PATIENCE_MS * 4);
	expect(&result, COC_NOT_SENT, EHOSTUNREACH);
}

static void a_server_silent_to_tls_was_sent_nothing(void **state)
{
	static const struct fake_reply replies[] = {OK_ID};
	struct result result;

	(void)state;
	t.server = fake_server_start(NULL, replies, 1, 0);
	snprintf(t.endpoint, sizeof(t.endpoint), "https://127.0.0.1:%u",
		 fake_server_port(t.server));
	connect_client(0);
	/* the server takes the greeting of TLS for half a request, and waits for more */
	create(&result, SHORT_MS);
	expect(&result, COC_NOT_SENT, ETIMEDOUT);
	assert_int_equal(fake_server_requests(t.server), 0);
}

static void no_answer_in_time_is_unknown(void **state)
{
	static const struct fake_reply replies[] = {{FAKE_HOLD, 0, NULL, NULL}, OK_ID};
	struct result result;

	(void)state;
	SERVE(replies);
	create(&result, SHORT_MS);
	expect(&result, COC_UNKNOWN, ETIMEDOUT);
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
}

static void no_connection_in_time_sent_nothing(void **state)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), filler[4];
	struct result result;

	(void)state;
	/* a backlog that is full: the kernel drops further SYNs */
	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, 0), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	for (size_t i = 0; i < 4; i++) {
		filler[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(filler[i], (struct sockaddr *)&address, size);
	}
	snprintf(t.endpoint, sizeof(t.endpoint), "http://127.0.0.1:%u", ntohs(address.sin_port));
	connect_client(0);
	create(&result, SHORT_MS);
	for (size_t i = 0; i < 4; i++)
		close(filler[i]);
	close(listener);
	expect(&result, COC_NOT_SENT, ETIMEDOUT);
}

static void waiting_for_a_connection_counts_and_sends_nothing(void **state)
{
	static const struct fake_reply replies[] = {OK_ID, {FAKE_HOLD, 0, NULL, NULL}};
	struct result first, second = {0}, third = {0};

	(void)state;
	t.server = fake_server_start(NULL, replies, 2, 0);
	snprintf(t.endpoint, sizeof(t.endpoint), "http://127.0.0.1:%u", fake_server_port(t.server));
	connect_client(1);
	create(&first, PATIENCE_MS);
	tick();
	start_create(&second, 2 * SHORT_MS, NULL);
	start_create(&third, SHORT_MS, NULL);
	settle();
	expect(&second, COC_UNKNOWN, ETIMEDOUT);
	expect(&third, COC_NOT_SENT, ETIMEDOUT);
	assert_int_equal(fake_server_requests(t.server), 2);
	assert_int_equal(fake_server_connections(t.server), 1);
}

static void an_answer_too_long_is_unknown(void **state)
{
	static struct fake_reply replies[] = {{FAKE_CLOSE, 200, NULL, NULL}, OK_ID};
	size_t size = COC_ANSWER_MAX + 1;
	char *body = malloc(size + 1);
	struct result result;

	(void)state;
	assert_non_null(body);
	memset(body, ' ', size);
	body[size] = '\0';
	replies[0].body = body;
	SERVE(replies);
	create(&result, PATIENCE_MS);
	expect(&result, COC_UNKNOWN, EIO);
	assert_non_null(strstr(result.text, "longer than"));
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	free(body);
}

static void connections_are_kept_warm(void **state)
{
	static const struct fake_reply replies[] = {OK_ID};
	struct result result;

	(void)state;
	SERVE(replies);
	for (int i = 0; i < 10; i++) {
		create(&result, PATIENCE_MS);
		expect(&result, COC_DONE, 0);
	}
	assert_int_equal(fake_server_connections(t.server), 1);
}

/* The trap: curl would send the second request again on a fresh connection. */
static void expect_sent_once(void (*send)(struct result *result))
{
	struct result result = {0};

	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	result = (struct result){0};
	tick();
	send(&result);
	settle();
	expect(&result, COC_UNKNOWN, EIO);
	run_for(SHORT_MS);
	assert_int_equal(fake_server_requests(t.server), 2);
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	assert_int_equal(fake_server_requests(t.server), 3);
}

static const struct fake_reply trap[] = {OK_ID, {FAKE_CUT, 0, NULL, NULL}, OK_ID};

static void send_create(struct result *result)
{
	start_create(result, PATIENCE_MS, NULL);
}

static void send_update(struct result *result)
{
	t.pending++;
	assert_int_equal(
		coc_update(t.client, "DM1", &document, PATIENCE_MS, on_done, result, NULL, NULL),
		0);
}

static void send_delete(struct result *result)
{
	t.pending++;
	assert_int_equal(coc_delete(t.client, "DM1", PATIENCE_MS, on_done, result, NULL, NULL), 0);
}

static void a_create_cut_on_a_kept_connection_is_sent_once(void **state)
{
	(void)state;
	SERVE(trap);
	expect_sent_once(send_create);
}

static void an_update_cut_on_a_kept_connection_is_sent_once(void **state)
{
	(void)state;
	SERVE(trap);
	expect_sent_once(send_update);
}

static void a_delete_cut_on_a_kept_connection_is_sent_once(void **state)
{
	(void)state;
	SERVE(trap);
	expect_sent_once(send_delete);
}

/* The counterpart, which shows that the trap is one: curl does repeat a GET. */
static void a_get_cut_on_a_kept_connection_is_repeated(void **state)
{
	static const struct fake_reply replies[] = {
		OK_ID,
		{FAKE_CUT, 0, NULL, NULL},
		{FAKE_ANSWER, 200, NULL, "{\"data\":{\"document_id\":\"DM1\"}}"}};
	struct result result = {0};

	(void)state;
	SERVE(replies);
	create(&result, PATIENCE_MS);
	result = (struct result){0};
	t.pending++;
	assert_int_equal(coc_show(t.client, "DM1", PATIENCE_MS, on_done, &result, NULL, NULL), 0);
	settle();
	expect(&result, COC_DONE, 0);
	assert_int_equal(fake_server_requests(t.server), 3);
}

static void a_closed_idle_connection_is_replaced(void **state)
{
	static const struct fake_reply replies[] = {
		{FAKE_RAW, 0, NULL,
		 "HTTP/1.1 200 X\r\nContent-Length: 14\r\n\r\n{\"data\":\"DM1\"}"},
		OK_ID};
	struct result result;

	(void)state;
	SERVE(replies);
	create(&result, PATIENCE_MS);
	run_for(SHORT_MS);
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	assert_int_equal(fake_server_requests(t.server), 2);
	assert_int_equal(fake_server_connections(t.server), 2);
}

/* A load balancer does this. Nothing of the second request left, so it may go out again. */
static void an_idle_connection_that_was_reset_costs_nothing(void **state)
{
	static const struct fake_reply replies[] = {{FAKE_RESET, 200, NULL, "{\"data\":\"DM1\"}"},
						    OK_ID};
	struct result result;

	(void)state;
	SERVE(replies);
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	run_for(SHORT_MS);
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	assert_int_equal(fake_server_requests(t.server), 2);
	assert_int_equal(fake_server_connections(t.server), 2);
}

/* The service went away: its connection is dead, and there is no other. Nothing left. */
static void a_reset_connection_and_no_other_is_not_sent(void **state)
{
	static const struct fake_reply replies[] = {{FAKE_RESET, 200, NULL, "{\"data\":\"DM1\"}"}};
	struct result result;

	(void)state;
	SERVE(replies);
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	run_for(SHORT_MS);
	fake_server_refuse(t.server);
	create(&result, PATIENCE_MS);
	expect(&result, COC_NOT_SENT, ECONNREFUSED);
}

/* Its counterpart: the request was read, and then the service went away. */
static void a_request_that_was_read_before_no_connection_is_left_is_unknown(void **state)
{
	static const struct fake_reply replies[] = {OK_ID, {FAKE_CUT, 0, NULL, NULL}};
	struct result result;

	(void)state;
	SERVE(replies);
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	fake_server_refuse(t.server);
	create(&result, PATIENCE_MS);
	expect(&result, COC_UNKNOWN, EIO);
	assert_int_equal(fake_server_requests(t.server), 2);
}

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

static void two_hundred_calls_are_in_flight_at_once(void **state)
{
	static const struct fake_reply replies[] = {OK_ID,
						    {FAKE_GATHER, 200, NULL, "{\"data\":\"DM1\"}"}};
	static struct result results[200];
	struct result first;

	(void)state;
	serve(replies, 2, 200);
	create(&first, PATIENCE_MS);
	tick();
	memset(results, 0, sizeof(results));
	for (size_t i = 0; i < 200; i++)
		start_create(&results[i], 4 * PATIENCE_MS, NULL);
	settle();
	for (size_t i = 0; i < 200; i++) {
		assert_int_equal(results[i].calls, 1);
		expect(&results[i], COC_DONE, 0);
	}
	assert_int_equal(fake_server_requests(t.server), 201);
}

static void connections_are_bounded_when_told_to(void **state)
{
	static const struct fake_reply replies[] = {OK_ID};
	static struct result results[100];

	(void)state;
	t.server = fake_server_start(NULL, replies, 1, 0);
	snprintf(t.endpoint, sizeof(t.endpoint), "http://127.0.0.1:%u", fake_server_port(t.server));
	connect_client(2);
	memset(results, 0, sizeof(results));
	for (size_t i = 0; i < 100; i++)
		start_create(&results[i], 4 * PATIENCE_MS, NULL);
	settle();
	for (size_t i = 0; i < 100; i++)
		expect(&results[i], COC_DONE, 0);
	assert_true(fake_server_connections(t.server) <= 2);
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

/* Cancels the others and itself, starts another. */
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(create_sends_the_job_and_tells_its_id),
		TEST(update_sends_what_can_change_only),
		TEST(show_tells_the_content),
		TEST(list_encodes_the_name_and_tells_a_page),
		TEST(delete_tells_the_id),
		TEST(the_signature_fits_what_was_sent),
		TEST(a_token_goes_without_a_signature),
		TEST(outcomes_follow_the_answer),
		TEST(a_refused_connection_sent_nothing),
		TEST(an_unknown_name_sent_nothing),
		TEST(a_server_silent_to_tls_was_sent_nothing),
		TEST(no_answer_in_time_is_unknown),
		TEST(no_connection_in_time_sent_nothing),
		TEST(waiting_for_a_connection_counts_and_sends_nothing),
		TEST(an_answer_too_long_is_unknown),
		TEST(connections_are_kept_warm),
		TEST(a_create_cut_on_a_kept_connection_is_sent_once),
		TEST(an_update_cut_on_a_kept_connection_is_sent_once),
		TEST(a_delete_cut_on_a_kept_connection_is_sent_once),
		TEST(a_get_cut_on_a_kept_connection_is_repeated),
		TEST(a_closed_idle_connection_is_replaced),
		TEST(an_idle_connection_that_was_reset_costs_nothing),
		TEST(a_reset_connection_and_no_other_is_not_sent),
		TEST(a_request_that_was_read_before_no_connection_is_left_is_unknown),
		TEST(three_bad_keys_in_a_row_pause_calls),
		TEST(a_success_between_starts_the_count_anew),
		TEST(a_burst_with_bad_keys_fails_three_times_only),
		TEST(two_hundred_calls_are_in_flight_at_once),
		TEST(connections_are_bounded_when_told_to),
		TEST(a_cancelled_call_is_silent),
		TEST(a_refused_call_can_be_cancelled),
		TEST(calls_can_be_cancelled_and_started_in_a_callback),
		TEST(the_client_can_be_destroyed_in_a_callback),
		TEST(the_client_can_be_destroyed_in_a_refusal),
		TEST(a_unix_socket_is_spoken_to),
		TEST(a_missing_unix_socket_is_refused),
		TEST(what_json_or_a_path_cannot_carry_is_refused_at_once),
		TEST(an_endpoint_in_the_clear_makes_no_client),
		TEST(loopback_goes_past_the_proxy_of_the_environment),
	};

	signal(SIGPIPE, SIG_IGN);
	alarm(PROGRAM_S);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
