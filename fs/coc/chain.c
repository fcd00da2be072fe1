/* SPDX-License-Identifier: MIT */
#include "coc/chain.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "coc/credentials_file.h"
#include "coc/profile.h"
#include "coc/value.h"

#define ENVIRONMENT "the environment"

int coc_chain_tell_nothing(const struct err *why, struct err *err)
{
	_cleanup_free_ char *path = NULL;

	if (profile_credentials_path(&path) == -ENOMEM)
		return err_set(err, ENOMEM, "out of memory");
	err_set(err, ENOENT,
		"no credentials: neither HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK nor "
		"HUAWEICLOUD_SDK_X_AUTH_TOKEN is set, there is no file %s, and no metadata service "
		"of a cloud server gives keys: %s",
		path ? path : "~/.huaweicloud/credentials (and no home directory)",
		why->text[0] ? why->text : "no answer in time");
	if (why->errnum == EACCES) { /* no agency: the details of why say what to do */
		strcpy(err->details, why->details);
		return -ENOENT;
	}
	err_detail(
		err, "what_to_do",
		"put \"[global]\", \"ak = …\" and \"sk = …\" as three lines into %s and close it "
		"with chmod 600; or bind an agency to the cloud server",
		path ? path : "a file that HUAWEICLOUD_SDK_CREDENTIALS_FILE names");
	return -ENOENT;
}

/* Makes an origin of an offer. As in the SDKs an identity provider comes before a pair. If a part
 * of the provider is missing and there is a pair or a token, the provider is ignored. Returns 0, or
 * -errno with err filled. */
static int take_offer(const struct coc_places *places, const struct coc_offer *offer,
		      const char *source, struct coc_origin *ret_origin, struct err *err)
{
	const bool whole = value_is_given(offer->idp_id) && value_is_given(offer->id_token_file);
	struct coc_creds *creds = NULL;
	int r;

	if (whole || (!value_is_given(offer->ak) && !value_is_given(offer->sk) &&
		      !value_is_given(offer->token)))
		return coc_origin_of_id_token(offer, places->environment->iam_endpoint, source,
					      ret_origin, err);
	r = coc_creds_make(offer, source, &creds, err);
	if (r == 0)
		*ret_origin = (struct coc_origin){.kind = ORIGIN_KEYS, .creds = creds};
	return r;
}

/* Makes an origin of a credentials file. credentials_file_read() says what NULL for section means,
 * and which -errno there are. Returns 0, or -errno with err filled. */
static int take_file(const struct coc_places *places, const char *path, const char *section,
		     struct coc_origin *ret_origin, struct err *err)
{
	_cleanup_secret_buf_ struct buf text = {0};
	_cleanup_buf_ struct buf source = {0};
	struct coc_offer offer = {0};
	int r = credentials_file_read(path, section, &text, &offer, err);

	if (r < 0)
		return r;
	if (buf_printf(&source, section ? "%s, section [%s]" : "%s", path, section) < 0)
		return err_set(err, ENOMEM, "out of memory");
	return take_offer(places, &offer, source.data, ret_origin, err);
}

/* Makes an origin of -o profile: a file, or a section of the credentials file. Returns 0, or -errno
 * with err filled. */
static int take_profile(const struct coc_places *places, const char *path,
			struct coc_origin *ret_origin, struct err *err)
{
	const char *profile = places->profile;
	const bool is_path = profile_is_path(profile);
	int r = take_file(places, is_path ? profile : path, is_path ? NULL : profile, ret_origin,
			  err);

	if (r == -ENOENT)
		err_detail(err, "what_to_do",
			   "write this file, or give another one: -o profile=/PATH/FILE");
	return r;
}

int coc_chain_find(const struct coc_places *places, struct coc_origin *ret_origin, struct err *err)
{
	const struct coc_offer offer = coc_environment_offer(places->environment);
	_cleanup_free_ char *path = NULL;
	int r;

	if (!places->profile && coc_offer_says_anything(&offer))
		return take_offer(places, &offer, ENVIRONMENT, ret_origin, err);
	if (!profile_is_path(places->profile)) {
		r = profile_credentials_path(&path);
		if (r == -ENOMEM)
			return err_set(err, ENOMEM, "out of memory");
		if (r < 0 && places->profile)
			return err_set(err, ENOENT,
				       "no credentials: you have no home directory with a file "
				       ".huaweicloud/credentials");
	}
	if (places->profile)
		return take_profile(places, path, ret_origin, err);
	r = path ? take_file(places, path, NULL, ret_origin, err) : -ENOENT;
	if (r != -ENOENT)
		return r;
	*ret_origin = (struct coc_origin){.kind = ORIGIN_METADATA};
	return 0;
}
