/* SPDX-License-Identifier: MIT */
/*
 * The model test: random schedules of what can happen to submissions, over the real ledger. A step
 * is one of these: a commit, a rename, a job of another machine, a fault of the disk, time that
 * passes, a crash. Or a step is an answer, its loss before or after the service has done the
 * request, or a request that the service does late. A power loss cuts the ledger to what was
 * synced.
 *
 * The model knows only what the service holds and which answers writers got. Now and then
 * everything comes to rest. Then no acknowledged text is lost, no job exists twice, and every job
 * has a file, unless a person gave its create up. No file has a job of another machine that it did
 * not adopt. An update never goes on top of a version of another machine that the service has
 * shown, unless a person has named that version.
 *
 * COCFS_MODEL_STEPS sets the number of steps (20,000 without it), COCFS_MODEL_SEED the schedule.
 * COCFS_MODEL_TRACE=1 prints each step. A schedule consists of episodes, each with a seed of its
 * own. A failure prints the seed of its episode. Run that episode alone with COCFS_MODEL_SEED=…
 * COCFS_MODEL_STEPS=1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_memory.h"
#include "submit/rows.h"
#include "submit/undecided.h"
#include "ledger/check.h"
#include "submit_fixture.h"

#define FILES 8
#define DIRECTORIES 4
#define NAMES 3
#define EPISODE_STEPS 250
#define ATTEMPTS_MAX (4 * EPISODE_STEPS)
/* this long after a request was given up, the service does not perform it any more */
#define SETTLE_MS 30000

/* Kinds of steps that are counted, each with the least number that 10,000 steps must have. The
 * least is half of what 200,000 steps had. */
#define KINDS(X)                                                                                   \
	X(COMMIT, 654, "commits")                                                                  \
	X(TWIN, 260, "commits of a content that others commit, too")                               \
	X(TOLD_SYNC, 147, "successes told, submit=sync")                                           \
	X(TOLD_QUEUE, 279, "successes told, submit=queue")                                         \
	X(TOLD_ERROR, 101, "errors told")                                                          \
	X(ANSWER, 418, "answers that were true")                                                   \
	X(LOST_BEFORE, 35, "losses before it was done")                                            \
	X(LOST_AFTER, 48, "losses after it was done")                                              \
	X(NOT_PROCESSED, 51, "answers that it was not done now")                                   \
	X(REFUSED, 5, "answers that it will not be done")                                          \
	X(LATE_DONE, 12, "requests that were done late")                                           \
	X(LATE_DROPPED, 12, "requests that were never done")                                       \
	X(IMPOSSIBLE, 1, "answers with the ID of another job")                                     \
	X(FLAW, 49, "lists that prove nothing")                                                    \
	X(ADOPTABLE, 100, "commits of what another machine has made")                              \
	X(ADOPTED, 20, "successes told of a job of another machine that a file took")              \
	X(FOREIGN, 58, "jobs of another machine")                                                  \
	X(FOREIGN_UPDATE, 40, "versions of another machine")                                       \
	X(NAMED, 20, "commits on top of a version that a person names")                            \
	X(CONFLICT, 20, "commits that were refused as a conflict")                                 \
	X(RENAME, 25, "renames")                                                                   \
	X(RENAME_CRASH, 4, "crashes within a rename")                                              \
	X(FORGET, 7, "bindings forgotten")                                                         \
	X(DISK_FULL, 25, "times without room on the disk")                                         \
	X(SYNC_FAILS, 24, "times without a sync")                                                  \
	X(NO_MEMORY, 4, "allocations that failed")                                                 \
	X(SYNC_APART, 86, "syncs apart from the loop")                                             \
	X(PASS, 481, "times that passed")                                                          \
	X(CRASH, 67, "crashes of the process")                                                     \
	X(POWER, 67, "losses of power")                                                            \
	X(POWER_PARTLY, 67, "losses of power that some blocks survived")                           \
	X(CHECKED, 16, "checks of the ledger beside the mount")                                    \
	X(REMOUNT, 18, "ends in good order")                                                       \
	X(REST, 100, "rests")                                                                      \
	X(UNDECIDED, 1, "rests that needed a person")

enum kind {
#define X(name, least, text) KIND_##name,
	KINDS(X)
#undef X
		KIND_COUNT
};

static const struct {
	unsigned least; /* of 10,000 steps */
	const char *text;
} kinds[KIND_COUNT] = {
#define X(name, least, text) {least, text},
	KINDS(X)
#undef X
};

struct file {
	char path[32];
	int acked;	  /* number of the newest attempt with a success; 0: none */
	bool was_refused; /* the service has refused a queued attempt since `acked` was set */
};

