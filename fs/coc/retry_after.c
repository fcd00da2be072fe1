/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "coc/retry_after.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bounds/api.h"

static int64_t bounded_ms(int64_t seconds)
{
	if (seconds < 0)
		return 0;
	return seconds > RETRY_AFTER_MAX_MS / 1000 ? RETRY_AFTER_MAX_MS : seconds * 1000;
}

static int month_number(const char *name)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (!strncmp(names + i * 3, name, 3))
			return i;
	return -1;
}

/* Returns the seconds of an HTTP date, -1 if the text is none. strptime() is of no use: it follows
 * the locale. */
static int64_t date_s(const char *text)
{
	struct tm tm = {0};
	char name[4];
	int end = 0;

	if (sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &tm.tm_mday, name,
		   &tm.tm_year, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &end) != 6 ||
	    !end || text[end])
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon = month_number(name);
	return tm.tm_mon < 0 ? -1 : (int64_t)timegm(&tm);
}

int64_t retry_after_ms(const char *value, int64_t now_s)
{
	int64_t seconds = 0, when;
	size_t digits;

	if (!value)
		return -1;
	value += strspn(value, " \t");
	digits = strspn(value, "0123456789");
	if (digits && !value[digits + strspn(value + digits, " \t")]) {
		for (size_t i = 0; i < digits && seconds <= RETRY_AFTER_MAX_MS; i++)
			seconds = seconds * 10 + (value[i] - '0');
		return bounded_ms(seconds);
	}
	when = date_s(value);
	return when < 0 ? -1 : bounded_ms(when - now_s);
}
