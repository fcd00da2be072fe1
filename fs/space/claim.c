/* SPDX-License-Identifier: MIT */
/*
 * Which user gets what a job file name keeps: its row in the ledger, with the job ID, the story
 * (the text of .error) and the attributes.
 *
 * The ledger is keyed by path, and a row outlives its file. So a tool that removes a file and
 * writes it again makes a new version, not a second job. On a mount that several users share, the
 * next file of the name may be another user's. So a row records the owner of its file. Whenever a
 * request makes the name (create, mknod, link, rename), the rule of owner.h decides:
 *
 * If the request may inherit, the row stays the name's row, or becomes that again if it was set
 * aside. If the new file belongs to another user than the recorded file, the row notes that user as
 * the heir: the heir has the job. The heir sees the row's text only if the recorded read bits allow
 * it. At the next commit the row records the new file.
 *
 * If the request may not inherit, the row is set aside: its path does not find it any more. Its
 * submissions go on. It moves with its directory. It comes back when its owner, or another user who
 * may inherit, makes the free name.
 *
 * A name can have several rows. The request gets the first row that it may inherit, in this order:
 * the rows that record the request's own user, then the others. In both groups the row that the
 * path finds comes before the rows that are set aside.
 *
 * The rule judges the request's user and not the file's user. Otherwise a user could move a
 * victim's file here, and so get the victim's job. A commit makes no name, so it brings no row
 * back. But if the row that the path finds is not the file's, a commit asks the rule again. Then
 * both the request's user and the file's user must be able to inherit. A commit without a request
 * (at RELEASE) inherits nothing. One case is special: user A has a row set aside here, and user B
 * commits a file of A. Then the new row records B as its owner. So A gets back the row that was set
 * aside when A makes the name again.
 *
 * The code errs on the safe side: if the rule was not asked, nothing is granted. A row belongs to a
 * file only if the file's user is the recorded user or the heir (claim_is_of()). A crash may come
 * between the making of a file and the record of its heir, or somebody may have changed files in
 * the spool. Then the mount shows nothing of the row for that file until the next commit asks the
 * rule again.
 */
#define _GNU_SOURCE
#include "space/caller.h"
#include "space/claim.h"
#include "space/claim_row.h"

#include "space/claiming.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "space/job_name.h"
#include "space/path.h"

const struct job_claim *claiming_current(const struct claiming *claiming)
{
	return claiming->n && !claiming->claims[0].is_aside ? &claiming->claims[0] : NULL;
}

/* ---- the verdict ---- */

bool claiming_may_inherit(struct claiming *claiming, const struct holding *holding)
{
	const struct person *who = &claiming->caller.person;
	struct owner recorded = holding->owner;

	/* the file that is replaced belongs to the row, so the row's file is in this directory
	 * now */
	if (!claiming->is_free && holding_is_of(holding, claiming->replaced_uid)) {
		if (who->uid == claiming->replaced_uid)
			return true;
		recorded.directory = claiming->directory;
		recorded.is_elsewhere = false;
	} else if (claiming->is_tree) {
		recorded.is_elsewhere = true;
	}
	return claim_may_inherit(claiming->space, &recorded, &claiming->directory,
				 &claiming->caller);
}

/* May the user of claiming->file inherit the row with this holding? The groups of that user are
 * unknown, so no group gives a right. */
static bool user_may_inherit(const struct claiming *claiming, const struct holding *holding)
{
	struct caller user = {.person = person_of_file(claiming->file.uid), .knows_groups = true};

	return claim_may_inherit(claiming->space, &holding->owner, &claiming->directory, &user);
}

/* Does the request get the row with this holding? Never without a request. The request's user must
 * be able to inherit it. At a commit of another user's file, the file's user must be able to
 * inherit it too. */
static bool gets_row(struct claiming *claiming, const struct holding *holding)
{
	return !claiming->is_unasked && claiming_may_inherit(claiming, holding) &&
	       (!claiming->is_commit || claiming->file.uid == claiming->caller.person.uid ||
		user_may_inherit(claiming, holding));
}

/* Returns the first row of claims that the request gets; NULL: none. own: look only at rows that
 * record the request's own user. */
static struct job_claim *choose_claim_among(struct claiming *claiming, bool own)
{
	for (int i = 0; i < claiming->n; i++) {
		struct job_claim *claim = &claiming->claims[i];

		if ((!own || claim->holding.owner.file.uid == claiming->caller.person.uid) &&
		    gets_row(claiming, &claim->holding))
			return claim;
	}
	return NULL;
}

/* Returns the row of claims that the request gets; NULL: none. A commit, or a file that replaces
 * another, can get only the row that the path finds. A new file gets the first row of claims that
 * it may have: first a row that records the request's own user, then any other. */
static struct job_claim *choose_claim(struct claiming *claiming)
{
	struct job_claim *chosen = &claiming->claims[0];

	if (!claiming->is_free || claiming->is_commit)
		return !chosen->is_aside && gets_row(claiming, &chosen->holding) ? chosen : NULL;
	chosen = choose_claim_among(claiming, true);
	return chosen ? chosen : choose_claim_among(claiming, false);
}

