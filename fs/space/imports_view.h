/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORTS_VIEW_H
#define COCFS_SPACE_IMPORTS_VIEW_H

#include "space/text.h"

/* Returns the source of the text of .coc/imports: the names of the imports that have a file, one
 * line each, escaped (base/escape.h). The text comes from the ledger: the service is not asked. If
 * the caller of req may not list the root, the text is empty. Returns NULL if memory is short. */
struct text_source *imports_view_text(struct space *space, fuse_req_t req);

#endif
