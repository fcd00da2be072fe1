/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_BODY_H
#define COCFS_COC_BODY_H

#include <stdbool.h>

#include "base/err.h"
#include "coc/coc.h"

/*
 * Builds the JSON body of CreateDocument (create) or UpdateDocument: the content byte for byte,
 * text that is not ASCII as UTF-8. Returns 0 and an allocated string, or -errno with err filled.
 *
 * -EINVAL: a text is not UTF-8, or the content has a NUL. -EFBIG: the content is longer than the
 * API takes. -ENOMEM.
 */
int body_build(const struct coc_document *document, bool create, char **ret_body, struct err *err);

#endif
