/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CLAIM_ROW_H
#define COCFS_SPACE_CLAIM_ROW_H

#include "space/caller.h"

/* Rows and their files: which row is a file's, how a row follows its file, and who may take from a
 * row. A holding (job/owner.h) says which users have what a row keeps: the owner of the file that
 * the row records, and the heir. The heir is another user, who has made the name again. */

/* Call this function when the file of a job file name got another owner, mode or directory. before:
 * the file's attributes before the change. The file's row records the new values; a row that
 * belongs to another file stays as it is. Returns 0 or -errno. */
int claim_follow(struct space *space, struct node *parent, const char *name,
		 const struct stat *before);

/* Call this function before a file loses a job file name, by a removal or a rename, while the name
 * keeps its row. The row records the last owner and mode of the file and its directory. On failure
 * the log has a warning. */
void claim_part(struct space *space, struct node *parent, const char *name);

/* Finds the row of a job file name, if the row belongs to this file. Returns 0, -ENOENT (no row of
 * this file) or another -errno. */
int claim_find(struct space *space, const struct node *parent, const char *name,
	       const struct stat *file, struct job_record *ret_job);

/* Does the row with this holding belong to a file that has the row's name and the owner
 * file_uid? */
bool claim_is_of(const struct space *space, const struct holding *holding, uid_t file_uid);

/* May this caller see the texts that the row with this holding keeps: the story (the text of
 * .error), and the job's name and description? file_uid: the user of the file that has the name
 * now. */
bool claim_shows_text(const struct space *space, const struct holding *holding, uid_t file_uid,
		      struct caller *caller);

/* May a person read the file that the row with this holding records? Only the recorded read bits
 * count, for root too. */
bool claim_may_read(const struct space *space, const struct holding *holding,
		    const struct person *who);

/* May a request take away what a row keeps: dismiss its .error, forget or delete its job? file: the
 * file that has the name; NULL: none. */
bool claim_may_take(struct space *space, fuse_req_t req, struct node *parent,
		    const struct holding *holding, const struct stat *file);

/* Reads owner, group and mode of a directory of the spool into *ret. Returns 0 or -errno. */
int access_of_directory(struct space *space, struct node *directory, struct access *ret);

/* Returns the owner, group and mode that the mount shows (view.h) for a spool file with this
 * access: the kernel decides by the shown values. type: S_IFREG for a file, S_IFDIR for a
 * directory. */
struct access access_shown(const struct space *space, const struct access *access, mode_t type);

/* May the caller inherit what the file of the recorded owner had? Decides by the rule of owner.h,
 * with the values that this mount shows. directory: the present owner and mode of the name's
 * directory. */
bool claim_may_inherit(const struct space *space, const struct owner *recorded,
		       const struct access *directory, struct caller *caller);

#endif
