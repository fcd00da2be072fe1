/* SPDX-License-Identifier: MIT */
/*
 * What a job's name keeps, and the user who gets it.
 *
 * The ledger is keyed by path, and a row outlives its file: a tool that removes and writes again
 * makes a new version, not a second job. On a mount that several users share, the next file of the
 * name may be somebody else's. So a row records whose file it was, and at each moment when a
 * request makes the name (create, mknod, link, rename) the rule of owner.h is asked:
 *
 *   the request may inherit      the row stays, or comes back if it was set aside. If the new file
 * is another user's than the recorded one, that user is noted as the heir: the job is the heir's.
 * The text goes along if the recorded read bits say so. At the next commit the row records the new
 * file. it may not                   the row is set aside: nobody finds it by its path. Its
 * submissions go on. It moves with its directory. It comes back when its owner, or somebody else
 * who may inherit, makes the free name.
 *
 * A name can have several rows. First the row that the path finds is asked for, then those that are
 * set aside: first those of the request's own user, then the others. The request gets the first
 * that it may inherit.
 *
 * This is safe without being complete: what was not asked is not granted. A row belongs to a file
 * only if the file's user is the recorded user or the heir (claim_is_of()). A crash can come
 * between the making of a file and the record of its heir. Somebody can have worked in the spool.
 * Then the row is hidden from the file until the next commit asks again.
 */
#define _GNU_SOURCE
#include "space/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "space/job_name.h"

#define READ 04

/* One name, a request, and the file that the name is for. */
struct claiming {
	struct space *space;
	const char *path;
	struct caller caller;
	struct access file, directory;
	bool is_free; /* nothing is replaced */
	uid_t replaced_uid;
	struct ledger_claim claims[LEDGER_ASIDE_MAX + 1];
	int n;
};

/* The row that the path finds, NULL: it has none. */
static const struct ledger_claim *current_of(const struct claiming *claiming)
{
	return claiming->n && !claiming->claims[0].is_aside ? &claiming->claims[0] : NULL;
}

/* ---- the verdict ---- */

static bool may_inherit(struct claiming *claiming, const struct holding *holding)
{
	const struct person *who = &claiming->caller.person;
	struct owner recorded = holding->owner;

	/* the file is there, in this directory */
	if (!claiming->is_free && holding_is_of(holding, claiming->replaced_uid)) {
		if (who->uid == claiming->replaced_uid)
			return true;
		recorded.directory = claiming->directory;
	}
	return claim_may_inherit(claiming->space, &recorded, &claiming->directory,
				 &claiming->caller);
}

/* The first row that is set aside and that the request may inherit. own: of the request's own
 * user. */
static struct ledger_claim *choose_aside(struct claiming *claiming, bool own)
{
	for (int i = 0; i < claiming->n; i++) {
		struct ledger_claim *claim = &claiming->claims[i];

		if (claim->is_aside &&
		    (own ? claim->holding.owner.file.uid == claiming->caller.person.uid
			 : may_inherit(claiming, &claim->holding)))
			return claim;
	}
	return NULL;
}

/* Which of the rows the request gets, NULL: none. */
static struct ledger_claim *choose_claim(struct claiming *claiming)
{
	struct ledger_claim *chosen = &claiming->claims[0];

	if (!chosen->is_aside && may_inherit(claiming, &chosen->holding))
		return chosen;
	if (!claiming->is_free)
		return NULL;
	chosen = choose_aside(claiming, true);
	return chosen ? chosen : choose_aside(claiming, false);
}

/* Does the file's user get the text too? By the recorded read bits alone, for root as well: what
 * root puts there may be for all to read. */
static bool heir_reads(struct claiming *claiming, const struct holding *holding)
{
	const struct access *file = &claiming->file;
	const struct person user = {.uid = file->uid, .gid = file->gid, .groups_unknown = true};
	struct access recorded;

	/* an heir's file is replaced by another one of the heir's */
	if (!claiming->is_free && holding->has_heir && holding->heir == file->uid &&
	    claiming->replaced_uid == file->uid)
		return holding->heir_reads;
	recorded = access_shown(claiming->space, &holding->owner.file, S_IFREG);
	return access_lets(&recorded,
			   file->uid == claiming->caller.person.uid
				   ? caller_with_groups(&claiming->caller)
				   : &user,
			   READ);
}

/* ---- what comes of it ---- */

