/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_SQL_STATES_H
#define COCFS_LEDGER_SQL_STATES_H

#include "job/import.h"
#include "job/state.h"

/* The states of job/state.h and job/import.h, for the texts of statements. No other file has their
 * numbers. */

#define NUMBER_DRAFT 0
#define NUMBER_QUEUED 1
#define NUMBER_SUBMITTING 2
#define NUMBER_SUBMITTED 3
#define NUMBER_FAILED 4
#define NUMBER_IN_DOUBT 5
_Static_assert(NUMBER_DRAFT == JOB_DRAFT && NUMBER_QUEUED == JOB_QUEUED &&
		       NUMBER_SUBMITTING == JOB_SUBMITTING && NUMBER_SUBMITTED == JOB_SUBMITTED &&
		       NUMBER_FAILED == JOB_FAILED && NUMBER_IN_DOUBT == JOB_IN_DOUBT &&
		       JOB_STATE_COUNT == 6,
	       "the numbers are those of enum job_state");

#define SQL_TEXT(number) #number
#define SQL_NUMBER(number) SQL_TEXT(number)
#define SQL_DRAFT SQL_NUMBER(NUMBER_DRAFT)
#define SQL_QUEUED SQL_NUMBER(NUMBER_QUEUED)
#define SQL_SUBMITTING SQL_NUMBER(NUMBER_SUBMITTING)
#define SQL_SUBMITTED SQL_NUMBER(NUMBER_SUBMITTED)
#define SQL_FAILED SQL_NUMBER(NUMBER_FAILED)
#define SQL_IN_DOUBT SQL_NUMBER(NUMBER_IN_DOUBT)

/* the states in which a request may have been sent, and its answer is not known */
#define SQL_SENT "(" SQL_SUBMITTING ", " SQL_IN_DOUBT ")"

/* The states that job_state_is_unfinished() accepts. (The unit test ledger compares the two.) */
#define SQL_UNFINISHED "(" SQL_QUEUED ", " SQL_SUBMITTING ", " SQL_IN_DOUBT ")"

#define NUMBER_UNPLACED 0
#define NUMBER_PLACED 1
#define NUMBER_REMOVED 2
#define NUMBER_LEAVING 3
#define NUMBER_TAKEN 4
_Static_assert(NUMBER_UNPLACED == IMPORT_UNPLACED && NUMBER_PLACED == IMPORT_PLACED &&
		       NUMBER_REMOVED == IMPORT_REMOVED && NUMBER_LEAVING == IMPORT_LEAVING &&
		       NUMBER_TAKEN == IMPORT_TAKEN,
	       "the numbers are those of enum import_state");

#define SQL_UNPLACED SQL_NUMBER(NUMBER_UNPLACED)
#define SQL_PLACED SQL_NUMBER(NUMBER_PLACED)
#define SQL_REMOVED SQL_NUMBER(NUMBER_REMOVED)
#define SQL_LEAVING SQL_NUMBER(NUMBER_LEAVING)
#define SQL_TAKEN SQL_NUMBER(NUMBER_TAKEN)

/* the states of a tombstone: a user has removed the import's file */
#define SQL_TOMBSTONE "(" SQL_REMOVED ", " SQL_TAKEN ")"

#endif
