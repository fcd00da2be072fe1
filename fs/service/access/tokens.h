/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_ACCESS_TOKENS_H
#define COCFS_SERVICE_ACCESS_TOKENS_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/secret.h"
#include "service/access/user.h"

/* What stands for an IAM token here: who sends it in X-Auth-Token is its user. */
struct token {
	struct user user;
	struct secret *secret;
	int64_t expires_ms; /* since the epoch, INT64_MAX: never */
};

struct tokens {
	struct token *token;
	size_t n;
};

/*
 * Reads a tokens file: a section for each user, with "token", and optionally "expires"
 * (2030-01-31T23:59:59Z), "access" and "rate". Errors as keys_read() has them.
 */
int tokens_read(const char *path, unsigned default_rate, struct tokens **ret_tokens,
		struct err *err);

/* Wipes and frees; NULL is accepted. */
void tokens_free(struct tokens *tokens);
DEFINE_CLEANUP(struct tokens *, tokens_free)

/* The token with these bytes, also when it is expired; NULL if there is none. How long it takes
 * says nothing of how much of a token was right. */
struct token *tokens_find(const struct tokens *tokens, const char *text);

#endif