static int set_aside(struct claiming *claiming, const struct ledger_claim *current,
		     const struct ledger_claim *chosen)
{
	int aside = claiming->n - 1 - (chosen != NULL);

	if (aside >= LEDGER_ASIDE_MAX) {
		log_warning("%s: %d rows of other users are set aside for this name: it cannot be "
			    "made by one more",
			    claiming->path, aside);
		return -EDQUOT;
	}
	log_info("%s: what it keeps is of user %u, and is set aside", claiming->path,
		 current->holding.owner.file.uid);
	return ledger_set_aside(claiming->space->ledger, current->row);
}

/* Records that the row is the file's. 1 if anything changed, 0, or -errno. */
static int bequeath_row(struct claiming *claiming, const struct ledger_claim *chosen)
{
	struct holding holding = chosen->holding;
	int r;

	holding.has_heir = claiming->file.uid != holding.owner.file.uid;
	holding.heir = claiming->file.uid;
	holding.heir_reads = holding.has_heir && heir_reads(claiming, &chosen->holding);
	if (holding_is_same(&holding, &chosen->holding))
		return 0;
	r = ledger_hold(claiming->space->ledger, chosen->row, &holding);
	return r < 0 ? r : 1;
}

/* Judges, and moves the rows. Returns 0 or -errno. */
static int settle_claim(struct claiming *claiming)
{
	struct ledger *ledger = claiming->space->ledger;
	const struct ledger_claim *current = current_of(claiming);
	const struct ledger_claim *chosen = choose_claim(claiming);
	int r = 0, changed = 0;

	if (current && current != chosen) {
		r = set_aside(claiming, current, chosen);
		changed = 1;
	}
	if (r == 0 && chosen && chosen->is_aside) {
		r = ledger_bring_back(ledger, chosen->row);
		changed = 1;
	}
	if (r == 0 && chosen) {
		r = bequeath_row(claiming, chosen);
		changed |= r > 0;
	}
	/* before the request is answered: who was told that the name is made must not lose the
	 * job */
	return r < 0 ? r : changed ? ledger_commit(ledger, false) : 0;
}

