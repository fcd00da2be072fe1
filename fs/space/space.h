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
 * The mounted job space: kernel requests on the spool, derived siblings, commits. CONTRIBUTING.md
 * ("Words") explains the words of this project: job, row, sibling, story and others.
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
 *               imports_view
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
	const char *mountpoint; /* where the space is mounted; for messages */
	bool siblings_hidden;	/* siblings are not listed */
	bool delete_on_service; /* removing a job file deletes the job on the service */
	/* a close by a process that we cannot see is a commit (unseen=) */
	bool unseen_commits;
	const struct ignore *ignore; /* names that are never job files (ignore=); borrowed */
	struct commit_rules rules;
	/* the values that the mount options give, such as risk_level=, to jobs without their own;
	 * the strings are borrowed */
	struct attr_set defaults;
	struct view view; /* the owner and the modes that the mount shows */
	/* knowledge of the service older than this is checked again (refresh=) */
	int64_t refresh_ms;
	/* only the user who mounts may use the mount (no allow_other) */
	bool one_user;
	unsigned descriptors_max; /* how many descriptors users may have open */
	unsigned directories_max; /* how many directories of the spool stay open */
};

/* What the loop has seen of the speed of short writes to the spool. After a slow one, threads make
 * the writes for a while (disk.c). */
struct disk_pace {
	int64_t slow_until_ms; /* until then, on the loop's clock, threads make all writes */
	int64_t burst_ms;   /* when the present burst of short writes began, on the loop's clock */
	size_t burst_bytes; /* what the loop has written in this burst, in whole pages */
};

/* Imports (an import is a job that no path of the ledger has, shown as a file) that are fetched
 * before a program asks for them: import_ahead.c. A search takes the imports in the order of their
 * names, from the one whose wait has begun the search. */
struct import_ahead {
	unsigned in_row;       /* how many imports in a row a program had to wait for */
	unsigned budget;       /* how many more imports may be fetched ahead */
	unsigned under_way;    /* fetches ahead that have not ended */
	int64_t last_ms;       /* when a program had to wait last, on the loop's clock */
	char at[NAME_MAX + 1]; /* the last name that the search has looked at */
	/* the search has reached the last name and begun again at the first */
	bool is_around;
	unsigned looked_at; /* names that the search has looked at in this iteration */
	struct loop_timer timer;
};

