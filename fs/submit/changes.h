/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_CHANGES_H
#define COCFS_SUBMIT_CHANGES_H

#include <stdint.h>

struct engine;

/*
 * From now on fn is called for each path whose siblings (.id, .error) may show something else. The
 * calls come after each commit of the ledger, before any answer, and when a commit has failed. path
 * names the job file. If path is NULL, row names it: ask submit_path(), which may answer that the
 * row is gone. If row is 0 and path is NULL, any path may have changed. A call of fn must change
 * nothing in the engine. NULL for fn ends the calls.
 */
typedef void submit_change_fn(void *data, int64_t row, const char *path);
void submit_on_change(struct engine *engine, submit_change_fn *fn, void *data);

/*
 * From now on fn is called when a commit of row finds that the service has the text already, as a
 * version newer than the base of row. from is the base until then. The newer version is the base
 * from now on, unless nobody has read it. fn must change nothing in the engine. fn NULL ends the
 * calls.
 */
typedef void submit_found_fn(void *data, int64_t row, int64_t from);
void submit_on_found(struct engine *engine, submit_found_fn *fn, void *data);

#endif
