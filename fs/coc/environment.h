/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_ENVIRONMENT_H
#define COCFS_COC_ENVIRONMENT_H

#include "base/err.h"
#include "base/secret.h"
#include "coc/creds.h"

/*
 * The variables HUAWEICLOUD_SDK_… that the official SDKs read credentials from, and
 * HUAWEICLOUD_SDK_X_AUTH_TOKEN, which is ours. They are taken once, at the start: what is secret is
 * wiped where the process got it. Then neither /proc/PID/environ shows a key nor does a program
 * that cocfs starts (fusermount3) get one.
 */
struct coc_environment {
	struct secret *sk, *security_token, *token;
	char *ak, *domain_id, *project_id, *idp_id, *id_token_file, *iam_endpoint;
};

/* Takes the variables. An empty one counts as unset. The program must have one thread
 * only. Returns 0; -EINVAL: a secret that is too long; -ENOMEM; err filled. Finish it in any case.
 */
int coc_environment_take(struct coc_environment *ret_environment, struct err *err);

/* What the environment offers: it points into environment. */
struct coc_offer coc_environment_offer(const struct coc_environment *environment);

/* Wipes and frees what the environment holds. */
void coc_environment_finish(struct coc_environment *environment);

#endif
