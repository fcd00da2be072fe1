/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_CHANGES_H
#define COCFS_SUBMIT_CHANGES_H

#include <stdint.h>

struct engine;

/*
 * Has fn called for each path whose siblings may show something else: after each commit of the
 * ledger, before any answer, and when a commit has failed. A path is given by itself, or by its
 * row, which may be gone by now (submit_path()). With neither any path may be meant. fn must change
 * nothing in the engine. NULL: nobody is told.
 */
typedef void submit_change_fn(void *data, int64_t row, const char *path);
void submit_on_change(struct engine *engine, submit_change_fn *fn, void *data);

/*
 * Has fn called for a row whose commit has found that the service has the text already, as a newer
 * version than the base was (from). That version is the base from now on, unless nobody has read
 * it. fn must change nothing in the engine. NULL: nobody is told.
 */
typedef void submit_found_fn(void *data, int64_t row, int64_t from);
void submit_on_found(struct engine *engine, submit_found_fn *fn, void *data);

#endif
