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

/* The credentials of a mount. They are found at the start, and again on SIGHUP. Temporary keys are
 * renewed before they end. */
struct credentials {
	struct coc_environment environment;
	const char *profile, *cacert; /* -o profile and -o cacert; NULL: not given */
	bool check_later; /* -o check=later: mount even if IAM gives no token at the start */
	const char *file; /* the key file of the embedded service; NULL: search all places */
	struct coc_creds *current; /* the client signs with these; NULL: there are none yet */
	struct loop *loop;
	struct coc_client *client; /* NULL until credentials_set_client() */
	struct renewal *renewal;   /* renews temporary keys */
	struct renewal *trial;	   /* the renewal of a SIGHUP, until it has its first keys */
	struct err lack;	   /* why the last fetch gave no keys; else its text is empty */
	struct err *answer;	   /* takes the error of the first fetch, while the start waits */
	void (*renewed)(void *data);
	void *data;
};

/* Reads the variables of the environment. opts must outlive the struct. Returns 0, or -errno with
 * err filled. Call credentials_finish() afterwards, also after a failure. */
int credentials_init(struct credentials *credentials, const struct opts *opts, struct err *err);

/* Finds the credentials. For temporary keys this runs the loop until they are there. Nothing may be
 * on the loop that must not run before the mount is open. loop_quit() ends the wait. Returns 0,
 * also without credentials if IAM does not answer. Returns an error of coc_chain_find(), or -EACCES
 * if IAM refuses. */
int credentials_find(struct credentials *credentials, struct loop *loop, struct err *err);

/* Lets a client sign with the credentials from now on. renewed() is called when there are new
 * ones. */
void credentials_set_client(struct credentials *credentials, struct coc_client *client,
			    void (*renewed)(void *data), void *data);

/* Finds the credentials again. The client uses the new ones from now on, or once they are fetched.
 * Returns 0, or -errno with err filled: then the old ones stay. */
int credentials_find_again(struct credentials *credentials, struct err *err);

/* Wipes and frees the credentials, and ends their fetches. Destroy the client first, because it
 * signs with them. */
void credentials_finish(struct credentials *credentials);

#endif
