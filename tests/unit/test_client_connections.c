/* SPDX-License-Identifier: MIT */
/* Tests: was a request sent, if there is no connection, a dead connection, or too few
 * connections? */
#define _GNU_SOURCE
#include "base/clock.h"
#include "client_fixture.h"
#include "coc/bounds.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void a_refused_connection_sent_nothing(void **state)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct result result;

	(void)state;
	/* bound but not listening, so that no other program gets the port */
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
	/* the server takes the greeting of TLS for half a request, and waits for the rest */
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
	/* the backlog is full: the kernel drops further SYNs */
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

static struct rlimit descriptors;

/* Lowers the limit of open descriptors, so that the program can open only this many more. */
static void allow_descriptors(rlim_t more)
{
	struct rlimit limit;
	int lowest;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (!descriptors.rlim_cur)
		descriptors = limit;
	limit.rlim_cur = descriptors.rlim_cur;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	lowest = dup(0);
	assert_true(lowest >= 0);
	close(lowest);
	limit.rlim_cur = (rlim_t)lowest + more;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void allow_all_descriptors(void *data)
{
	(void)data;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &descriptors), 0);
}

static void a_lack_of_descriptors_is_told_as_such(void **state)
{
	static const struct fake_reply replies[] = {OK_ID};
	struct result result = {0};

	(void)state;
	SERVE(replies);
	tick();
	allow_descriptors(0);
	start_create(&result, SHORT_MS, NULL);
	settle();
	allow_all_descriptors(NULL);
	expect(&result, COC_NOT_SENT, EMFILE);
	assert_non_null(strstr(result.text, "no descriptor was free in time"));
	assert_non_null(strstr(result.details, "LimitNOFILE"));
	assert_int_equal(fake_server_requests(t.server), 0);
}

static void a_request_waits_for_a_descriptor(void **state)
{
	static const struct fake_reply replies[] = {OK_ID};
	struct loop_timer timer = {0};
	struct result results[5];

	(void)state;
	memset(results, 0, sizeof(results));
	SERVE(replies);
	tick();
	allow_descriptors(0);
	for (size_t i = 0; i < 5; i++)
		start_create(&results[i], PATIENCE_MS, NULL);
	loop_timer_set(t.loop, &timer, loop_now_ms(t.loop) + SHORT_MS, allow_all_descriptors, NULL);
	settle();
	for (size_t i = 0; i < 5; i++) {
		expect(&results[i], COC_DONE, 0);
		assert_int_equal(results[i].calls, 1);
	}
	assert_int_equal(fake_server_requests(t.server), 5);
}

/* Returns how many sockets of this program are connected to the fake server: the client's
 * connections. */
static unsigned count_connections(void)
{
	const in_port_t port = htons((uint16_t)fake_server_port(t.server));
	unsigned n = 0;

	for (int fd = 0; fd < 1024; fd++) {
		struct sockaddr_in peer = {0};
		socklen_t size = sizeof(peer);

		n += getpeername(fd, (struct sockaddr *)&peer, &size) == 0 && peer.sin_port == port;
	}
	return n;
}

/* Of many requests that start at once, at most HTTP_BEGIN_MAX begin in an iteration. So the loop
 * can do other work between. */
static void many_requests_begin_a_few_at_a_time(void **state)
{
	static const struct fake_reply replies[] = {OK_ID, {FAKE_HOLD, 0, NULL, NULL}};
	struct result results[10 * HTTP_BEGIN_MAX];
	const unsigned n = sizeof(results) / sizeof(results[0]);
	unsigned opened = 0, most = 0;

	(void)state;
	SERVE(replies);
	/* before a first success, the client runs at most three calls at the same time */
	create(&results[0], PATIENCE_MS);
	memset(results, 0, sizeof(results));
	tick();
	for (unsigned i = 0; i < n; i++)
		start_create(&results[i], PATIENCE_MS, NULL);
	while (opened < n) {
		unsigned before = opened;

		assert_int_equal(loop_run_once(t.loop, clock_monotonic_ms()), 0);
		opened = count_connections();
		most = opened > before + most ? opened - before : most;
	}
	/* the requests of one iteration, and those of the next, which begin before curl runs */
	assert_in_range(most, 1, 2 * HTTP_BEGIN_MAX);
}

#define TURNS 8

/* Timers that are due before curl's timer, each in an iteration of its own. Each starts
 * HTTP_BEGIN_MAX requests. opened: the connections at the end of the last iteration. most: how many
 * connections one iteration has opened, at most. */
static struct late {
	struct loop_timer timers[TURNS];
	struct result results[TURNS * HTTP_BEGIN_MAX];
	unsigned started, opened, most;
} late;

