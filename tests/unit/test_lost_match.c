/* SPDX-License-Identifier: MIT */
/* Tests: after lost creates, which job belongs to which create? Only the jobs that each create knew
 * before it was sent decide. */
#include "submit/lost_match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST 8

/* Lost creates in the order in which they were sent, and the jobs that fit them. Words are
 * separated by a space. */
struct scene {
	/* the IDs of the jobs that each create knew, "A B"; "*A": it may have known others; NULL:
	 * the end */
	const char *known[MOST];
	const char *jobs; /* IDs of jobs, "A B"; "?A": the content of A cannot be seen; "~A": A has
			   * the content, but something else differs */
	/* for each create: the ID of its job, "-" for no job, "!" for undecided */
	const char *verdicts;
	enum match_reason reason;
};

static void know(const char *words, struct known_jobs *ret_known)
{
	char text[64];
	size_t n = 0;

	for (const char *c = words + (*words == '*'); *c; c++)
		text[n++] = *c == ' ' ? '\n' : *c;
	if (n)
		text[n++] = '\n';
	assert_int_equal(known_parse(text, n, ret_known), 0);
	ret_known->partial = *words == '*';
}

static size_t list_jobs(const char *words, char ids[MOST][2], struct matched_job jobs[MOST])
{
	size_t n = 0;
	bool unsure = false, alike = false;

	for (; *words; words++) {
		if (*words == ' ')
			continue;
		if (*words == '?' || *words == '~') {
			unsure = *words == '?';
			alike = *words == '~';
			continue;
		}
		ids[n][0] = *words;
		ids[n][1] = '\0';
		jobs[n] = (struct matched_job){.id = ids[n], .unsure = unsure, .alike = alike};
		unsure = alike = false;
		n++;
	}
	return n;
}

static void play(const struct scene *scene, size_t number)
{
	struct known_jobs known[MOST];
	struct lost_create creates[MOST] = {0};
	struct matched_job jobs[MOST];
	char ids[MOST][2], said[2 * MOST] = "";
	size_t n = 0, m = list_jobs(scene->jobs, ids, jobs);
	enum match_reason reason;

	for (; scene->known[n]; n++) {
		know(scene->known[n], &known[n]);
		creates[n].known = &known[n];
	}
	reason = lost_match_decide(creates, n, jobs, m);
	for (size_t i = 0; i < n; i++) {
		const char *word = creates[i].verdict == MATCH_JOB    ? creates[i].job->id
				   : creates[i].verdict == MATCH_NONE ? "-"
								      : "!";

		if (i)
			strcat(said, " ");
		strcat(said, word);
		known_finish(&known[i]);
	}
	if (strcmp(said, scene->verdicts) || reason != scene->reason)
		fail_msg("scene %zu: \"%s\" and %d, not \"%s\" and %d", number, said, reason,
			 scene->verdicts, scene->reason);
}

