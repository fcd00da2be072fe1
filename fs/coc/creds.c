/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "coc/creds.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/ini.h"
#include "base/secret.h"
#include "coc/profile.h"

#define FILE_VARIABLE "HUAWEICLOUD_SDK_CREDENTIALS_FILE"
#define FILE_NAME "credentials"
#define ENVIRONMENT "the environment"

/* What one place offers, borrowed; NULL or "" where it says nothing. */
struct offer {
	const char *ak, *sk, *security_token, *token, *domain_id;
	bool federated; /* idp_id: an identity provider instead of keys */
};

static bool is_given(const char *value)
{
	return value && *value;
}

/* True for what an HTTP header can carry without ending it: visible ASCII. */
static bool is_plain(const char *value)
{
	for (; value && *value; value++)
		if (*value <= ' ' || *value >= 0x7f)
			return false;
	return true;
}

static int open_secret(const char *value, const char *source, const char *what,
		       struct secret **ret_secret, struct err *err)
{
	int r;

	if (!is_given(value))
		return 0;
	r = secret_open(value, strlen(value), source, ret_secret);
	if (r == -E2BIG)
		return err_set(err, EINVAL, "the %s from %s is longer than %d bytes", what, source,
			       SECRET_MAX);
	return r < 0 ? err_set(err, -r, "out of memory") : 0;
}

static int copy_credential(const char *value, char **ret_copy, struct err *err)
{
	if (!is_given(value))
		return 0;
	*ret_copy = strdup(value);
	return *ret_copy ? 0 : err_set(err, ENOMEM, "out of memory");
}

static int check_offer(const struct offer *offer, const char *source, struct err *err)
{
	if (is_given(offer->ak) != is_given(offer->sk))
		return err_set(err, EINVAL,
			       "half a key pair in %s: there is %s but no %s; both are needed",
			       source,
			       is_given(offer->ak) ? "an access key (AK)" : "a secret key (SK)",
			       is_given(offer->ak) ? "secret key (SK)" : "access key (AK)");
	if (!is_plain(offer->ak) || !is_plain(offer->sk) || !is_plain(offer->security_token) ||
	    !is_plain(offer->token) || !is_plain(offer->domain_id))
		return err_set(err, EINVAL,
			       "credentials in %s hold a space or a character that no key has: "
			       "copy them again",
			       source);
	return 0;
}

/* Makes credentials of what a place offers, which has a pair or a token. */
static int take_offer(const struct offer *offer, const char *source, struct coc_creds **ret_creds,
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
	if (r == 0 && is_given(offer->ak)) {
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

/* What a file says: both sections, each as if it were alone. */
struct file_offers {
	struct offer global, basic;
};

static int on_profile_key(void *data, const char *section, const char *key, const char *value)
{
	struct file_offers *offers = data;
	struct offer *offer;

	if (!strcmp(section, "global"))
		offer = &offers->global;
	else if (!strcmp(section, "basic"))
		offer = &offers->basic;
	else
		return 0;
	if (!strcmp(key, "ak"))
		offer->ak = value;
	else if (!strcmp(key, "sk"))
		offer->sk = value;
	else if (!strcmp(key, "security_token"))
		offer->security_token = value;
	else if (!strcmp(key, "domain_id"))
		offer->domain_id = value;
	else if (!strcmp(key, "idp_id"))
		offer->federated = is_given(value);
	return 0;
}

int coc_creds_read(const char *path, struct coc_creds **ret_creds, struct err *err)
{
	_cleanup_secret_buf_ struct buf text = {0};
	struct file_offers offers = {0};
	const struct offer *offer;
	unsigned line = 0;
	int r;

	r = file_read(path, true, &text, err);
	if (r == -ENOENT)
		return err_set(err, ENOENT, "no credentials: there is no file %s", path);
	if (r < 0)
		return r;
	r = ini_parse(text.data, text.size, on_profile_key, &offers, &line);
	if (r < 0)
		return err_set(err, -r, "%s, line %u: neither [section] nor key = value", path,
			       line);
	offer = is_given(offers.global.ak) || is_given(offers.global.sk) ? &offers.global
									 : &offers.basic;
	if (!is_given(offer->ak) && !is_given(offer->sk)) {
		if (offers.global.federated || offers.basic.federated)
			return err_set(err, EINVAL,
				       "%s names an identity provider (idp_id), which cocfs cannot "
				       "use: put ak and sk there",
				       path);
		return err_set(err, EINVAL,
			       "%s holds no ak and sk in its section [global] or [basic]", path);
	}
	return take_offer(offer, path, ret_creds, err);
}

static int nothing_found(const char *path, struct err *err)
{
	err_set(err, ENOENT,
		"no credentials: neither HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK nor "
		"HUAWEICLOUD_SDK_X_AUTH_TOKEN is set, and there is no file %s",
		path ? path : "~/.huaweicloud/credentials (and no home directory)");
	err_detail(
		err, "what_to_do",
		"put \"[global]\", \"ak = …\" and \"sk = …\" as three lines into %s and close it "
		"with chmod 600",
		path ? path : "a file that HUAWEICLOUD_SDK_CREDENTIALS_FILE names");
	return -ENOENT;
}

int coc_creds_find(struct coc_creds **ret_creds, struct err *err)
{
	const struct offer offer = {
		.ak = secure_getenv("HUAWEICLOUD_SDK_AK"),
		.sk = secure_getenv("HUAWEICLOUD_SDK_SK"),
		.security_token = secure_getenv("HUAWEICLOUD_SDK_SECURITY_TOKEN"),
		.token = secure_getenv("HUAWEICLOUD_SDK_X_AUTH_TOKEN"),
		.domain_id = secure_getenv("HUAWEICLOUD_SDK_DOMAIN_ID"),
	};
	_cleanup_free_ char *path = NULL;
	int r;

	if (is_given(offer.ak) || is_given(offer.sk) || is_given(offer.token))
		return take_offer(&offer, ENVIRONMENT, ret_creds, err);
	r = profile_path(FILE_VARIABLE, FILE_NAME, &path);
	if (r == -ENOMEM)
		return err_set(err, ENOMEM, "out of memory");
	if (r < 0)
		return nothing_found(NULL, err);
	r = coc_creds_read(path, ret_creds, err);
	return r == -ENOENT ? nothing_found(path, err) : r;
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
