/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/simulate/execution_state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Reads the operations of an execution from their text. The text has for each operation its letter,
 * its time and a blank. Returns 0, -EIO or -ENOMEM. */
static int read_operations(const char *text, struct execution_state *track)
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
		track->acts[i].kind = (enum operation_kind)text[0];
		track->acts[i].time_ms = strtoll(text + 1, &end, 10);
		if (end == text + 1 || *end != ' ')
			return -EIO;
	}
	track->walk.acts = track->acts;
	track->walk.n_operations = count;
	return *text ? -EIO : 0;
}

int execution_state_make(const struct store_run *run, const char *acts,
			 struct execution_state *ret_state, struct err *err)
{
	const struct plan_source source = {
		.content = run->content,
		.parameters = run->parameters,
		.targets = run->targets,
		.target_parameter_name = run->target_parameter_name,
		.step_ms = run->step_ms,
	};
	struct execution_state track = {0};
	int r;

	r = plan_make(&source, &track.plan);
	if (r == 0)
		r = read_operations(acts, &track);
	if (r == -EIO)
		err_set(err, EIO, "the data file has an execution that is damaged");
	if (r < 0) {
		execution_state_finish(&track);
		return r;
	}
	track.walk.slices = track.plan.slices;
	track.walk.n_slices = track.plan.n_slices;
	track.walk.start_ms = run->start_ms;
	/* a terminated slice takes the time of a normal step at most, even if it is a long sleep */
	track.walk.cancel_ms = run->step_ms;
	*ret_state = track;
	return 0;
}

void execution_state_finish(struct execution_state *track)
{
	plan_finish(&track->plan);
	free(track->acts);
	*track = (struct execution_state){0};
}

void execution_state_outlook(const struct execution_state *track, struct store_outlook *ret_outlook)
{
	const struct timeline *walk = &track->walk;
	struct timeline_state rest;
	bool canceling = walk->n_operations &&
			 walk->acts[walk->n_operations - 1].kind == OPERATION_TERMINATE;

	timeline_at(walk, TIMELINE_FOREVER, &rest, NULL);
	*ret_outlook = (struct store_outlook){
		.moving = execution_status_word(canceling ? STATUS_CANCELING : STATUS_RUNNING),
		.settled = execution_status_word(rest.status),
		.settle_ms = rest.since_ms,
		.ends = execution_status_is_end(rest.status),
	};
}

int execution_state_operate(struct execution_state *track, enum operation_kind kind,
			    int64_t time_ms, struct buf *acts)
{
	size_t count = track->walk.n_operations;
	struct operation *grown = reallocarray(track->acts, count + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	grown[count] = (struct operation){.kind = kind, .time_ms = time_ms};
	track->acts = grown;
	track->walk.acts = grown;
	track->walk.n_operations = count + 1;
	return buf_printf(acts, "%c%" PRId64 " ", (char)kind, time_ms);
}

/* Returns the status of a step with slices that ended in both statuses. */
static enum execution_status worse_status(enum execution_status a, enum execution_status b)
{
	static const enum execution_status order[] = {STATUS_FAILED, STATUS_TIMEOUT,
						      STATUS_CANCELED};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return STATUS_SUCCEED;
}

struct slice_state execution_state_step(const struct execution_state *track,
					const struct slice_state *places, size_t number)
{
	const struct plan_step *step = &track->plan.steps[number];
	struct slice_state whole = places[step->first_slice];
	bool any = false;

	whole.skipped = false;
	for (size_t i = 0; i < step->n_slices; i++) {
		const struct slice_state *place = &places[step->first_slice + i];

		if (!place->begun)
			break;
		whole.end_ms = place->end_ms;
		if (!place->end_ms) {
			whole.status = place->status;
		} else if (!place->skipped) {
			whole.status =
				any ? worse_status(whole.status, place->status) : place->status;
			any = true;
		}
	}
	return whole;
}