/* May the user of the new file, who becomes the heir, see the text of the row (a story or a
 * warning, which may quote the recorded file)? Yes, if that user may surely read the recorded file.
 * Only the read bits count, for root too: a file that root puts here may be readable for all. */
static bool heir_reads(struct claiming *claiming, const struct holding *holding)
{
	const struct access *file = &claiming->file;
	const struct person user = person_of_file(file->uid);

	/* the heir replaces a file of its own by another: the row's recorded answer stays */
	if (!claiming->is_free && holding->has_heir && holding->heir == file->uid &&
	    claiming->replaced_uid == file->uid)
		return holding->heir_reads;
	return claim_may_read(claiming->space, holding,
			      file->uid == claiming->caller.person.uid
				      ? caller_with_groups(&claiming->caller)
				      : &user);
}

/* ---- to record the verdict ---- */

static int set_aside(struct claiming *claiming, const struct job_claim *current,
		     const struct job_claim *chosen)
{
	int aside = claiming->n - 1 - (chosen != NULL);

	if (aside >= CLAIMS_ASIDE_MAX) {
		log_warning("%s: %d rows of other users are set aside for this name: no other "
			    "user can make it",
			    claiming->path, aside);
		return -EDQUOT;
	}
	log_info("%s: what this name keeps belongs to user %u, and is set aside", claiming->path,
		 current->holding.owner.file.uid);
	return submit_change(
		claiming->space->engine,
		&(struct submit_change){.kind = CHANGE_SET_ASIDE, .row = current->row});
}

static int change_row(const struct claiming *claiming, enum submit_change_kind kind, int64_t row,
		      const struct holding *holding)
{
	return submit_change(claiming->space->engine,
			     &(struct submit_change){.kind = kind, .row = row, .holding = holding});
}

/* Records in the row of chosen the user of the new file as the heir, unless that user is the
 * recorded owner. Hides the old versions of the job from an heir who may not see them. Returns 1 if
 * the ledger was changed, 0 if it said so already, or -errno. */
static int bequeath_row(struct claiming *claiming, const struct job_claim *chosen)
{
	struct holding holding = chosen->holding;
	int r;

	holding.has_heir = claiming->file.uid != holding.owner.file.uid;
	holding.heir = claiming->file.uid;
	holding.heir_reads = holding.has_heir && heir_reads(claiming, &chosen->holding);
	if (holding_is_same(&holding, &chosen->holding))
		return 0;
	r = change_row(claiming, CHANGE_HOLDING, chosen->row, &holding);
	/* without this, .coc/versions would show the heir old texts of a file that the heir may not
	 * read */
	if (r == 0 && holding.has_heir &&
	    (!holding.heir_reads || access_shows_more(&holding.owner.file, &claiming->file)))
		r = change_row(claiming, CHANGE_HIDE_VERSIONS, chosen->row, &holding);
	return r < 0 ? r : 1;
}

int claiming_settle(struct claiming *claiming)
{
	struct engine *engine = claiming->space->engine;
	const struct job_claim *current = claiming_current(claiming);
	const struct job_claim *chosen = choose_claim(claiming);
	int r = 0, changed = 0;

	if (current && current != chosen) {
		r = set_aside(claiming, current, chosen);
		changed = 1;
	}
	if (r == 0 && chosen && chosen->is_aside) {
		r = submit_change(engine, &(struct submit_change){.kind = CHANGE_BRING_BACK,
								  .row = chosen->row});
		changed = 1;
	}
	if (r == 0 && chosen) {
		r = bequeath_row(claiming, chosen);
		changed |= r > 0;
	}
	/* save before the request is answered: a user who was told that the name exists must not
	 * lose the job */
	return r < 0 ? r : changed ? submit_save(engine) : 0;
}

/* Finds the rows of claiming->path, and decides which of them the request gets (claiming_settle()).
 * Returns 0, also if the path has no row, or -errno. */
static int claim_path(struct claiming *claiming)
{
	int n = submit_claims(claiming->space->engine, claiming->path, claiming->claims);

	if (n <= 0)
		return n;
	claiming->n = n;
	return claiming_settle(claiming);
}

int claim_name(struct space *space, fuse_req_t req, struct node *parent, const char *name,
	       const struct stat *file, const struct stat *replaced)
{
	struct claiming claiming = {.space = space, .is_free = !replaced};
	_cleanup_free_ char *path = NULL;
	int r;

	if (space->options->one_user || !S_ISREG(file->st_mode) ||
	    !job_name_is(space, parent, name))
		return 0;
	r = node_path_of(parent, name, &path);
	if (r == 0)
		r = access_of_directory(space, parent, &claiming.directory);
	if (r < 0)
		return r;
	claiming.path = path;
	claiming.file = access_of(file);
	claiming.replaced_uid = replaced ? replaced->st_uid : 0;
	caller_init(&claiming.caller, req);
	return claim_path(&claiming);
}

int claiming_yield(struct claiming *claiming)
{
	const struct job_claim *current = claiming_current(claiming);

	return !current || claiming_may_inherit(claiming, &current->holding)
		       ? 0
		       : set_aside(claiming, current, NULL);
}

