/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/notify.h"

static int supervisor = -1;
static char heard[4096];

static int listen_to_program(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char name[64];

	(void)state;
	snprintf(name, sizeof(name), "@cocfs-notify-%d", (int)getpid());
	setenv("NOTIFY_SOCKET", name, 1);
	memcpy(address.sun_path + 1, name + 1, strlen(name + 1));
	supervisor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return bind(supervisor, (struct sockaddr *)&address,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name)));
}

static int stop_listening(void **state)
{
	(void)state;
	return close(supervisor);
}

static const char *hear(void)
{
	ssize_t n = recv(supervisor, heard, sizeof(heard) - 1, 0);

	heard[n > 0 ? n : 0] = '\0';
	return heard;
}

static void a_state_may_come_with_a_status(void **state)
{
	(void)state;
	notify_supervisor("READY=1", NULL);
	assert_string_equal(hear(), "READY=1");
	notify_supervisor("STOPPING=1", "%d of %s", 3, "them");
	assert_string_equal(hear(), "STOPPING=1\nSTATUS=3 of them");
}

/* For the supervisor each line of the message is an assignment, such as READY=1. So a path in the
 * message must not add a line. */
static void a_path_forges_no_state(void **state)
{
	(void)state;
	notify_supervisor("READY=1", "%s", "/mnt/a\nMAINPID=1\033[2J");
	assert_string_equal(hear(), "READY=1\nSTATUS=/mnt/a MAINPID=1?[2J");
}

static void a_long_status_is_cut_between_characters(void **state)
{
	char text[2 * NOTIFY_STATUS_MAX];
	const char *status;

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa9", 3);
	notify_supervisor("READY=1", "%s", text);
	status = hear() + strlen("READY=1\nSTATUS=");
	assert_int_equal(strlen(status), NOTIFY_STATUS_MAX - 2);
	assert_memory_equal(status, text, NOTIFY_STATUS_MAX - 2);
}

static void nobody_listens(void **state)
{
	(void)state;
	setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
	notify_supervisor("READY=1", NULL);
	setenv("NOTIFY_SOCKET", "", 1);
	notify_supervisor("READY=1", NULL);
	unsetenv("NOTIFY_SOCKET");
	notify_supervisor("READY=1", NULL);
	assert_string_equal(hear(), "");
}

/* The program waits once for a supervisor that does not read, and then goes on. */
static void a_supervisor_that_is_busy_is_not_waited_for_long(void **state)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int full = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));

	(void)state;
	memcpy(address.sun_path + 1, name + 1, strlen(name + 1));
	while (sendto(full, "x", 1, 0, (struct sockaddr *)&address, size) == 1)
		;
	close(full);
	notify_supervisor("READY=1", NULL);
	while (hear()[0])
		assert_string_equal(heard, "x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_state_may_come_with_a_status, listen_to_program,
						stop_listening),
		cmocka_unit_test_setup_teardown(a_path_forges_no_state, listen_to_program,
						stop_listening),
		cmocka_unit_test_setup_teardown(a_long_status_is_cut_between_characters,
						listen_to_program, stop_listening),
		cmocka_unit_test_setup_teardown(nobody_listens, listen_to_program, stop_listening),
		cmocka_unit_test_setup_teardown(a_supervisor_that_is_busy_is_not_waited_for_long,
						listen_to_program, stop_listening),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
