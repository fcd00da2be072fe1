/* SPDX-License-Identifier: MIT */
/*
 * What a directory lists, and in which order. First come the spool's entries in the spool's order,
 * each job file followed by its siblings. Then comes each .error whose file was never made
 * (unmade.h).
 *
 * An entry's offset is its number in the listing, from 1. Most requests go on where the last answer
 * ended. But if the reader's buffer is full, the kernel may take less than the answer has, and then
 * asks from a number in the middle of it. So a listing remembers where in the spool each of the
 * last entries came from, and goes back there. For a seek to any other number, the listing marks
 * the position of every LISTING_MARK_EVERY-th entry. It counts on from the last mark before the
 * number. So no seek takes longer in a bigger directory. Only a number beyond all listed entries
 * has no mark: the listing counts to it, as far as one request may take.
 */
#define _GNU_SOURCE
#include "space/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "bounds/job.h"
#include "space/import.h"
#include "space/job_name.h"
#include "space/path.h"
#include "space/sibling.h"
#include "space/unmade.h"

#define LISTING_MARK_EVERY 512
#define LISTING_COUNTED_MAX 2048 /* how many entries one request may count: takes 10 ms */
/* entries in a row that are not listed; after these, other requests are served first */
#define LISTING_HIDDEN_MAX 256
#define PLACE_UNMADE SIBLING_COUNT /* listing_position.sibling of an .error without a job file */

void listing_init(struct listing *listing, int take_fd)
{
	entries_init(&listing->entries, take_fd);
}

int listing_finish(struct listing *listing)
{
	free(listing->marks);
	return listing->entries.fd;
}

int listing_read(struct listing *listing)
{
	const struct entries *entries = &listing->entries;

	return entries->at < entries->used || entries->ended ? 0 : entries_read(&listing->entries);
}

/* ---- the spool's entries ---- */

/* May this entry have siblings to list? Only if it is a regular file with a job file name, and
 * siblings are not hidden. */
static bool may_have_siblings(struct space *space, struct node *dir, const struct dirent *entry)
{
	return !space->options->siblings_hidden && entry->d_type == DT_REG &&
	       job_name_is(space, dir, entry->d_name);
}

/* Does a derived sibling hide this file of the spool? Returns 1, 0 or -errno. */
static int is_shadowed(struct space *space, struct node *dir, const char *name)
{
	char job[NAME_MAX + 1];
	size_t length;
	enum sibling sibling = job_name_sibling(space, dir, name, &length);
	struct job_glance seen;
	int r;

	if (!sibling)
		return 0;
	snprintf(job, sizeof(job), "%.*s", (int)length, name);
	r = sibling_glance(space, dir, job, &seen);
	return r < 0 ? r : sibling_size(&seen, sibling) != 0;
}

/* Takes the spool's next entry, and finds its siblings. Returns 1; 0 at the end; -EAGAIN: the
 * directory is big, so call listing_read() in a thread first; or another -errno. */
static int read_spool(struct space *space, struct node *dir, struct listing *listing)
{
	struct entries *entries = &listing->entries;
	int taken = entries_take(entries, &listing->entry);

	if (taken == -EAGAIN && !entries_is_big(entries)) {
		taken = entries_read(entries);
		if (taken == 0)
			taken = entries_take(entries, &listing->entry);
	}
	if (taken <= 0)
		return taken;
	listing->at.ino = listing->entry->d_ino;
	listing->looked = false;
	listing->seen = (struct job_glance){0};
	if (may_have_siblings(space, dir, listing->entry)) {
		int r = sibling_glance(space, dir, listing->entry->d_name, &listing->seen);

		if (r < 0)
			return r;
	}
	return 1;
}

/* Returns the next sibling of the present entry that exists and that the caller of req may see.
 * Siblings that the caller has just removed are left out, and so are names that are too long.
 * SIBLING_COUNT: there is none. */