struct space {
	struct loop *loop;
	struct loop_watch watch; /* watches the FUSE descriptor */
	struct fuse_session *session;
	/* the buffer that each request is read into, used again and again */
	struct fuse_buf request;
	struct engine *engine;
	const struct space_options *options;
	struct nodes nodes;
	int incoming_fd;	       /* the directory for new texts (incoming.h), O_PATH */
	uint64_t incoming_n;	       /* the next new text gets this number as its file name */
	struct shares descriptors;     /* the descriptors that users have open */
	struct shares memory;	       /* the bytes that are held for users' requests */
	struct workers *workers;       /* threads that wait for the disk (disk.h) */
	struct root_names *root_names; /* NULL: the root's names are unknown (root_names.h) */
	/* makes the placeholders of imports (placeholder_maker.h) */
	struct placeholder_maker *placeholders;
	struct disk_pace pace;
	/* long work that is done in slices, iteration by iteration */
	struct slices slices;
	/* counts of the queue's rows, under way (queue_view.h) */
	LIST_HEAD(, counting) countings;
	/* nodes that the kernel has forgotten, to be freed in slices (forget.c) */
	LIST_HEAD(, forgetting) forgettings;
	/* renames under way, and renames that wait for them (moving.h) */
	LIST_HEAD(, moving) movings;
	STAILQ_HEAD(, waiting_rename) renames_waiting;
	struct deleted_siblings deleted_siblings;
	struct removals removals;
	struct sibling_cache siblings;	/* what the kernel keeps of siblings */
	LIST_HEAD(, refresh) refreshes; /* checks of single files, under way (refresh.h) */
	/* settings of user.coc.job_id, under way (set_job.h) */
	LIST_HEAD(, job_setting) job_settings;
	struct checks {
		int64_t since_ms; /* when the current second began */
		/* looks: files looked at in this second; questions: checks that asked the
		 * service */
		unsigned looks, questions;
		/* more files were to be checked in this second: a scan is wanted */
		bool wants_scan;
		/* how many questions came in a row (checks.c), and the time of the last one */
		unsigned in_a_row;
		int64_t asked_ms;
	} checks;		       /* how many single files were checked (checks.h) */
	int64_t refresh_slow_until_ms; /* until then no new check of a file begins (refresh.c) */
	struct readers readers;
	/* opens and stats in .coc/versions that wait for the service (version_text.c) */
	LIST_HEAD(, version_open) version_opens;
	/* texts of old versions that are kept (version_text.h) */
	TAILQ_HEAD(version_texts, version_text) version_texts;
	size_t version_texts_bytes;	  /* what the texts in version_texts take */
	unsigned n_version_texts;	  /* how many texts version_texts has */
	struct recent_moves recent_moves; /* of job files onto other job file names (backup.h) */
	struct recent_moves moved_away;	  /* of job files that may come back (moved_away.h) */
	/* removed directories: the .error texts of names without a file in them end (unmade.h) */
	SLIST_HEAD(, unmade_end) unmade_ends;
	struct loop_timer unmade_timer;
	/* open directories, to be freed at the end if the kernel sends no RELEASE */
	LIST_HEAD(, dir_handle) listings;
	LIST_HEAD(, open_text) texts;	   /* open derived files, to be freed at the end likewise */
	LIST_HEAD(, pending_reply) waits;  /* requests that wait for the engine (pending_reply.h) */
	LIST_HEAD(, import_fetch) fetches; /* fetches of imports, under way (import_fetch.c) */
	struct import_ahead ahead;
	LIST_HEAD(, closing) closings; /* closes that are being judged (closing.c) */
	struct sight sight;	       /* which processes we can see */
	struct inspectors *inspectors; /* the threads that look at other processes (inspectors.h) */
	/* the log says already that an ignored name is not submitted (new_name.c) */
	bool ignored_told;
	bool crowded; /* the last iteration took more than one request (session.c) */
	bool is_root; /* we run as root, so we may act as the caller (caller.h) */
	uid_t uid;    /* uid and gid: the user and group that cocfs runs as */
	gid_t gid;
	/* called once, when the kernel has unmounted the space or the FUSE descriptor fails */
	void (*unmounted)(void *data);
	void *unmounted_data;
};

/* The arguments of space_open(). loop, engine and options must outlive the space. */
struct space_spec {
	struct loop *loop;
	struct engine *engine;
	const struct space_options *options;
	struct fuse_args *args; /* mount options for libfuse */
	int spool_fd;		/* the open spool directory, O_PATH: taken */
	/* an empty directory on the spool's file system, O_PATH: taken */
	int incoming_fd;
	/* called once, if somebody unmounts the space or the FUSE descriptor fails */
	void (*unmounted)(void *data);
	void *data;
};

/*
 * Makes the space and mounts it. Call submit_recover() first. Returns 0 and an owned space, or
 * -errno with err filled; -ENODEV: the kernel or fusermount3 did not mount.
 */
int space_open(const struct space_spec *take_spec, struct space **ret_space, struct err *err);

/* Is any close still being judged: can other processes still write to its file? Such a close may
 * yet become a commit. */
bool space_is_judging(const struct space *space);

/* Unmounts and frees the space. Requests that wait are answered with EINTR. NULL is accepted. */
void space_close(struct space *space);

/* The operations, for libfuse (session.c lists them all). */
extern const struct fuse_lowlevel_ops space_ops;

/* Returns the mounted space that a request of the kernel is for. Never NULL. */
static inline struct space *space_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

/* Answers a request that carries no data. r is 0 or a negative errno. The request is gone after
 * this call. */
static inline void reply(fuse_req_t req, int r)
{
	fuse_reply_err(req, -r);
}

#endif
