/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_CHECK_H
#define COCFS_LEDGER_CHECK_H

#include <stdbool.h>

#include "base/err.h"

/* The check of a whole ledger beside its use, after a crash: check.c has the essay. */

struct ledger;
struct ledger_check;

/* Is the ledger yet to be checked? Nothing of it may be sent before. */
bool ledger_is_unchecked(const struct ledger *ledger);

/* What was read when the mount began has failed with r, which err tells. If that is damage, err
 * says what to do. Returns r. */
int ledger_explain_reading(const struct ledger *ledger, int r, struct err *err);

/* Prepares a check: all that was committed is taken over into the file, which no commit changes
 * from here on. None may be there. No transaction may be open. Returns 0 and a check for
 * ledger_check_end(), or -errno. */
int ledger_check_begin(struct ledger *ledger, struct ledger_check **ret_check);

/*
 * Reads the whole ledger, which takes as long as it takes: call it from a thread of its own.
 * Returns 0: it is sound. -EUCLEAN: it is damaged, and err says so. -ECANCELED: begin again, as it
 * was stopped, or commits needed the file. Another -errno: begin again later.
 */
int ledger_check_run(struct ledger_check *check, struct err *err);

/* Has the run end soon, from any thread. */
void ledger_check_stop(struct ledger_check *check);

/* Ends a check that does not run any more, and frees it: result is what the run has returned. NULL
 * is accepted. */
void ledger_check_end(struct ledger *ledger, struct ledger_check *check, int result);

#endif
