/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_ROUND_H
#define COCFS_SUBMIT_LOST_ROUND_H

#include "submit/lost.h"

/* The rounds in which the service is asked what became of a lost answer. */

/* From a lost answer to the first question; each later wait is twice the one before. */
#define LOST_ASK_FIRST_MS 500

/* Somebody waits for this path: asks soon. */
void lost_answer_hurry(struct submission *submission);

/* Those who could not be asked for ask soon: the service is there. */
void lost_answer_hurry_unanswered(struct engine *engine);

/* All ask soon. */
void lost_answer_hurry_all(struct engine *engine);

/* The submission is not in doubt any more. */
void lost_answer_finish(struct submission *submission);

/* Can a person end the doubt of a submission? It stays open, and its request is under way no
 * more. */
bool lost_answer_may_be_ended(const struct submission *submission);

/* The service could not be asked: asks again, after what answer (may be NULL) asks for. */
void lost_answer_ask_failed(struct lost_answer *lost, const struct coc_answer *answer);

/* Could the request of a submission be under way no more when the round began? */
bool lost_answer_is_settled(const struct submission *submission);

/* The request of a submission was done. The submission is asked for no more; what it was part of
 * stays until lost_answer_end_round(). */
void lost_answer_conclude_found(struct submission *submission, const char *job_id,
				struct job_versions versions);

/* The same for an update, as the search for its version has found. */
void lost_answer_conclude_update(struct submission *submission);

/* The round is over. What was not found by now was not done, if that is decided and the time for it
 * is over. Frees what has nothing left to ask for. */
void lost_answer_end_round(struct lost_answer *lost);

/* Lets a round begin if there is room for one more; else it begins when another has ended. */
bool lost_answer_take_place(struct lost_answer *lost);

/* Has the next round begin after wait_ms, unless one is under way. */
void lost_answer_hurry_round(struct lost_answer *lost, int64_t wait_ms);

/* Frees the candidates alone. */
void lost_answer_drop_candidates(struct lost_answer *lost);

#endif
