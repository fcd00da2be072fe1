/* SPDX-License-Identifier: MIT */
/*
 * Keys from a file or the environment need no fetch. Temporary keys are fetched on the loop. The
 * start waits for the first fetch, and nothing waits for later fetches: calls go on with the old
 * keys, which are valid until they expire.
 *
 * After SIGHUP the keys may come from another place. The new keys replace the old keys only when
 * the first fetch from the new place has succeeded. Until then credentials->trial is the renewal of
 * the new place, and credentials->renewal, that of the old place, goes on.
 */
#define _GNU_SOURCE
#include "cocfs/credentials.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "coc/bounds.h"
#include "coc/credentials_file.h"
#include "cocfs/apart.h"

int credentials_init(struct credentials *credentials, const struct opts *opts, struct err *err)
{
	*credentials = (struct credentials){.opts = opts};
	return coc_environment_take(&credentials->environment, err);
}

/* Finds where the keys come from. is_mounted: the mount serves already. Returns 0, or -errno with
 * err filled, and then *ret_origin holds nothing. */
static int find_origin(const struct credentials *credentials, bool is_mounted,
		       struct coc_origin *ret_origin, struct err *err)
{
	const struct coc_places places = {.environment = &credentials->environment,
					  .profile = credentials->opts->profile};
	int r;

	*ret_origin = (struct coc_origin){.kind = ORIGIN_KEYS};
	if (credentials->file)
		return coc_creds_read(credentials->file, &ret_origin->creds, err);
	r = coc_chain_find(&places, ret_origin, err);
	if (r < 0 || !ret_origin->id_token_file)
		return r;
	r = apart_check_token(credentials->opts, ret_origin->id_token_file, is_mounted, err);
	if (r < 0)
		coc_origin_finish(ret_origin);
	return r;
}

/* Are these the same access key, with the same time of expiry? NULL, or creds without a key: no.
 * For hours the metadata service answers each fetch with the same keys. */
static bool is_same_key(const struct coc_creds *a, const struct coc_creds *b)
{
	return a && a->ak && b->ak && !strcmp(a->ak, b->ak) && a->expires_s == b->expires_s;
}

/* Takes creds in place of the present credentials, which are freed. The client, if it is set, signs
 * with creds from now on. A lack of keys is over. Calls renewed(), if it is set. */
static void replace_creds(struct credentials *credentials, struct coc_creds *creds)
{
	if (credentials->client)
		coc_client_set_creds(credentials->client, creds);
	coc_creds_free(credentials->current);
	credentials->current = creds;
	credentials->lack = (struct err){0};
	if (credentials->renewed)
		credentials->renewed(credentials->data);
}

/* Logs why a fetch gave no keys, and tells the client. cocfs tries the fetch again at least every
 * minute, so the same reason is not logged twice in a row. */
static void note_lack(struct credentials *credentials, const struct err *err)
{
	if (strcmp(credentials->lack.text, err->text))
		log_warning("%s, and cocfs tries again: %s",
			    credentials->current ? "the keys cannot be renewed"
						 : "there are no keys yet",
			    err->text);
	credentials->lack = *err;
	if (credentials->client)
		coc_client_note_lack(credentials->client, err);
}

static void on_keys(void *data, struct coc_creds *creds, const struct err *err)
{
	struct credentials *credentials = data;

	if (credentials->answer)
		loop_quit(credentials->loop);
	if (!creds) {
		/* the start waits for these keys: wait_for_first() deals with the error */
		if (credentials->answer)
			*credentials->answer = *err;
		else
			note_lack(credentials, err);
		return;
	}
	credentials->lack = (struct err){0};
	if (is_same_key(credentials->current, creds)) {
		coc_creds_free(creds);
		return;
	}
	log_info("credentials taken from %s", creds->source);
	replace_creds(credentials, creds);
}

