/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_LOST_ROUND_H
#define COCFS_SUBMIT_LOST_ROUND_H

#include "submit/lost.h"

/* The rounds of questions to the service about a lost answer. */

/* The wait from a lost answer to the first question. Later waits double, up to five minutes; some
 * are shorter (ask_again() in lost_round.c). */
#define LOST_ASK_FIRST_MS 500

/* Call this function when a writer waits for the path of this submission. Begins the next round
 * about its lost answer at once, unless a round is under way or waits for a place. Does nothing if
 * the submission is not in doubt. */
void lost_answer_hurry(struct submission *submission);

/* Begins the next rounds of all lost answers whose last round got no answer, except where a round
 * is under way or waits for a place. Call this when the service is back. */
void lost_answer_hurry_unanswered(struct engine *engine);

/* Begins the next rounds of all lost answers at once, except where a round is under way or waits
 * for a place. */
void lost_answer_hurry_all(struct engine *engine);

/* Takes a submission out of its lost answer: it is not in doubt any more. Frees the lost answer if
 * it has no submission left. Does nothing if the submission has no lost answer. */
void lost_answer_finish(struct submission *submission);

/* May a person end the doubt of this submission? Yes if it stayed undecided, and its request can no
 * longer be under way. */
bool lost_answer_may_be_ended(const struct submission *submission);

/* Ends a round in which the service could not be asked. Begins the next round later. answer: the
 * answer that failed, whose Retry-After is kept; NULL: no call was made. */
void lost_answer_ask_failed(struct lost_answer *lost, const struct coc_answer *answer);

/* Returns true if the round began so late that the request of this submission could no longer be
 * under way. */
bool lost_answer_is_settled(const struct submission *submission);

/* Ends the doubt of a create whose request was done, as OUTCOME_SETTLED with the job that it has
 * made. The submission leaves its lost answer. The lost answer itself stays until
 * lost_answer_end_round(). */
void lost_answer_conclude_found(struct submission *submission, const char *job_id,
				struct job_versions versions);

/* Ends the doubt of an update whose version was found (submission->search), as done. The submission
 * leaves its lost answer, which stays until lost_answer_end_round(). */
void lost_answer_conclude_update(struct submission *submission);

/* Ends a round. Each submission that is still in the lost answer counts as not done if it is
 * decided (->decided) and settled (lost_answer_is_settled()), unless the round is inconclusive.
 * Frees the lost answer if no submission is left, otherwise begins the next round later. */
void lost_answer_end_round(struct lost_answer *lost);

/* Takes a place for a round of questions: ASKING_MAX rounds at most run at the same time. Returns
 * true if a place was free: begin the round. Otherwise returns false, and puts the lost answer at
 * the end of engine->waiting_to_ask. When a place becomes free, the round of the first one there
 * begins. */
bool lost_answer_take_place(struct lost_answer *lost);

/* Begins the next round after wait_ms, unless a round is under way or waits for a place. Afterwards
 * the waits between rounds are as short as after the first round again. */
void lost_answer_hurry_round(struct lost_answer *lost, int64_t wait_ms);

/* Frees the candidates of a lost answer: the jobs that its creates may have made. */
void lost_answer_drop_candidates(struct lost_answer *lost);

#endif
