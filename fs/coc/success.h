/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_SUCCESS_H
#define COCFS_COC_SUCCESS_H

#include "base/json.h"
#include "coc/answer.h"

/*
 * Reads the result of the operation from a 200 without an error code, and points out->answer at it.
 * Call success_finish() in every case.
 *
 * Returns 0, or -ENOMEM. Returns -EINVAL if the API cannot have sent this answer, and -E2BIG if a
 * text in it is longer than the bounds of bounds/api.h. Returns -ESTALE if the answer says that
 * there is no such job.
 */
int success_read(const struct answer_source *source, const cJSON *root, struct answer *out);

/* Does an answer have an error code that means success (the number 0, or a text such as
 * "COC.00000000")? */
bool success_is_told(const cJSON *root);

/* Frees what success_read() has copied. */
void success_finish(struct answer *answer);

#endif
