/* SPDX-License-Identifier: MIT */
/* Tests: the client gives up an endless answer, also if the endless part is one that curl skips,
 * such as interim answers or trailers. The error says that the answer is too long. */
#define _GNU_SOURCE
#include "bounds/api.h"
#include "client_fixture.h"
#include "coc/bounds.h"
#include "coc/curl_memory.h"
#include "coc/transfer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OK "HTTP/1.1 200 X\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"
#define LONG_LINE (256u << 10) /* above curl's own limit of a line */
/* curl reads up to READ_AT_ONCE bytes before the client can count them: the flood is longer */
#define FLOOD (12u * HTTP_HEARD_MAX)
#define READ_AT_ONCE (100u * HTTP_RECEIVE_BUFFER)

/* Lets the server answer a create with `beginning` and `size` bytes of units, and then wait. Fails
 * the test unless the outcome is unknown, the error has these words, and the next create works. */
static void expect_too_long(const char *beginning, const char *unit, size_t size, const char *words)
{
	size_t length = strlen(beginning), step = strlen(unit);
	char *body = malloc(length + size + step + 1);
	struct fake_reply replies[] = {{FAKE_KEPT, 0, NULL, body}, OK_ID};
	struct result result;

	assert_non_null(body);
	memcpy(body, beginning, length);
	for (size_t i = 0; i < size; i += step)
		memcpy(body + length + i, unit, step + 1);
	SERVE(replies);
	create(&result, PATIENCE_MS);
	expect(&result, COC_UNKNOWN, EIO);
	if (!strstr(result.text, words))
		fail_msg("no \"%s\" in: %s", words, result.text);
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	fake_server_stop(t.server);
	t.server = NULL;
	free(body);
}

static void a_header_without_end(void **state)
{
	(void)state;
	expect_too_long(OK "X: ", "y", LONG_LINE, "a line of its head has over");
}

static void a_status_line_without_end(void **state)
{
	(void)state;
	expect_too_long("HTTP/1.1 200 ", "y", LONG_LINE, "a line of its head has over");
}

/* curl before 8.6 has one code for a line that is too long and for a lack of memory. Newer versions
 * have CURLE_TOO_LARGE. Each program knows both: it may run with another version than it was built
 * with. */
static void each_version_of_curl_tells_a_long_line(void **state)
{
	const CURLcode too_large = (CURLcode)100;
	struct transfer transfer = {.failures = curl_memory_failures()};

	(void)state;
	assert_false(transfer_has_long_header(&transfer, CURLE_OUT_OF_MEMORY));
	assert_false(transfer_has_long_header(&transfer, too_large));
	transfer.attempts = 1;
	assert_true(transfer_has_long_header(&transfer, CURLE_OUT_OF_MEMORY));
	assert_true(transfer_has_long_header(&transfer, too_large));
	assert_false(transfer_has_long_header(&transfer, CURLE_OK));
	assert_false(transfer_has_long_header(&transfer, CURLE_RECV_ERROR));
	transfer.no_memory = true;
	assert_false(transfer_has_long_header(&transfer, CURLE_OUT_OF_MEMORY));
}

static void headers_without_end(void **state)
{
	(void)state;
	expect_too_long(OK, "A: b\r\n", LONG_LINE, "the answer is too long");
}

static void interim_answers_without_end(void **state)
{
	(void)state;
	expect_too_long("", "HTTP/1.1 100 Continue\r\n\r\n", LONG_LINE, "the answer is too long");
}

static void hints_without_end(void **state)
{
	(void)state;
	expect_too_long("", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", LONG_LINE,
			"the answer is too long");
}

static void an_extension_without_end(void **state)
{
	(void)state;
	expect_too_long(CHUNKED "5;", "y", FLOOD, "the answer is too long");
}

/* An answer with more than HTTP_HEARD_MAX bytes is given up, even if its end arrives before the
 * client looks at its length a second time. Its outcome is unknown. */
