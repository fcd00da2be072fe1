/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_OPTIONS_H
#define COCFS_COCFS_OPTIONS_H

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "job/attributes.h"
#include "job/import.h"
#include "submit/mount.h"
#include "space/view.h"
#include "job/ignore.h"

/* The options of a mount, from the command line. opts_parse() fills the struct, and opts_finish()
 * frees what it owns. */
struct opts {
	char *source;	  /* "local", a region, or a URL */
	char *mountpoint; /* as given on the command line; mount_open() makes it absolute */
	char *state_dir;  /* -o state_dir; NULL: the default for the source */
	char *cacert;	  /* -o cacert, absolute; or NULL */
	/* -o profile: an absolute path, or the name of a section; or NULL */
	char *profile;
	char *logfile;		  /* -o logfile, absolute; or NULL */
	struct attr_set defaults; /* the attributes given as mount options */
	struct commit_rules rules;
	int64_t timeout_ms;
	/* -o refresh: a list of jobs that is older than this is read again before it is shown */
	int64_t refresh_ms;
	/* -o max_inflight: the most requests from the queue that are sent and not answered yet */
	unsigned max_inflight;
	struct ignore *ignore; /* -o ignore: globs of names that are no job files' names; owned */
	bool delete_on_service;
	/* -o conflict=overwrite: commits are sent even if the service has a version that is newer
	 * than the one that was read here */
	bool overwrite;
	/* -o rebind: the state directory is a copy, and this copy is used from now on */
	bool rebind;
	enum jobs_shown jobs;
	enum adoption_rule adopt;
	bool siblings_hidden;
	struct view view; /* uid=, gid=, umask=, fmask=, dmask= */
	/* -o check=later: mount even if the service refuses the keys, or IAM gives no token */
	bool check_later;
	/* -o unseen=commit: a close by a process that cocfs cannot see is a commit */
	bool unseen_commits;
	bool foreground;
	bool allow_other; /* or allow_root: other users may use the mount */
	bool nonempty;	  /* the mountpoint may have entries */
	bool nosymfollow; /* the kernel must follow no symbolic link in the mount */
	enum log_level log_level;
	struct fuse_args fuse; /* the options for libfuse */
};

enum opts_result {
	OPTS_MOUNT, /* mount with these options */
	OPTS_SHOWN, /* --help or --version was printed */
	/* nothing to mount: err says what is wrong with the command line, or that memory is
	 * short */
	OPTS_WRONG,
};

/* Reads the command line into *ret_opts. Prints --help and --version itself. For OPTS_WRONG fills
 * err. Call opts_finish() afterwards, also after a failure. */
enum opts_result opts_parse(int argc, char **argv, struct opts *ret_opts, struct err *err);

void opts_finish(struct opts *opts);

#endif