/* One commit of a file. */
struct attempt {
	struct writer writer;
	struct model *model;
	struct file *file;
	int number; /* 1 for the first of an episode; 0: the commit itself was refused */
	bool queued;
	char content[32];
};

struct model {
	struct fixture *fixture;
	uint64_t seed, random; /* the seed of the episode, and the state of draw() */
	uint64_t counts[KIND_COUNT];
	struct file files[FILES];
	struct attempt *attempts; /* those of the episode: n_attempts */
	int n_attempts;
	int step;
	bool is_traced;
	bool rename_unsettled; /* the ledger may have a rename that began and has not ended */
	bool has_twins;	       /* "twin 0" was committed since the last rest */
};

static uint64_t draw(struct model *model)
{
	uint64_t x = model->random += 0x9e3779b97f4a7c15;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static unsigned draw_below(struct model *model, unsigned n)
{
	return (unsigned)(draw(model) % n);
}

static bool draw_percent(struct model *model, unsigned percent)
{
	return draw_below(model, 100) < percent;
}

static bool draw_half(void *data)
{
	return draw(data) & 1;
}

__attribute__((format(printf, 2, 3))) static void trace(const struct model *model, const char *fmt,
							...)
{
	va_list args;

	if (!model->is_traced)
		return;
	fprintf(stderr, "%4d ", model->step);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

__attribute__((format(printf, 2, 3))) static void fail_model(const struct model *model,
							     const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fail_msg("step %d: %s", model->step, text);
}

static void count(struct model *model, enum kind kind)
{
	model->counts[kind]++;
}

/* ---- commits, and the answers to their writers ---- */

/* Returns the number of the newest attempt of a file with this content; 0: there is none. */
static int newest_attempt(const struct model *model, const struct file *file, const char *content)
{
	for (int i = model->n_attempts - 1; i >= 0; i--) {
		const struct attempt *attempt = &model->attempts[i];

		if (attempt->file == file && attempt->number && !strcmp(attempt->content, content))
			return attempt->number;
	}
	return 0;
}

/* Has a file adopted this job of another machine? Yes if the job is bound to a path. */
static bool is_adopted(const struct model *model, const struct fake_job *job)
{
	return !job->made_by && ledger_is_bound(model->fixture->ledger, job->id) > 0;
}

/* Does the service hold this attempt of a file, or a newer one? */
static bool is_held(const struct model *model, const struct file *file, int number)
{
	const struct fake_job *job;

	LIST_FOREACH (job, &model->fixture->service.jobs, link) {
		if (job->gone || (!job->made_by && !is_adopted(model, job)))
			continue;
		for (int version = job->version; version; version--)
			if (newest_attempt(model, file, job->content[version]) >= number)
				return true;
	}
	return false;
}

/* Counts in the model's statistics if the job that the file has was made by another machine, so it
 * was adopted. */
static void count_adoption(struct model *model, const struct file *file)
{
	struct job_record job = {0};
	const struct fake_job *there = NULL;

	if (ledger_find(model->fixture->ledger, file->path, &job) == 0 && job.job_id)
		there = fake_service_job(&model->fixture->service, job.job_id);
	if (there && !there->made_by)
		count(model, KIND_ADOPTED);
	job_record_finish(&job);
}

static void on_told(struct writer *writer)
{
	struct attempt *attempt = writer->data;
	struct model *model = attempt->model;

	trace(model, "told: %s \"%s\" %d", attempt->file->path, attempt->content, writer->result);
	if (writer->result < 0) {
		count(model, KIND_TOLD_ERROR);
		if (writer->result == -ESTALE)
			count(model, KIND_CONFLICT);
		return;
	}
	count(model, attempt->queued ? KIND_TOLD_QUEUE : KIND_TOLD_SYNC);
	count_adoption(model, attempt->file);
	if (attempt->file->acked < attempt->number) {
		attempt->file->acked = attempt->number;
		attempt->file->was_refused = false;
	}
	if (!attempt->queued && !is_held(model, attempt->file, attempt->number))
		fail_model(model, "%s was told of a success that was none", attempt->file->path);
}

static struct file *file_of(struct model *model, const char *path)
{
	for (int i = 0; i < FILES; i++)
		if (!strcmp(model->files[i].path, path))
			return &model->files[i];
	return NULL;
}

static int was_renamed(void *data, struct job_rename *rename)
{
	struct model *model = data;
	const struct file *file = file_of(model, rename->to);

	return file && rename->ino == (uint64_t)(file - model->files) + 1;
}

/* Ends the renames that a crash or a full disk has left, as space does before it asks the ledger
 * for a path. Returns whether all have ended. */
static bool settle_renames(struct model *model)
{
	struct ledger *ledger = model->fixture->ledger;

	if (model->rename_unsettled)
		model->rename_unsettled =
			ledger_rename_unfinished(ledger, was_renamed, model) < 0 ||
			ledger_commit(ledger, false) < 0;
	return !model->rename_unsettled;
}

/* Plays a person who names the newest version that the ledger knows of a file's job (coc.base). The
 * caller's commit may replace this version then, also if another machine has made it. Returns the
 * version; 0: the file has no job. */
static int64_t name_base(struct model *model, const struct file *file)
{
	struct job_record job = {0};
	struct fake_job *there;
	int64_t base = 0;

	if (ledger_find(model->fixture->ledger, file->path, &job) == 0 && job.job_id) {
		there = fake_service_job(&model->fixture->service, job.job_id);
		base = job.version;
		if (there && there->named < (int)base)
			there->named = (int)base;
		count(model, KIND_NAMED);
	}
	job_record_finish(&job);
	return base;
}

/* In half of the calls, another machine makes a job from the repository that this machine copies,
 * too. The job is named as the file. Returns true then, and `content` is the job's content. Returns
 * false, and makes no job, in the other calls, if the mount adopts nothing, and if the file has a
 * job. */
static bool copy_repository(struct model *model, const struct file *file, char *content,
			    size_t room)
{
	const char name[2] = {strrchr(file->path, '/')[1], '\0'};
	struct fake_job *job;

	if (model->fixture->options.adopt == ADOPT_NEVER || !draw_half(model) ||
	    ledger_has_job(model->fixture->ledger, file->path) > 0)
		return false;
	count(model, KIND_ADOPTABLE);
	snprintf(content, room, "foreign %d", model->step);
	job = fake_service_make(&model->fixture->service, name, content);
	job->foreign[1] = false; /* not unread: a file that adopts the job has this text */
	trace(model, "foreign: %s \"%s\" %s", name, content, job->id);
	return true;
}

static void step_commit(struct model *model)
{
	struct file *file = &model->files[draw_below(model, FILES)];
	struct attempt *attempt = &model->attempts[model->n_attempts];
	struct commit_spec spec = {.path = file->path, .content = attempt->content};
	int r;

	if (model->n_attempts == ATTEMPTS_MAX || !settle_renames(model))
		return;
	model->n_attempts++;
	*attempt = (struct attempt){.model = model,
				    .file = file,
				    .number = model->n_attempts,
				    .queued = model->fixture->rules.queue};
	if (copy_repository(model, file, attempt->content, sizeof(attempt->content)))
		;
	else if (draw_percent(model, 40))
		snprintf(attempt->content, sizeof(attempt->content), "twin %u",
			 draw_below(model, 2));
	else
		snprintf(attempt->content, sizeof(attempt->content), "text %d", attempt->number);
	attempt->writer.on_told = on_told;
	attempt->writer.data = attempt;
	if (draw_percent(model, 20))
		spec.base = name_base(model, file);
	trace(model, "commit: %s \"%s\" on %" PRId64, file->path, attempt->content, spec.base);
	r = fixture_commit_spec(model->fixture, &spec, &attempt->writer);
	count(model, KIND_COMMIT);
	if (attempt->content[1] == 'w')
		count(model, KIND_TWIN);
	model->has_twins |= !strcmp(attempt->content, "twin 0");
	if (r < 0) {
		trace(model, "refused at once: %s", strerror(-r));
		attempt->number = 0;
	} else if (!attempt->writer.waiter) {
		/* nothing had to be sent: a success */
		attempt->writer.told = 1;
		on_told(&attempt->writer);
	}
}

/* ---- answers of the service, and jobs of other machines ---- */

/* Called when a request leaves. Fails the model if a change leaves before the ledger is checked, or
 * an update overwrites an unread version of another machine. */
static void on_sent(void *data, struct fake_request *request)
{
	const struct model *model = data;
	const struct fake_job *job =
		request->kind == FAKE_UPDATE
			? fake_service_job(&model->fixture->service, request->id)
			: NULL;

	if (request->kind != FAKE_LIST && request->kind != FAKE_SHOW &&
	    ledger_is_unchecked(model->fixture->ledger))
		fail_model(model, "something is sent before the ledger is checked");
	if (job && job->foreign[job->shown] && job->named < job->shown)
		fail_model(model, "%s: \"%s\" overwrites v%d of another machine", job->id,
			   request->content, job->shown);
}

/* Draws one of the requests that have left and wait for an answer; NULL: there is none. */
static struct fake_request *draw_request(struct model *model)
{
	struct fake_request *request;
	unsigned n = 0;

	TAILQ_FOREACH (request, &model->fixture->service.open, link)
		n += request->sent && !request->answered;
	if (!n)
		return NULL;
	n = draw_below(model, n);
	TAILQ_FOREACH (request, &model->fixture->service.open, link) {
		if (request->sent && !request->answered && n-- == 0)
			return request;
	}
	return NULL;
}

static bool is_change(const struct fake_request *request)
{
	return request->kind == FAKE_CREATE || request->kind == FAKE_UPDATE;
}

/* The service has refused a change: marks the files that have a queued attempt with its content.
 * The newest success of such a file may be missing on the service (may_be_missing()). */
static void note_refusal(struct model *model, const struct fake_request *request)
{
	for (int i = 0; i < model->n_attempts; i++) {
		struct attempt *attempt = &model->attempts[i];

		if (attempt->queued && !strcmp(attempt->content, request->content))
			attempt->file->was_refused = true;
	}
}

static void answer_not_done(struct model *model, struct fake_request *request)
{
	static const enum fake_answer later[] = {FAKE_UNSENT, FAKE_BUSY, FAKE_DENIED};

	if (is_change(request) && draw_percent(model, 40)) {
		count(model, KIND_REFUSED);
		note_refusal(model, request);
		fake_request_answer(request, FAKE_REFUSED);
		return;
	}
	count(model, KIND_NOT_PROCESSED);
	if (draw_percent(model, 30))
		request->retry_after_ms = draw_below(model, 60000);
	fake_request_answer(request, later[draw_below(model, 3)]);
}

static void answer_lost(struct model *model, struct fake_request *request)
{
	static const enum fake_answer losses[] = {FAKE_LOST, FAKE_BROKEN, FAKE_NONSENSE};

	if (!request->performed && draw_percent(model, 50))
		fake_request_perform(request);
	count(model, request->performed ? KIND_LOST_AFTER : KIND_LOST_BEFORE);
	fake_request_answer(request, losses[draw_below(model, 3)]);
}

/* Returns a job that is bound here, or NULL. No create under way can have made that job. */
static const struct fake_job *draw_bound_job(struct model *model)
{
	const struct fake_job *job;

	LIST_FOREACH (job, &model->fixture->service.jobs, link) {
		if (ledger_is_bound(model->fixture->ledger, job->id) > 0)
			return job;
	}
	return NULL;
}

static void step_iterate(struct model *model);

static void step_answer(struct model *model)
{
	struct fake_request *request = draw_request(model);
	const struct fake_job *other;
	unsigned chance = draw_below(model, 100);

	if (!request) {
		step_iterate(model);
		return;
	}
	if (chance < 20) {
		fake_request_perform(request);
	} else if (chance < 32) {
		answer_lost(model, request);
	} else if (chance < 42 && !request->performed) {
		answer_not_done(model, request);
	} else if (chance < 44 && request->kind == FAKE_CREATE && (other = draw_bound_job(model))) {
		count(model, KIND_IMPOSSIBLE);
		fake_request_answer_id(request, other->id);
	} else {
		count(model, KIND_ANSWER);
		fake_request_answer(request, FAKE_TRUTH);
	}
	trace(model, "request %" PRId64 " of kind %d: performed %d, answered %d (%d)",
	      request->number, request->kind, request->performed, request->answered,
	      request->answer);
}

/* The service performs a request that was given up, or never performs it. */
static void end_late(struct model *model, struct fake_request *request)
{
	if (draw_percent(model, 50)) {
		count(model, KIND_LATE_DONE);
		fake_request_perform(request);
	} else {
		count(model, KIND_LATE_DROPPED);
	}
	trace(model, "late request %" PRId64 ": performed %d", request->number, request->performed);
	fake_request_forget(request);
}

static void step_late(struct model *model)
{
	struct fake_request *request = TAILQ_FIRST(&model->fixture->service.late);

	if (request)
		end_late(model, request);
}

/* Ends the late requests that were given up SETTLE_MS before then_ms, or earlier: a service
 * performs nothing so late. */
static void end_late_until(struct model *model, int64_t then_ms)
{
	struct fake_request *request, *next;

	for (request = TAILQ_FIRST(&model->fixture->service.late); request; request = next) {
		next = TAILQ_NEXT(request, link);
		if (request->given_up_ms + SETTLE_MS <= then_ms)
			end_late(model, request);
	}
}

static void step_flaw(struct model *model)
{
	static const enum fake_flaw flaws[] = {FLAW_NONE,	  FLAW_NONE,	   FLAW_NO_TOTAL,
					       FLAW_UNUSABLE_ROW, FLAW_NO_PROJECT, FLAW_MOVES};

	model->fixture->service.flaw = flaws[draw_below(model, 6)];
	model->fixture->service.page_rows = draw_below(model, 3) ? 0 : 2;
	count(model, KIND_FLAW);
}

/*
 * Another machine makes a job, often like one that is made here, or removes a job of its own. But
 * it makes no job with a content that is under way: cocfs lists the jobs of the name, then sends
 * its create. If a job of the same name and content were made meanwhile, and the create were not
 * done, nothing could tell that job from the create's.
 */
static void make_foreign_job(struct model *model)
{
	struct fake_job *job;
	char name[2] = {(char)('a' + draw_below(model, NAMES)), '\0'};
	char content[32];

	if (draw_percent(model, 30)) {
		LIST_FOREACH (job, &model->fixture->service.jobs, link) {
			if (!job->made_by && !job->gone)
				break;
		}
		/* if the job of a file were removed while the file adopts it, the file would have a
		 * missing job */
		if (job && model->fixture->options.adopt == ADOPT_NEVER)
			job->gone = true;
		return;
	}
	count(model, KIND_FOREIGN);
	snprintf(content, sizeof(content), "foreign %d", model->step);
	job = fake_service_make(&model->fixture->service, name,
				model->has_twins || draw_half(model) ? content : "twin 0");
	job->foreign[1] = false; /* not unread: a file that adopts the job has this text */
	trace(model, "foreign: %s \"%s\" %s", job->name, job->content[1], job->id);
}

/* Adds a version to a random job that was made here, as another machine would do. Does nothing if
 * there is none. */
static void write_foreign_version(struct model *model)
{
	struct fake_job *job;
	char text[32];
	unsigned n = 0;

	LIST_FOREACH (job, &model->fixture->service.jobs, link)
		n += job->made_by && !job->gone;
	if (!n)
		return;
	n = draw_below(model, n);
	LIST_FOREACH (job, &model->fixture->service.jobs, link) {
		if (job->made_by && !job->gone && n-- == 0)
			break;
	}
	if (!job || job->version >= FAKE_VERSIONS_MAX / 2)
		return;
	snprintf(text, sizeof(text), "theirs %d", model->step);
	fake_job_write(job, text);
	count(model, KIND_FOREIGN_UPDATE);
	trace(model, "foreign version: %s v%d \"%s\"", job->id, job->version, text);
}

static void step_foreign(struct model *model)
{
	if (draw_percent(model, 40))
		write_foreign_version(model);
	else
		make_foreign_job(model);
}

/* ---- renames, and jobs that are forgotten ---- */

static void step_crash(struct model *model);

/* A rename to a path without a file, in one callback of the loop as space does it. A crash may come
 * between its parts. */
static void step_rename(struct model *model)
{
	struct file *file = &model->files[draw_below(model, FILES)];
	struct job_rename rename = {.ino = (uint64_t)(file - model->files) + 1};
	char from[sizeof(file->path)], to[sizeof(file->path)];
	int64_t row;

	snprintf(to, sizeof(to), "%u/%c.yaml", draw_below(model, DIRECTORIES),
		 (char)('a' + draw_below(model, NAMES)));
	strcpy(from, file->path);
	if (!settle_renames(model) || file_of(model, to) ||
	    ledger_row(model->fixture->ledger, to, &row) != -ENOENT)
		return;
	rename.from = from;
	rename.to = to;
	if (ledger_rename_begin(model->fixture->ledger, &rename) < 0)
		return;
	trace(model, "rename: %s to %s", from, to);
	count(model, KIND_RENAME);
	if (draw_percent(model, 10)) {
		count(model, KIND_RENAME_CRASH);
		step_crash(model);
		return;
	}
	strcpy(file->path, to);
	if (draw_percent(model, 10)) {
		count(model, KIND_RENAME_CRASH);
		step_crash(model);
	} else {
		model->rename_unsettled = ledger_rename_done(model->fixture->ledger, &rename) < 0 ||
					  ledger_commit(model->fixture->ledger, false) < 0;
	}
	model->fixture->is_due = true;
}

/* A user makes the file forget its job: the job belongs to no file. */
static void step_forget(struct model *model)
{
	struct file *file = &model->files[draw_below(model, FILES)];
	struct fixture *fixture = model->fixture;
	struct job_record job = {0};
	struct fake_job *there;

	if (settle_renames(model) && ledger_find(fixture->ledger, file->path, &job) == 0 &&
	    job.state == JOB_SUBMITTED && !engine_has(fixture->engine, job.row) &&
	    ledger_forget(fixture->ledger, job.row) == 0) {
		trace(model, "forget: %s %s", file->path, job.job_id);
		there = fake_service_job(&fixture->service, job.job_id);
		there->tag = file; /* that job may exist without a file */
		file->acked = 0;
		file->was_refused = false;
		fixture->is_due = true;
		count(model, KIND_FORGET);
	}
	job_record_finish(&job);
}

/* ---- faults of the disk, crashes, and time that passes ---- */

/* A step of the model: from now on writes fail, or syncs fail, until a later step ends the
 * fault. */
static void step_fault(struct model *model)
{
	if (draw_half(model)) {
		count(model, KIND_DISK_FULL);
		fake_disk_fail_writes(draw_half(model) ? ENOSPC : EIO);
	} else {
		count(model, KIND_SYNC_FAILS);
		fake_disk_fail_syncs(true);
	}
}

static void no_faults(struct model *model)
{
	fake_disk_fail_writes(0);
	fake_disk_fail_syncs(false);
	model->fixture->service.flaw = FLAW_NONE;
	model->fixture->service.page_rows = 0;
}

/* Draws random options for the next mount: submit=, and how many requests may be under way at
 * once. */
static void draw_options(struct model *model)
{
	struct engine_options *options = &model->fixture->options;

	if (draw_percent(model, 30))
		model->fixture->rules.queue = draw_half(model);
	options->inflight_max = draw_percent(model, 30) ? 1 + draw_below(model, 4) : 64;
	options->queued_inflight_max = draw_percent(model, 30) ? 1 : 16;
}

/* Says whether the check of the ledger may wait, in place of ledger/soundness.c, which decides by
 * the size. */
static bool check_may_wait;

bool __wrap_ledger_check_may_wait(int64_t size);

bool __wrap_ledger_check_may_wait(int64_t size)
{
	(void)size;
	return check_may_wait;
}

static void run_check(struct model *model)
{
	trace(model, "the check of the ledger ends");
	count(model, KIND_CHECKED);
	fake_disk_run_check();
}

static void begin_mount(struct model *model)
{
	/* in every other episode, the check of the ledger may wait in half of the mounts */
	check_may_wait = model->seed % 2 && draw_half(model);
	if (fixture_start(model->fixture) < 0)
		fail_model(model, "the ledger cannot be used: %s", model->fixture->err.text);
	model->rename_unsettled = true;
	settle_renames(model);
}

static void step_crash(struct model *model)
{
	unsigned how = draw_below(model, 3);

	no_faults(model);
	count(model, how == 0 ? KIND_CRASH : how == 1 ? KIND_POWER : KIND_POWER_PARTLY);
	trace(model, "crash: %u", how);
	fixture_stop(model->fixture, how > 0, how == 2 ? draw_half : NULL, model);
	draw_options(model);
	begin_mount(model);
}

static void step_remount(struct model *model)
{
	no_faults(model);
	count(model, KIND_REMOUNT);
	trace(model, "remount");
	fixture_end_mount(model->fixture);
	draw_options(model);
	begin_mount(model);
}

static void step_iterate(struct model *model)
{
	if (draw_percent(model, 20)) {
		fake_disk_fail_writes(0);
		fake_disk_fail_syncs(false);
	}
	if (fake_disk_is_checking() && draw_percent(model, 50))
		run_check(model);
	if (fake_disk_is_syncing() && draw_half(model)) {
		count(model, KIND_SYNC_APART);
		fake_disk_end_sync();
	}
	if (draw_percent(model, 4)) {
		fake_memory_short(1 + draw_below(model, 20));
		fixture_iterate(model->fixture);
		fake_memory_enough();
		if (fake_memory_has_failed())
			count(model, KIND_NO_MEMORY);
	} else {
		fixture_iterate(model->fixture);
	}
}

static void step_pass(struct model *model)
{
	struct fixture *fixture = model->fixture;
	int64_t due_ms = loop_next_due_ms(fixture->loop);
	int64_t then_ms = fixture->now_ms + 1 + draw_below(model, 20000);

	if (due_ms >= 0 && draw_percent(model, 70))
		then_ms = due_ms;
	if (then_ms <= fixture->now_ms)
		return;
	end_late_until(model, then_ms);
	count(model, KIND_PASS);
	fixture->now_ms = then_ms;
	trace(model, "now: %" PRId64, then_ms);
}

/* ---- what must hold when everything has come to rest ---- */

/* A person ends the doubt of each file whose job cannot be found out. Returns how many. */
static unsigned end_doubts(struct model *model)
{
	struct fixture *fixture = model->fixture;
	unsigned n = 0;
	int64_t row;

	for (int i = 0; i < FILES; i++)
		if (ledger_row(fixture->ledger, model->files[i].path, &row) == 0 &&
		    engine_end_doubt(fixture->engine, row) == 0) {
			model->files[i].acked = 0; /* may be missing now: the .error says so */
			n++;
		}
	fixture->is_due = true;
	return n;
}

/* Everything comes to rest. Returns how many creates a person has given up. */
static unsigned come_to_rest(struct model *model)
{
	struct fixture *fixture = model->fixture;
	unsigned given_up;
	struct fake_job *job;

	no_faults(model);
	if (!settle_renames(model))
		fail_model(model, "a rename cannot be ended");
	if (fake_disk_is_checking())
		run_check(model);
	fixture_settle(fixture); /* requests that are about to get lost are lost now */
	while (!TAILQ_EMPTY(&fixture->service.late))
		step_late(model);
	if (fixture_quiesce(fixture))
		return 0;
	count(model, KIND_UNDECIDED);
	trace(model, "a person removes the jobs of other machines");
	LIST_FOREACH (job, &fixture->service.jobs, link) {
		if (!job->made_by && !is_adopted(model, job))
			job->gone = true;
	}
	if (fixture_quiesce(fixture))
		return 0;
	given_up = end_doubts(model);
	trace(model, "a person gives %u creates up", given_up);
	if (!fixture_quiesce(fixture))
		fail_model(model, "it does not come to rest");
	return given_up;
}

/* May the acknowledged text of a file be missing on the service? Yes if there is none. Otherwise
 * only a queued text may: the service has refused it, or newer content replaced it and failed. The
 * .error says so. */
static bool may_be_missing(const struct model *model, const struct file *file,
			   const struct job_record *job)
{
	const struct fake_job *there =
		job->job_id ? fake_service_job(&model->fixture->service, job->job_id) : NULL;
	bool is_newest = true, is_conflict;

	if (!file->acked)
		return true;
	for (int i = file->acked; i < model->n_attempts; i++)
		if (model->attempts[i].file == file && model->attempts[i].number)
			is_newest = false;
	/* ENOMEM: there may have been no memory for the error of a conflict */
	is_conflict = job->errnum == ESTALE || job->errnum == EEXIST ||
		      (job->errnum == ENOMEM && there && there->version > job->base);
	return model->attempts[file->acked - 1].queued && job->state == JOB_FAILED &&
	       (file->was_refused || is_conflict || !is_newest);
}

/* A file has a job. Fails the model unless the job has the file's newest content with a success;
 * but see may_be_missing(). This machine must have made the job, or the file has adopted it: then
 * the job's first content was committed for the file. */
static void check_bound(struct model *model, struct file *file, const struct job_record *job)
{
	struct fake_job *there = fake_service_job(&model->fixture->service, job->job_id);
	int number, version;
	bool is_guess;

	if (!there || there->gone)
		fail_model(model, "%s is bound to %s, which is not there", file->path, job->job_id);
	if (!there->made_by && (model->fixture->options.adopt == ADOPT_NEVER ||
				!newest_attempt(model, file, there->content[1])))
		fail_model(model, "%s has the job %s of another machine", file->path, there->id);
	if (there->tag == model)
		fail_model(model, "%s has the job %s of another file", file->path, there->id);
	there->tag = model; /* the job was seen */
	for (version = there->version; there->foreign[version]; version--)
		;
	number = newest_attempt(model, file, there->content[version]);
	if (!number)
		fail_model(model, "%s: %s has a text that was never written", file->path,
			   there->id);
	if (number < file->acked && !may_be_missing(model, file, job))
		fail_model(model, "%s: the acknowledged text %d is lost, %s has %d", file->path,
			   file->acked, there->id, number);
	/* Newer versions of another machine may be unseen yet. And if there was no time left to
	 * read which version an update has made, that number may belong to another machine */
	is_guess = job->base == job->version && there->foreign[job->version];
	if (job->state == JOB_SUBMITTED &&
	    (job->version > there->version || job->base > job->version ||
	     (job->version < version && !is_guess)))
		fail_model(model, "%s: the version of %s is %d, not %" PRId64 " on %" PRId64,
			   file->path, there->id, there->version, job->version, job->base);
}

static void check_file(struct model *model, struct file *file)
{
	struct job_record job = {0};
	int r = ledger_find(model->fixture->ledger, file->path, &job);

	if (r == 0 && job_state_is_unfinished(job.state))
		fail_model(model, "%s stays %s for ever", file->path, job_state_word(job.state));
	if (r == 0 && job.state == JOB_FAILED && !job.error)
		fail_model(model, "%s has failed, and nobody says why", file->path);
	if (r == 0 && job.job_id)
		check_bound(model, file, &job);
	else if (!may_be_missing(model, file, &job))
		fail_model(model, "%s: an acknowledged text has no job", file->path);
	job_record_finish(&job);
}

static void rest(struct model *model)
{
	unsigned given_up, orphans = 0;
	struct fake_job *job;

	given_up = come_to_rest(model);
	count(model, KIND_REST);
	model->has_twins = false;
	assert_int_equal(ledger_sync(model->fixture->ledger), 0); /* what ended here is durable */
	for (int i = 0; i < FILES; i++)
		check_file(model, &model->files[i]);
	LIST_FOREACH (job, &model->fixture->service.jobs, link) {
		if (job->made_by && !job->gone && !job->tag) {
			trace(model, "orphan: %s %s \"%s\"", job->id, job->name,
			      job->content[job->version]);
			orphans++;
			job->gone = true; /* is not counted again */
		}
		if (job->tag == model)
			job->tag = NULL;
	}
	if (orphans > given_up)
		fail_model(model, "%u jobs are there without a file, %u were given up", orphans,
			   given_up);
}

/* ---- random schedules of steps ---- */

static void do_step(struct model *model)
{
	static const struct {
		unsigned weight; /* of 1000 */
		void (*step)(struct model *model);
	} steps[] = {
		{130, step_commit}, {381, step_answer}, {237, step_iterate}, {120, step_pass},
		{12, step_late},    {10, step_flaw},	{28, step_foreign},  {16, step_rename},
		{12, step_forget},  {10, step_fault},	{24, step_crash},    {4, step_remount},
		{16, rest},
	};
	unsigned chance = draw_below(model, 1000);

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (chance < steps[i].weight) {
			steps[i].step(model);
			return;
		}
		chance -= steps[i].weight;
	}
}

static void begin_episode(struct model *model, uint64_t seed)
{
	model->seed = model->random = seed;
	model->n_attempts = 0;
	model->has_twins = false;
	model->fixture = fixture_open(draw_half(model));
	model->fixture->options.adopt = draw_percent(model, 70) ? ADOPT_SAME : ADOPT_NEVER;
	fixture_remount(model->fixture); /* the engine uses the option from now on */
	model->fixture->random = draw(model);
	model->fixture->service.on_sent = on_sent;
	model->fixture->service.on_sent_data = model;
	for (int i = 0; i < FILES; i++) {
		model->files[i] = (struct file){.path = ""};
		do
			snprintf(model->files[i].path, sizeof(model->files[i].path), "%u/%c.yaml",
				 draw_below(model, DIRECTORIES),
				 (char)('a' + draw_below(model, NAMES)));
		while (file_of(model, model->files[i].path) != &model->files[i]);
	}
}

static uint64_t number_from(const char *variable, uint64_t otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static void print_counts(const struct model *model, uint64_t steps)
{
	bool is_low = false;

	for (int i = 0; i < KIND_COUNT; i++) {
		uint64_t least = kinds[i].least * steps / 10000;

		print_message("%8" PRIu64 " (at least %" PRIu64 ") %s\n", model->counts[i], least,
			      kinds[i].text);
		is_low |= model->counts[i] < least;
	}
	if (is_low)
		fail_msg("of some kinds there were too few: the model tried too little");
}

static void random_schedules_lose_and_double_nothing(void **state)
{
	struct model *model = *state;
	uint64_t steps = number_from("COCFS_MODEL_STEPS", 20000);
	uint64_t seed = number_from("COCFS_MODEL_SEED", 1), done = 0;

	model->attempts = calloc(ATTEMPTS_MAX, sizeof(*model->attempts));
	model->is_traced = getenv("COCFS_MODEL_TRACE") != NULL;
	print_message("COCFS_MODEL_SEED=%" PRIu64 " COCFS_MODEL_STEPS=%" PRIu64 "\n", seed, steps);
	for (; done < steps; seed++) {
		begin_episode(model, seed);
		for (model->step = 0; model->step < EPISODE_STEPS; model->step++)
			do_step(model);
		rest(model);
		fixture_close(model->fixture);
		model->fixture = NULL;
		done += EPISODE_STEPS;
	}
	if (steps >= 10000) /* with fewer steps, chance decides too much */
		print_counts(model, steps);
}

static int make_model(void **state)
{
	*state = calloc(1, sizeof(struct model));
	return *state ? 0 : -1;
}

/* The tear-down of the model: if the episode failed, prints the seed with which it can be run
 * again. Frees the model. */
static int end_model(void **state)
{
	struct model *model = *state;

	if (model->fixture)
		print_error("to run this episode alone: COCFS_MODEL_SEED=%" PRIu64
			    " COCFS_MODEL_STEPS=1\n",
			    model->seed);
	free(model->attempts);
	free(model);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(random_schedules_lose_and_double_nothing,
						make_model, end_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
