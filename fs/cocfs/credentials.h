/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_CREDENTIALS_H
#define COCFS_COCFS_CREDENTIALS_H

#include "base/err.h"
#include "coc/chain.h"
#include "coc/coc.h"

/* The credentials of a mount: found at the start, and found again on SIGHUP. */
struct credentials {
	struct coc_environment environment;
	const char *profile; /* -o profile, or NULL */
	const char *file;    /* the key file of the embedded service; NULL: look in the chain */
	struct coc_creds *current; /* what the client signs with */
};

/* Takes the variables of the environment. profile is borrowed. Returns 0, or -errno with err
 * filled; finish it in any case. */
int credentials_init(struct credentials *credentials, const char *profile, struct err *err);

/* Finds the credentials: fills current. Returns 0, or what coc_chain_find() returns. */
int credentials_find(struct credentials *credentials, struct err *err);

/* Finds them again and has the client use them. Returns 0; -errno with err filled: those that were
 * found before stay. */
int credentials_find_again(struct credentials *credentials, struct coc_client *client,
			   struct err *err);

/* Wipes and frees; no client may use them any more. */
void credentials_finish(struct credentials *credentials);

#endif
