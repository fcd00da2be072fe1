/* SPDX-License-Identifier: MIT */
/*
 * The official SDKs read the sections [global] and [basic] of a credentials file, and ignore other
 * sections. So further key pairs of a service can be in the same file. In the section of such a key
 * pair an unknown word is refused: "acces = read-only" must not mean that the user may write.
 */
#define _GNU_SOURCE
#include "service/access/keys.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "service/access/sections.h"

enum { AK, SK, SECURITY_TOKEN, ACCESS, RATE, PROJECT_ID, DOMAIN_ID, IAM_ENDPOINT };

static const char *const wanted[] = {"ak",	   "sk",	"security_token", "access", "rate",
				     "project_id", "domain_id", "iam_endpoint",	  NULL};

_Static_assert(sizeof(wanted) / sizeof(wanted[0]) == SECTION_KEYS_MAX + 1, "room for each key");

void keys_free(struct keys *keys)
{
	if (!keys)
		return;
	for (size_t i = 0; i < keys->n; i++) {
		user_finish(&keys->key[i].user);
		free(keys->key[i].ak);
		secret_close(keys->key[i].sk);
		secret_close(keys->key[i].security_token);
	}
	free(keys->key);
	free(keys);
}

struct key *keys_find(const struct keys *keys, const char *ak)
{
	for (size_t i = 0; i < keys->n; i++)
		if (!strcmp(keys->key[i].ak, ak))
			return &keys->key[i];
	return NULL;
}

static bool is_the_sdks(const char *section)
{
	return !strcmp(section, "global") || !strcmp(section, "basic");
}

static bool is_set(const char *value)
{
	return value && *value;
}

static int keep_secret(const char *value, const char *path, struct secret **ret_secret,
		       struct err *err)
{
	int r = secret_open(value, strlen(value), path, ret_secret);

	return r < 0 ? err_set(err, -r, "cannot keep its secrets: %s", strerror(-r)) : 0;
}

/* Adds the key pair of a section, which has both ak and sk. Returns 0 or -errno with err. */
static int take_pair(const struct section *section, const char *path, unsigned default_rate,
		     struct keys *keys, struct err *err)
{
	const char *const *values = section->values;
	const char *name = is_the_sdks(section->name) ? values[AK] : section->name;
	struct key *key = &keys->key[keys->n];
	int r;

	r = user_init(&key->user, name, values[ACCESS], values[RATE], default_rate, err);
	if (r < 0)
		return r;
	keys->n++;
	key->ak = strdup(values[AK]);
	if (!key->ak)
		return err_set(err, ENOMEM, "out of memory");
	r = keep_secret(values[SK], path, &key->sk, err);
	if (r == 0 && is_set(values[SECURITY_TOKEN]))
		r = keep_secret(values[SECURITY_TOKEN], path, &key->security_token, err);
	return r;
}

/* Adds the key pair of a section, if the section has one. Half a pair is an error, but not in
 * [global] and [basic]. Returns 0, also if nothing was added; or -errno with err. */
static int take_key(const struct section *section, const char *path, unsigned default_rate,
		    struct keys *keys, struct err *err)
{
	const char *const *values = section->values;
	bool ak = is_set(values[AK]), sk = is_set(values[SK]);

	/* the section "" has the lines before the first section; [global] and [basic] may have
	 * other credentials than a key pair */
	if (!*section->name || (!ak && !sk) || (is_the_sdks(section->name) && (!ak || !sk)))
		return 0;
	if (!ak || !sk)
		return err_set(err, EINVAL, "%s is missing", ak ? "sk" : "ak");
	if (section->unknown && !is_the_sdks(section->name))
		return err_set(err, EINVAL, "nothing is known of \"%.64s\"", section->unknown);
	/* [basic] often has the same pair as [global]: then it adds nothing */
	if (keys_find(keys, values[AK]))
		return is_the_sdks(section->name)
			       ? 0
			       : err_set(err, EINVAL, "its ak stands in another section too");
	return take_pair(section, path, default_rate, keys, err);
}

static int take_keys(const struct sections *sections, const char *path, unsigned default_rate,
		     struct keys **ret_keys, struct err *err)
{
	_cleanup_(keys_free) struct keys *keys = calloc(1, sizeof(*keys));
	int r;

	if (keys)
		keys->key = calloc(sections->n + 1, sizeof(*keys->key));
	if (!keys || !keys->key)
		return err_set(err, ENOMEM, "out of memory");
	for (size_t i = 0; i < sections->n; i++) {
		const struct section *section = &sections->section[i];

		r = take_key(section, path, default_rate, keys, err);
		if (r < 0) {
			err_context(err, "%s, section [%.128s]", path, section->name);
			return r;
		}
	}
	if (!keys->n)
		return err_set(err, EINVAL,
			       "the credentials file %s has no key pair: \"ak = …\" and \"sk = …\" "
			       "under [global], [basic] or the name of a user",
			       path);
	*ret_keys = steal_ptr(keys);
	return 0;
}

int keys_read(const char *path, unsigned default_rate, struct keys **ret_keys, struct err *err)
{
	struct sections sections = {0};
	struct buf text = {0};
	int r;

	r = sections_read(path, wanted, &text, &sections, err);
	if (r == 0)
		r = take_keys(&sections, path, default_rate, ret_keys, err);
	sections_finish(&sections, &text);
	return r;
}
