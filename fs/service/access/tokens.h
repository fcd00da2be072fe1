/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_ACCESS_TOKENS_H
#define COCFS_SERVICE_ACCESS_TOKENS_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/secret.h"
#include "service/access/user.h"

/* A token of a user. It stands for the token that IAM would give: a request with this token in
 * X-Auth-Token is the user's. */
struct token {
	struct user user;
	struct secret *secret;
	int64_t expires_ms; /* since the epoch; INT64_MAX: the token never expires */
};

struct tokens {
	struct token *token;
	size_t n;
};

/*
 * Reads a tokens file. Each user has a section with "token", and optionally "expires"
 * (2030-01-31T23:59:59Z), "access" and "rate". A user without "rate" gets default_rate (0: no
 * limit). Returns 0 and tokens that tokens_free() frees; or an error of sections_read().
 * Returns -EINVAL, too, if a section has no token, the token of an earlier section, an unknown word
 * or a wrong value. err is filled.
 */
int tokens_read(const char *path, unsigned default_rate, struct tokens **ret_tokens,
		struct err *err);

/* Wipes and frees the tokens. NULL is accepted. */
void tokens_free(struct tokens *tokens);
DEFINE_CLEANUP(struct tokens *, tokens_free)

/* Returns the token that has this text, even if the token is expired; NULL if there is none. The
 * time that the comparison takes does not depend on how much of the text is right. */
struct token *tokens_find(const struct tokens *tokens, const char *text);

#endif
