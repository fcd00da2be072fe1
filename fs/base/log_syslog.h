/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_LOG_SYSLOG_H
#define COCFS_BASE_LOG_SYSLOG_H

#include <stdbool.h>

/*
 * The system's log, at the socket /dev/log. A syslog(3) that never waits: the log daemon may be
 * stopped or slow, and who waits for it in the loop keeps the whole mount waiting. A message for
 * which there is no room is lost and counted; the next one that goes through is followed by one
 * that says how many.
 */

/* Is there a daemon that takes messages? */
bool log_syslog_is_there(void);

/* Sends a message of the facility "daemon"; priority: of syslog.h. */
void log_syslog_send(const char *program, int priority, const char *line);

#endif
