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
 * If r means damage, fills err with what to do. Returns r. */
int ledger_explain_reading(const struct ledger *ledger, int r, struct err *err);

/* Prepares a check. Takes all that was committed over into the file, which no commit changes from
 * here on. There must be no other check and no open transaction. Returns 0 and a check for
 * ledger_check_end(), or -errno. */
int ledger_check_begin(struct ledger *ledger, struct ledger_check **ret_check);

/*
 * Reads the whole ledger, which takes seconds: call this from a thread of its own. Returns 0 if the
 * ledger is sound. -EUCLEAN: it is damaged, and err says how. -ECANCELED: the check was stopped, or
 * commits needed the file: begin again. Another -errno: begin again later.
 */
int ledger_check_run(struct ledger_check *check, struct err *err);

/* Makes ledger_check_run() return soon. May be called from any thread. */
void ledger_check_stop(struct ledger_check *check);

/* Frees a check that does not run any more. result: what ledger_check_run() has returned. NULL is
 * accepted. */
void ledger_check_end(struct ledger *ledger, struct ledger_check *check, int result);

#endif
