/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_LOG_FILE_H
#define COCFS_BASE_LOG_FILE_H

#include <stdbool.h>

#include "base/err.h"

/*
 * The log file of a process, which has one at most. Each line is appended by one call of write(2).
 * If the disk is full, or the file cannot be written, the program goes on. Lines that cannot be
 * written are counted, and the next line that can be written says how many are missing.
 */

/*
 * Opens a regular file, or makes one with mode 0600. A symbolic link is refused. path is absolute.
 * The directory stays open, so log_file_reopen() opens the same name in the same directory, even if
 * the path leads elsewhere by then. Returns 0 or -errno with err.
 */
int log_file_open(const char *path, struct err *err);

/* Call this after logrotate(8) has renamed the log file. Opens a file of the original name, or
 * makes one, and closes the renamed file. A log file must be open. Returns 0, or -errno: then the
 * renamed file stays in use. */
int log_file_reopen(void);

/* Is a log file open? */
bool log_file_is_open(void);

/* Writes a line with the time (UTC) before the text. A log file must be open. Returns false if the
 * line could not be written, or only a part of it. */
bool log_file_write(const char *program, const char *level, const char *line);

/* Closes the log file, if one is open. */
void log_file_close(void);

#endif
