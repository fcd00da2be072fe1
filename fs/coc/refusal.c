/* SPDX-License-Identifier: MIT */
#include "coc/refusal.h"

#include <errno.h>
#include <string.h>

#include "coc/bounds.h"

void refusal_paused(struct err *err)
{
	err_set(err, EACCES,
		"calls are paused after %d authentication failures in a row, so that the key is "
		"not "
		"locked",
		COC_AUTH_FAILURES_MAX);
	err_detail(err, "what_to_do", "put good credentials in place, then: pkill -HUP -x cocfs");
}

void refusal_without_creds(const struct coc_creds *creds, const struct err *why, struct err *err)
{
	const char *reason = why->text[0] ? why->text : "the answer has not come yet";

	if (creds)
		err_set(err, EACCES, "the keys from %s have expired, and there are no new ones: %s",
			creds->source, reason);
	else
		err_set(err, EACCES, "there are no keys yet: %s", reason);
	strcpy(err->details, why->details);
	if (!strstr(err->details, "what_to_do: "))
		err_detail(err, "what_to_do",
			   "wait, cocfs asks for keys again; or put other credentials in place, "
			   "then: pkill -HUP -x cocfs");
}
