/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_SHOW_STATE_H
#define COCFS_SUBMIT_SHOW_STATE_H

/* The questions for single jobs as the engine has them: what they answer is in show.h. */
struct shows;
struct engine;

/* Returns 0 and owned questions, or -ENOMEM. */
int shows_create(struct engine *engine, struct shows **ret_shows);

/* Gives up what is asked: nobody is told. NULL is accepted. */
void shows_destroy(struct shows *shows);

/* The service has answered: it is not away any more. */
void shows_service_is_there(struct shows *shows);

#endif
