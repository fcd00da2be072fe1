/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/simulate/execution_state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Acts are kept as a text: for each its letter, its time and a blank. */
static int read_acts(const char *text, struct track *track)
{
	size_t count = 0;
	char *end;

	for (const char *at = text; *at; at++)
		count += *at == ' ';
	if (!count)
		return *text ? -EIO : 0;
	track->acts = calloc(count, sizeof(*track->acts));
	if (!track->acts)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++, text = end + 1) {
		if (!strchr("RTAS", *text))
			return -EIO;
		track->acts[i].kind = (enum walk_act_kind)text[0];
		track->acts[i].time_ms = strtoll(text + 1, &end, 10);
		if (end == text + 1 || *end != ' ')
			return -EIO;
	}
	track->walk.acts = track->acts;
	track->walk.n_acts = count;
	return *text ? -EIO : 0;
}

int track_make(const struct store_run *run, const char *acts, struct track *ret_track,
	       struct err *err)
{
	const struct plan_source source = {
		.content = run->content,
		.parameters = run->parameters,
		.targets = run->targets,
		.target_parameter_name = run->target_parameter_name,
		.step_ms = run->step_ms,
	};
	struct track track = {0};
	int r;

	r = plan_make(&source, &track.plan);
	if (r == 0)
		r = read_acts(acts, &track);
	if (r == -EIO)
		err_set(err, EIO, "the data file has an execution that is damaged");
	if (r < 0) {
		track_finish(&track);
		return r;
	}
	track.walk.legs = track.plan.legs;
	track.walk.n_legs = track.plan.n_legs;
	track.walk.start_ms = run->start_ms;
	/* what was begun ends at its own pace, but not with the patience of a long sleep */
	track.walk.cancel_ms = run->step_ms;
	*ret_track = track;
	return 0;
}

void track_finish(struct track *track)
{
	plan_finish(&track->plan);
	free(track->acts);
	*track = (struct track){0};
}

void track_outlook(const struct track *track, struct store_outlook *ret_outlook)
{
	const struct walk *walk = &track->walk;
	struct walk_state rest;
	bool canceling = walk->n_acts && walk->acts[walk->n_acts - 1].kind == WALK_TERMINATE;

	walk_to(walk, WALK_FOREVER, &rest, NULL);
	*ret_outlook = (struct store_outlook){
		.moving = walk_word(canceling ? WALK_CANCELING : WALK_RUNNING),
		.settled = walk_word(rest.status),
		.settle_ms = rest.since_ms,
		.ends = walk_is_end(rest.status),
	};
}

int track_act(struct track *track, enum walk_act_kind kind, int64_t time_ms, struct buf *acts)
{
	size_t count = track->walk.n_acts;
	struct walk_act *grown = reallocarray(track->acts, count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	grown[count] = (struct walk_act){.kind = kind, .time_ms = time_ms};
	track->acts = grown;
	track->walk.acts = grown;
	track->walk.n_acts = count + 1;
	return buf_printf(acts, "%c%" PRId64 " ", (char)kind, time_ms);
}

/* Which of two statuses a step has whose legs ended with both. */
static enum walk_status worse(enum walk_status a, enum walk_status b)
{
	static const enum walk_status order[] = {WALK_FAILED, WALK_TIMEOUT, WALK_CANCELED};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return WALK_SUCCEED;
}

struct walk_place track_step(const struct track *track, const struct walk_place *places,
			     size_t number)
{
	const struct plan_step *step = &track->plan.steps[number];
	struct walk_place whole = places[step->first_leg];
	bool any = false;

	whole.skipped = false;
	for (size_t i = 0; i < step->n_legs; i++) {
		const struct walk_place *place = &places[step->first_leg + i];

		if (!place->begun)
			break;
		whole.end_ms = place->end_ms;
		if (!place->end_ms) {
			whole.status = place->status;
		} else if (!place->skipped) {
			whole.status = any ? worse(whole.status, place->status) : place->status;
			any = true;
		}
	}
	return whole;
}
