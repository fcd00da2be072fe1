/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_LOG_H
#define COCFS_BASE_LOG_H

#include <stdbool.h>

/*
 * The log of a program. While the program starts, the log is standard error. After log_settle() the
 * log is the log file if there is one, else syslog for a program in the background, else standard
 * error. Programs and the functions that the loop calls write to the log. Libraries return a struct
 * err instead. Never log a secret: a struct secret prints as "***" (base/secret.h).
 */
enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Reads "error", "warning", "info" or "debug". Returns false for another word. */
bool log_level_parse(const char *word, enum log_level *ret_level);

/* Sets the name of the program, and the level up to which messages are logged. */
void log_open(const char *program, enum log_level level);

/* Call this when the start is over. Messages then go to the log file. Without a log file, and for a
 * message that the log file cannot take, they go to syslog (background) or to standard error. */
void log_settle(bool background);

/* Is there a syslog daemon that takes messages? This function does not wait. */
bool log_has_syslog(void);

/* Are messages of this level logged? Ask before you do work only to compose a message. */
bool log_shows(enum log_level level);

void log_message(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_message(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_message(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_message(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_message(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