static void take_the_iteration(void *data)
{
	const int64_t begun_us = clock_monotonic_us();

	(void)data;
	for (int i = 0; i < HTTP_BEGIN_MAX; i++)
		start_create(&late.results[late.started++], PATIENCE_MS, NULL);
	while (clock_monotonic_us() - begun_us <= LOOP_PART_US)
		;
}

static void count_opened(void *data)
{
	unsigned opened = count_connections();

	(void)data;
	if (opened > late.opened + late.most)
		late.most = opened - late.opened;
	late.opened = opened;
	if (opened == TURNS * HTTP_BEGIN_MAX)
		loop_quit(t.loop);
}

/* Requests that begin in many iterations before curl runs do not go out all at once. */
static void requests_that_wait_for_curl_begin_a_few_at_a_time(void **state)
{
	static const struct fake_reply replies[] = {OK_ID, {FAKE_HOLD, 0, NULL, NULL}};
	struct result result;

	(void)state;
	SERVE(replies);
	memset(&late, 0, sizeof(late));
	create(&result, PATIENCE_MS);
	tick();
	late.opened = count_connections();
	for (int i = 0; i < TURNS; i++)
		loop_timer_set(t.loop, &late.timers[i], 0, take_the_iteration, NULL);
	loop_at_iteration_end(t.loop, count_opened, NULL);
	assert_int_equal(loop_run(t.loop), 0);
	loop_at_iteration_end(t.loop, NULL, NULL);
	assert_int_equal(late.started, TURNS * HTTP_BEGIN_MAX);
	assert_in_range(late.most, 1, 2 * HTTP_BEGIN_MAX);
}

/* One connection is open, and there is no descriptor for another: all requests use the open one. */
static void requests_share_the_connections_that_there_are(void **state)
{
	static const struct fake_reply replies[] = {OK_ID};
	struct result results[20];

	(void)state;
	memset(results, 0, sizeof(results));
	SERVE(replies);
	create(&results[0], PATIENCE_MS);
	tick();
	allow_descriptors(0);
	for (size_t i = 0; i < 20; i++) {
		results[i] = (struct result){0};
		start_create(&results[i], PATIENCE_MS, NULL);
	}
	settle();
	allow_all_descriptors(NULL);
	for (size_t i = 0; i < 20; i++)
		expect(&results[i], COC_DONE, 0);
	assert_int_equal(fake_server_connections(t.server), 1);
}

static void one_that_waits_for_a_descriptor_can_be_cancelled(void **state)
{
	static const struct fake_reply replies[] = {OK_ID};
	struct result result = {0}, other = {0};
	struct coc_call *call;

	(void)state;
	SERVE(replies);
	tick();
	allow_descriptors(0);
	start_create(&result, PATIENCE_MS, &call);
	run_for(SHORT_MS);
	coc_call_cancel(call);
	t.pending--;
	allow_all_descriptors(NULL);
	create(&other, PATIENCE_MS);
	expect(&other, COC_DONE, 0);
	assert_int_equal(result.calls, 0);
	assert_int_equal(fake_server_requests(t.server), 1);
}

/* Looking up a name takes descriptors, too. The resolver does not say that descriptors are missing,
 * but the error of the call says so (EMFILE). */
static void a_name_that_cannot_be_looked_up_for_lack_of_descriptors(void **state)
{
	struct result result = {0};

	(void)state;
	strcpy(t.endpoint, "https://service.invalid");
	connect_client(0);
	tick();
	allow_descriptors(0);
	start_create(&result, SHORT_MS, NULL);
	settle();
	allow_all_descriptors(NULL);
	expect(&result, COC_NOT_SENT, EMFILE);
}

/* A proxy refuses CONNECT with 407 or 503. Nothing was sent to the service, and the error names the
 * proxy. */
static void a_proxy_that_does_not_connect_is_told_as_such(void **state)
{
	static const struct fake_reply replies[] = {{FAKE_CLOSE, 407, NULL, ""},
						    {FAKE_CLOSE, 503, NULL, ""}};
	struct result result;
	char proxy[64];

	(void)state;
	t.server = fake_server_start(NULL, replies, 2, 0);
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u", fake_server_port(t.server));
	setenv("https_proxy", proxy, 1);
	strcpy(t.endpoint, "https://service.invalid");
	connect_client(0);
	create(&result, PATIENCE_MS);
	expect(&result, COC_NOT_SENT, EACCES);
	assert_non_null(strstr(result.details, "what_to_do: put them into https_proxy"));
	create(&result, PATIENCE_MS);
	unsetenv("https_proxy");
	expect(&result, COC_NOT_SENT, EHOSTUNREACH);
	assert_non_null(strstr(result.text, "does not connect to the service (503)"));
	assert_int_equal(coc_client_auth_failures(t.client), 0);
}

