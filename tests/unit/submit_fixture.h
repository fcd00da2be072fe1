/* SPDX-License-Identifier: MIT */
#ifndef COCFS_TESTS_SUBMIT_FIXTURE_H
#define COCFS_TESTS_SUBMIT_FIXTURE_H

#include "submit/mount.h"
#include "submit/state.h"
#include "fake_disk.h"
#include "fake_service.h"

/*
 * submit over a fake service, with the real ledger in a file in memory (tmpfs). The test owns the
 * time, and decides what happens when. Nothing waits.
 */
#define FIXTURE_TIMEOUT_MS 30000
#define FIXTURE_SOURCE "https://coc.example.com"

struct fixture {
	char directory[64], path[96];
	char instance[96]; /* the instance file; "": the ledger has none */
	bool rebind;	   /* the next mount is made with -o rebind */
	int64_t now_ms;	   /* of the loop; the time since the epoch is EPOCH_MS later */
	uint64_t random;
	struct loop *loop;
	struct ledger *ledger; /* the engine's */
	struct fake_service service;
	struct engine_options options;
	struct spool_witness witness; /* a rename stays begun; every file is root's */
	struct commit_rules rules;
	struct engine *engine;
	struct err err; /* of the last opening of the ledger, or deletion */
	bool is_due;	/* something was begun that the end of an iteration takes further */
};
#define EPOCH_MS 1700000000000

/* Somebody who waits for an answer. */
struct writer {
	int told; /* how often: 0 or 1 */
	int result;
	struct waiter *waiter;
	int64_t told_ms;
	struct fixture *fixture;
	void (*on_told)(struct writer *writer);
	void *data;
};

/* Makes a fixture with an empty ledger, and the engine. queue: submit=queue. */
struct fixture *fixture_open(bool queue);
void fixture_close(struct fixture *fixture);

/* The same as set-up and tear-down of a cmocka test, and a test that has them. */
int fixture_set_up_sync(void **state);
int fixture_set_up_queue(void **state);
int fixture_tear_down(void **state);
#define sync_test(test)                                                                            \
	cmocka_unit_test_setup_teardown(test, fixture_set_up_sync, fixture_tear_down)
#define queue_test(test)                                                                           \
	cmocka_unit_test_setup_teardown(test, fixture_set_up_queue, fixture_tear_down)

/* What a crash leaves, and the next mount: the process ends at once; the power goes as well. Of
 * what was not synced, chance (or NULL) says what survived. The requests under way may still be
 * done. */
void fixture_crash(struct fixture *fixture, bool power, bool (*chance)(void *data), void *data);

/* The same in two steps, for a test that looks or acts meanwhile. fixture_start(): 0 or -errno. */
void fixture_stop(struct fixture *fixture, bool power, bool (*chance)(void *data), void *data);
int fixture_start(struct fixture *fixture);

/* The first half of an orderly end: fixture_start() follows. */
void fixture_end_mount(struct fixture *fixture);

/* An orderly end of the mount, and the next one. */
void fixture_remount(struct fixture *fixture);

/* One iteration of the loop: requests leave, answers come, timers that are due run. */
void fixture_iterate(struct fixture *fixture);

/* Iterations until nothing more happens without the test. Syncs end by themselves. */
void fixture_settle(struct fixture *fixture);

/* The smallest thing that happens next when the service is well: requests leave, one is performed,
 * or answered, an iteration runs, a sync ends, time passes. Returns false when nothing is left. */
bool fixture_step(struct fixture *fixture);

/* Is something under way, in doubt or queued? */
bool fixture_has_work(struct fixture *fixture);

/* Time passes: to the next timer, at most so long. Returns how much has passed. */
int64_t fixture_pass(struct fixture *fixture, int64_t most_ms);

/* What a commit may say besides its content. NULL: nothing. */
struct commit_spec {
	const char *path, *content;
	const char *risk; /* NULL: LOW, inherited */
	const char *name, *description, *tags, *project;
	uid_t user;
	int64_t base;	       /* that a person names; 0: none */
	bool inherits_nothing; /* no risk level */
	bool without_text;     /* what the name keeps was another user's */
	bool is_new;	       /* it takes no job of the service */
};

/* Commits, in an iteration of its own or within one. Returns what submit_commit() does. writer is
 * told later, if there is something to wait for: writer->waiter. */
int fixture_commit(struct fixture *fixture, const char *path, const char *content,
		   struct writer *writer);
int fixture_commit_spec(struct fixture *fixture, const struct commit_spec *spec,
			struct writer *writer);

/* Has the job of a path deleted. */
int fixture_delete(struct fixture *fixture, const char *path, struct writer *writer);

/* The next request of a kind that is on the wire; settles first. Fails the test if there is none,
 * fixture_no_request() if there is one. */
struct fake_request *fixture_request(struct fixture *fixture, enum fake_kind kind);
void fixture_no_request(struct fixture *fixture, enum fake_kind kind);

/* Answers the next request of a kind, and settles. */
void fixture_answer(struct fixture *fixture, enum fake_kind kind, enum fake_answer answer);

/* The next update, or deletion, on the wire: the check before it is answered truly. */
struct fake_request *fixture_checked(struct fixture *fixture, enum fake_kind kind);

/* Answers the check before the next update, the update, and the question for its version. */
void fixture_answer_update(struct fixture *fixture, enum fake_answer answer);

/* Commits, and lets the service answer everything truly, until the writer is told. */
void fixture_make(struct fixture *fixture, const char *path, const char *content);

/* Answers everything truly, and lets the time pass, until nothing is under way, in doubt or
 * queued; false: it does not come to that within so many steps. */
bool fixture_quiesce(struct fixture *fixture);

/* What the ledger knows of a path; to be finished by the caller. The path must have a row. */
struct job_record fixture_job(struct fixture *fixture, const char *path);
void fixture_assert_state(struct fixture *fixture, const char *path, enum job_state state);

/* The path is bound to a job that is there, and whose newest version has this content. */
void fixture_assert_held(struct fixture *fixture, const char *path, const char *content);

#endif
