/* SPDX-License-Identifier: MIT */
/* Tests of the notes of files that were moved away from a job file name a moment ago. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bounds/job.h"
#include "space/bounds.h"
#include "space/recent_moves.h"

#define NOW 5000000
#define DIR 2
#define FILE_MOVED 77

static struct recent_moves moves;

static int begin(void **state)
{
	(void)state;
	moves = (struct recent_moves){0};
	return 0;
}

static void note(const char *name, uint64_t dir, int64_t row, int64_t now_ms)
{
	struct recent_move move = {.dir = dir, .file = FILE_MOVED, .row = row, .process = 1};

	recent_moves_note(&moves, &move, name, now_ms, RECENT_MOVE_KEPT_MS);
}

/* Returns the row of the file that was moved away from this name, or 0: no move is remembered. */
static int64_t find(const char *name, uint64_t dir, int64_t now_ms)
{
	const struct recent_move *move = recent_moves_find(&moves, dir, name, now_ms);

	return move ? move->row : 0;
}

static void a_move_is_found_by_its_directory_and_name(void **state)
{
	(void)state;
	assert_int_equal(find("a.yaml", DIR, NOW), 0);
	note("a.yaml", DIR, 5, NOW);
	assert_int_equal(find("a.yaml", DIR, NOW), 5);
	assert_int_equal(find("b.yaml", DIR, NOW), 0);
	assert_int_equal(find("a.yaml", DIR + 1, NOW), 0);
}

static void it_ends(void **state)
{
	(void)state;
	note("a.yaml", DIR, 5, NOW);
	note("b.yaml", DIR, 6, NOW + 1);
	assert_int_equal(find("a.yaml", DIR, NOW + RECENT_MOVE_KEPT_MS - 1), 5);
	assert_int_equal(find("a.yaml", DIR, NOW + RECENT_MOVE_KEPT_MS), 0);
	assert_int_equal(find("b.yaml", DIR, NOW + RECENT_MOVE_KEPT_MS), 6);
}

static void one_that_is_forgotten_is_not_found(void **state)
{
	(void)state;
	note("a.yaml", DIR, 5, NOW);
	note("b.yaml", DIR, 6, NOW);
	recent_move_forget(recent_moves_find(&moves, DIR, "a.yaml", NOW));
	assert_int_equal(find("a.yaml", DIR, NOW), 0);
	assert_int_equal(find("b.yaml", DIR, NOW), 6);
}

static void a_file_that_is_written_was_no_backup(void **state)
{
	(void)state;
	note("a.yaml", DIR, 5, NOW);
	recent_moves_written(&moves, FILE_MOVED + 1, NOW);
	assert_int_equal(find("a.yaml", DIR, NOW), 5);
	recent_moves_written(&moves, FILE_MOVED, NOW);
	assert_int_equal(find("a.yaml", DIR, NOW), 0);
}

/* A file that was moved is removed, and another file gets its inode number and is written. The move
 * of the removed file is still remembered. */
static void a_file_that_is_gone_is_not_written(void **state)
{
	(void)state;
	note("a.yaml", DIR, 5, NOW);
	recent_moves_file_gone(&moves, FILE_MOVED, NOW);
	recent_moves_written(&moves, FILE_MOVED, NOW);
	assert_int_equal(find("a.yaml", DIR, NOW), 5);
	assert_int_equal(recent_moves_find(&moves, DIR, "a.yaml", NOW)->file, 0);
}

static void a_directory_that_is_gone_has_no_names(void **state)
{
	(void)state;
	note("a.yaml", DIR, 5, NOW);
	recent_moves_dir_gone(&moves, DIR + 1, NOW);
	assert_int_equal(find("a.yaml", DIR, NOW), 5);
	recent_moves_dir_gone(&moves, DIR, NOW);
	assert_int_equal(find("a.yaml", DIR, NOW), 0);
}

