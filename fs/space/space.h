/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_SPACE_H
#define COCFS_SPACE_SPACE_H

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>
#include <stdbool.h>

#include "loop/loop.h"
#include "loop/slices.h"
#include "submit/submit.h"
#include "job/ignore.h"
#include "space/deleted_siblings.h"
#include "space/node.h"
#include "space/readers.h"
#include "space/recent_moves.h"
#include "space/sight.h"
#include "space/removals.h"
#include "space/sibling_cache.h"
#include "space/view.h"

/*
 * The mounted job space: kernel requests on the spool, derived siblings, commits.
 *
 * The files of this folder, from the lowest to the highest. No file calls one of a later line
 * (tests/tools/test_house.py holds that):
 *
 *   rules       view, recent_moves, removals, deleted_siblings
 *   processes   proc, mount_ids, sight, holders, contributors, writers, readers
 *               inspector, inspectors
 *   nodes       node_table, content, node, location, path, sibling_cache
 *   jobs        witness, job_name, content_read, directory_story, half
 *   work        disk, incoming, text, entries, pending_reply, catalogue_wait
 *               waiting_request
 *   imports     import, root_names, placeholder_maker, placeholder, import_fetch, import_ahead
 *               import_reading
 *   owners      caller, claim_row, import_edit, claim, claim_tree, adopter
 *   fresh       checks, file_version, reading, refresh
 *   derived     sibling, sibling_remove, unmade, viewer, queue_view, jobs_view
 *   versions    version_tree, version_listing, version_text, control
 *   renamed     moving, rename_recover, moved_away, backup
 *   made        new_name, entry, listing, coc_facts
 *   commits     job_attributes, commit, closing, set_job
 *   renames     renaming, rename_source, rename_run, link_run, rename_wait
 *   endings     stat_reply, truncate, io
 *   operations  lookup, stat, file, allocate, directory, xattr, xattr_list
 *               forget, remove, rename, link
 *   mount       session
 */
struct space_options {
	const char *mountpoint;	     /* for messages */
	bool siblings_hidden;	     /* siblings are not listed */
	bool delete_on_service;	     /* removing a job file deletes the job */
	bool unseen_commits;	     /* what a process closes that we cannot see is committed */
	const struct ignore *ignore; /* names that are no job files'; borrowed */
	struct commit_rules rules;
	struct attr_set defaults; /* the mount options' attributes; borrowed */
	struct view view;	  /* owner and modes that are shown */
	int64_t refresh_ms;	  /* so old what is known of the service may be */
	bool one_user;		  /* nobody but who mounts may use it (no allow_other) */
	unsigned descriptors_max; /* that users have open */
	unsigned directories_max; /* of the spool that are kept open */
};

/* How the disk keeps up with short writes: disk.c. */
struct disk_pace {
	int64_t slow_until_ms; /* on the loop's clock */
	int64_t burst_ms;
	size_t burst_bytes;
};

/* What is fetched before anybody asks for it: import_ahead.c. */
struct import_ahead {
	unsigned in_row;       /* imports that somebody had to wait for, one after the other */
	unsigned budget;       /* so many more may be fetched */
	unsigned under_way;    /* of those that were begun ahead */
	int64_t last_ms;       /* when somebody had to wait last, on the loop's clock */
	char at[NAME_MAX + 1]; /* the name that was looked at last */
	bool is_around;	       /* the walk has begun anew at the first name */
	unsigned looked_at;    /* in this iteration */
	struct loop_timer timer;
};

