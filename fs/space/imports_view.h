/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_IMPORTS_VIEW_H
#define COCFS_SPACE_IMPORTS_VIEW_H

#include "space/text.h"

/* Returns the source of the text of .coc/imports: the names of the imports that the root lists, by
 * name, one line each, escaped (base/escape.h). The text comes from the ledger: the service is not
 * asked. Returns NULL if memory is short. */
struct text_source *imports_view_text(struct space *space);

#endif
