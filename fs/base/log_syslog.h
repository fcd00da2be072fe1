/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_LOG_SYSLOG_H
#define COCFS_BASE_LOG_SYSLOG_H

#include <stdbool.h>

/*
 * The system's log, at the socket /dev/log. Unlike syslog(3), this never waits: the log daemon may
 * be stopped or slow, and a wait in the loop holds the whole mount. A message for which the socket
 * has no room is lost and counted. After the next message that gets through, another one says how
 * many were lost.
 */

/* Is there a log daemon that takes messages? */
bool log_syslog_is_there(void);

/* Sends a message of the facility "daemon". priority: one of syslog.h. */
void log_syslog_send(const char *program, int priority, const char *line);

#endif