struct space {
	struct loop *loop;
	struct loop_watch watch; /* of the FUSE descriptor */
	struct fuse_session *session;
	struct fuse_buf request; /* the memory that requests are read into, used again and again */
	struct engine *engine;
	const struct space_options *options;
	struct nodes nodes;
	int incoming_fd;	       /* where a new text is written (incoming.h), O_PATH */
	uint64_t incoming_n;	       /* numbers for the files there */
	struct shares descriptors;     /* what users have open */
	struct shares memory;	       /* bytes that are held for users' requests */
	struct workers *workers;       /* what waits for the disk (disk.h) */
	struct root_names *root_names; /* or NULL: they are not known (root_names.h) */
	struct placeholder_maker *placeholders; /* of imports are made there (placeholder_maker.h)
						 */
	struct disk_pace pace;
	struct slices slices;		     /* long work in the loop */
	LIST_HEAD(, counting) countings;     /* of rows of the queue (queue_view.h) */
	LIST_HEAD(, forgetting) forgettings; /* what the kernel let go of (forget.c) */
	LIST_HEAD(, moving)
	movings; /* renames under way (moving.h), and those that wait for them */
	STAILQ_HEAD(, waiting_rename) renames_waiting;
	struct deleted_siblings deleted_siblings;
	struct removals removals;
	struct sibling_cache siblings;	       /* what the kernel keeps of them */
	LIST_HEAD(, refresh) refreshes;	       /* checks under way (refresh.h) */
	LIST_HEAD(, job_setting) job_settings; /* files that get a job by hand (set_job.h) */
	struct checks {
		int64_t since_ms; /* when the second began */
		unsigned looks, questions;
		bool wants_scan;       /* in this second */
	} checks;		       /* of single files (checks.h) */
	int64_t refresh_slow_until_ms; /* nobody waits for a check until then */
	struct readers readers;
	LIST_HEAD(, version_open) version_opens; /* that wait for the service (version_text.h) */
	TAILQ_HEAD(version_texts, version_text) version_texts;
	size_t version_texts_bytes;
	unsigned n_version_texts;
	struct recent_moves recent_moves; /* of job files to other jobs' names (backup.h) */
	struct recent_moves moved_away;	  /* of job files, any that may come back (moved_away.h) */
	SLIST_HEAD(, unmade_end) unmade_ends; /* directories that are gone (unmade.h) */
	struct loop_timer unmade_timer;
	LIST_HEAD(, dir_handle) listings;  /* open directories: the kernel may not release them */
	LIST_HEAD(, open_text) texts;	   /* open derived files: the same */
	LIST_HEAD(, pending_reply) waits;  /* requests that wait for the engine (pending_reply.h) */
	LIST_HEAD(, import_fetch) fetches; /* of imports under way (import_fetch.c) */
	struct import_ahead ahead;
	LIST_HEAD(, closing) closings; /* closes that are judged (closing.c) */
	struct sight sight;	       /* what can be seen of those who write */
	struct inspectors *inspectors; /* they look (inspectors.h) */
	bool ignored_told;	       /* that an ignored name is not submitted (new_name.c) */
	bool crowded;		       /* requests have come faster than they were taken */
	bool is_root;		       /* we may act as the caller (caller.h) */
	uid_t uid;
	gid_t gid;
	void (*unmounted)(void *data); /* the kernel has let go of the mount */
	void *unmounted_data;
};

/* What a space is made of. loop, engine and options must outlive the space. */
struct space_spec {
	struct loop *loop;
	struct engine *engine;
	const struct space_options *options;
	struct fuse_args *args; /* libfuse's */
	int spool_fd;		/* of the open spool directory, O_PATH: taken */
	int incoming_fd;	/* of a directory on the same file system, empty, O_PATH: taken */
	void (*unmounted)(void *data); /* called once when somebody unmounts the space */
	void *data;
};

/*
 * Makes the space and mounts it; submit_recover() was called before. Returns 0 and an owned space,
 * or -errno with err filled; -ENODEV: the kernel or fusermount3 did not mount.
 */
int space_open(const struct space_spec *take_spec, struct space **ret_space, struct err *err);

/* Is a close being judged, which may be a commit then? */
bool space_is_judging(const struct space *space);

/* Unmounts and frees; requests that wait are answered with EINTR. NULL is accepted. */
void space_close(struct space *space);

/* The operations, for libfuse (session.c lists them all). */
extern const struct fuse_lowlevel_ops space_ops;

/* The space of a request. */
static inline struct space *space_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

/* The one exit for requests that have no other answer: r is 0 or a negative errno. */
static inline void reply(fuse_req_t req, int r)
{
	fuse_reply_err(req, -r);
}

#endif
