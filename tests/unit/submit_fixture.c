/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "submit_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "submit/rows.h"
#include "fake_memory.h"

#define SETTLE_MAX 1000	 /* iterations until nothing happens any more, at most */
#define QUIESCE_MAX 1000 /* steps of time until nothing is under way, at most */

/* Most tests let something fail, so the log is silent. COCFS_TEST_LOG=1 shows it. */
void __wrap_log_about(enum log_level level, const struct log_about *about, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

void __wrap_log_about(enum log_level level, const struct log_about *about, const char *fmt, ...)
{
	static int is_shown = -1;
	va_list args;

	(void)about;
	if (is_shown < 0)
		is_shown = getenv("COCFS_TEST_LOG") != NULL;
	if (!is_shown)
		return;
	fprintf(stderr, "log %d: ", level);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

static int64_t fixture_realtime_ms(void *data)
{
	return EPOCH_MS + ((struct fixture *)data)->now_ms;
}

static int64_t fixture_monotonic_ms(void *data)
{
	return ((struct fixture *)data)->now_ms;
}

/* The source of random numbers of the engine: splitmix64, which gives good numbers for any seed.
 * The same seed gives the same numbers. */
static long fixture_random(void *data)
{
	uint64_t x = ((struct fixture *)data)->random += 0x9e3779b97f4a7c15;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return (long)((x ^ (x >> 31)) & 0x7fffffff);
}

static void end_iteration(void *data)
{
	struct fixture *fixture = data;

	if (fixture->engine)
		submit_iteration_end(fixture->engine);
}

static int leave_rename(void *data, struct job_rename *rename)
{
	(void)data;
	(void)rename;
	return -EBUSY;
}

static int find_root(void *data, const char *path, struct owner *ret_owner)
{
	(void)data;
	(void)path;
	*ret_owner = (struct owner){.file = {.mode = 0644}, .directory = {.mode = 0755}};
	return 0;
}

int fixture_start(struct fixture *fixture)
{
	struct submit_spec spec = {.ledger = fixture->path,
				   .source = FIXTURE_SOURCE,
				   .instance = fixture->instance[0] ? fixture->instance : NULL,
				   .rebind = fixture->rebind,
				   .options = fixture->options};
	int r = loop_create(&fixture->loop);

	if (r < 0)
		return r;
	assert_int_equal(loop_run_once(fixture->loop, fixture->now_ms), 0);
	fixture->service.loop = spec.loop = fixture->loop;
	spec.service = fake_service_table(&fixture->service);
	r = submit_open(&spec, &fixture->engine, &fixture->err);
	if (r == 0) {
		fixture->ledger = fixture->engine->ledger;
		r = submit_recover(fixture->engine, &fixture->witness, &fixture->err);
	}
	loop_at_iteration_end(fixture->loop, end_iteration, fixture);
	fixture->is_due = true;
	return r;
}

struct fixture *fixture_open(bool queue)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fake_disk_begin();
	fake_disk_forget();
	fixture->now_ms = 1000000;
	fixture->random = 1;
	fixture->rules =
		(struct commit_rules){.validate = DSL_NONE, .max_risk = RISK_HIGH, .queue = queue};
	fixture->options = (struct engine_options){
		.timeout_ms = FIXTURE_TIMEOUT_MS,
		.max_risk = RISK_HIGH,
		.inflight_max = 64,
		.queued_inflight_max = 16,
		.one_user = true,
		.sources = {.realtime_ms = fixture_realtime_ms,
			    .monotonic_ms = fixture_monotonic_ms,
			    .random = fixture_random,
			    .data = fixture},
	};
	fixture->witness =
		(struct spool_witness){.was_renamed = leave_rename, .find_owner = find_root};
	strcpy(fixture->directory, "/dev/shm/test_submit.XXXXXX");
	if (!mkdtemp(fixture->directory)) {
		strcpy(fixture->directory, "/tmp/test_submit.XXXXXX");
		assert_non_null(mkdtemp(fixture->directory));
	}
	snprintf(fixture->path, sizeof(fixture->path), "%s/ledger", fixture->directory);
	fake_service_init(&fixture->service, NULL);
	assert_int_equal(fixture_start(fixture), 0);
	fixture_settle(fixture);
	return fixture;
}

void fixture_end_mount(struct fixture *fixture)
{
	submit_close(fixture->engine);
	fixture->engine = NULL;
	fixture->ledger = NULL;
	fake_service_move(&fixture->service, NULL);
	loop_destroy(fixture->loop);
	fixture->loop = NULL;
}

void fixture_stop(struct fixture *fixture, bool power, bool (*chance)(void *data), void *data)
{
	fake_disk_freeze();
	fixture_end_mount(fixture);
	fake_disk_revive();
	if (power)
		fake_disk_lose_power(chance, data);
}

void fixture_crash(struct fixture *fixture, bool power, bool (*chance)(void *data), void *data)
{
	fixture_stop(fixture, power, chance, data);
	if (fixture_start(fixture) < 0)
		fail_msg("the ledger cannot be used after a crash: %s", fixture->err.text);
}

void fixture_remount(struct fixture *fixture)
{
	fixture_end_mount(fixture);
	assert_int_equal(fixture_start(fixture), 0);
}

void fixture_close(struct fixture *fixture)
{
	char log[128];

	if (fixture->loop)
		fixture_end_mount(fixture);
	fake_service_finish(&fixture->service);
	unlink(fixture->path);
	snprintf(log, sizeof(log), "%s-wal", fixture->path);
	unlink(log);
	unlink(fixture->instance);
	assert_int_equal(rmdir(fixture->directory), 0);
	free(fixture);
}

void fixture_iterate(struct fixture *fixture)
{
	fixture->is_due = false;
	fake_service_transmit(&fixture->service);
	assert_int_equal(loop_run_once(fixture->loop, fixture->now_ms), 0);
}

/* Must the loop go on before the time passes? Yes if a request has not left yet, the engine has
 * work, or a timer is due. */
static bool is_stirring(const struct fixture *fixture)
{
	const struct fake_request *request;
	int64_t due_ms = loop_next_due_ms(fixture->loop);

	TAILQ_FOREACH (request, &fixture->service.open, link) {
		if (!request->sent)
			return true;
	}
	return fixture->is_due || (due_ms >= 0 && due_ms <= fixture->now_ms);
}

void fixture_settle(struct fixture *fixture)
{
	int most = SETTLE_MAX;

	do {
		assert_true(most-- > 0);
		fixture_iterate(fixture);
		if (fake_disk_is_syncing())
			fake_disk_end_sync();
	} while (is_stirring(fixture));
}

int64_t fixture_pass(struct fixture *fixture, int64_t most_ms)
{
	int64_t due_ms = loop_next_due_ms(fixture->loop), then_ms = fixture->now_ms;

	if (due_ms < 0 || due_ms > fixture->now_ms + most_ms)
		due_ms = fixture->now_ms + most_ms;
	if (due_ms > fixture->now_ms)
		fixture->now_ms = due_ms;
	fixture_iterate(fixture);
	return fixture->now_ms - then_ms;
}

static void tell_writer(void *data, int result)
{
	struct writer *writer = data;

	writer->told++;
	writer->result = result;
	writer->waiter = NULL;
	writer->told_ms = writer->fixture->now_ms;
	if (writer->on_told)
		writer->on_told(writer);
}

static void put_nothing(void *file, enum attr attr, const char *value)
{
	(void)file;
	(void)attr;
	(void)value;
}

static void put_attr(struct attr_set *set, enum attr attr, const char *value)
{
	if (value && attr_set_put(set, attr, value, strlen(value)) < 0)
		abort();
}

int fixture_commit_spec(struct fixture *fixture, const struct commit_spec *spec,
			struct writer *writer)
{
	bool was_short = fake_memory_pause();
	struct commit commit = {
		.rules = &fixture->rules,
		.path = spec->path,
		.shown = spec->path,
		.user = spec->user,
		.base = spec->base,
		.adopts = !spec->is_new,
		.content = strdup(spec->content),
		.size = strlen(spec->content),
		.put = put_nothing,
	};
	int r;

	writer->fixture = fixture;
	fixture->is_due = true;
	commit.author.without_text = spec->without_text;
	commit.author.holding.owner.file = (struct access){spec->user, spec->user, 0644};
	commit.author.holding.owner.directory = (struct access){spec->user, spec->user, 0755};
	put_attr(&commit.own, ATTR_RISK_LEVEL, spec->risk);
	put_attr(&commit.own, ATTR_NAME, spec->name);
	put_attr(&commit.own, ATTR_DESCRIPTION, spec->description);
	put_attr(&commit.own, ATTR_TAGS, spec->tags);
	put_attr(&commit.own, ATTR_ENTERPRISE_PROJECT_ID, spec->project);
	if (!spec->inherits_nothing) { /* as with the option risk_level=LOW of a mount */
		put_attr(&commit.inherited, ATTR_RISK_LEVEL, "LOW");
		commit.inherited.defaulted = 1U << ATTR_RISK_LEVEL;
	}
	fake_memory_resume(was_short);
	r = submit_commit(fixture->engine, &commit, tell_writer, writer, &writer->waiter);
	if (r < 0)
		writer->waiter = NULL;
	return r;
}

int fixture_commit(struct fixture *fixture, const char *path, const char *content,
		   struct writer *writer)
{
	const struct commit_spec spec = {.path = path, .content = content};

	return fixture_commit_spec(fixture, &spec, writer);
}

int fixture_delete(struct fixture *fixture, const char *path, struct writer *writer)
{
	bool was_short = fake_memory_pause();
	_cleanup_job_record_ struct job_record job = fixture_job(fixture, path);
	int r;

	writer->fixture = fixture;
	fixture->is_due = true;
	fake_memory_resume(was_short);
	r = submit_delete(fixture->engine, &(struct deletion){.record = &job, .path = path},
			  tell_writer, writer, &writer->waiter, &fixture->err);
	if (r < 0)
		writer->waiter = NULL;
	return r;
}

struct fake_request *fixture_request(struct fixture *fixture, enum fake_kind kind)
{
	struct fake_request *request;

	fixture_settle(fixture);
	request = fake_service_find(&fixture->service, kind);
	if (!request)
		fail_msg("no request of kind %d is on the wire", kind);
	return request;
}

void fixture_no_request(struct fixture *fixture, enum fake_kind kind)
{
	fixture_settle(fixture);
	if (fake_service_find(&fixture->service, kind))
		fail_msg("a request of kind %d is on the wire", kind);
}

void fixture_answer(struct fixture *fixture, enum fake_kind kind, enum fake_answer answer)
{
	fake_request_answer(fixture_request(fixture, kind), answer);
	fixture_settle(fixture);
}

struct fake_request *fixture_checked(struct fixture *fixture, enum fake_kind kind)
{
	fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
	return fixture_request(fixture, kind);
}

void fixture_answer_update(struct fixture *fixture, enum fake_answer answer)
{
	fake_request_answer(fixture_checked(fixture, FAKE_UPDATE), answer);
	fixture_settle(fixture);
	if (answer == FAKE_TRUTH)
		fixture_answer(fixture, FAKE_SHOW, FAKE_TRUTH);
}

/* Answers all requests that have left and are unanswered, with the truth. Returns whether there was
 * one. */
static bool answer_all(struct fixture *fixture)
{
	bool any = false;

	for (int kind = 0; kind < FAKE_KINDS; kind++) {
		struct fake_request *request;

		while ((request = fake_service_find(&fixture->service, (enum fake_kind)kind))) {
			fake_request_answer(request, FAKE_TRUTH);
			any = true;
		}
	}
	return any;
}

void fixture_make(struct fixture *fixture, const char *path, const char *content)
{
	struct writer writer = {0};

	assert_int_equal(fixture_commit(fixture, path, content, &writer), 0);
	assert_true(fixture_quiesce(fixture));
	assert_int_equal(writer.told, 1);
	assert_int_equal(writer.result, 0);
	fixture_assert_held(fixture, path, content);
}

bool fixture_has_work(struct fixture *fixture)
{
	struct queued_count queued = {0};

	while (ledger_count_queued(fixture->ledger, &queued) > 0)
		;
	return submit_under_way(fixture->engine) || engine_recorded(fixture->engine) || queued.n;
}

bool fixture_step(struct fixture *fixture)
{
	struct fake_request *request;

	TAILQ_FOREACH (request, &fixture->service.open, link) {
		if (!request->sent) {
			fake_service_transmit(&fixture->service);
			return true;
		}
	}
	TAILQ_FOREACH (request, &fixture->service.open, link) {
		if (!request->performed)
			fake_request_perform(request);
		else if (!request->answered)
			fake_request_answer(request, FAKE_TRUTH);
		else
			continue;
		return true;
	}
	if (is_stirring(fixture))
		fixture_iterate(fixture);
	else if (fake_disk_is_syncing())
		fake_disk_end_sync();
	else if (fixture_has_work(fixture))
		fixture_pass(fixture, 3600000);
	else
		return false;
	return true;
}

bool fixture_quiesce(struct fixture *fixture)
{
	for (int i = 0; i < QUIESCE_MAX; i++) {
		fixture_settle(fixture);
		if (answer_all(fixture))
			continue;
		if (!fixture_has_work(fixture))
			return true;
		fixture_pass(fixture, 3600000);
	}
	return false;
}

struct job_record fixture_job(struct fixture *fixture, const char *path)
{
	struct job_record job = {0};

	assert_int_equal(ledger_find(fixture->ledger, path, &job), 0);
	return job;
}

void fixture_assert_state(struct fixture *fixture, const char *path, enum job_state state)
{
	_cleanup_job_record_ struct job_record job = fixture_job(fixture, path);

	assert_string_equal(job_state_word(job.state), job_state_word(state));
}

void fixture_assert_held(struct fixture *fixture, const char *path, const char *content)
{
	_cleanup_job_record_ struct job_record job = fixture_job(fixture, path);
	struct fake_job *there;

	assert_string_equal(job_state_word(job.state), "submitted");
	assert_non_null(job.job_id);
	there = fake_service_job(&fixture->service, job.job_id);
	assert_non_null(there);
	assert_false(there->gone);
	assert_string_equal(there->content[there->version], content);
	assert_int_equal(job.version, there->version);
}

int fixture_set_up_sync(void **state)
{
	*state = fixture_open(false);
	return 0;
}

int fixture_set_up_queue(void **state)
{
	*state = fixture_open(true);
	return 0;
}

int fixture_tear_down(void **state)
{
	fixture_close(*state);
	return 0;
}