static void on_trial(void *data, struct coc_creds *creds, const struct err *err)
{
	struct credentials *credentials = data;

	if (!credentials->trial) { /* an earlier call has made trial the renewal */
		on_keys(data, creds, err);
		return;
	}
	if (!creds) {
		log_error("the credentials stay as they are: %s", err->text);
		renewal_destroy(steal_ptr(credentials->trial));
		return;
	}
	renewal_destroy(credentials->renewal);
	credentials->renewal = steal_ptr(credentials->trial);
	replace_creds(credentials, creds);
	log_info("credentials read again from %s", creds->source);
}

/* Did a fetch fail for a reason that only a person can mend (so that a later fetch fails, too)? */
static bool is_final(const struct err *err)
{
	return err->errnum == EACCES || err->errnum == EINVAL || err->errnum == ENOENT;
}

/* Decides whether a mount may start without keys, when the first fetch has failed with why. kind:
 * where keys were looked for. Returns 0 if keys may come later. Returns -errno with err if none
 * were found anywhere (ORIGIN_METADATA), or if only a person can mend it and -o check=later is not
 * set. */
static int judge_lack(struct credentials *credentials, enum coc_origin_kind kind,
		      const struct err *why, struct err *err)
{
	if (kind == ORIGIN_METADATA)
		return coc_chain_tell_nothing(why, err);
	if (is_final(why) && !credentials->opts->check_later) {
		*err = *why;
		err_detail(err, "to_mount_anyway", "-o check=later");
		return -why->errnum;
	}
	note_lack(credentials, why);
	return 0;
}

/* Runs the loop until the first fetch has ended, for KEYS_FIRST_MAX_MS at most. Returns 0 if there
 * are keys, or if they may come later (judge_lack()). Otherwise returns -errno with err. */
static int wait_for_first(struct credentials *credentials, enum coc_origin_kind kind,
			  struct err *err)
{
	struct loop *loop = credentials->loop;
	struct err answer = {0};
	int r;

	credentials->answer = &answer;
	r = loop_run_for(loop, KEYS_FIRST_MAX_MS);
	credentials->answer = NULL;
	if (r < 0)
		return err_set(err, -r, "the event loop: %s", strerror(-r));
	return credentials->current ? 0 : judge_lack(credentials, kind, &answer, err);
}

int credentials_find(struct credentials *credentials, struct loop *loop, struct err *err)
{
	struct coc_origin origin;
	enum coc_origin_kind kind;
	int r = find_origin(credentials, false, &origin, err);

	if (r < 0)
		return r;
	credentials->loop = loop;
	if (origin.kind == ORIGIN_KEYS) {
		credentials->current = steal_ptr(origin.creds);
		log_info("credentials taken from %s", credentials->current->source);
		return 0;
	}
	kind = origin.kind;
	r = renewal_create(loop, &origin, credentials->opts->cacert, on_keys, credentials,
			   &credentials->renewal, err);
	coc_origin_finish(&origin);
	return r < 0 ? r : wait_for_first(credentials, kind, err);
}

void credentials_set_client(struct credentials *credentials, struct coc_client *client,
			    void (*renewed)(void *data), void *data)
{
	credentials->client = client;
	credentials->renewed = renewed;
	credentials->data = data;
	if (credentials->lack.errnum)
		coc_client_note_lack(client, &credentials->lack);
}

int credentials_find_again(struct credentials *credentials, struct err *err)
{
	struct coc_origin origin;
	int r = find_origin(credentials, true, &origin, err);

	if (r < 0)
		return r;
	renewal_destroy(steal_ptr(credentials->trial));
	if (origin.kind == ORIGIN_KEYS) {
		renewal_destroy(steal_ptr(credentials->renewal));
		replace_creds(credentials, steal_ptr(origin.creds));
		log_info("credentials read again from %s", credentials->current->source);
		return 0;
	}
	r = renewal_create(credentials->loop, &origin, credentials->opts->cacert, on_trial,
			   credentials, &credentials->trial, err);
	coc_origin_finish(&origin);
	return r;
}

void credentials_finish(struct credentials *credentials)
{
	renewal_destroy(credentials->renewal);
	renewal_destroy(credentials->trial);
	coc_creds_free(credentials->current);
	coc_environment_finish(&credentials->environment);
	*credentials = (struct credentials){0};
}