static int next_sibling(fuse_req_t req, const struct node *dir, const struct listing *listing)
{
	struct space *space = space_of(req);
	char name[NAME_MAX + 1];
	int sibling = listing->at.sibling + 1;

	for (; sibling < SIBLING_COUNT; sibling++) {
		if (!sibling_size(&listing->seen, (enum sibling)sibling))
			continue;
		if (snprintf(name, sizeof(name), "%s%s", listing->entry->d_name,
			     sibling_suffix((enum sibling)sibling)) < (int)sizeof(name) &&
		    !sibling_is_removed(space, req, dir, name))
			break;
	}
	return sibling;
}

/* Takes the next entry of the spool, or the next sibling of the present one. Returns 1; 2: taken,
 * and not to be listed; 0 at the end; -EAGAIN: call listing_read() in a thread first; or another
 * -errno. After an error the next call takes the same entry again. */
static int take_stored(fuse_req_t req, struct node *dir, struct listing *listing,
		       struct listed *listed)
{
	struct space *space = space_of(req);
	int r = 1, shadowed = 0;

	listed->sibling = (enum sibling)listing->at.sibling;
	if (!listed->sibling)
		r = read_spool(space, dir, listing);
	if (r > 0 && !listed->sibling)
		shadowed = is_shadowed(space, dir, listing->entry->d_name);
	if (r > 0 && shadowed == 0 && import_is_unlisted(space, dir, listing->entry->d_name)) {
		listing->seen = (struct job_glance){0};
		shadowed = 1;
	}
	if (r < 0 || shadowed < 0) {
		/* go back, so that the next call takes the same entry again */
		entries_seek(&listing->entries, listing->at.spool);
		return r < 0 ? r : shadowed;
	}
	if (r == 0)
		return 0;
	snprintf(listed->name, sizeof(listed->name), "%.*s%s", NAME_MAX, listing->entry->d_name,
		 sibling_suffix(listed->sibling));
	if (listed->sibling)
		listed->st =
			(struct stat){.st_ino = sibling_ino(dir, listed->name), .st_mode = S_IFREG};
	else
		listed->st = (struct stat){.st_ino = listing->entry->d_ino,
					   .st_mode = DTTOIF(listing->entry->d_type)};
	listing->at.sibling = next_sibling(req, dir, listing);
	if (listing->at.sibling == SIBLING_COUNT)
		listing->at = (struct listing_position){.spool = entries_place(&listing->entries)};
	return shadowed ? 2 : 1;
}

/* ---- each .error without a job file ---- */

/* Does this directory list each .error without a job file? Not if siblings or the directory are
 * hidden. */
static bool lists_unmade(const struct space *space, const struct node *dir)
{
	return !space->options->siblings_hidden && !node_is_hidden(dir);
}

/* Takes the next .error that has no file beside it. Returns 1, 0 at the end, or -errno. */
static int take_unmade(struct space *space, struct node *dir, struct listing *listing,
		       struct listed *listed)
{
	_cleanup_free_ char *path = NULL;
	struct job_unmade unmade;
	int r = node_dir_path(&space->nodes, dir, &path);

	if (r == 0)
		r = unmade_next(space, dir, path, (int64_t)listing->at.ino, &unmade);
	if (r < 0)
		return r == -ENOENT || r == -ENAMETOOLONG ? 0 : r;
	listed->sibling = SIBLING_ERROR;
	snprintf(listed->name, sizeof(listed->name), "%.*s%s", JOB_NAME_MAX, unmade.name,
		 sibling_suffix(SIBLING_ERROR));
	listed->st = (struct stat){.st_ino = sibling_ino(dir, listed->name), .st_mode = S_IFREG};
	listing->looked = false;
	listing->at.ino = (uint64_t)unmade.row;
	return 1;
}

/* ---- the whole listing ---- */

/* Remembers the position of the next entry, and makes it a mark if its number is due. Without
 * memory no mark is made, and a seek counts from an earlier one. */
