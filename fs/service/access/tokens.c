/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/access/tokens.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>

#include "service/access/sections.h"

enum { TOKEN, EXPIRES, ACCESS, RATE };

static const char *const wanted[] = {"token", "expires", "access", "rate", NULL};

void tokens_free(struct tokens *tokens)
{
	if (!tokens)
		return;
	for (size_t i = 0; i < tokens->n; i++) {
		user_finish(&tokens->token[i].user);
		secret_close(tokens->token[i].secret);
	}
	free(tokens->token);
	free(tokens);
}

struct token *tokens_find(const struct tokens *tokens, const char *text)
{
	size_t size = strlen(text), own;

	for (size_t i = 0; i < tokens->n; i++) {
		const char *secret = secret_bytes(tokens->token[i].secret, &own);

		if (own == size && !CRYPTO_memcmp(secret, text, size))
			return &tokens->token[i];
	}
	return NULL;
}

/* Reads a time in UTC in the form of IAM, with or without a fraction of the second; the fraction is
 * dropped. Returns false for another text. */
static bool parse_time(const char *text, int64_t *ret_ms)
{
	struct tm tm = {0};
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);

	if (rest && *rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (!rest || strcmp(rest, "Z"))
		return false;
	*ret_ms = (int64_t)timegm(&tm) * 1000;
	return true;
}

static int take_token(const struct section *section, const char *path, unsigned default_rate,
		      struct tokens *tokens, struct err *err)
{
	const char *const *values = section->values;
	struct token *token = &tokens->token[tokens->n];
	int r;

	if (section->unknown)
		return err_set(err, EINVAL, "nothing is known of \"%.64s\"", section->unknown);
	if (!values[TOKEN] || !*values[TOKEN])
		return err_set(err, EINVAL, "token is missing");
	if (tokens_find(tokens, values[TOKEN]))
		return err_set(err, EINVAL, "its token stands in another section too");
	token->expires_ms = INT64_MAX;
	if (values[EXPIRES] && !parse_time(values[EXPIRES], &token->expires_ms))
		return err_set(err, EINVAL, "expires is not of the form 2030-01-31T23:59:59Z");
	r = user_init(&token->user, section->name, values[ACCESS], values[RATE], default_rate, err);
	if (r < 0)
		return r;
	r = secret_open(values[TOKEN], strlen(values[TOKEN]), path, &token->secret);
	if (r < 0) {
		user_finish(&token->user);
		return err_set(err, -r, "cannot keep its token: %s", strerror(-r));
	}
	tokens->n++;
	return 0;
}

static int take_tokens(const struct sections *sections, const char *path, unsigned default_rate,
		       struct tokens **ret_tokens, struct err *err)
{
	_cleanup_(tokens_free) struct tokens *tokens = calloc(1, sizeof(*tokens));
	int r;

	if (tokens)
		tokens->token = calloc(sections->n + 1, sizeof(*tokens->token));
	if (!tokens || !tokens->token)
		return err_set(err, ENOMEM, "out of memory");
	for (size_t i = 0; i < sections->n; i++) {
		const struct section *section = &sections->section[i];

		r = take_token(section, path, default_rate, tokens, err);
		if (r < 0) {
			err_context(err, "%s, section [%.128s]", path, section->name);
			return r;
		}
	}
	*ret_tokens = steal_ptr(tokens);
	return 0;
}

int tokens_read(const char *path, unsigned default_rate, struct tokens **ret_tokens,
		struct err *err)
{
	struct sections sections = {0};
	struct buf text = {0};
	int r;

	r = sections_read(path, wanted, &text, &sections, err);
	if (r == 0)
		r = take_tokens(&sections, path, default_rate, ret_tokens, err);
	sections_finish(&sections, &text);
	return r;
}
