/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "coc/creds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "coc/value.h"

bool coc_offer_says_anything(const struct coc_offer *offer)
{
	return value_is_given(offer->ak) || value_is_given(offer->sk) ||
	       value_is_given(offer->token) || value_is_given(offer->idp_id) ||
	       value_is_given(offer->id_token_file);
}

static int open_secret(const char *value, const char *source, const char *what,
		       struct secret **ret_secret, struct err *err)
{
	int r;

	if (!value_is_given(value))
		return 0;
	r = secret_open(value, strlen(value), source, ret_secret);
	if (r == -E2BIG)
		return err_set(err, EINVAL, "the %s from %s is longer than %d bytes", what, source,
			       SECRET_MAX);
	return r < 0 ? err_set(err, -r, "out of memory") : 0;
}

static int copy_credential(const char *value, char **ret_copy, struct err *err)
{
	if (!value_is_given(value))
		return 0;
	*ret_copy = strdup(value);
	return *ret_copy ? 0 : err_set(err, ENOMEM, "out of memory");
}

static int check_offer(const struct coc_offer *offer, const char *source, struct err *err)
{
	if (value_is_given(offer->ak) != value_is_given(offer->sk))
		return err_set(
			err, EINVAL,
			"half a key pair in %s: there is %s but no %s; both are needed", source,
			value_is_given(offer->ak) ? "an access key (AK)" : "a secret key (SK)",
			value_is_given(offer->ak) ? "secret key (SK)" : "access key (AK)");
	if (!value_is_plain(offer->ak) || !value_is_plain(offer->sk) ||
	    !value_is_plain(offer->security_token) || !value_is_plain(offer->token) ||
	    !value_is_plain(offer->domain_id))
		return err_set(err, EINVAL,
			       "credentials in %s hold a space or a character that no key has: "
			       "copy them again",
			       source);
	return 0;
}

int coc_creds_make(const struct coc_offer *offer, const char *source, struct coc_creds **ret_creds,
		   struct err *err)
{
	_cleanup_(coc_creds_free) struct coc_creds *creds = NULL;
	int r;

	r = check_offer(offer, source, err);
	if (r < 0)
		return r;
	creds = calloc(1, sizeof(*creds));
	if (!creds)
		return err_set(err, ENOMEM, "out of memory");
	r = copy_credential(source, &creds->source, err);
	if (r == 0)
		r = copy_credential(offer->domain_id, &creds->domain_id, err);
	if (r == 0 && value_is_given(offer->ak)) {
		r = copy_credential(offer->ak, &creds->ak, err);
		if (r == 0)
			r = open_secret(offer->sk, source, "secret key", &creds->sk, err);
		if (r == 0)
			r = open_secret(offer->security_token, source, "security token",
					&creds->security_token, err);
	} else if (r == 0) {
		r = open_secret(offer->token, source, "token", &creds->token, err);
	}
	if (r < 0)
		return r;
	*ret_creds = steal_ptr(creds);
	return 0;
}

void coc_creds_free(struct coc_creds *creds)
{
	if (!creds)
		return;
	free(creds->ak);
	secret_close(creds->sk);
	secret_close(creds->security_token);
	secret_close(creds->token);
	free(creds->domain_id);
	free(creds->source);
	free(creds);
}
