/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/log_file.h"
#include "base/log_journal.h"
#include "base/log_syslog.h"
#include "base/shown.h"

#define LINE_MAX_BYTES 4096

static const char *program_name = "cocfs";
static enum log_level shown = LOG_LEVEL_WARNING;
static bool use_journal, use_syslog, is_settled;

static const struct {
	const char *word;
	int priority;
} levels[] = {
	[LOG_LEVEL_ERROR] = {"error", LOG_ERR},
	[LOG_LEVEL_WARNING] = {"warning", LOG_WARNING},
	[LOG_LEVEL_INFO] = {"info", LOG_INFO},
	[LOG_LEVEL_DEBUG] = {"debug", LOG_DEBUG},
};

bool log_level_parse(const char *word, enum log_level *ret_level)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (!strcmp(word, levels[i].word)) {
			*ret_level = (enum log_level)i;
			return true;
		}
	return false;
}

void log_open(const char *program, enum log_level level)
{
	program_name = program;
	shown = level;
	use_journal = log_journal_is_there();
}

void log_settle(bool background)
{
	use_syslog = background;
	is_settled = true;
}

bool log_has_syslog(void)
{
	return use_journal || log_syslog_is_there();
}

bool log_shows(enum log_level level)
{
	return level <= shown;
}

static bool send_line(int priority, const char *line, const struct log_about *about)
{
	return use_journal ? log_journal_send(program_name, priority, line, about)
			   : log_syslog_send(program_name, priority, line);
}

/* Sends a line to the journal, or to syslog. A line that is lost is counted. After the next line
 * that gets through, a further line says how many were lost. */
static void send_to_system(int priority, const char *line, const struct log_about *about)
{
	static unsigned long lost;
	char text[64];

	if (!send_line(priority, line, about)) {
		lost++;
		return;
	}
	if (!lost)
		return;
	snprintf(text, sizeof(text), "%lu messages before this one were lost", lost);
	if (send_line(LOG_WARNING, text, NULL))
		lost = 0;
}

void log_about(enum log_level level, const struct log_about *about, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES];
	va_list args;
	int length;

	if (!log_shows(level))
		return;
	va_start(args, fmt);
	length = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (length >= (int)sizeof(line))
		shown_drop_half(line);
	/* a file's name may hold a line break, or control the terminal that shows the log */
	shown_clean(line);
	if (log_file_is_open() && log_file_write(program_name, levels[level].word, line) &&
	    is_settled)
		return;
	if (use_journal || use_syslog)
		send_to_system(levels[level].priority, line, about);
	else
		fprintf(stderr, "%s: %s: %s\n", program_name, levels[level].word, line);
}
