/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/log_syslog.h"

#include <stdio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/log_socket.h"

/* Room for the head of a message, and for the longest line of log.c (4096 bytes). */
#define MESSAGE_MAX_BYTES 4224

static struct log_socket syslog_socket = LOG_SOCKET(_PATH_LOG, true);

bool log_syslog_is_there(void)
{
	return log_socket_is_there(&syslog_socket);
}

bool log_syslog_send(const char *program, int priority, const char *line)
{
	char message[MESSAGE_MAX_BYTES], now[32];
	time_t seconds = time(NULL);
	struct tm parts;
	int n;

	if (!localtime_r(&seconds, &parts) || !strftime(now, sizeof(now), "%h %e %T", &parts))
		return false;
	n = snprintf(message, sizeof(message), "<%d>%s %s[%d]: %s", LOG_DAEMON | priority, now,
		     program, (int)getpid(), line);
	if (n >= (int)sizeof(message))
		n = (int)sizeof(message) - 1;
	return log_socket_send(&syslog_socket, message, (size_t)n);
}