int claim_yield(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		const struct stat *file)
{
	struct claiming claiming = {.space = space, .is_free = true};
	_cleanup_free_ char *path = NULL;
	const struct job_claim *current;
	int r;

	if (space->options->one_user || !job_name_is(space, parent, name))
		return 0;
	r = node_path_of(parent, name, &path);
	if (r == 0)
		r = access_of_directory(space, parent, &claiming.directory);
	if (r < 0)
		return r;
	claiming.path = path;
	caller_init(&claiming.caller, req);
	r = submit_claims(space->engine, path, claiming.claims);
	claiming.n = r < 0 ? 0 : r;
	current = claiming_current(&claiming);
	if (r < 0 ||
	    (current && S_ISREG(file->st_mode) && holding_is_of(&current->holding, file->st_uid)))
		return r < 0 ? r : 0;
	return claiming_yield(&claiming);
}

/* ---- commits ---- */

/* Finds the rows of claiming->path for a commit, and fills claiming->claims. If the row that the
 * path finds does not belong to the file, judges the rows first. Returns how many rows there are,
 * or -errno. */
static int find_claims(struct claiming *claiming)
{
	struct engine *engine = claiming->space->engine;
	const struct job_claim *current;
	int r = submit_claims(engine, claiming->path, claiming->claims);

	claiming->n = r < 0 ? 0 : r;
	current = claiming_current(claiming);
	if (r <= 0 || (current && holding_is_of(&current->holding, claiming->file.uid)))
		return r;
	r = claiming_settle(claiming);
	if (r == 0)
		r = submit_claims(engine, claiming->path, claiming->claims);
	claiming->n = r < 0 ? 0 : r;
	return r;
}

/* Must the new content be recorded without the row's text, because the file's user may not see that
 * text? The file's user may have got the row through another user's request, or the file from root.
 * So the answer is no only for the recorded owner, and for an heir who is known to be allowed to
 * read the recorded file. For the heir it is yes all the same if the file's mode shows the text to
 * more users than the recorded mode. */
static bool is_without_text(struct claiming *claiming, const struct holding *holding)
{
	const struct access *file = &claiming->file;
	struct caller *caller = &claiming->caller;

	if (holding->owner.file.uid == file->uid)
		return false;
	if (!holding_is_of(holding, file->uid) || access_shows_more(&holding->owner.file, file))
		return true;
	return !holding->heir_reads &&
	       (claiming->is_unasked || caller->person.uid != file->uid ||
		!claim_may_read(claiming->space, holding, caller_with_groups(caller)));
}

/* The file's user may have a row set aside here, while another user commits the file. Then the
 * committer becomes the owner in holding, and the file's user the heir. Not so if the committer is
 * root or the user who mounts, or if no request commits. Not so either if the file replaces one of
 * a third user. Then, and if no such row is set aside, holding stays as it is. */
static void credit_committer(const struct claiming *claiming, const struct stat *replaced,
			     struct holding *holding)
{
	const struct person *who = &claiming->caller.person;
	const struct access *file = &claiming->file;
	const struct person user = person_of_file(file->uid);

	if (claiming->is_unasked || who->uid == file->uid ||
	    caller_is_master(claiming->space, who) ||
	    (replaced && replaced->st_uid != who->uid && replaced->st_uid != file->uid))
		return;
	for (int i = 0; i < claiming->n; i++) {
		const struct job_claim *claim = &claiming->claims[i];

		if (!claim->is_aside || claim->holding.owner.file.uid != file->uid)
			continue;
		holding->owner.file.uid = who->uid;
		holding->owner.file.gid = who->gid;
		holding->has_heir = true;
		holding->heir = file->uid;
		holding->heir_reads = claim_may_read(claiming->space, holding, &user);
		return;
	}
}

int claim_author(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		 const struct stat *file, const struct stat *replaced, struct author *ret_author)
{
	struct claiming claiming = {.space = space,
				    .is_free = true,
				    .is_commit = true,
				    .is_unasked = !req,
				    .file = access_of(file)};
	_cleanup_free_ char *path = NULL;
	struct author author = {0};
	int r = access_of_directory(space, parent, &claiming.directory);

	if (r < 0)
		return r;
	author.holding.owner =
		(struct owner){.file = claiming.file, .directory = claiming.directory};
	if (replaced && replaced->st_uid != file->st_uid) {
		const struct person user = person_of_file(replaced->st_uid);

		author.holding.has_heir = true;
		author.holding.heir = user.uid;
		author.holding.heir_reads = claim_may_read(space, &author.holding, &user);
	}
	if (!space->options->one_user) {
		const struct job_claim *current;

		r = node_path_of(parent, name, &path);
		claiming.path = path;
		if (req)
			caller_init(&claiming.caller, req);
		if (r == 0)
			r = find_claims(&claiming);
		if (r < 0)
			return r;
		credit_committer(&claiming, replaced, &author.holding);
		current = claiming_current(&claiming);
		author.without_text = current && is_without_text(&claiming, &current->holding);
	}
	*ret_author = author;
	return 0;
}
