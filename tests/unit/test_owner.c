/* SPDX-License-Identifier: MIT */
/* Tests: who inherits a name? The name of a removed file keeps its job. A user who makes a file of
 * the name gets the job if that user could have changed or replaced the removed file. */
#define _GNU_SOURCE
#include "job/owner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <stdio.h>

#include <cmocka.h>

#define ROOT 0
#define ANN 1001 /* the owner, in a group of her own */
#define BEN 1002 /* in TEAM as a supplementary group */
#define CID 1003 /* in none of the others' groups */
#define TEAM 2003

static const gid_t teams[] = {4001, TEAM};
static const struct person root = {ROOT, 0, NULL, 0}, ann = {ANN, ANN, NULL, 0},
			   ben = {BEN, BEN, teams, 2}, cid = {CID, CID, NULL, 0},
			   primary = {1004, TEAM, NULL, 0},
			   unknown = {1005, 1005, NULL, 0,
				      /* TEAM may be one of the other groups */
				      .groups_unknown = true};

static const struct {
	const char *what;
	/* file, directory: owner and mode as the ledger has recorded them; now: those that the
	 * directory has at present */
	struct access file, directory, now;
	const struct person *who;
	bool expected;
} rows[] = {
	/* users who may inherit, or not, without a look at modes */
	{"root", {ANN, ANN, 0600}, {ANN, ANN, 0700}, {ANN, ANN, 0700}, &root, true},
	{"the owner", {ANN, ANN, 0600}, {ROOT, 0, 01777}, {ROOT, 0, 01777}, &ann, true},
	{"the owner, of a file without any right",
	 {ANN, ANN, 0},
	 {ROOT, 0, 0755},
	 {ROOT, 0, 0755},
	 &ann,
	 true},
	{"root's group is not root",
	 {ROOT, 0, 0644},
	 {ROOT, 0, 01777},
	 {ROOT, 0, 01777},
	 &ann,
	 false},
	/* users who may inherit only if they can write the file */
	{"others may write", {ANN, ANN, 0666}, {ROOT, 0, 01777}, {ROOT, 0, 01777}, &cid, true},
	{"others may write and not read",
	 {ANN, ANN, 0622},
	 {ROOT, 0, 01777},
	 {ROOT, 0, 01777},
	 &cid,
	 true},
	{"others may read", {ANN, ANN, 0644}, {ROOT, 0, 01777}, {ROOT, 0, 01777}, &cid, false},
	{"the group may write, by a supplementary group",
	 {ANN, TEAM, 0660},
	 {ROOT, 0, 01777},
	 {ROOT, 0, 01777},
	 &ben,
	 true},
	{"the group may write, by the first group",
	 {ANN, TEAM, 0660},
	 {ROOT, 0, 01777},
	 {ROOT, 0, 01777},
	 &primary,
	 true},
	{"the group may write and not read",
	 {ANN, TEAM, 0624},
	 {ROOT, 0, 01777},
	 {ROOT, 0, 01777},
	 &ben,
	 true},
	{"the group may write, who is in none",
	 {ANN, TEAM, 0660},
	 {ROOT, 0, 01777},
	 {ROOT, 0, 01777},
	 &cid,
	 false},
	{"all but the group may write",
	 {ANN, TEAM, 0606},
	 {ROOT, 0, 01777},
	 {ROOT, 0, 01777},
	 &ben,
	 false},
	{"the group may not write, of a user who may be in it",
	 {ANN, TEAM, 0606},
	 {ROOT, 0, 01777},
	 {ROOT, 0, 01777},
	 &unknown,
	 false},
	{"others may write, of the same user",
	 {ANN, TEAM, 0666},
	 {ROOT, 0, 01777},
	 {ROOT, 0, 01777},
	 &unknown,
	 true},
	/* users who may inherit only if they can replace the file */
	{"a directory for all that is not sticky",
	 {ANN, ANN, 0600},
	 {ROOT, 0, 0777},
	 {ROOT, 0, 0777},
	 &cid,
	 true},
	{"the same, of a file that may be read",
	 {ANN, ANN, 0644},
	 {ROOT, 0, 0777},
	 {ROOT, 0, 0777},
	 &cid,
	 true},
	{"a sticky one", {ANN, ANN, 0600}, {ROOT, 0, 01777}, {ROOT, 0, 01777}, &cid, false},
	{"a sticky one of one's own",
	 {ANN, ANN, 0600},
	 {CID, CID, 01777},
	 {CID, CID, 01777},
	 &cid,
	 true},
	{"one's own that one may not write",
	 {ANN, ANN, 0644},
	 {CID, CID, 0577},
	 {CID, CID, 0577},
	 &cid,
	 true},
	{"a group's directory",
	 {ANN, TEAM, 0640},
	 {ANN, TEAM, 02770},
	 {ANN, TEAM, 02770},
	 &ben,
	 true},
	{"a group's directory, who is in none",
	 {ANN, TEAM, 0640},
	 {ANN, TEAM, 02770},
	 {ANN, TEAM, 02770},
	 &cid,
	 false},
	{"a group's sticky directory",
	 {ANN, TEAM, 0640},
	 {ANN, TEAM, 03770},
	 {ANN, TEAM, 03770},
	 &ben,
	 false},
	{"a directory that may be written and not searched",
	 {ANN, ANN, 0600},
	 {ROOT, 0, 0776},
	 {ROOT, 0, 0776},
	 &cid,
	 false},
	/* the directory at present is not as recorded: another owner, or another mode */
	{"somebody's own in the place of the owner's",
	 {ANN, ANN, 0644},
	 {ANN, ANN, 0755},
	 {CID, CID, 0755},
	 &cid,
	 false},
	{"a third one's, for all, in the place of the owner's",
	 {ANN, ANN, 0644},
	 {ANN, ANN, 0755},
	 {BEN, BEN, 0777},
	 &cid,
	 false},
	{"a colleague's in the place of a group's",
	 {ANN, TEAM, 0640},
	 {ANN, TEAM, 02775},
	 {BEN, TEAM, 02775},
	 &ben,
	 true},
	{"the owner opens the directory later",
	 {ANN, ANN, 0644},
	 {ANN, ANN, 0755},
	 {ANN, ANN, 0777},
	 &cid,
	 true},
	{"the owner closes it later",
	 {ANN, ANN, 0644},
	 {ANN, ANN, 0777},
	 {ANN, ANN, 01777},
	 &cid,
	 false},
	{"root's, for all, in the place of the owner's",
	 {ANN, ANN, 0644},
	 {ANN, ANN, 0755},
	 {ROOT, 0, 0777},
	 &cid,
	 false},
	{"root's, for a group, in the place of the owner's",
	 {ANN, ANN, 0644},
	 {ANN, ANN, 0755},
	 {ROOT, TEAM, 0775},
	 &ben,
	 false},
	{"root's in the place of the owner's sticky one",
	 {ANN, ANN, 0644},
	 {ANN, ANN, 01777},
	 {ROOT, 0, 0777},
	 &cid,
	 false},
	{"root's in the place of one where all could replace files",
	 {ANN, ANN, 0644},
	 {ANN, ANN, 0777},
	 {ROOT, 0, 0755},
	 &cid,
	 true},
	{"the owner's in the place of root's sticky one",
	 {ANN, ANN, 0644},
	 {ROOT, 0, 01777},
	 {ANN, ANN, 0777},
	 &cid,
	 false},
	{"one's own, that was one's own",
	 {ANN, ANN, 0600},
	 {CID, CID, 0700},
	 {CID, CID, 0700},
	 &cid,
	 true},
	{"the owner's in the place of one's own",
	 {ANN, ANN, 0600},
	 {CID, CID, 0755},
	 {ANN, ANN, 0755},
	 &cid,
	 true},
};

