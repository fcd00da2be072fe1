/* SPDX-License-Identifier: MIT */
/* Bytes that arrive before a request was sent are no answer to the request. */
#define _GNU_SOURCE
#include "bounds/api.h"
#include "client_fixture.h"
#include "coc/multi.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER(id) "HTTP/1.1 200 X\r\nContent-Length: 14\r\n\r\n{\"data\":\"" id "\"}"

static const struct fake_reply honest[] = {
	OK_ID, {FAKE_ANSWER, 200, NULL, "{\"data\":\"DM2\"}"}, OK_ID};

/* multi_has_unread() says no for a descriptor that is closed. curl tries several addresses at the
 * same time, and closes the sockets that lose. */
static void what_is_no_socket_any_more_says_nothing(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_false(multi_has_unread(ends[0]));
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_true(multi_has_unread(ends[0]));
	close(ends[0]);
	assert_false(multi_has_unread(ends[0]));
	close(ends[1]);
}

static void update(struct result *result, const char *id)
{
	*result = (struct result){0};
	tick();
	t.pending++;
	assert_int_equal(
		coc_update(t.client, id, &document, PATIENCE_MS, on_done, result, NULL, NULL), 0);
	settle();
}

/* Sends a create, which gets its answer. Then the server sends `unasked` on the idle connection.
 * Fails the test unless the next create gets an answer of its own, over a new connection. */
static void expect_no_answer_of(const char *unasked)
{
	struct result result;

	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	fake_server_say(t.server, unasked);
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	assert_string_equal(result.document_id, "DM2");
	assert_int_equal(fake_server_requests(t.server), 2);
	assert_int_equal(fake_server_connections(t.server), 2);
}

static void an_answer_on_an_idle_connection_answers_nothing(void **state)
{
	(void)state;
	SERVE(honest);
	expect_no_answer_of(ANSWER("DM9"));
}

static void a_half_answer_on_an_idle_connection_is_no_beginning(void **state)
{
	(void)state;
	SERVE(honest);
	expect_no_answer_of("HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\n");
}

static void a_blank_line_on_an_idle_connection_ends_it(void **state)
{
	(void)state;
	SERVE(honest);
	expect_no_answer_of("\r\n");
}

static void a_farewell_on_an_idle_connection_is_no_refusal(void **state)
{
	(void)state;
	SERVE(honest);
	expect_no_answer_of("HTTP/1.1 400 X\r\nContent-Length: 0\r\n\r\n");
}

static void an_interim_answer_on_an_idle_connection_ends_it(void **state)
{
	(void)state;
	SERVE(honest);
	expect_no_answer_of("HTTP/1.1 100 Continue\r\n\r\n");
}

static void a_unix_socket_is_a_connection_too(void **state)
{
	char directory[] = "/tmp/cocfs-unasked-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(t.unix_path, sizeof(t.unix_path), "%s/s", directory);
	strcpy(t.endpoint, "http://localhost");
	t.server = fake_server_start(t.unix_path, honest, 3, 0);
	connect_client(0);
	expect_no_answer_of(ANSWER("DM9"));
	unlink(t.unix_path);
	rmdir(directory);
}

static void an_update_is_not_done_by_what_came_before_it(void **state)
{
	static const struct fake_reply replies[] = {
		OK_ID, {FAKE_ANSWER, 400, NULL, "{\"error_code\":\"COC.00010002\"}"}};
	struct result result;

	(void)state;
	SERVE(replies);
	create(&result, PATIENCE_MS);
	fake_server_say(t.server, ANSWER("DM1"));
	update(&result, "DM1");
	expect(&result, COC_REFUSED, EINVAL);
	assert_int_equal(fake_server_connections(t.server), 2);
}

/* Bytes arrive on three idle connections. The client looks at each connection before it uses that
 * connection, so the bytes answer no create. */
static void every_idle_connection_is_looked_at(void **state)
{
	static const struct fake_reply replies[] = {OK_ID,
						    {FAKE_GATHER, 200, NULL, "{\"data\":\"DM1\"}"},
						    {FAKE_GATHER, 200, NULL, "{\"data\":\"DM1\"}"},
						    {FAKE_GATHER, 200, NULL, "{\"data\":\"DM1\"}"},
						    OK_ID};
	struct result results[3] = {0}, result;

	(void)state;
	serve(replies, 5, 3);
	/* after a first success the client does not limit its calls to three any more */
	create(&result, PATIENCE_MS);
	tick();
	for (int i = 0; i < 3; i++)
		start_create(&results[i], PATIENCE_MS, NULL);
	settle();
	assert_int_equal(fake_server_connections(t.server), 3);
	fake_server_say(t.server, ANSWER("DM9"));
	for (int i = 0; i < 4; i++) {
		create(&result, PATIENCE_MS);
		expect(&result, COC_DONE, 0);
		assert_string_equal(result.document_id, "DM1");
	}
	assert_int_equal(fake_server_connections(t.server), 4);
}

/* The server sends a second answer right behind the first. The request gets the first, and the
 * second is thrown away with its connection: the next request does not get it. */
