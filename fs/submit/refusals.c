/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "submit/refusals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "submit/author.h"
#include "submit/state.h"

/* The most paths whose refusals are kept in memory, with at most 1 MB of stories. If there are
 * more, the oldest refusal is dropped; it is in the log. */
#define REFUSALS_KEPT_MAX 256
#define REFUSALS_AGAIN_MS 5000

struct refusal {
	char *path;
	/* the text of the .error; NULL: a queued submission, which becomes a refusal if its
	 * iteration is lost */
	char *story;
	struct author author;
	int errnum;
	bool incomplete, unmade;
	TAILQ_ENTRY(refusal) link;
};

static void refusal_free(struct refusal *refusal)
{
	free(refusal->path);
	free(refusal->story);
	free(refusal);
}

static void free_refusals(struct refusal_list *list)
{
	struct refusal *refusal;

	while ((refusal = TAILQ_FIRST(list))) {
		TAILQ_REMOVE(list, refusal, link);
		refusal_free(refusal);
	}
}

void refusals_init(struct refusals *refusals)
{
	TAILQ_INIT(&refusals->fresh);
	TAILQ_INIT(&refusals->kept);
}

void refusals_finish(struct refusals *refusals)
{
	loop_timer_cancel(&refusals->again);
	free_refusals(&refusals->fresh);
	free_refusals(&refusals->kept);
}

static struct refusal *find_refusal(const struct refusal_list *list, const char *path)
{
	struct refusal *refusal;

	TAILQ_FOREACH (refusal, list, link) {
		if (!strcmp(refusal->path, path))
			return refusal;
	}
	return NULL;
}

const char *submit_story(const struct engine *engine, const char *path, struct holding *ret_holding)
{
	const struct refusal *refusal = find_refusal(&engine->refusals.kept, path);

	if (!refusal)
		return NULL;
	*ret_holding = refusal->author.holding;
	return refusal->story;
}

/* Takes a refusal out of refusals->kept. The caller owns the refusal then. */
static void take_kept(struct refusals *refusals, struct refusal *refusal)
{
	TAILQ_REMOVE(&refusals->kept, refusal, link);
	refusals->n_kept--;
}

void refusals_drop(struct engine *engine, const char *path)
{
	struct refusal *refusal = find_refusal(&engine->refusals.kept, path);

	if (refusal) {
		take_kept(&engine->refusals, refusal);
		refusal_free(refusal);
	}
}

static void try_again(void *data);

static void try_later(struct engine *engine)
{
	loop_timer_set(engine->loop, &engine->refusals.again,
		       loop_now_ms(engine->loop) + REFUSALS_AGAIN_MS, try_again, engine);
}

/* Takes a refusal into refusals->kept, and drops an older refusal of its path. If there are more
 * than REFUSALS_KEPT_MAX, drops the oldest refusal. */
static void keep_refusal(struct engine *engine, struct refusal *refusal)
{
	struct refusals *refusals = &engine->refusals;

	refusals_drop(engine, refusal->path);
	TAILQ_INSERT_TAIL(&refusals->kept, refusal, link);
	if (++refusals->n_kept > REFUSALS_KEPT_MAX)
		refusals_drop(engine, TAILQ_FIRST(&refusals->kept)->path);
}

/* Makes a refusal. Takes take_story, also on failure; it may be NULL. Returns NULL when out of
 * memory. */
static struct refusal *make_refusal(struct engine *engine, const char *path,
				    const struct author *author, char *take_story)
{
	struct refusal *refusal = calloc(1, sizeof(*refusal));

	if (!refusal) {
		free(take_story);
		return NULL;
	}
	*refusal = (struct refusal){.path = strdup(path),
				    .story = take_story,
				    .author = *author,
				    .unmade = ledger_is_unmade(engine->ledger, path) > 0};
	if (refusal->path)
		return refusal;
	refusal_free(refusal);
	return NULL;
}

