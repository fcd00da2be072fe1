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

/* The credentials of a mount: the keys with which the client signs requests. cocfs finds them at
 * the start, and again on SIGHUP. It renews temporary keys before they expire. */
struct credentials {
	struct coc_environment environment;
	const struct opts *opts; /* profile, cacert, check_later and mountpoint are used */
	const char *file;	 /* the key file of the embedded service; NULL: search all places */
	/* the keys with which the client signs; NULL: there are none yet */
	struct coc_creds *current;
	struct loop *loop;
	struct coc_client *client; /* NULL until credentials_set_client() */
	struct renewal *renewal;   /* renews temporary keys; NULL: no keys need that */
	/* after a SIGHUP: the renewal of the new keys, until it has the first of them; else NULL */
	struct renewal *trial;
	/* why the last fetch gave no keys; its text is empty if it gave some */
	struct err lack;
	/* takes the error of the first fetch, while the start waits for it; else NULL */
	struct err *answer;
	void (*renewed)(void *data);
	void *data;
};

/* Reads the variables of the environment. opts must outlive the struct. Returns 0, or -errno with
 * err filled. Call credentials_finish() afterwards, also after a failure. */
int credentials_init(struct credentials *credentials, const struct opts *opts, struct err *err);

/* Finds the credentials. For temporary keys runs the loop until the keys are there: put nothing on
 * the loop before that must not run before the mount is open. loop_quit() ends the wait. Returns 0;
 * also without credentials, if they may come later (IAM does not answer, or check=later). Otherwise
 * returns -errno with err filled: an error of coc_chain_find(), or why no keys can be fetched, such
 * as -EACCES if IAM refuses. */
int credentials_find(struct credentials *credentials, struct loop *loop, struct err *err);

/* Lets a client sign with the credentials from now on. Each time that there are new credentials,
 * the client gets them, and renewed(data) is called. */
void credentials_set_client(struct credentials *credentials, struct coc_client *client,
			    void (*renewed)(void *data), void *data);

/* Finds the credentials again. The client signs with the new credentials from now on, or as soon as
 * they are fetched. If the fetch fails, the log says so, and the old credentials stay. Returns 0;
 * or -errno with err filled: then too the old credentials stay. */
int credentials_find_again(struct credentials *credentials, struct err *err);

/* Wipes and frees the credentials, and ends their fetches. Destroy the client first, because it
 * signs with them. */
void credentials_finish(struct credentials *credentials);

#endif
