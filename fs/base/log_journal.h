/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_LOG_JOURNAL_H
#define COCFS_BASE_LOG_JOURNAL_H

#include <stdbool.h>

#include "base/log.h"

/*
 * The journal of systemd, in its own protocol. A message has fields, and journalctl(1) finds
 * messages by their fields. The journal is used if systemd has connected standard error with it.
 */

/* Does standard error go to the journal, and does the journal take messages? Call this function
 * before standard error becomes another file. */
bool log_journal_is_there(void);

/*
 * Sends a message: line is its text, and about has further fields or is NULL. priority: LOG_ERR or
 * another of syslog.h. Never waits. Returns false if the message is lost.
 */
bool log_journal_send(const char *program, int priority, const char *line,
		      const struct log_about *about);

#endif
