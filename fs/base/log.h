/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_LOG_H
#define COCFS_BASE_LOG_H

#include <stdbool.h>

/*
 * The log of a program: standard error while it starts. Then the log file if there is one, else
 * syslog for a daemon, else standard error. Only programs and the loop's own rooms write to it;
 * libraries return a struct err instead. Never give it a secret: a struct secret prints as "***"
 * (base/secret.h).
 */
enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Reads "error", "warning", "info" or "debug". Returns false for another word. */
bool log_level_parse(const char *word, enum log_level *ret_level);

/* Sets the program's name and what is shown: messages of this level and graver ones. */
void log_open(const char *program, enum log_level level);

/* The start is over, and standard error is left: the log file takes its place, or syslog in the
 * background. A message that the log file cannot take goes where it would go without one. */
void log_settle(bool background);

/* Is there a syslog that takes messages? Does not wait for it. */
bool log_has_syslog(void);

/* True if messages of this level are shown: spares the work of composing one. */
bool log_shows(enum log_level level);

void log_message(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_message(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_message(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_message(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_message(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
