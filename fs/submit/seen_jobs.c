/* SPDX-License-Identifier: MIT */
/* The table of when the service told the newest version of each job last. The table has a fixed
 * size. A job may stand in one of SEEN_WAYS entries, by its hash. If these have other jobs, it
 * replaces one of them. */
#include "submit/seen_jobs.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "submit/bounds.h"

#define SEEN_WAYS 4 /* entries that a job may use */

_Static_assert(SEEN_JOBS % SEEN_WAYS == 0, "the table is divided evenly");

struct seen_jobs {
	struct seen_job jobs[SEEN_JOBS];
};

struct seen_jobs *seen_jobs_create(void)
{
	return calloc(1, sizeof(struct seen_jobs));
}

void seen_jobs_destroy(struct seen_jobs *seen)
{
	free(seen);
}

static uint64_t hash_of(const char *job_id)
{
	uint64_t hash = hash_text(HASH_BEGIN, job_id, strlen(job_id));

	return hash ? hash : 1;
}

static struct seen_job *places_of(const struct engine *engine, uint64_t hash)
{
	return &engine->seen_jobs->jobs[hash % (SEEN_JOBS / SEEN_WAYS) * SEEN_WAYS];
}

const struct seen_job *seen_jobs_find(const struct engine *engine, const char *job_id)
{
	uint64_t hash = hash_of(job_id);
	const struct seen_job *places = places_of(engine, hash);

	for (int i = 0; i < SEEN_WAYS; i++)
		if (places[i].hash == hash)
			return &places[i];
	return NULL;
}

/* Writes a job into its entry. If it has none, writes it into a free one of its SEEN_WAYS entries,
 * or else in place of the job whose check is due first. */
static void note_seen(struct engine *engine, const char *job_id, int64_t wait_ms, bool is_gone,
		      bool has_failed)
{
	uint64_t hash = hash_of(job_id);
	struct seen_job *places = places_of(engine, hash), *place = places;

	for (int i = 0; i < SEEN_WAYS && place->hash != hash; i++)
		if (places[i].hash == hash || places[i].due_ms < place->due_ms)
			place = &places[i];
	*place = (struct seen_job){.hash = hash,
				   .due_ms = loop_now_ms(engine->loop) + wait_ms,
				   .is_gone = is_gone,
				   .has_failed = has_failed};
}

void seen_jobs_note(struct engine *engine, const char *job_id, bool is_gone)
{
	note_seen(engine, job_id, engine->options.refresh_ms, is_gone, false);
}

void seen_jobs_failed(struct engine *engine, const char *job_id, int64_t wait_ms)
{
	const struct seen_job *seen = seen_jobs_find(engine, job_id);

	note_seen(engine, job_id, wait_ms, seen && seen->is_gone, true);
}
