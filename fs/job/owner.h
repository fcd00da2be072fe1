/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_OWNER_H
#define COCFS_JOB_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Whose a job is, on a mount that several users share. Pure: nothing is looked up here.
 *
 * What a job's name keeps (the job ID, the story of a refusal, attributes) outlives the file. A
 * ledger row records whose file it was. A request that makes the name again gets what the name
 * keeps if the request could have changed or replaced that file, were it still there.
 */

/* Somebody who asks. groups: the supplementary ones. groups_unknown: there may be more. */
struct person {
	uid_t uid;
	gid_t gid;
	const gid_t *groups;
	size_t n_groups;
	bool groups_unknown;
};

/* The owner and the permission bits of a file or directory, with the sticky bit. */
struct access {
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

struct stat;
struct access access_of(const struct stat *st);

/* Whose a file is: itself, and the directory that it is in. */
struct owner {
	struct access file, directory;
	bool is_elsewhere; /* another directory has been put in its place */
};

/* The owner of a file, if nothing else is known of that user. The file's group is not taken for
 * one of the owner's: a directory may hand its group on (setgid), and root may give files away. */
struct person person_of_file(uid_t uid);

bool owner_is_same(const struct owner *one, const struct owner *other);

/* The users who have what a name keeps. */
struct holding {
	struct owner owner; /* of the file that was recorded last: the text is about it */
	bool has_heir;	    /* a file of the heir's is there, which has the binding */
	bool heir_reads;    /* it is known that the heir may read the recorded file */
	uid_t heir;
};

bool holding_is_same(const struct holding *one, const struct holding *other);

/* Does what is kept belong to a file of this user's that has the name? */
bool holding_is_of(const struct holding *holding, uid_t file_uid);

/* May somebody who reads a file of file_uid's under this name see the text that is kept: the story
 * of a refusal, warnings? The argument reads says that the reader may read the recorded file too.
 * (root may; the caller asks.) */
bool holding_shows_text(const struct holding *holding, uid_t file_uid, uid_t reader, bool reads);

/*
 * May this request inherit the job? root and the owner may. So may a user who may write the
 * recorded file. So may a user who may replace that file: one whose own the directory is, or who
 * may write in the directory if it is not sticky. (The text goes along if the recorded read bits
 * say so: access_lets().)
 *
 * directory is the one that the name is made in. It counts if it has the same owner as the recorded
 * directory, and nobody is known to have put another one there (is_elsewhere). Else another
 * directory is in the place of the recorded one, whoever has put it there: what its owner lets
 * users do with its files says nothing about the recorded file. Then the recorded directory counts,
 * as it was recorded.
 *
 * The bits of modes are all that counts. POSIX ACLs are none of a job space's, and capabilities of
 * a user who is not root are not looked at.
 */
bool owner_may_inherit(const struct owner *recorded, const struct access *directory,
		       const struct person *who);

/* May somebody do what bits say (4 read, 2 write, 1 search)? Root is not told apart. Of a user who
 * may be in the group or not, only what both may do is granted. */
bool access_lets(const struct access *access, const struct person *who, mode_t bits);

/* Would a file be readable for anybody, its own user apart, who cannot read the recorded one? */
bool access_shows_more(const struct access *recorded, const struct access *file);

#endif
