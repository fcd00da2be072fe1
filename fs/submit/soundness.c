/* SPDX-License-Identifier: MIT */
/*
 * After a crash a large ledger is checked while the mount is used (ledger/check.c). A damaged
 * ledger may say that a path has no job, or has another path's job. So until the check has ended no
 * request is sent that changes what the service has, and nothing is concluded from a lost answer. A
 * commit waits for the check as it would for a slot, within its time. With submit=queue commits are
 * queued, and nothing is sent. Everything else goes on: what is read, listed and shown, and what is
 * recorded here.
 *
 * If the check finds damage, nothing is sent until the mount ends. Submissions that wait are
 * refused with EUCLEAN, and so is each later commit; its content stays in its file. What is queued
 * stays queued.
 */
#define _GNU_SOURCE
#include "submit/soundness.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "submit/check_thread.h"
#include "submit/lost_round.h"
#include "submit/submission.h"

static void make_due(void *data)
{
	struct engine *engine = data;

	engine->soundness.is_due = true;
}

int soundness_refuse_damage(const struct engine *engine, struct err *err)
{
	if (engine->soundness.state != SOUNDNESS_DAMAGED)
		return 0;
	*err = *engine->soundness.damage;
	return -EUCLEAN;
}

int soundness_refuse(const struct engine *engine, struct err *err)
{
	int r = soundness_refuse_damage(engine, err);

	if (r < 0 || soundness_is_clear(engine) || !engine->quiet)
		return r;
	err_set(err, EINTR, "cocfs was stopped before anything was sent");
	err_detail(err, "what_to_do", "write the file again");
	return -EINTR;
}

void soundness_refuse_waiting(struct engine *engine)
{
	struct submission *submission;
	struct err err;

	if (soundness_refuse(engine, &err) == 0)
		return;
	while ((submission = TAILQ_FIRST(&engine->waiting))) {
		TAILQ_REMOVE(&engine->waiting, submission, link);
		submission_fail(submission, OUTCOME_REFUSED, &err);
	}
}

static void note_sound(struct engine *engine)
{
	engine->soundness.state = SOUNDNESS_CLEAR;
	log_info("the ledger was checked and is sound: what waits is sent");
	engine->queue_may_have_next = true;
	lost_answer_hurry_all(engine);
}

static void note_damage(struct engine *engine)
{
	_cleanup_free_ char *story = err_story(engine->soundness.damage);

	engine->soundness.state = SOUNDNESS_DAMAGED;
	log_error("%s", story ? story : engine->soundness.damage->text);
	soundness_refuse_waiting(engine);
}

static void end_check(struct engine *engine, int r)
{
	struct soundness *soundness = &engine->soundness;

	check_thread_destroy(steal_ptr(soundness->thread));
	ledger_check_end(engine->ledger, steal_ptr(soundness->check), r);
}

static void check_later(struct engine *engine, int r)
{
	struct loop *loop = engine->loop;

	/* -EBUSY: a reader of the ledger's file has not ended. Try again without a message */
	if (r != -EBUSY)
		log_error("the ledger cannot be checked now, and nothing is sent: %s",
			  strerror(-r));
	loop_timer_set(loop, &engine->soundness.again, loop_now_ms(loop) + LEDGER_AGAIN_MS,
		       make_due, engine);
}

static void on_checked(void *data, int r, const struct err *err)
{
	struct engine *engine = data;

	if (r == -EUCLEAN)
		/* copied: err belongs to the thread, which ends now */
		*engine->soundness.damage = *err;
	end_check(engine, r);
	if (r == 0)
		note_sound(engine);
	else if (r == -EUCLEAN)
		note_damage(engine);
	/* the check was stopped, because commits needed the file: check again soon */
	else if (r == -ECANCELED)
		make_due(engine);
	else
		check_later(engine, r);
}

static void begin_check(struct engine *engine)
{
	struct soundness *soundness = &engine->soundness;
	int r = ledger_check_begin(engine->ledger, &soundness->check);

	if (r == 0)
		r = check_thread_create(engine->loop, soundness->check, on_checked, engine,
					&soundness->thread);
	if (r < 0) {
		ledger_check_end(engine->ledger, steal_ptr(soundness->check), r);
		check_later(engine, r);
	}
}

int soundness_begin(struct engine *engine)
{
	struct soundness *soundness = &engine->soundness;

	if (!ledger_is_unchecked(engine->ledger))
		return 0;
	soundness->damage = calloc(1, sizeof(*soundness->damage));
	if (!soundness->damage)
		return -ENOMEM;
	log_info("the ledger is being checked after a crash: nothing is sent before that has "
		 "ended");
	soundness->state = SOUNDNESS_UNKNOWN;
	begin_check(engine);
	return 0;
}

void soundness_go_on(struct engine *engine)
{
	if (!engine->soundness.is_due || ledger_is_open(engine->ledger))
		return;
	engine->soundness.is_due = false;
	begin_check(engine);
}

void soundness_finish(struct engine *engine)
{
	loop_timer_cancel(&engine->soundness.again);
	end_check(engine, -ECANCELED);
	free(steal_ptr(engine->soundness.damage));
}
