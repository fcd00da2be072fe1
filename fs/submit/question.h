/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_QUESTION_H
#define COCFS_SUBMIT_QUESTION_H

#include "submit/name_list.h"
#include "submit/submission.h"

/*
 * The question before a create: which jobs of its name does the service have? question.c has the
 * essay. send.c asks it, and is told the answer by submission_take_answer().
 */
struct question;

/* Asks for a submission that is about to create; it holds a slot meanwhile. Returns 0, or -errno:
 * nothing was asked. */
int question_begin(struct submission *submission);

/* Stops asking. A submission that does not ask is accepted. */
void question_finish(struct submission *submission);

#endif
