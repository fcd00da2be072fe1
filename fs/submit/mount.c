/* SPDX-License-Identifier: MIT */
/* The beginning and the end of a mount, for the program that mounts. */
#define _GNU_SOURCE
#include "submit/mount.h"

#include <string.h>

#include "base/log.h"
#include "coc/source.h"
#include "ledger/check.h"
#include "submit/recovery.h"

int submit_open(const struct submit_spec *spec, struct engine **ret_engine, struct err *err)
{
	const struct ledger_owner owner = {.source = spec->source,
					   .is_same = coc_source_is_same,
					   .instance = spec->instance,
					   .rebind = spec->rebind};
	struct ledger *ledger;
	int r = ledger_open(spec->ledger, &owner, &ledger, err);

	if (r < 0)
		return r;
	ledger_measure(ledger, loop_stall(spec->loop));
	r = engine_create(spec->loop, ledger, spec->service, &spec->options, ret_engine);
	if (r < 0) {
		ledger_close(ledger);
		return err_set(err, -r, "the ledger cannot be read: %s", strerror(-r));
	}
	return 0;
}

void submit_close(struct engine *engine)
{
	struct ledger *ledger = engine ? engine->ledger : NULL;

	engine_destroy(engine);
	ledger_close(ledger);
}

/* Ends the renames that a crash has interrupted, and commits. If only the commit fails, sets
 * engine->renames_unsettled, and returns 0. Returns -errno if the ledger or the spool cannot be
 * read. */
static int recover_renames(struct engine *engine, const struct spool_witness *witness)
{
	int r = ledger_rename_unfinished(engine->ledger, witness->was_renamed, witness->data);

	if (r < 0)
		return r;
	/* commit now: in a later commit that fails, these changes would be lost without notice */
	engine->renames_unsettled = ledger_commit(engine->ledger, false) < 0;
	return 0;
}

static int learn_owners(struct engine *engine, const struct spool_witness *witness)
{
	int r = ledger_owners_known(engine->ledger);

	if (r != 0)
		return r < 0 ? r : 0;
	log_info("the ledger is of an older cocfs: whose each file is, is recorded now");
	return ledger_learn_owners(engine->ledger, witness->find_owner, witness->data);
}

static int recover_unfinished(struct engine *engine, const struct spool_witness *witness,
			      struct err *err)
{
	int r = engine_recover(engine);

	if (r < 0)
		return err_set(err, -r, "unfinished submissions cannot be taken up: %s",
			       strerror(-r));
	r = recover_renames(engine, witness);
	if (r < 0)
		return err_set(err, -r, "the ledger cannot be written: %s", strerror(-r));
	r = learn_owners(engine, witness);
	return r < 0 ? err_set(err, -r, "whose each file is cannot be recorded: %s", strerror(-r))
		     : 0;
}

int submit_recover(struct engine *engine, const struct spool_witness *witness, struct err *err)
{
	return ledger_explain_reading(engine->ledger, recover_unfinished(engine, witness, err),
				      err);
}