static void an_answer_behind_an_answer_answers_nothing(void **state)
{
	static const struct fake_reply replies[] = {
		{FAKE_KEPT, 0, NULL, "HTTP/1.1 200 X\r\nContent-Length: 14\r\n\r\n"},
		{FAKE_ANSWER, 200, NULL, "{\"data\":\"DM2\"}"}};
	struct result result = {0};

	(void)state;
	SERVE(replies);
	tick();
	start_create(&result, PATIENCE_MS, NULL);
	run_for(SHORT_MS); /* the head is read; of the rest, curl takes no more than the body */
	fake_server_say(t.server, "{\"data\":\"DM1\"}" ANSWER("DM9"));
	settle();
	expect(&result, COC_DONE, 0);
	assert_string_equal(result.document_id, "DM1");
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	assert_string_equal(result.document_id, "DM2");
	assert_int_equal(fake_server_connections(t.server), 2);
}

/* ---- a server in the test's own loop ---- */

static struct {
	struct loop_watch watch;
	int listener, peer, n_peers;
	const char *greeting;
} own;

static void on_peer(void *data, uint32_t events)
{
	(void)data;
	(void)events;
	own.peer = accept4(own.listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(own.peer >= 0);
	own.n_peers++;
	assert_true(send(own.peer, own.greeting, strlen(own.greeting), MSG_NOSIGNAL) > 0);
}

static void listen_in_the_loop(int family, const struct sockaddr *address, socklen_t size)
{
	own.n_peers = 0;
	own.listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(own.listener, address, size), 0);
	assert_int_equal(listen(own.listener, 4), 0);
	assert_int_equal(loop_watch(t.loop, &own.watch, own.listener, EPOLLIN, on_peer, NULL), 0);
}

static void stop_listening(void)
{
	loop_unwatch(&own.watch);
	close(own.listener);
	close(own.peer);
}

/* A server sends an answer before it is asked. The client sends nothing there, and the error says
 * why. The loop looks at the listener before curl's socket, so the greeting has arrived when the
 * request is about to leave. */
static void a_greeting_is_no_answer(void **state)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	struct result result;

	(void)state;
	own.greeting = ANSWER("DM9");
	listen_in_the_loop(AF_INET, (struct sockaddr *)&address, size);
	assert_int_equal(getsockname(own.listener, (struct sockaddr *)&address, &size), 0);
	snprintf(t.endpoint, sizeof(t.endpoint), "http://127.0.0.1:%u", ntohs(address.sin_port));
	connect_client(0);
	create(&result, PATIENCE_MS);
	stop_listening();
	expect(&result, COC_NOT_SENT, EPROTO);
	assert_int_equal(own.n_peers, 1);
	assert_non_null(strstr(result.text, "before it is asked"));
}

/* A success arrives while a part of the request has not left, because nobody reads it and the
 * kernel takes only a part: the outcome is unknown. */
static void a_success_before_the_whole_request_is_unknown(void **state)
{
	static char content[COC_CONTENT_MAX + 1];
	const struct coc_document big = {.name = "n",
					 .content = content,
					 .content_size = COC_CONTENT_MAX,
					 .enterprise_project_id = "0",
					 .risk_level = "LOW"};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct result result = {0};
	char part[65536];

	(void)state;
	memset(content, 1, COC_CONTENT_MAX); /* each of these bytes takes six bytes in JSON */
	snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/cocfs-early-%d", getpid());
	strcpy(t.unix_path, address.sun_path);
	strcpy(t.endpoint, "http://localhost");
	own.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(own.listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(own.listener, 4), 0);
	connect_client(0);
	tick();
	t.pending++;
	assert_int_equal(coc_create(t.client, &big, PATIENCE_MS, on_done, &result, NULL, NULL), 0);
	run_for(0);
	run_for(0);
	own.peer = accept4(own.listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(own.peer >= 0);
	assert_true(send(own.peer, ANSWER("DM9"), strlen(ANSWER("DM9")), MSG_NOSIGNAL) > 0);
	run_for(0);
	for (int i = 0; i < 100 && t.pending; i++) {
		while (recv(own.peer, part, sizeof(part), MSG_DONTWAIT) > 0)
			;
		run_for(1);
	}
	close(own.listener);
	close(own.peer);
	expect(&result, COC_UNKNOWN, EIO);
	assert_non_null(strstr(result.text, "before it had the whole request"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_no_socket_any_more_says_nothing),
		TEST(an_answer_on_an_idle_connection_answers_nothing),
		TEST(a_half_answer_on_an_idle_connection_is_no_beginning),
		TEST(a_blank_line_on_an_idle_connection_ends_it),
		TEST(a_farewell_on_an_idle_connection_is_no_refusal),
		TEST(an_interim_answer_on_an_idle_connection_ends_it),
		TEST(a_unix_socket_is_a_connection_too),
		TEST(an_update_is_not_done_by_what_came_before_it),
		TEST(every_idle_connection_is_looked_at),
		TEST(an_answer_behind_an_answer_answers_nothing),
		TEST(a_greeting_is_no_answer),
		TEST(a_success_before_the_whole_request_is_unknown),
	};

	bound_program();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
