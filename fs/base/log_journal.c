/* SPDX-License-Identifier: MIT */
/*
 * A message is one datagram of fields. A field is its name, a line feed, the size of its value in
 * eight bytes (little endian), the value, and a line feed. The other form, NAME=VALUE, cannot have
 * a value with line feeds, and a path may have one.
 *
 * systemd writes into JOURNAL_STREAM which file it has made standard error: device and inode. The
 * variable alone proves nothing, because the program may have got another standard error since.
 */
#define _GNU_SOURCE
#include "base/log_journal.h"

#include <endian.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log_socket.h"

/* Room for the longest line of log.c (4096 bytes), the longest path, seven short fields, and all
 * names. A message of this size fits into the buffer of any socket. */
#define MESSAGE_MAX_BYTES (4096 + PATH_MAX + 2048)

struct message {
	char data[MESSAGE_MAX_BYTES];
	size_t size;
};

static struct log_socket journal_socket = LOG_SOCKET("/run/systemd/journal/socket", false);

bool log_journal_is_there(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char expected[64];
	struct stat st;

	if (!stream || fstat(STDERR_FILENO, &st) < 0)
		return false;
	snprintf(expected, sizeof(expected), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return !strcmp(stream, expected) && log_socket_is_there(&journal_socket);
}

/* Adds a field to the message. A field that does not fit is left out, never cut: half a path would
 * be the path of another file. */
static void add_bytes(struct message *message, const char *name, const char *value, size_t size)
{
	const uint64_t told = htole64(size);
	size_t name_size = strlen(name);
	char *at = message->data + message->size;

	/* 1: a line feed; 2: a line feed, and the NUL that log_socket_send() needs */
	if (name_size + 1 + sizeof(told) + size + 2 > sizeof(message->data) - message->size)
		return;
	at = mempcpy(at, name, name_size);
	*at++ = '\n';
	at = mempcpy(at, &told, sizeof(told));
	at = mempcpy(at, value, size);
	*at++ = '\n';
	*at = '\0';
	message->size = (size_t)(at - message->data);
}

static void add_text(struct message *message, const char *name, const char *value)
{
	if (value && *value)
		add_bytes(message, name, value, strlen(value));
}

static void add_number(struct message *message, const char *name, long number)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", number);
	add_text(message, name, text);
}

static void add_error(struct message *message, const struct err *err)
{
	size_t size;
	const char *request_id = err_find(err, "request_id", &size);

	add_number(message, "ERRNO", err->errnum);
	add_text(message, "COCFS_ERRNO", err_name(err->errnum));
	if (request_id)
		add_bytes(message, "COCFS_REQUEST_ID", request_id, size);
}

bool log_journal_send(const char *program, int priority, const char *line,
		      const struct log_about *about)
{
	struct message message;

	message.size = 0;
	add_text(&message, "MESSAGE", line);
	add_number(&message, "PRIORITY", priority);
	add_text(&message, "SYSLOG_IDENTIFIER", program);
	add_number(&message, "SYSLOG_FACILITY", LOG_FAC(LOG_DAEMON));
	if (about) {
		add_text(&message, "COCFS_PATH", about->path);
		add_text(&message, "COCFS_JOB_ID", about->job_id);
		if (about->err)
			add_error(&message, about->err);
	}
	return log_socket_send(&journal_socket, message.data, message.size);
}
