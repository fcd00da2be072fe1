/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_LOG_H
#define COCFS_BASE_LOG_H

#include <stdbool.h>

struct err;

/*
 * This header: the log of a program. While the program starts, the log is standard error. After
 * log_settle() the log is the log file if there is one, else syslog for a program in the
 * background, else standard error. If systemd has connected standard error with its journal, the
 * journal replaces standard error and syslog. Programs and the functions that the loop calls write
 * to the log. Libraries return a struct err instead. Never log a secret: a struct secret prints as
 * "***" (base/secret.h).
 */

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Reads "error", "warning", "info" or "debug". Returns false for another word. */
bool log_level_parse(const char *word, enum log_level *ret_level);

/* What a message is about. The journal keeps each member in the fields that are named beside it.
 * The pointers are borrowed, and may be NULL: then the field is left out. */
struct log_about {
	const char *path;      /* COCFS_PATH: the job file, relative to the root of the mount */
	const char *job_id;    /* COCFS_JOB_ID: the ID of the job on the service */
	const struct err *err; /* ERRNO, COCFS_ERRNO and COCFS_REQUEST_ID */
};

/* Sets the name of the program, and the last level whose messages are logged (LOG_LEVEL_DEBUG: all
 * are). Call this function at the start, before standard error becomes another file. */
void log_open(const char *program, enum log_level level);

/* Call this when the start is over. From then on messages go to the log file. Without a log file,
 * and for a message that the log file cannot take, they go to syslog (background) or to standard
 * error. */
void log_settle(bool background);

/* Is there a syslog daemon, or the journal, that takes messages? This function does not wait. */
bool log_has_syslog(void);

/* Are messages of this level logged? Ask before you do work only to compose a message. */
bool log_shows(enum log_level level);

/* Logs a message (printf(3)) about a file, a job or an error, if messages of this level are logged.
 * about: NULL for a message about none of these. */
void log_about(enum log_level level, const struct log_about *about, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Logs what is wrong with a file: "PATH: SENTENCE" with the sentence of err_. job_id_ may be NULL.
 * The macro evaluates path_ and err_ twice. */
#define log_err(level, path_, job_id_, err_)                                                       \
	log_about(level, &(struct log_about){.path = (path_), .job_id = (job_id_), .err = (err_)}, \
		  "%s: %s", (path_), (err_)->text)

#define log_message(level, ...) log_about(level, NULL, __VA_ARGS__)
#define log_error(...) log_message(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_message(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_message(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_message(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