static void who_inherits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct owner recorded = {rows[i].file, rows[i].directory};
		bool got = owner_may_inherit(&recorded, &rows[i].now, rows[i].who);

		if (got != rows[i].expected)
			fail_msg("%s: %d, not %d", rows[i].what, got, rows[i].expected);
	}
}

/* Another directory of the same owner has taken the place of the recorded one (is_elsewhere). The
 * mode of the other directory gives no right, but the recorded mode does. */
static void another_directory_of_the_same_owner_gives_no_right(void **state)
{
	struct owner recorded = {.file = {ANN, ANN, 0644}, .directory = {ANN, ANN, 0755}};
	const struct access now = {ANN, ANN, 0777};

	(void)state;
	assert_true(owner_may_inherit(&recorded, &now, &cid));
	recorded.is_elsewhere = true;
	assert_false(owner_may_inherit(&recorded, &now, &cid));
	assert_true(owner_may_inherit(&recorded, &now, &ann));
	recorded.directory.mode = 0777;
	assert_true(owner_may_inherit(&recorded, &now, &cid));
}

/* All combinations of mode bits: the owner inherits, and a user who could write or replace the
 * file, and nobody else. */
static void nobody_inherits_beyond_the_bits(void **state)
{
	const struct person *who[] = {&ann, &ben, &cid, &primary};
	unsigned inherited = 0, refused = 0;

	(void)state;
	for (unsigned bits = 0; bits < 512 * 16; bits++) {
		const struct access file = {ANN, TEAM, bits & 0777};
		const struct access directory = {ROOT, TEAM,
						 (bits >> 9 & 01 ? S_ISVTX : 0) |
							 (bits >> 10 & 01 ? 0770 : 0750) |
							 (bits >> 11 & 01 ? 07 : 05)};
		const struct owner recorded = {file, directory};

		for (size_t i = 0; i < 4; i++) {
			bool got = owner_may_inherit(&recorded, &directory, who[i]);
			bool team = i == 1 || i == 3;
			bool writes = team ? bits & 0020 : bits & 0002;
			bool replaces = !(directory.mode & S_ISVTX) &&
					(team ? directory.mode & 0020 : directory.mode & 0002);

			assert_int_equal(got, i == 0 || writes || replaces);
			inherited += got;
			refused += !got;
		}
	}
	assert_true(inherited > 1000 && refused > 1000);
}

