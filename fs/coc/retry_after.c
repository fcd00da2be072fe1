/* SPDX-License-Identifier: MIT */
#include "coc/retry_after.h"

#include <string.h>

#include <curl/curl.h>

#include "bounds/api.h"

static int64_t bounded_ms(int64_t seconds)
{
	if (seconds < 0)
		return 0;
	return seconds > RETRY_AFTER_MAX_MS / 1000 ? RETRY_AFTER_MAX_MS : seconds * 1000;
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
	when = (int64_t)curl_getdate(value, NULL);
	return when < 0 ? -1 : bounded_ms(when - now_s);
}
