/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_LOG_SYSLOG_H
#define COCFS_BASE_LOG_SYSLOG_H

#include <stdbool.h>

/* The system's log, at the socket /dev/log. Unlike syslog(3), this never waits. */

/* Is there a log daemon that takes messages? */
bool log_syslog_is_there(void);

/* Sends a message of the facility "daemon". priority: LOG_ERR or another of syslog.h. Returns false
 * if the message is lost. */
bool log_syslog_send(const char *program, int priority, const char *line);

#endif