static void the_oldest_makes_room(void **state)
{
	char name[32];

	(void)state;
	for (int i = 0; i <= RECENT_MOVES_MAX; i++) {
		snprintf(name, sizeof(name), "%d.yaml", i);
		note(name, DIR, i + 1, NOW + i);
	}
	assert_int_equal(find("0.yaml", DIR, NOW + RECENT_MOVES_MAX), 0);
	assert_int_equal(find("1.yaml", DIR, NOW + RECENT_MOVES_MAX), 2);
	assert_int_equal(find(name, DIR, NOW + RECENT_MOVES_MAX), RECENT_MOVES_MAX + 1);
	assert_int_equal(find("none.yaml", DIR, NOW + RECENT_MOVES_MAX), 0);
}

/* One user moves many files. The moves that another user's tool made before, or makes meanwhile,
 * keep their places. */
static void who_moves_many_takes_no_place_from_others(void **state)
{
	struct recent_move move = {
		.dir = DIR, .file = FILE_MOVED, .process = 1, .row = 1, .uid = 8};
	char name[32];

	(void)state;
	recent_moves_note(&moves, &move, "theirs.yaml", NOW, RECENT_MOVE_KEPT_MS);
	for (int i = 0; i < 2 * RECENT_MOVES_MAX; i++) {
		snprintf(name, sizeof(name), "%d.yaml", i);
		note(name, DIR, i + 2, NOW + 1);
		if (i == RECENT_MOVES_MAX)
			recent_moves_note(&moves, &move, "late.yaml", NOW + 1, RECENT_MOVE_KEPT_MS);
	}
	assert_int_equal(find("theirs.yaml", DIR, NOW + 1), 1);
	assert_int_equal(find("late.yaml", DIR, NOW + 1), 1);
	assert_int_equal(find(name, DIR, NOW + 1), 2 * RECENT_MOVES_MAX + 1);
	snprintf(name, sizeof(name), "%d.yaml", RECENT_MOVES_MAX + 2);
	assert_int_equal(find(name, DIR, NOW + 1), RECENT_MOVES_MAX + 4);
	snprintf(name, sizeof(name), "%d.yaml", RECENT_MOVES_MAX + 1);
	assert_int_equal(find(name, DIR, NOW + 1), 0);
	/* moves whose time is over make room for all users */
	assert_int_equal(find("theirs.yaml", DIR, NOW + RECENT_MOVE_KEPT_MS), 0);
	for (int i = 0; i < RECENT_MOVES_MAX; i++) {
		snprintf(name, sizeof(name), "%d.yaml", i);
		note(name, DIR, i + 1, NOW + 2 * RECENT_MOVE_KEPT_MS);
	}
	assert_int_equal(find("0.yaml", DIR, NOW + 2 * RECENT_MOVE_KEPT_MS), 1);
	/* a forgotten move makes room before the oldest one does */
	recent_move_forget(recent_moves_find(&moves, DIR, "5.yaml", NOW + 2 * RECENT_MOVE_KEPT_MS));
	note("last.yaml", DIR, 9999, NOW + 2 * RECENT_MOVE_KEPT_MS);
	assert_int_equal(find("0.yaml", DIR, NOW + 2 * RECENT_MOVE_KEPT_MS), 1);
	assert_int_equal(find("last.yaml", DIR, NOW + 2 * RECENT_MOVE_KEPT_MS), 9999);
}

static void a_name_that_no_job_file_has_is_not_noted(void **state)
{
	char name[JOB_NAME_MAX + 2];

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	note(name, DIR, 5, NOW);
	assert_int_equal(find(name, DIR, NOW), 0);
	name[JOB_NAME_MAX] = '\0';
	note(name, DIR, 5, NOW);
	assert_int_equal(find(name, DIR, NOW), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_move_is_found_by_its_directory_and_name, begin),
		cmocka_unit_test_setup(it_ends, begin),
		cmocka_unit_test_setup(one_that_is_forgotten_is_not_found, begin),
		cmocka_unit_test_setup(a_file_that_is_written_was_no_backup, begin),
		cmocka_unit_test_setup(a_file_that_is_gone_is_not_written, begin),
		cmocka_unit_test_setup(a_directory_that_is_gone_has_no_names, begin),
		cmocka_unit_test_setup(the_oldest_makes_room, begin),
		cmocka_unit_test_setup(who_moves_many_takes_no_place_from_others, begin),
		cmocka_unit_test_setup(a_name_that_no_job_file_has_is_not_noted, begin),
	};

	return cmocka_run_group_tests_name("recent_moves", tests, NULL, NULL);
}
