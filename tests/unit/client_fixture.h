/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_CLIENT_FIXTURE_H
#define COCFS_TESTS_CLIENT_FIXTURE_H

/*
 * The client against a scripted server (fake_server.h), on a real loop. Every test gets a fresh
 * loop, and makes its own server and client. alarm() ends a program that hangs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "loop/loop.h"
#include "coc/coc.h"
#include "coc/creds.h"
#include "fake_server.h"

#define PATIENCE_MS 5000
#define SHORT_MS 150
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

/* What the callback of a call of the client (coc_create() and others) received. calls: how often
 * the callback was called. The strings are copies; too long ones are cut. */
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

/* The objects of one test: loop, server and client. t is the only one; set_up() clears it. */
struct bench {
	struct loop *loop;
	struct fake_server *server;
	struct coc_client *client;
	struct coc_creds creds;
	char endpoint[64], unix_path[64];
	unsigned pending; /* calls without an answer; settle() waits until this is 0 */
};
extern struct bench t;

/* The job that the tests send. */
extern const struct coc_document document;

/* Set-up of each test, for cmocka: makes the loop of t. tear_down() closes the client, the server
 * and the loop. Both return 0. */
int set_up(void **state);
int tear_down(void **state);

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* Sets the alarm that ends the program if it hangs, and ignores SIGPIPE. Call it before the tests
 * run. */
void bound_program(void);

/* Makes t.client for t.endpoint; if t.unix_path is set, over that socket. connections_max 0: no
 * bound on the connections. */
void connect_client(unsigned connections_max);

/* Starts a server that gives these replies, and the client. gather: see fake_server_start(). */
void serve(const struct fake_reply *replies, size_t n, unsigned gather);

#define SERVE(replies) serve(replies, sizeof(replies) / sizeof(replies[0]), 0)

/* Copies from into to, which has room bytes; a longer text is cut. from NULL: an empty text. */
void copy(char *to, size_t room, const char *from);

/* The callback of calls that are counted in t.pending. Copies the answer into data, a struct
 * result, and takes one from t.pending. Ends the run of the loop when t.pending is 0. */
void on_done(void *data, const struct coc_answer *answer);

/* Runs the loop for ms milliseconds of real time, or until the last pending call has answered. Runs
 * it even if no call is pending. */
void run_for(int64_t ms);

/* Brings the loop's clock up to date. The clock stands still while the loop does not run. */
void tick(void);

/* Runs the loop until every call that was started has answered: t.pending is 0. */
void settle(void);

/* Starts a create of `document`, and counts the call in t.pending.
 * The answer goes to *result. ret_call may be NULL. */
void start_create(struct result *result, int64_t timeout_ms, struct coc_call **ret_call);

/* Makes a create as start_create() does, and runs the loop until all calls have answered. *result
 * has the answer then. */
void create(struct result *result, int64_t timeout_ms);

/* Fails the test unless the call ended with this outcome and this errno. The failure prints the
 * error's text. */
void expect(const struct result *result, enum coc_outcome outcome, int errnum);

#endif
