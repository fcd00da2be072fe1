/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/log_file.h"
#include "base/log_syslog.h"
#include "base/shown.h"

#define LINE_MAX_BYTES 4096

static const char *program_name = "cocfs";
static enum log_level shown = LOG_LEVEL_WARNING;
static bool use_syslog, is_settled;

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
}

void log_settle(bool background)
{
	use_syslog = background;
	is_settled = true;
}

bool log_has_syslog(void)
{
	return log_syslog_is_there();
}

bool log_shows(enum log_level level)
{
	return level <= shown;
}

void log_message(enum log_level level, const char *fmt, ...)
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
	if (use_syslog)
		log_syslog_send(program_name, levels[level].priority, line);
	else
		fprintf(stderr, "%s: %s: %s\n", program_name, levels[level].word, line);
}
