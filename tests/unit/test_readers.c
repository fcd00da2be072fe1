/* SPDX-License-Identifier: MIT */
/* Tests of the notes that say which process has read which version of a job file: what they say
 * when the base moves, and which notes are dropped. The base is the version that the file's text is
 * based on. */
#define _GNU_SOURCE
#include "space/readers.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "space/bounds.h"

#define ROW 7
#define TEXT 5

static int set_up(void **state)
{
	struct readers *readers = calloc(1, sizeof(*readers));

	readers_init(readers);
	*state = readers;
	return 0;
}

static int tear_down(void **state)
{
	readers_finish(*state);
	free(*state);
	return 0;
}

/* Starts a process that waits to be killed. */
static pid_t start_process(void)
{
	pid_t pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	assert_true(pid > 0);
	return pid;
}

static void end_process(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void a_reader_knows_the_base_until_it_moves(void **state)
{
	struct readers *readers = *state;

	readers_note(readers, getpid(), ROW, TEXT);
	assert_int_equal(readers_older(readers, getpid(), ROW), 0);
	assert_false(readers_have_older(readers, ROW));
	readers_base_moves(readers, ROW, 1);
	assert_true(readers_have_older(readers, ROW));
	assert_int_equal(readers_older(readers, getpid(), ROW), 1);
	readers_base_moves(readers, ROW, 2); /* the process still knows version 1 */
	assert_int_equal(readers_older(readers, getpid(), ROW), 1);
	assert_int_equal(readers_older(readers, getpid(), ROW + 1), 0);
	assert_int_equal(readers_older(readers, getppid(), ROW), 0);
	readers_note(readers, getpid(), ROW, TEXT); /* the process reads the file again */
	assert_int_equal(readers_older(readers, getpid(), ROW), 0);
}

static void a_copy_is_no_reading(void **state)
{
	struct readers *readers = *state;

	readers_note(readers, getpid(), ROW, TEXT);
	/* the process knows no older version, so a copy of the text changes nothing */
	readers_copied(readers, getpid(), TEXT);
	assert_int_equal(readers_older(readers, getpid(), ROW), 0);
	readers_base_moves(readers, ROW, 1);
	assert_int_equal(readers->n_again, 0);
	readers_note(readers, getpid(), ROW, TEXT);
	assert_int_equal(readers->n_again, 1);
	readers_copied(readers, getppid(), TEXT);
	readers_copied(readers, getpid(), TEXT + 1);
	assert_int_equal(readers_older(readers, getpid(), ROW), 0);
	readers_copied(readers, getpid(), TEXT);
	assert_int_equal(readers_older(readers, getpid(), ROW), 1);
	assert_int_equal(readers->n_again, 0);

	/* after two readings in a row the process knows the base, and a copy changes nothing */
	readers_note(readers, getpid(), ROW, TEXT);
	readers_copied(readers, getpid(), TEXT);
	readers_note(readers, getpid(), ROW, TEXT);
	readers_note(readers, getpid(), ROW, TEXT);
	readers_copied(readers, getpid(), TEXT);
	assert_int_equal(readers_older(readers, getpid(), ROW), 0);
	assert_int_equal(readers->n_again, 0);
}

static void the_number_of_a_text_is_of_its_digest(void **state)
{
	const unsigned char one[32] = {1}, two[32] = {2};

	(void)state;
	assert_int_equal(readers_text(NULL), 0);
	assert_true(readers_text(one) != readers_text(two));
}

static void who_has_written_knows_the_base(void **state)
{
	struct readers *readers = *state;

	readers_note(readers, getpid(), ROW, TEXT);
	readers_base_moves(readers, ROW, 1);
	readers_catch_up(readers, getpid(), ROW);
	readers_catch_up(readers, getppid(), ROW); /* that process has read nothing */
	assert_int_equal(readers_older(readers, getpid(), ROW), 0);
	assert_false(readers_have_older(readers, ROW));
}

static void a_process_that_has_ended_is_forgotten(void **state)
{
	struct readers *readers = *state;
	pid_t early = start_process(), late = start_process();

	readers_note(readers, early, ROW, TEXT);
	readers_note(readers, late, ROW, TEXT);
	end_process(early);
	readers_base_moves(readers, ROW, 1);
	assert_int_equal(readers->n, 1);
	assert_int_equal(readers_older(readers, late, ROW), 1);
	end_process(late); /* another process may get this process ID now */
	assert_int_equal(readers_older(readers, late, ROW), 0);
	assert_int_equal(readers->n, 0);
	assert_int_equal(readers->n_pinned, 0);
}

static void a_search_keeps_the_notes_of_others(void **state)
{
	struct readers *readers = *state;
	pid_t editor = start_process();

	readers_note(readers, editor, 0, TEXT);
	for (int64_t row = 1; row <= 2 * READER_FILES_MAX; row++)
		readers_note(readers, getpid(), row, TEXT);
	assert_int_equal(readers->n, READER_FILES_MAX + 1);
	readers_base_moves(readers, 0, 1);
	assert_int_equal(readers_older(readers, editor, 0), 1);
	/* the newest notes of the process are kept */
	readers_base_moves(readers, 2 * READER_FILES_MAX, 1);
	assert_int_equal(readers_older(readers, getpid(), 2 * READER_FILES_MAX), 1);
	end_process(editor);
}

static void a_process_that_has_lost_a_note_may_have_read_any_row(void **state)
{
	struct readers *readers = *state;

	for (int64_t row = 1; row <= READER_FILES_MAX; row++)
		readers_note(readers, getpid(), row, TEXT);
	readers_base_moves(readers, READER_FILES_MAX + 2,
			   1); /* all that the process has read is still noted */
	assert_int_equal(readers_older(readers, getpid(), READER_FILES_MAX + 2), 0);
	for (int i = 0; i < 2; i++)
		readers_note(readers, getpid(), READER_FILES_MAX + 1 + i, TEXT);
	assert_int_equal(readers->n_marked, 1);
	assert_int_equal(readers->n, READER_FILES_MAX);
	readers_base_moves(readers, 1, 0); /* 0: the older version is not known */
	assert_int_equal(readers_older(readers, getpid(), 1), 0);
	readers_base_moves(readers, 1, 4);
	assert_int_equal(readers_older(readers, getpid(), 1), 4);
	assert_int_equal(readers_older(readers, getpid(), 2), 0);
	/* one reading ends the guess, and a copy does not bring the guess back */
	readers_note(readers, getpid(), 1, TEXT);
	assert_int_equal(readers_older(readers, getpid(), 1), 0);
	readers_copied(readers, getpid(), TEXT);
	assert_int_equal(readers_older(readers, getpid(), 1), 0);
	assert_int_equal(readers->n_again, 0);
}

static void the_marks_are_bounded(void **state)
{
	struct readers *readers = *state;
	pid_t pid = start_process();

	for (int i = 0; i < 2 * READERS_MARKED_MAX; i++)
		/* there are no processes with these IDs */
		for (int64_t row = 0; row <= READER_FILES_MAX; row++)
			readers_note(readers, 0x3fffffff - i, row, TEXT);
	assert_in_range(readers->n_marked, 1, READERS_MARKED_MAX);
	for (int64_t row = 0; row <= READER_FILES_MAX; row++)
		readers_note(readers, pid, row, TEXT);
	readers_base_moves(readers, 0, 3);
	assert_int_equal(readers->n_marked, 1);
	assert_int_equal(readers_older(readers, pid, 0), 3);
	end_process(pid);
	readers_base_moves(readers, 0, 4);
	assert_int_equal(readers->n_marked, 0);
}

static void the_notes_are_bounded(void **state)
{
	struct readers *readers = *state;

	/* there are no processes with these IDs, so their notes make room first */
	for (int64_t row = 0; row < READERS_MAX - 1; row++)
		readers_note(readers, (pid_t)(0x3fffffff - row / READER_FILES_MAX), row, TEXT);
	readers_note(readers, getpid(), ROW, TEXT);
	assert_int_equal(readers->n, READERS_MAX);
	readers_note(readers, getpid(), ROW + 1, TEXT);
	assert_int_equal(readers->n, 2);
}

static void pins_are_bounded(void **state)
{
	struct readers *readers = *state;
	pid_t processes[READERS_PINNED_MAX + 1];

	for (int i = 0; i <= READERS_PINNED_MAX; i++) {
		processes[i] = start_process();
		readers_note(readers, processes[i], ROW, TEXT);
	}
	readers_base_moves(readers, ROW, 1);
	assert_int_equal(readers->n_pinned, READERS_PINNED_MAX);
	for (int i = 0; i <= READERS_PINNED_MAX; i++) {
		assert_int_equal(readers_older(readers, processes[i], ROW), 1);
		end_process(processes[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define readers_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
		readers_test(a_reader_knows_the_base_until_it_moves),
		readers_test(a_copy_is_no_reading),
		readers_test(the_number_of_a_text_is_of_its_digest),
		readers_test(who_has_written_knows_the_base),
		readers_test(a_process_that_has_ended_is_forgotten),
		readers_test(a_search_keeps_the_notes_of_others),
		readers_test(a_process_that_has_lost_a_note_may_have_read_any_row),
		readers_test(the_marks_are_bounded),
		readers_test(the_notes_are_bounded),
		readers_test(pins_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
