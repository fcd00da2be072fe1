/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/keys.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/ini.h"

static const char *const sections[KEYS_MAX] = {"global", "basic"};

void keys_free(struct keys *keys)
{
	if (!keys)
		return;
	for (size_t i = 0; i < keys->n; i++) {
		free(keys->key[i].ak);
		secret_close(keys->key[i].sk);
	}
	free(keys);
}

const struct key *keys_find(const struct keys *keys, const char *ak)
{
	for (size_t i = 0; i < keys->n; i++)
		if (!strcmp(keys->key[i].ak, ak))
			return &keys->key[i];
	return NULL;
}

/* What a file says; the strings point into its text. */
struct found {
	const char *ak[KEYS_MAX], *sk[KEYS_MAX];
};

static int on_key(void *data, const char *section, const char *key, const char *value)
{
	struct found *found = data;

	for (int i = 0; i < KEYS_MAX; i++) {
		if (strcmp(section, sections[i]))
			continue;
		if (!strcmp(key, "ak"))
			found->ak[i] = value;
		else if (!strcmp(key, "sk"))
			found->sk[i] = value;
	}
	return 0;
}

/* Takes the whole pairs over. Returns 0, -EINVAL without any, -E2BIG, -ENOMEM. */
static int take_pairs(const struct found *found, const char *path, struct keys *keys)
{
	for (int i = 0; i < KEYS_MAX; i++) {
		const char *ak = found->ak[i], *sk = found->sk[i];
		struct key *key = &keys->key[keys->n];
		int r;

		if (!ak || !sk || !*ak || !*sk)
			continue;
		r = secret_open(sk, strlen(sk), path, &key->sk);
		if (r < 0)
			return r;
		keys->n++;
		key->ak = strdup(ak);
		if (!key->ak)
			return -ENOMEM;
	}
	return keys->n ? 0 : -EINVAL;
}

/* Takes the pairs out of the text of a file. */
static int read_keys(struct buf *text, const char *path, struct keys **ret_keys, struct err *err)
{
	_cleanup_(keys_free) struct keys *keys = calloc(1, sizeof(*keys));
	struct found found = {0};
	unsigned line = 0;
	int r;

	if (!keys)
		return err_set(err, ENOMEM, "out of memory");
	r = ini_parse(text->data, text->size, on_key, &found, &line);
	if (r < 0)
		return err_set(err, -r, "%s, line %u: neither [section] nor key = value", path,
			       line);
	r = take_pairs(&found, path, keys);
	if (r == -EINVAL)
		return err_set(err, EINVAL,
			       "the credentials file %s has no key pair: \"ak = …\" and \"sk = …\" "
			       "under [global] or [basic]",
			       path);
	if (r < 0)
		return err_set(err, -r, "cannot keep the keys of %s: %s", path, strerror(-r));
	*ret_keys = steal_ptr(keys);
	return 0;
}

int keys_read(const char *path, struct keys **ret_keys, struct err *err)
{
	struct buf text = {0};
	int r = file_read(path, true, &text, err);

	if (r == -ENOENT)
		err_set(err, ENOENT, "cannot read the credentials file %s: %s", path,
			strerror(ENOENT));
	if (r == 0)
		r = read_keys(&text, path, ret_keys, err);
	if (text.data)
		secret_wipe(text.data, text.room);
	buf_finish(&text);
	return r;
}
