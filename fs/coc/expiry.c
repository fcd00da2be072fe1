/* SPDX-License-Identifier: MIT */
#include "coc/expiry.h"

#include <errno.h>
#include <string.h>

#include "coc/bounds.h"
#include "sign/sign.h"

#define FORM "0000-00-00T00:00:00"
#define DIGITS "0123456789"

int expiry_parse(const char *text, int64_t *ret_unix_s)
{
	char date[SIGN_DATE_SIZE];
	long long unix_s;
	size_t n = 0;

	/* copy into the form of X-Sdk-Date, which has neither '-' nor ':' */
	for (const char *form = FORM; *form; form++, text++) {
		if (*form != '0' && *text != *form)
			return -EINVAL;
		if (*form == '0' && !(*text >= '0' && *text <= '9'))
			return -EINVAL;
		if (*form == '0' || *form == 'T')
			date[n++] = *text;
	}
	if (*text == '.') {
		size_t digits = strspn(text + 1, DIGITS);

		if (!digits)
			return -EINVAL;
		text += 1 + digits;
	}
	if (strcmp(text, "Z"))
		return -EINVAL;
	memcpy(date + n, "Z", sizeof("Z"));
	if (sign_date_parse(date, &unix_s) < 0)
		return -EINVAL;
	*ret_unix_s = unix_s;
	return 0;
}

int64_t expiry_renewal_s(int64_t now_s, int64_t expires_s)
{
	const int64_t left_s = expires_s - now_s, wait_s = left_s - KEYS_RENEW_BEFORE_S;
	int64_t soon_s = left_s / 2;

	if (soon_s > KEYS_RENEW_SOON_S)
		soon_s = KEYS_RENEW_SOON_S;
	if (soon_s < 1)
		soon_s = 1;
	return wait_s >= 1 ? wait_s : soon_s;
}

int64_t expiry_retry_s(unsigned failures, long spread)
{
	int64_t most_s =
		failures > KEYS_RETRY_DOUBLINGS ? KEYS_RETRY_MOST_S : (int64_t)1 << (failures - 1);

	if (most_s > KEYS_RETRY_MOST_S)
		most_s = KEYS_RETRY_MOST_S;
	/* a time between half of most_s and most_s */
	return most_s - (most_s > 1 ? spread % (most_s / 2 + 1) : 0);
}
