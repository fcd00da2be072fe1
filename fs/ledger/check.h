/* SPDX-License-Identifier: MIT */
#ifndef COCFS_LEDGER_CHECK_H
#define COCFS_LEDGER_CHECK_H

#include <stdbool.h>

#include "base/err.h"

/* The check of a whole ledger after a crash, beside its use. check.c has the essay. */

struct ledger;
struct ledger_check;

/* Must the ledger still be checked? Until then no request may be sent from it. */
bool ledger_is_unchecked(const struct ledger *ledger);

/* Call this with the result r of reading the ledger at the begin of a mount; err is filled already.
 * If r is -EUCLEAN (damage), fills err anew with what to do. Returns r. */
int ledger_explain_reading(const struct ledger *ledger, int r, struct err *err);

/* Prepares a check. Copies all that was committed from the log into the ledger's file. From here on
 * commits go to the log only, and the file stays as it is. There must be no other check and no open
 * transaction. Returns 0 and a check, which ledger_check_end() frees, or -errno. */
int ledger_check_begin(struct ledger *ledger, struct ledger_check **ret_check);

/*
 * Reads the whole ledger, which takes seconds: call this from a thread of its own. Returns 0 if the
 * ledger is sound. -EUCLEAN: it is damaged, and err says how. -ECANCELED: ledger_check_stop() was
 * called, or the log was too long and had to be copied into the file: begin again. Another -errno:
 * begin again later.
 */
int ledger_check_run(struct ledger_check *check, struct err *err);

/* Makes ledger_check_run() return soon. May be called from any thread. */
void ledger_check_stop(struct ledger_check *check);

/* Frees a check that does not run any more, and records what it found. result: what
 * ledger_check_run() has returned. NULL is accepted. */
void ledger_check_end(struct ledger *ledger, struct ledger_check *check, int result);

#endif
