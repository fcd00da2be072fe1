/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_ENVIRONMENT_H
#define COCFS_COC_ENVIRONMENT_H

#include "base/err.h"
#include "base/secret.h"
#include "coc/creds.h"

/*
 * The variables HUAWEICLOUD_SDK_… from which the official SDKs read credentials, and
 * HUAWEICLOUD_SDK_X_AUTH_TOKEN, which only cocfs reads. They are taken once, at the start, and the
 * secrets among them are wiped in the environment of the process. So /proc/PID/environ shows no
 * key, and no program that cocfs starts (fusermount3) gets one.
 */
struct coc_environment {
	struct secret *sk, *security_token, *token;
	char *ak, *domain_id, *project_id, *idp_id, *id_token_file, *iam_endpoint;
};

/* Takes the variables. An empty variable counts as unset. The program must have one thread only.
 * Returns 0, or -errno with err filled. -EINVAL: a secret is too long. -ENOMEM. Finish
 * *ret_environment afterwards, also after a failure. */
int coc_environment_take(struct coc_environment *ret_environment, struct err *err);

/* Returns the taken variables as the offer of one place (struct coc_offer), from which credentials
 * are made. A member is NULL if its variable was not set. The members are borrowed from
 * environment. */
struct coc_offer coc_environment_offer(const struct coc_environment *environment);

/* Wipes and frees what the environment holds. */
void coc_environment_finish(struct coc_environment *environment);

#endif
