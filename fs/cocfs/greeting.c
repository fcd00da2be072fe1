/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocfs/greeting.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/log.h"
#include "base/process.h"

/* With a 403 the gateway sends an error code such as APIG.0302. The codes that end as follows mean:
 * the account or user of the keys may call nothing here. A 403 with another code is about the
 * single call. */
static const char *const useless_keys[] = {".0302", ".0304", ".0306", ".0310", ".0802"};

static bool has_useless_keys(const struct coc_answer *answer)
{
	const char *code = answer->error_code;

	if (answer->status != 403 || strncmp(code, "APIG", 4))
		return false;
	code += code[4] == 'W' ? 5 : 4;
	for (size_t i = 0; i < sizeof(useless_keys) / sizeof(useless_keys[0]); i++)
		if (!strcmp(code, useless_keys[i]))
			return true;
	return false;
}

/* Does the service refuse the credentials? (A 407 does not say so: a proxy refuses credentials of
 * its own.) If the call was not sent, the answer is no. */
static bool refuses_creds(const struct coc_answer *answer)
{
	return answer->outcome == COC_REFUSED &&
	       ((answer->errnum == EACCES && answer->status != 407) || has_useless_keys(answer));
}

static void on_greeted(void *data, const struct coc_answer *answer)
{
	struct greeting *greeting = data;

	greeting->answered = true;
	if (greeting->loop) {
		loop_quit(greeting->loop);
		if (refuses_creds(answer)) { /* the mount fails with this error */
			greeting->refusal = *answer->err;
			return;
		}
	}
	if (answer->outcome != COC_DONE)
		log_warning("the service was greeted: %s", answer->err->text);
	if (greeting->serving)
		process_release_start();
}

static int send_greeting(struct greeting *greeting, struct coc_client *client, int64_t timeout_ms,
			 struct err *err)
{
	greeting->sent = true;
	return coc_list(client, NULL, 0, timeout_ms, on_greeted, greeting, NULL, err);
}

void greeting_send(struct greeting *greeting, struct coc_client *client, int64_t timeout_ms)
{
	struct err err = {0};

	if (send_greeting(greeting, client, timeout_ms, &err) == 0)
		return;
	greeting->answered = true;
	log_warning("the service cannot be greeted: %s", err.text);
}

int greeting_wait(struct greeting *greeting, struct loop *loop, struct coc_client *client,
		  const struct coc_creds *creds, int64_t timeout_ms, struct err *err)
{
	int r = send_greeting(greeting, client, timeout_ms, err);

	/* no call can be made, and none later: OpenSSL, say, had no memory when it was set up, and
	 * fails for ever */
	if (r < 0)
		return r;
	greeting->loop = loop;
	r = loop_run_for(loop, GREETING_WAIT_MS);
	greeting->loop = NULL;
	if (r < 0)
		return err_set(err, -r, "the event loop: %s", strerror(-r));
	if (!greeting->refusal.errnum)
		return 0;
	err_set(err, EACCES, "the service refuses the keys from %s: %s",
		creds ? creds->source : "nowhere", greeting->refusal.text);
	strcpy(err->details, greeting->refusal.details);
	err_detail(err, "to_mount_anyway", "-o check=later");
	return -EACCES;
}

void greeting_serve(struct greeting *greeting)
{
	greeting->serving = true;
	if (greeting->answered)
		process_release_start();
}