static void a_flood_that_ends_in_an_answer_is_given_up(void **state)
{
	const size_t size = HTTP_HEARD_MAX + 2 * READ_AT_ONCE;
	char *body = malloc(size + 128), *at;
	struct fake_reply replies[] = {{FAKE_KEPT, 0, NULL, body}, OK_ID};
	struct result result;

	(void)state;
	assert_non_null(body);
	at = stpcpy(body, CHUNKED "e;");
	memset(at, 'y', size);
	strcpy(at + size, "\r\n{\"data\":\"DM1\"}\r\n0\r\n\r\n");
	SERVE(replies);
	create(&result, PATIENCE_MS);
	expect(&result, COC_UNKNOWN, EIO);
	assert_non_null(strstr(result.text, "the answer is too long"));
	create(&result, PATIENCE_MS);
	expect(&result, COC_DONE, 0);
	fake_server_stop(t.server);
	t.server = NULL;
	free(body);
}

static void small_chunks_with_long_extensions(void **state)
{
	char unit[1025];

	(void)state;
	memset(unit, 'e', sizeof(unit));
	memcpy(unit, "1;", 2);
	strcpy(unit + sizeof(unit) - 6, "\r\nx\r\n");
	expect_too_long(CHUNKED, unit, FLOOD, "the answer is too long");
}

static void a_trailer_without_end(void **state)
{
	(void)state;
	expect_too_long(CHUNKED "2\r\n{}\r\n0\r\n", "A: b\r\n", LONG_LINE,
			"the answer is too long");
}

static void a_body_without_end(void **state)
{
	(void)state;
	expect_too_long(OK "\r\n", "y", COC_ANSWER_MAX + 1, "the answer is too long");
}

/* An answer whose chunks have one byte each, with extensions, is read, and its connection is kept:
 * only an endless answer is a fault. */
static void an_answer_in_chunks_of_a_byte_is_read(void **state)
{
	static const char id[] = "{\"data\":\"DM1\"}";
	char body[2048] = CHUNKED;
	struct fake_reply replies[] = {{FAKE_KEPT, 0, NULL, body}};
	struct result result;

	(void)state;
	for (size_t i = 0; id[i]; i++)
		sprintf(body + strlen(body), "1;a=\"b\"\r\n%c\r\n", id[i]);
	strcat(body, "0\r\nX: y\r\n\r\n");
	SERVE(replies);
	for (int i = 0; i < 3; i++) {
		create(&result, PATIENCE_MS);
		expect(&result, COC_DONE, 0);
	}
	assert_int_equal(fake_server_connections(t.server), 1);
	fake_server_stop(t.server);
	t.server = NULL;
}

/* A proxy's answer to CONNECT has a head, too. The head is bounded as well. */
static void a_proxy_with_an_endless_head_is_told_as_such(void **state)
{
	char *body = malloc(LONG_LINE + 32);
	struct fake_reply replies[] = {{FAKE_KEPT, 0, NULL, body}};
	struct result result;
	char proxy[64];

	(void)state;
	assert_non_null(body);
	strcpy(body, OK "X: ");
	memset(body + strlen(OK "X: "), 'y', LONG_LINE);
	body[strlen(OK "X: ") + LONG_LINE] = '\0';
	t.server = fake_server_start(NULL, replies, 1, 0);
	snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u", fake_server_port(t.server));
	setenv("https_proxy", proxy, 1);
	strcpy(t.endpoint, "https://service.invalid");
	connect_client(0);
	create(&result, PATIENCE_MS);
	unsetenv("https_proxy");
	expect(&result, COC_NOT_SENT, EHOSTUNREACH);
	assert_non_null(strstr(result.text, "CONNECT response too large"));
	fake_server_stop(t.server);
	t.server = NULL;
	free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_header_without_end),
		TEST(a_status_line_without_end),
		TEST(each_version_of_curl_tells_a_long_line),
		TEST(headers_without_end),
		TEST(interim_answers_without_end),
		TEST(hints_without_end),
		TEST(an_extension_without_end),
		TEST(a_flood_that_ends_in_an_answer_is_given_up),
		TEST(small_chunks_with_long_extensions),
		TEST(a_trailer_without_end),
		TEST(a_body_without_end),
		TEST(an_answer_in_chunks_of_a_byte_is_read),
		TEST(a_proxy_with_an_endless_head_is_told_as_such),
	};

	bound_program();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
