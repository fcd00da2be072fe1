/* SPDX-License-Identifier: MIT */
#include "coc/keys_answer.h"

#include <errno.h>

#include "base/json.h"
#include "coc/bounds.h"
#include "coc/expiry.h"

static void wipe_json(cJSON **value)
{
	json_wipe(*value);
	cJSON_Delete(*value);
}

static int parse_answer(const void *body, size_t size, const char *source, cJSON **ret_root,
			struct err *err)
{
	int r = -EINVAL;

	if (size && json_is_within(body, size, KEYS_ANSWER_VALUES_MAX, KEYS_ANSWER_DEPTH_MAX))
		r = json_parse(body, size, ret_root);
	if (r == -ENOMEM)
		return err_set(err, ENOMEM, "out of memory");
	return r < 0 ? err_set(err, EIO, "the answer of %s is not the JSON of IAM", source) : 0;
}

/* Makes credentials that end at expires_s. Returns 0, or -errno with err filled. */
static int make_until(const struct coc_offer *offer, const char *source, int64_t expires_s,
		      struct coc_creds **ret_creds, struct err *err)
{
	int r = coc_creds_make(offer, source, ret_creds, err);

	if (r == 0)
		(*ret_creds)->expires_s = expires_s;
	return r;
}

int keys_answer_of_metadata(const void *body, size_t size, struct coc_creds **ret_creds,
			    struct err *err)
{
	__attribute__((cleanup(wipe_json))) cJSON *root = NULL;
	const cJSON *credential;
	struct coc_offer offer;
	const char *ends;
	int64_t expires_s;
	int r = parse_answer(body, size, METADATA_SOURCE, &root, err);

	if (r < 0)
		return r;
	credential = json_get(root, "credential");
	offer = (struct coc_offer){.ak = json_get_string(credential, "access"),
				   .sk = json_get_string(credential, "secret"),
				   .security_token = json_get_string(credential, "securitytoken")};
	ends = json_get_string(credential, "expires_at");
	if (!offer.ak || !*offer.ak || !offer.sk || !*offer.sk || !offer.security_token ||
	    !*offer.security_token || !ends)
		return err_set(err, EIO, "the answer of %s has no whole temporary keys",
			       METADATA_SOURCE);
	if (expiry_parse(ends, &expires_s) < 0)
		return err_set(err, EIO, "the answer of %s does not say when the keys end",
			       METADATA_SOURCE);
	return make_until(&offer, METADATA_SOURCE, expires_s, ret_creds, err);
}

int keys_answer_of_iam(const void *body, size_t size, const char *token, const char *domain_id,
		       const char *source, struct coc_creds **ret_creds, struct err *err)
{
	const struct coc_offer offer = {.token = token, .domain_id = domain_id};
	__attribute__((cleanup(wipe_json))) cJSON *root = NULL;
	const char *ends;
	int64_t expires_s;
	int r = parse_answer(body, size, "IAM", &root, err);

	if (r < 0)
		return r;
	if (!token || !*token)
		return err_set(err, EIO, "the answer of IAM has no token");
	ends = json_get_string(json_get(root, "token"), "expires_at");
	if (!ends || expiry_parse(ends, &expires_s) < 0)
		return err_set(err, EIO, "the answer of IAM does not say when the token ends");
	return make_until(&offer, source, expires_s, ret_creds, err);
}
