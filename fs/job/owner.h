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
 * A job file name keeps the job ID, the story of a refusal, and attributes. The name keeps them
 * when the file is gone. A row of the ledger records the owner of that file. When a request makes
 * the name again, it gets what the name keeps if the request could have changed or replaced the old
 * file.
 */

/* The user of a request. groups: the supplementary groups. groups_unknown: there may be more
 * groups. */
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

/* The access of a file, and of its directory. */
struct owner {
	struct access file, directory;
	bool is_elsewhere; /* another directory has taken the place of the recorded one */
};

/* Makes a person of the owner of a file, if only the user ID is known. The file's group is not
 * taken for a group of the owner: a setgid directory gives its group to files, and root may give
 * files away. */
struct person person_of_file(uid_t uid);

bool owner_is_same(const struct owner *one, const struct owner *other);

/* The users who have what a name keeps: the owner of the recorded file, and the heir who has made
 * the name again. */
struct holding {
	struct owner owner; /* of the file that was recorded last; the text is about that file */
	bool has_heir;	    /* a file of the heir exists, and has the binding */
	bool heir_reads;    /* the heir is known to be allowed to read the recorded file */
	uid_t heir;
};

bool holding_is_same(const struct holding *one, const struct holding *other);

/* Does a file of user file_uid get what its name keeps? */
bool holding_is_of(const struct holding *holding, uid_t file_uid);

/* May the reader of a file of file_uid see the kept text: the story of a refusal, or warnings?
 * reads: the reader may also read the recorded file. (root may read it; ask for root before you
 * call.) */
bool holding_shows_text(const struct holding *holding, uid_t file_uid, uid_t reader, bool reads);

/*
 * May the user of a request inherit the job? These may: root; the owner; a user who may write the
 * recorded file; a user who may replace the file. A user may replace the file if the directory is
 * the user's own, or if the user may write in the directory and it is not sticky. (Whether this
 * user may also see the text, access_lets() says from the recorded read bits.)
 *
 * directory is the directory in which the name is made. It counts if it has the owner of the
 * recorded directory, and nobody is known to have put another one there (is_elsewhere). Otherwise
 * another directory stands in the place of the recorded one. The permissions of that other
 * directory say nothing about the recorded file. So the recorded directory counts then, as it was
 * recorded.
 *
 * Only the bits of modes count. A job space has no POSIX ACLs. Capabilities of a user who is not
 * root are ignored.
 */
bool owner_may_inherit(const struct owner *recorded, const struct access *directory,
		       const struct person *who);

/* Does a mode grant bits (4 read, 2 write, 1 search) to a user? root gets no special answer. If a
 * group of the user is not known, a bit is granted only if both classes grant it. */
bool access_lets(const struct access *access, const struct person *who, mode_t bits);

/* Could anybody besides its owner read file who cannot read the recorded one? */
bool access_shows_more(const struct access *recorded, const struct access *file);

#endif
