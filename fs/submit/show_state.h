/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SHOW_STATE_H
#define COCFS_SUBMIT_SHOW_STATE_H

/* The questions for single jobs, as the engine keeps them. show.h has what fs/space calls. */
struct shows;
struct engine;

/* Returns 0 and an owned struct shows, or -ENOMEM. */
int shows_create(struct engine *engine, struct shows **ret_shows);

/* Cancels all questions without calling their waiters, and frees shows. NULL is accepted. */
void shows_destroy(struct shows *shows);

/* Call this at any answer of the service: it is not away any more, and questions are asked
 * again. */
void shows_service_is_there(struct shows *shows);

#endif
