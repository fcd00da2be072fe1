/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_SUCCESS_H
#define COCFS_COC_SUCCESS_H

#include "base/json.h"
#include "coc/answer.h"

/*
 * Reads what the operation of source is after from a 200 that carries no error code, and points
 * out->answer at it. Returns 0; -EINVAL: the API cannot have sent this; -E2BIG: nor a text of this
 * length; -ESTALE: the answer says that there is no such job; -ENOMEM. success_finish() frees what
 * was taken in, in every case.
 */
int success_read(const struct answer_source *source, const cJSON *root, struct answer *out);

/* Does an answer have an error code that says success (0, or "COC.00000000")? */
bool success_is_told(const cJSON *root);

/* Frees what was taken in. */
void success_finish(struct answer *answer);

#endif
