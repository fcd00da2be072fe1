/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_SUBMIT_FIXTURE_H
#define COCFS_TESTS_SUBMIT_FIXTURE_H

#include "submit/mount.h"
#include "submit/state.h"
#include "fake_disk.h"
#include "fake_service.h"

/*
 * The engine of fs/submit over a fake service, with the real ledger in a file in memory (tmpfs).
 * The test sets the time and decides when each thing happens. Nothing waits.
 */
#define FIXTURE_TIMEOUT_MS 30000
#define FIXTURE_SOURCE "https://coc.example.com"

struct fixture {
	char directory[64], path[96];
	char instance[96]; /* the instance file; "": the ledger has no such file */
	bool rebind;	   /* the next mount has the option -o rebind */
	int64_t now_ms;	   /* the loop's clock; the time since the epoch is EPOCH_MS more */
	uint64_t random;
	struct loop *loop;
	struct ledger *ledger; /* belongs to the engine */
	struct fake_service service;
	struct engine_options options;
	/* by default no rename can be judged (-EBUSY), and root owns every file */
	struct spool_witness witness;
	struct commit_rules rules;
	struct engine *engine;
	struct err err; /* the error of the last fixture_start() or fixture_delete() */
	bool is_due;	/* the engine has work at the end of the next iteration */
};
#define EPOCH_MS 1700000000000

/* A writer that has committed a file, and waits for the result. on_told (may be NULL) is called
 * when the result comes. */
struct writer {
	int told; /* how often the writer got an answer: 0 or 1 */
	int result;
	struct waiter *waiter;
	int64_t told_ms; /* fixture->now_ms when the writer got its answer */
	struct fixture *fixture;
	void (*on_told)(struct writer *writer);
	void *data; /* for on_told */
};

/* Makes a fixture with an empty ledger, and calls fixture_start(). queue: with submit=queue. */
struct fixture *fixture_open(bool queue);
void fixture_close(struct fixture *fixture);

/* Set-up and tear-down of a cmocka test: fixture_open() with submit=sync or with submit=queue, and
 * fixture_close(). */
int fixture_set_up_sync(void **state);
int fixture_set_up_queue(void **state);
int fixture_tear_down(void **state);
#define sync_test(test)                                                                            \
	cmocka_unit_test_setup_teardown(test, fixture_set_up_sync, fixture_tear_down)
#define queue_test(test)                                                                           \
	cmocka_unit_test_setup_teardown(test, fixture_set_up_queue, fixture_tear_down)

/* Lets the process die at this moment, and mounts again. Fails the test if the ledger cannot be
 * used then. power: the power fails as well, and chance says which unsynced blocks survive (NULL:
 * none). The service may still perform the requests that have left. */
void fixture_crash(struct fixture *fixture, bool power, bool (*chance)(void *data), void *data);

/* The two steps of fixture_crash(), for a test that acts between them. fixture_start() returns 0,
 * or -errno with the error in fixture->err. */
void fixture_stop(struct fixture *fixture, bool power, bool (*chance)(void *data), void *data);
int fixture_start(struct fixture *fixture);

/* Ends the mount in an orderly way. fixture_start() begins the next one. */
void fixture_end_mount(struct fixture *fixture);

/* fixture_end_mount(), then fixture_start(). */
void fixture_remount(struct fixture *fixture);

/* Runs one iteration of the loop: requests leave, answers arrive, timers that are due run. */
void fixture_iterate(struct fixture *fixture);

/* Runs iterations until nothing more happens without the test. Syncs end by themselves, and no time
 * passes. */
void fixture_settle(struct fixture *fixture);

/* Does the smallest next thing of a healthy service: requests leave, a request is performed or
 * answered, an iteration runs, a sync ends, or time passes. Returns false when nothing is left to
 * do. */
bool fixture_step(struct fixture *fixture);

/* Is any submission of the mount under way, in doubt or queued? */
bool fixture_has_work(struct fixture *fixture);

/* Lets time pass up to the next timer, at most most_ms, and runs an iteration. Returns how many
 * milliseconds passed. */
int64_t fixture_pass(struct fixture *fixture, int64_t most_ms);

/* The arguments of fixture_commit_spec(): a path, its content, and attributes of the file. NULL:
 * the file does not have this attribute. */
struct commit_spec {
	const char *path, *content;
	const char *risk; /* NULL: LOW, as from the option risk_level; but see inherits_nothing */
	const char *name, *description, *tags, *project;
	uid_t user;
	int64_t base;	       /* the version that a person names as the base; 0: none */
	bool inherits_nothing; /* the mount has no option risk_level */
	/* the path was another user's so far: its name and description are not for this file
	 */
	bool without_text;
	bool is_new; /* the file takes no existing job of the service */
};

/* Commits a file, between two iterations or within one. Returns what submit_commit() returns. If
 * there is something to wait for, writer->waiter is set, and the writer gets its result later. */
int fixture_commit(struct fixture *fixture, const char *path, const char *content,
		   struct writer *writer);
int fixture_commit_spec(struct fixture *fixture, const struct commit_spec *spec,
			struct writer *writer);

/* Begins a removal with delete=service: asks the service to delete the job of a path. The writer
 * gets the result. Returns what submit_delete() returns. */
int fixture_delete(struct fixture *fixture, const char *path, struct writer *writer);

/* fixture_request() settles, and returns the next request of a kind that has left; without one the
 * test fails. fixture_no_request() fails the test if there is one. */
struct fake_request *fixture_request(struct fixture *fixture, enum fake_kind kind);
void fixture_no_request(struct fixture *fixture, enum fake_kind kind);

/* Answers the next request of a kind, and runs the loop until nothing more happens without the
 * test. Fails the test if no such request leaves. */
void fixture_answer(struct fixture *fixture, enum fake_kind kind, enum fake_answer answer);

/* Answers truly the ShowDocument that checks the job before the next update or deletion. Returns
 * the request of that update or deletion, which has left then. */
struct fake_request *fixture_checked(struct fixture *fixture, enum fake_kind kind);

/* Answers truly the ShowDocument before the next update, and then the update with `answer`. After
 * FAKE_TRUTH, also answers the ShowDocument that asks for the new version. */
void fixture_answer_update(struct fixture *fixture, enum fake_answer answer);

/* Commits, and calls fixture_quiesce(). Fails the test unless the writer got a success, and
 * fixture_assert_held() holds. */
void fixture_make(struct fixture *fixture, const char *path, const char *content);

/* Answers everything truly and lets time pass until nothing is under way, in doubt or queued.
 * Returns false if that does not happen within a bounded number of steps. */
bool fixture_quiesce(struct fixture *fixture);

/* Returns what the ledger has for a path. The path must have a row. The caller frees the record
 * with job_record_finish(). */
struct job_record fixture_job(struct fixture *fixture, const char *path);
/* Fails the test unless the row of the path has this state. */
void fixture_assert_state(struct fixture *fixture, const char *path, enum job_state state);

/* Fails the test unless the path is in the state "submitted", and its job exists. The newest
 * version of the job must have this content, and be the newest one that the ledger knows. */
void fixture_assert_held(struct fixture *fixture, const char *path, const char *content);

#endif
