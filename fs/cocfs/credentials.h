/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_CREDENTIALS_H
#define COCFS_COCFS_CREDENTIALS_H

#include <stdbool.h>

#include "base/err.h"
#include "coc/chain.h"
#include "coc/coc.h"
#include "coc/renewal.h"
#include "cocfs/options.h"
#include "loop/loop.h"

/* The credentials of a mount: found at the start and again on SIGHUP, and renewed if they end. */
struct credentials {
	struct coc_environment environment;
	const char *profile, *cacert; /* -o profile, -o cacert, or NULL */
	bool check_later;	      /* -o check=later: IAM may refuse at the start */
	const char *file; /* the key file of the embedded service; NULL: look in the chain */
	struct coc_creds *current; /* what the client signs with; NULL: none could be had yet */
	struct loop *loop;
	struct coc_client *client; /* once there is one */
	struct renewal *renewal;   /* of temporary keys */
	struct renewal *trial;	   /* another one, of SIGHUP, which has not had keys yet */
	struct err lack;	   /* why the last fetch had no keys; else it has no text */
	struct err *answer;	   /* of the first fetch, while the start waits for it */
	void (*renewed)(void *data);
	void *data;
};

/* Takes the variables of the environment. opts are borrowed. Returns 0, or -errno with err filled;
 * finish it in any case. */
int credentials_init(struct credentials *credentials, const struct opts *opts, struct err *err);

/* Finds the credentials. Temporary ones are waited for, in iterations of the loop: nothing else
 * must be on the loop that could do harm before the mount is open; loop_quit() ends the wait.
 * Returns 0, also without credentials when IAM does not answer; or what coc_chain_find() returns;
 * -EACCES: IAM refuses. */
int credentials_find(struct credentials *credentials, struct loop *loop, struct err *err);

/* The client signs with them from now on. renewed is called when there are new ones. */
void credentials_set_client(struct credentials *credentials, struct coc_client *client,
			    void (*renewed)(void *data), void *data);

/* Finds them again. The client uses them when this returns, or once they are fetched. Returns 0;
 * -errno with err filled: those that were found before stay. */
int credentials_find_again(struct credentials *credentials, struct err *err);

/* Wipes and frees; no client may use them any more. */
void credentials_finish(struct credentials *credentials);

#endif