static void text_goes_to_its_readers_only(void **state)
{
	const struct holding plain = {.owner.file = {ANN, TEAM, 0640}};
	const struct holding heir = {
		.owner.file = {ANN, TEAM, 0640}, .has_heir = true, .heir = BEN};

	(void)state;
	assert_true(holding_is_of(&plain, ANN) && !holding_is_of(&plain, BEN));
	assert_true(holding_is_of(&heir, ANN) && holding_is_of(&heir, BEN));
	assert_false(holding_is_of(&heir, CID));
	/* the kernel decides who may read the owner's file */
	assert_true(holding_shows_text(&plain, ANN, CID, false));
	assert_true(holding_shows_text(&heir, BEN, ANN, false));
	assert_false(holding_shows_text(&heir, BEN, BEN, false));
	assert_true(holding_shows_text(&heir, BEN, BEN, true));
	assert_false(holding_shows_text(&plain, BEN, BEN, true));
	assert_false(holding_shows_text(&heir, BEN, CID, true));
	assert_false(holding_shows_text(&heir, CID, CID, true));
}

static void a_files_group_is_not_taken_for_one_of_its_owner(void **state)
{
	const struct person owner = person_of_file(BEN);
	static const struct {
		struct access recorded;
		bool reads;
	} cases[] = {
		{{BEN, BEN, 0400}, true},  {{ANN, TEAM, 0640}, false}, {{ANN, BEN, 0640}, false},
		{{ANN, TEAM, 0644}, true}, {{ANN, TEAM, 0604}, false}, {{BEN, TEAM, 0044}, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(access_lets(&cases[i].recorded, &owner, 04), cases[i].reads);
}

static void a_file_shows_more_or_not(void **state)
{
	static const struct {
		struct access recorded, file;
		bool more;
	} cases[] = {
		{{ANN, ANN, 0600}, {BEN, BEN, 0600}, false},
		{{ANN, ANN, 0600}, {BEN, BEN, 0640}, true},
		{{ANN, ANN, 0600}, {BEN, BEN, 0604}, true},
		{{ANN, ANN, 0600}, {ROOT, 0, 0644}, true},
		{{ANN, TEAM, 0640}, {BEN, TEAM, 0640}, false},
		{{ANN, TEAM, 0640}, {BEN, BEN, 0640}, true},
		{{ANN, TEAM, 0640}, {BEN, TEAM, 0644}, true},
		{{ANN, TEAM, 0644}, {BEN, BEN, 0640}, false},
		{{ANN, TEAM, 0644}, {BEN, BEN, 0644}, false},
		{{ANN, TEAM, 0604}, {BEN, TEAM, 0640}, true},
		/* the group could not read the first file */
		{{ANN, TEAM, 0604}, {BEN, TEAM, 0604}, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(access_shows_more(&cases[i].recorded, &cases[i].file),
				 cases[i].more);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_inherits),
		cmocka_unit_test(another_directory_of_the_same_owner_gives_no_right),
		cmocka_unit_test(nobody_inherits_beyond_the_bits),
		cmocka_unit_test(text_goes_to_its_readers_only),
		cmocka_unit_test(a_files_group_is_not_taken_for_one_of_its_owner),
		cmocka_unit_test(a_file_shows_more_or_not),
	};

	return cmocka_run_group_tests_name("owner", tests, NULL, NULL);
}