void refusals_add(struct engine *engine, const char *path, const struct author *author,
		  bool incomplete, const struct err *err, const char *story, int recorded)
{
	struct refusal *refusal = story ? make_refusal(engine, path, author, strdup(story)) : NULL;

	if (!refusal)
		return;
	refusal->errnum = err->errnum;
	refusal->incomplete = incomplete;
	if (!refusal->story) {
		refusal_free(refusal);
	} else if (recorded == 0) {
		TAILQ_INSERT_TAIL(&engine->refusals.fresh, refusal, link);
	} else {
		keep_refusal(engine, refusal);
		try_later(engine);
	}
}

void refusals_expect(struct engine *engine, const char *path, const struct owner *owner)
{
	const struct author author = {.holding.owner = *owner};
	struct refusal *refusal = make_refusal(engine, path, &author, NULL);

	if (refusal)
		TAILQ_INSERT_TAIL(&engine->refusals.fresh, refusal, link);
}

void refusals_keep(struct engine *engine, const char *path, const struct owner *owner,
		   const struct err *err)
{
	const struct author author = {.holding.owner = *owner};
	_cleanup_free_ char *story = err_story(err);

	refusals_add(engine, path, &author, false, err, story, -err->errnum);
}

void refusals_explain_unrecorded(int r, struct err *err)
{
	err_set(err, -r, "the ledger cannot record the submission, nothing was sent: %s",
		strerror(-r));
	err_detail(err, "what_to_do",
		   "make room where the state directory is, then write the file again");
}

void refusals_are_committed(struct engine *engine)
{
	struct refusal *refusal;

	while ((refusal = TAILQ_FIRST(&engine->refusals.fresh))) {
		TAILQ_REMOVE(&engine->refusals.fresh, refusal, link);
		if (refusal->story)
			/* this refusal is in the ledger now: drop an older one of its path */
			refusals_drop(engine, refusal->path);
		refusal_free(refusal);
	}
}

static int record_again(struct engine *engine, const struct refusal *refusal)
{
	const struct owner *owner = &refusal->author.holding.owner;
	struct err err = {.errnum = refusal->errnum};
	int r = refusal->unmade ? ledger_mark_unmade(engine->ledger, refusal->path, owner) : 0;

	return r < 0 ? r
		     : author_record_refusal(engine, refusal->path, &refusal->author,
					     refusal->incomplete, &err, refusal->story);
}

/* A timer's callback: records the refusals that are kept in memory; the end of the iteration
 * commits them. Tries again later if the ledger fails. Does so, too, if this iteration has other
 * changes: a failure would undo them as well. */
static void try_again(void *data)
{
	struct engine *engine = data;
	struct refusals *refusals = &engine->refusals;
	struct refusal *refusal;
	int r = ledger_is_open(engine->ledger) ? -EBUSY : 0;

	while (r == 0 && (refusal = TAILQ_FIRST(&refusals->kept))) {
		r = record_again(engine, refusal);
		if (r == 0) {
			take_kept(refusals, refusal);
			TAILQ_INSERT_TAIL(&refusals->fresh, refusal, link);
		}
	}
	if (r < 0 && r != -EBUSY)
		/* undo a refusal that is half recorded. The end of the iteration finds the loss,
		 * and keeps all refusals in memory (refusals_are_lost()) */
		ledger_undo(engine->ledger);
	if (r < 0)
		try_later(engine);
}

void refusals_are_lost(struct engine *engine, int r)
{
	struct refusals *refusals = &engine->refusals;
	struct refusal *refusal;
	struct err err;

	refusals_explain_unrecorded(r, &err);
	while ((refusal = TAILQ_FIRST(&refusals->fresh))) {
		TAILQ_REMOVE(&refusals->fresh, refusal, link);
		if (!refusal->story) {
			refusal->story = err_story(&err);
			refusal->errnum = err.errnum;
		}
		if (refusal->story)
			keep_refusal(engine, refusal);
		else
			refusal_free(refusal);
	}
	if (refusals->n_kept)
		try_later(engine);
}