/* The rows of the path are judged. */
static int claim_path(struct claiming *claiming)
{
	int n = ledger_claims(claiming->space->ledger, claiming->path, claiming->claims);

	if (n <= 0)
		return n;
	claiming->n = n;
	return settle_claim(claiming);
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

/* The row that the path finds is set aside, unless the request may have it. */
static int yield_row(struct claiming *claiming)
{
	const struct ledger_claim *current = current_of(claiming);

	return !current || may_inherit(claiming, &current->holding)
		       ? 0
		       : set_aside(claiming, current, NULL);
}

int claim_yield(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		const struct stat *file)
{
	struct claiming claiming = {.space = space, .is_free = true};
	_cleanup_free_ char *path = NULL;
	const struct ledger_claim *current;
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
	r = ledger_claims(space->ledger, path, claiming.claims);
	claiming.n = r < 0 ? 0 : r;
	current = current_of(&claiming);
	if (r < 0 ||
	    (current && S_ISREG(file->st_mode) && holding_is_of(&current->holding, file->st_uid)))
		return r < 0 ? r : 0;
	return yield_row(&claiming);
}

/* ---- the same for a tree ---- */

/* Is there a row of this name below a directory? 1, 0 or -errno. */
static int has_row(struct ledger *ledger, const char *directory, const char *below)
{
	_cleanup_free_ char *path = NULL;
	int64_t row;
	int r;

	if (asprintf(&path, "%s/%s", directory, below) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = ledger_row(ledger, path, &row);
	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

/* Looks at what a directory brings below it, a file or none. Returns 1 for a regular file, 0 or
 * -errno. */
static int look_below_directory(struct claiming *claiming, int from_fd, const char *from,
				const char *below)
{
	char path[PATH_MAX];
	struct stat st = {0};
	bool is_file;

	if (snprintf(path, sizeof(path), "%s/%s", from, below) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	if (fstatat(from_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT &&
	    errno != ENOTDIR)
		return -errno;
	is_file = S_ISREG(st.st_mode);
	claiming->file = access_of(&st);
	*strrchr(path, '/') = '\0';
	if (fstatat(from_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	claiming->directory = access_of(&st);
	return is_file;
}

/* A name below where a directory goes, which has a row: what the directory brings under this name,
 * a file or a row without a file, must not take the place of a row that the request may not have.
 */
static int claim_below(struct claiming *claiming, int from_fd, const char *from,
		       const char *from_path, const char *below)
{
	struct ledger *ledger = claiming->space->ledger;
	int n = ledger_claims(ledger, claiming->path, claiming->claims), has_file, has_own;

	claiming->n = n < 0 ? 0 : n;
	if (n <= 0)
		return n;
	claiming->directory = claiming->claims[0].holding.owner.directory;
	has_file = look_below_directory(claiming, from_fd, from, below);
	has_own = has_row(ledger, from_path, below);
	if (has_file < 0 || has_own < 0)
		return has_file < 0 ? has_file : has_own;
	/* a file that brings its own row needs none that was set aside */
	if (has_file)
		return current_of(claiming) || !has_own ? settle_claim(claiming) : 0;
	return has_own ? yield_row(claiming) : 0;
}

int claim_tree(struct space *space, fuse_req_t req, struct node *from_parent, const char *from,
	       struct node *to_parent, const char *to)
{
	struct claiming claiming = {.space = space, .is_free = true};
	_cleanup_free_ char *path = NULL, *paths = NULL, *from_path = NULL;
	_cleanup_close_ int from_fd = -1;
	size_t size = 0;
	int r;

	if (space->options->one_user || node_is_hidden(to_parent) || to[0] == '.')
		return 0;
	r = node_path_of(to_parent, to, &path);
	if (r == 0)
		r = node_path_of(from_parent, from, &from_path);
	if (r == 0)
		r = ledger_paths_below(space->ledger, path, &paths, &size);
	if (r < 0 || !size)
		return r;
	from_fd = node_hold_dirfd(&space->nodes, from_parent);
	if (from_fd < 0)
		return from_fd;
	caller_init(&claiming.caller, req);
	for (size_t at = 0; r == 0 && at < size; at += strlen(paths + at) + 1) {
		claiming.path = paths + at;
		r = claim_below(&claiming, from_fd, from, from_path,
				claiming.path + strlen(path) + 1);
	}
	return r;
}

/* ---- commits ---- */

/* The user who is asked about at a commit: the caller if the file is the caller's, else the file's
 * user. Of that user no supplementary groups are known. */
static void init_committer(struct claiming *claiming, fuse_req_t req)
{
	struct caller *caller = &claiming->caller;

	if (req && fuse_req_ctx(req)->uid == claiming->file.uid) {
		caller_init(caller, req);
		return;
	}
	caller->person = (struct person){
		.uid = claiming->file.uid, .gid = claiming->file.gid, .groups_unknown = true};
	caller->knows_groups = true;
}

/* Finds the row of the path for the file, which is asked for again if it is not the file's. */
static int find_claims(struct claiming *claiming, fuse_req_t req)
{
	struct ledger *ledger = claiming->space->ledger;
	const struct ledger_claim *current;
	int r = ledger_claims(ledger, claiming->path, claiming->claims);

	claiming->n = r < 0 ? 0 : r;
	current = current_of(claiming);
	if (r <= 0 || (current && holding_is_of(&current->holding, claiming->file.uid)))
		return r;
	init_committer(claiming, req);
	r = settle_claim(claiming);
	if (r == 0)
		r = ledger_claims(ledger, claiming->path, claiming->claims);
	claiming->n = r < 0 ? 0 : r;
	return r;
}

static bool is_without_text(const struct holding *holding, const struct access *file)
{
	if (holding->owner.file.uid == file->uid)
		return false;
	return !holding_shows_text(holding, file->uid, file->uid) ||
	       access_shows_more(&holding->owner.file, file);
}

int claim_author(struct space *space, fuse_req_t req, struct node *parent, const char *name,
		 const struct stat *file, const struct stat *replaced, struct author *ret_author)
{
	struct claiming claiming = {.space = space, .is_free = true, .file = access_of(file)};
	_cleanup_free_ char *path = NULL;
	struct author author = {0};
	int r = access_of_directory(space, parent, &claiming.directory);

	if (r < 0)
		return r;
	author.holding.owner =
		(struct owner){.file = claiming.file, .directory = claiming.directory};
	if (replaced && replaced->st_uid != file->st_uid) {
		const struct person user = {
			.uid = replaced->st_uid, .gid = replaced->st_gid, .groups_unknown = true};

		author.holding.has_heir = true;
		author.holding.heir = user.uid;
		author.holding.heir_reads = access_lets(&claiming.file, &user, READ);
	}
	if (!space->options->one_user) {
		const struct ledger_claim *current;

		r = node_path_of(parent, name, &path);
		claiming.path = path;
		if (r == 0)
			r = find_claims(&claiming, req);
		if (r < 0)
			return r;
		current = current_of(&claiming);
		author.without_text = current && is_without_text(&current->holding, &claiming.file);
	}
	*ret_author = author;
	return 0;
}