static void nobody_waits_for_a_descriptor_beyond_the_client(void **state)
{
	static const struct fake_reply replies[] = {OK_ID};
	struct result result = {0};

	(void)state;
	SERVE(replies);
	tick();
	allow_descriptors(0);
	start_create(&result, PATIENCE_MS, NULL);
	run_for(SHORT_MS);
	allow_all_descriptors(NULL);
	coc_client_destroy(t.client);
	t.client = NULL;
	t.pending--;
	run_for(SHORT_MS);
	assert_int_equal(result.calls, 0);
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

/* Sends a create, and then a request (send) whose kept connection the server cuts. Fails the test
 * if the client sends that request twice, as curl does by itself. */
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

/* If the server cuts a kept connection, curl sends a GET again by itself. This shows that a POST
 * must be kept from that. */
static void a_get_cut_on_a_kept_connection_is_repeated(void **state)
{
	static const struct fake_reply replies[] = {
		OK_ID,
		{FAKE_CUT, 0, NULL, NULL},
		{FAKE_ANSWER, 200, NULL,
		 "{\"data\":{\"document_id\":\"DM1\",\"name\":\"n\",\"content\":\"\"}}"}};
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

/* A handle of curl repeats a request at most five times, counted over all its exchanges. The client
 * goes on after that. */
static void gets_are_repeated_whenever_a_connection_is_cut(void **state)
{
	static const struct fake_reply shown = {
		FAKE_ANSWER, 200, NULL,
		"{\"data\":{\"document_id\":\"DM1\",\"name\":\"n\",\"content\":\"\"}}"};
	struct fake_reply replies[1 + 2 * 7] = {shown};

	(void)state;
	for (size_t i = 1; i < sizeof(replies) / sizeof(replies[0]); i += 2) {
		replies[i] = (struct fake_reply){FAKE_CUT, 0, NULL, NULL};
		replies[i + 1] = shown;
	}
	SERVE(replies);
	for (unsigned i = 0; i <= 7; i++) {
		struct result result = {0};

		t.pending++;
		assert_int_equal(
			coc_show(t.client, "DM1", PATIENCE_MS, on_done, &result, NULL, NULL), 0);
		settle();
		expect(&result, COC_DONE, 0);
		assert_int_equal(fake_server_requests(t.server), 1 + 2 * i);
	}
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

/* A load balancer resets an idle connection. No byte of the second request has left, so the client
 * sends it over a new one, and it succeeds. */
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

/* The service went away: its connection is dead, and there is no other. The request was not
 * sent. */
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

/* The server read the request, and then went away: the outcome is unknown. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_refused_connection_sent_nothing),
		TEST(an_unknown_name_sent_nothing),
		TEST(a_server_silent_to_tls_was_sent_nothing),
		TEST(no_answer_in_time_is_unknown),
		TEST(no_connection_in_time_sent_nothing),
		TEST(a_lack_of_descriptors_is_told_as_such),
		TEST(a_request_waits_for_a_descriptor),
		TEST(requests_share_the_connections_that_there_are),
		TEST(many_requests_begin_a_few_at_a_time),
		TEST(requests_that_wait_for_curl_begin_a_few_at_a_time),
		TEST(one_that_waits_for_a_descriptor_can_be_cancelled),
		TEST(a_name_that_cannot_be_looked_up_for_lack_of_descriptors),
		TEST(a_proxy_that_does_not_connect_is_told_as_such),
		TEST(nobody_waits_for_a_descriptor_beyond_the_client),
		TEST(waiting_for_a_connection_counts_and_sends_nothing),
		TEST(connections_are_kept_warm),
		TEST(a_create_cut_on_a_kept_connection_is_sent_once),
		TEST(an_update_cut_on_a_kept_connection_is_sent_once),
		TEST(a_delete_cut_on_a_kept_connection_is_sent_once),
		TEST(a_get_cut_on_a_kept_connection_is_repeated),
		TEST(gets_are_repeated_whenever_a_connection_is_cut),
		TEST(a_closed_idle_connection_is_replaced),
		TEST(an_idle_connection_that_was_reset_costs_nothing),
		TEST(a_reset_connection_and_no_other_is_not_sent),
		TEST(a_request_that_was_read_before_no_connection_is_left_is_unknown),
		TEST(two_hundred_calls_are_in_flight_at_once),
		TEST(connections_are_bounded_when_told_to),
	};

	bound_program();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