static void remember_position(struct listing *listing)
{
	listing->remembered[listing->next % LISTING_REMEMBERED] = listing->at;
	if (listing->next != listing->n_marks * LISTING_MARK_EVERY)
		return;
	if (listing->n_marks == listing->room_for_marks) {
		size_t room = listing->room_for_marks ? listing->room_for_marks * 2 : 1;
		struct listing_position *marks = reallocarray(listing->marks, room, sizeof(*marks));

		if (!marks)
			return;
		listing->marks = marks;
		listing->room_for_marks = room;
	}
	listing->marks[listing->n_marks++] = listing->at;
}

int listing_take(fuse_req_t req, struct node *dir, struct listing *listing,
		 struct listed *ret_listed)
{
	struct space *space = space_of(req);
	int r, hidden = 0;

	do {
		if (hidden++ > LISTING_HIDDEN_MAX)
			return -EAGAIN;
		remember_position(listing);
		if (listing->at.sibling == PLACE_UNMADE) {
			r = take_unmade(space, dir, listing, ret_listed);
		} else {
			r = take_stored(req, dir, listing, ret_listed);
			if (r == 0 && lists_unmade(space, dir)) {
				listing->at = (struct listing_position){.spool = listing->at.spool,
									.sibling = PLACE_UNMADE};
				r = 2;
			}
		}
	} while (r == 2);
	listing->next += r > 0;
	return r;
}

/* Goes back to the entry with this number, whose position is place. If the entry is a sibling, the
 * spool's entry of its job file is read again. If that job file was removed, the listing goes on
 * with the spool's next entry. Returns 0 or -errno; after an error the listing has no position. */
static int go_back(struct space *space, struct node *dir, struct listing *listing,
		   const struct listing_position *place, uint64_t number)
{
	int r;

	listing->at = *place;
	listing->next = number;
	entries_seek(&listing->entries, listing->at.spool);
	if (listing->at.sibling == SIBLING_NONE || listing->at.sibling == PLACE_UNMADE)
		return 0;
	/* a sibling: read the entry of its job file */
	r = read_spool(space, dir, listing);
	if (r < 0) {
		listing->next = UINT64_MAX; /* no position: the next call looks for it anew */
		return r;
	}
	/* the job file was removed: go on with the next entry */
	if (!r || listing->at.ino != place->ino) {
		listing->at = (struct listing_position){.spool = listing->at.spool};
		entries_seek(&listing->entries, listing->at.spool);
	}
	return 0;
}

/* Goes to the last mark at or before a number; without marks, to the beginning. Returns 0; -EINVAL:
 * more than LISTING_COUNTED_MAX entries are between the mark and the number; or another -errno. */
static int go_to_mark(struct space *space, struct node *dir, struct listing *listing,
		      uint64_t number)
{
	uint64_t mark = number / LISTING_MARK_EVERY;

	if (mark >= listing->n_marks)
		mark = listing->n_marks ? listing->n_marks - 1 : 0;
	if (number - mark * LISTING_MARK_EVERY > LISTING_COUNTED_MAX)
		return -EINVAL;
	if (listing->n_marks)
		return go_back(space, dir, listing, &listing->marks[mark],
			       mark * LISTING_MARK_EVERY);
	entries_seek(&listing->entries, 0);
	listing->next = 0;
	listing->at = (struct listing_position){0};
	return 0;
}

int listing_go_to(fuse_req_t req, struct node *dir, struct listing *listing, uint64_t number)
{
	struct space *space = space_of(req);
	struct listed skipped;
	int r = 1;

	if (number == listing->next)
		return 0;
	if (!listing->is_counting || listing->counted_to != number) {
		listing->is_counting = false;
		if (number < listing->next && listing->next - number < LISTING_REMEMBERED)
			return go_back(space, dir, listing,
				       &listing->remembered[number % LISTING_REMEMBERED], number);
		r = go_to_mark(space, dir, listing, number);
		if (r < 0)
			return r;
		r = 1;
	}
	while (r > 0 && listing->next < number)
		r = listing_take(req, dir, listing, &skipped);
	listing->is_counting = r == -EAGAIN;
	listing->counted_to = number;
	return r < 0 ? r : 0;
}
