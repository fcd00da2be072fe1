/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_OWNER_H
#define COCFS_JOB_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Which user a job belongs to, on a mount that several users share. Pure: this code looks nothing
 * up.
 *
 * A job file name keeps the job ID, the story of a refusal, and attributes, also when the file is
 * gone. A row of the ledger records the owner of the file. When a user makes the name again, the
 * new file gets what the name keeps, if that user could have changed or replaced the old file.
 */

/* The user of a request. gid: the group, (gid_t)-1 if not known. groups: the n_groups supplementary
 * groups. groups_unknown: the user may be in more groups. */
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
/* Returns the access of the file that stat(2) describes. */
struct access access_of(const struct stat *st);

/* The access of a job file and of its directory, as a row of the ledger records them. */
struct owner {
	struct access file, directory;
	bool is_elsewhere; /* another directory has taken the place of the recorded one */
};

/* Makes a person of the owner of a file, if only the user ID is known. The groups stay unknown. The
 * file's group need not be a group of the owner: a setgid directory gives its group to files, and
 * root may give files away. */
struct person person_of_file(uid_t uid);

/* Are all members of two owners equal? */
bool owner_is_same(const struct owner *one, const struct owner *other);

/* The users who have what a name keeps: the owner of the recorded file, and the heir. The heir is
 * another user, who has made the name again and so has the job. */
struct holding {
	struct owner owner; /* of the file recorded last; the kept text is about this file */
	bool has_heir;	    /* a file of the heir exists, and has the binding */
	bool heir_reads;    /* the heir is known to be allowed to read the recorded file */
	uid_t heir;	    /* valid if has_heir */
};

/* Are two holdings equal? heir and heir_reads count only if has_heir is set. */
bool holding_is_same(const struct holding *one, const struct holding *other);

/* Does a file of user file_uid get what its name keeps? Yes, if this user is the recorded owner or
 * the heir. */
bool holding_is_of(const struct holding *holding, uid_t file_uid);

/*
 * May the reader of a file of user file_uid see the kept text, which is the story of a refusal or
 * warnings? Yes, if file_uid or the reader is the recorded owner. Yes, if the reader is the heir,
 * owns the file, and may also read the recorded file (reads). root may see every text: check for
 * root before you call.
 */
bool holding_shows_text(const struct holding *holding, uid_t file_uid, uid_t reader, bool reads);

/*
 * May the user of a request inherit the job? These users may: root; the owner of the recorded file;
 * a user who may write this file; a user who may replace it. A user may replace the file if the
 * directory is the user's own, or if the user may write in the directory and it is not sticky.
 * (access_lets() says from the recorded read bits whether this user may also see the text.)
 *
 * directory is the directory in which the name is made. It counts if its owner is that of the
 * recorded directory, and nobody is known to have put another directory in its place
 * (is_elsewhere). Otherwise another directory stands in the place of the recorded one. The
 * permissions of that other directory say nothing about the recorded file. So the recorded
 * directory counts then, as it was recorded.
 *
 * Only the bits of modes count. A job space has no POSIX ACLs. Capabilities of a user who is not
 * root are ignored.
 */
bool owner_may_inherit(const struct owner *recorded, const struct access *directory,
		       const struct person *who);

/* Does the mode of a file grant bits (4 read, 2 write, 1 search; or a sum) to a user? root gets no
 * special answer. If the user may be in the file's group (groups_unknown), a bit is granted only if
 * the mode grants it both to the group and to others. */
bool access_lets(const struct access *access, const struct person *who, mode_t bits);

/* Is there a user, other than the owner of file, who may read file by its mode but not the recorded
 * file? Then file shows more than the recorded file did. */
bool access_shows_more(const struct access *recorded, const struct access *file);

#endif
