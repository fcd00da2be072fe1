/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_BODY_H
#define COCFS_COC_BODY_H

#include <stdbool.h>

#include "base/err.h"
#include "coc/coc.h"

/*
 * The JSON body of CreateDocument (create) or UpdateDocument: the content byte for byte, text that
 * is not ASCII as UTF-8. Returns 0 and an allocated string; -EINVAL: not UTF-8, or a NUL in the
 * content; -EFBIG: more than the API takes; -ENOMEM; err filled.
 */
int body_build(const struct coc_document *document, bool create, char **ret_body, struct err *err);

#endif
