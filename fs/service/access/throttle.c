/* SPDX-License-Identifier: MIT */
#include "service/access/throttle.h"

#include <stdlib.h>
#include <string.h>

#define RATE_MAX 1000000

bool throttle_pass(struct throttle *throttle, int64_t clock_ms)
{
	int64_t second = clock_ms / 1000;

	if (!throttle->rate)
		return true;
	if (second != throttle->second) {
		throttle->second = second;
		throttle->count = 0;
	}
	if (throttle->count == throttle->rate)
		return false;
	throttle->count++;
	return true;
}

bool throttle_parse(const char *text, unsigned *ret_rate)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long rate = strtoul(text, NULL, 10);

	if (!digits || digits > 7 || strcmp(text + digits, "/s") || !rate || rate > RATE_MAX)
		return false;
	*ret_rate = (unsigned)rate;
	return true;
}