static void each_scene_ends_as_it_must(void **state)
{
	static const struct scene scenes[] = {
		/* one create */
		{{""}, "", "-", MATCH_CLEAR},
		{{""}, "A", "A", MATCH_CLEAR},
		{{"A"}, "A", "-", MATCH_CLEAR},
		{{"A B C"}, "B", "-", MATCH_CLEAR},
		{{"B"}, "A", "A", MATCH_CLEAR}, /* the known job has another content */
		{{""}, "A B", "!", MATCH_MANY},
		{{"B"}, "A B", "!", MATCH_SHARED},
		{{"C"}, "A B C", "!", MATCH_SHARED},
		/* the create may have known more jobs than those in the list */
		{{"*"}, "", "-", MATCH_CLEAR},
		{{"*"}, "A", "!", MATCH_UNKNOWN},
		{{"*A"}, "A", "-", MATCH_CLEAR},
		{{"*A"}, "A B", "!", MATCH_UNKNOWN},
		/* a job's content is unknown */
		{{""}, "?A", "!", MATCH_UNSEEN},
		{{""}, "A ?B", "!", MATCH_UNSEEN},
		{{"B"}, "A ?B", "A", MATCH_CLEAR},
		{{"A"}, "?A", "-", MATCH_CLEAR},
		/* "~": the job may have been changed after the create */
		{{""}, "~A", "!", MATCH_ALIKE},
		{{"A"}, "~A", "-", MATCH_CLEAR},
		{{""}, "A ~B", "A", MATCH_CLEAR},
		{{"B"}, "A ~B", "A", MATCH_CLEAR},
		{{"A"}, "~A ~B", "!", MATCH_ALIKE},
		{{"A"}, "A ~B", "!", MATCH_SHARED},
		{{""}, "A B ~C", "!", MATCH_MANY},
		{{""}, "?A ~B", "!", MATCH_UNSEEN},
		{{"*"}, "~A", "!", MATCH_UNKNOWN},
		{{"*A"}, "~A", "-", MATCH_CLEAR},
		{{"", ""}, "A ~B", "! A", MATCH_ALIKE},
		{{"", "B"}, "A ~B", "! A", MATCH_ALIKE},
		{{"", "A"}, "A ~B", "A !", MATCH_ALIKE},
		{{"", "B"}, "~B", "! -", MATCH_ALIKE},
		{{"", "A B"}, "A ~B", "A -", MATCH_CLEAR},
		/* twins that were sent at the same time */
		{{"", ""}, "", "- -", MATCH_CLEAR},
		{{"", ""}, "A", "- A", MATCH_CLEAR},
		{{"", ""}, "A B", "B A", MATCH_CLEAR},
		{{"", ""}, "A B C", "! !", MATCH_MANY},
		{{"X", "X"}, "A B X", "! !", MATCH_SHARED},
		{{"X", "X"}, "X", "- -", MATCH_CLEAR},
		/* twins, one after the other: the second knew the job of the first */
		{{"", "A"}, "A", "A -", MATCH_CLEAR},
		{{"", "A"}, "A B", "A B", MATCH_CLEAR},
		{{"", "A"}, "B A", "A B", MATCH_CLEAR},
		{{"", "A", "A B"}, "C B A", "A B C", MATCH_CLEAR},
		{{"", "A", "A B"}, "A C", "A - C", MATCH_CLEAR},
		{{"", "A"}, "A B C", "! !", MATCH_MANY},
		/* between the two, another machine has made a job */
		{{"", "A F"}, "A F B", "! !", MATCH_MANY},
		{{"", "A F"}, "A F", "! -", MATCH_MANY},
		/* if nothing can be known for one twin, the other twins stay undecided, too */
		{{"*", ""}, "A", "! !", MATCH_UNKNOWN},
		{{"", "*A"}, "A", "A -", MATCH_CLEAR},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		play(&scenes[i], i);
}

/* A decision that would hold the loop up for too long is not made: the creates stay undecided. */
static void too_many_are_left_open(void **state)
{
	enum { CREATES = 600 };
	static char ids[CREATES][8], text[CREATES * 8];
	static struct matched_job jobs[CREATES];
	static struct lost_create creates[CREATES];
	static struct known_jobs known[CREATES];
	size_t size = 0, open = 0;

	(void)state;
	for (size_t i = 0; i < CREATES; i++) {
		snprintf(ids[i], sizeof(ids[i]), "D%zu", i);
		jobs[i].id = ids[i];
		assert_int_equal(known_parse(text, size, &known[i]), 0);
		creates[i].known = &known[i];
		size += (size_t)sprintf(text + size, "D%zu\n", i);
	}
	assert_int_equal(lost_match_decide(creates, CREATES, jobs, CREATES), MATCH_MANY);
	for (size_t i = 0; i < CREATES; i++)
		open += creates[i].verdict == MATCH_OPEN;
	assert_int_equal(open, CREATES);
	assert_int_equal(lost_match_decide(creates, 100, jobs, 100), MATCH_CLEAR);
	for (size_t i = 0; i < CREATES; i++)
		known_finish(&known[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_scene_ends_as_it_must),
		cmocka_unit_test(too_many_are_left_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
