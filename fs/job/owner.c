/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "job/owner.h"

#include <sys/stat.h>

#define WRITE 02
#define SEARCH 01

static bool access_is_same(const struct access *one, const struct access *other)
{
	return one->uid == other->uid && one->gid == other->gid && one->mode == other->mode;
}

struct access access_of(const struct stat *st)
{
	return (struct access){.uid = st->st_uid, .gid = st->st_gid, .mode = st->st_mode & 07777};
}

bool owner_is_same(const struct owner *one, const struct owner *other)
{
	return access_is_same(&one->file, &other->file) &&
	       access_is_same(&one->directory, &other->directory) &&
	       one->is_elsewhere == other->is_elsewhere;
}

bool holding_is_same(const struct holding *one, const struct holding *other)
{
	return owner_is_same(&one->owner, &other->owner) && one->has_heir == other->has_heir &&
	       (!one->has_heir ||
		(one->heir == other->heir && one->heir_reads == other->heir_reads));
}

bool holding_is_of(const struct holding *holding, uid_t file_uid)
{
	return holding->owner.file.uid == file_uid ||
	       (holding->has_heir && holding->heir == file_uid);
}

bool holding_shows_text(const struct holding *holding, uid_t file_uid, uid_t reader, bool reads)
{
	if (holding->owner.file.uid == file_uid || holding->owner.file.uid == reader)
		return true;
	return reads && reader == file_uid && holding_is_of(holding, file_uid);
}

struct person person_of_file(uid_t uid)
{
	return (struct person){.uid = uid, .gid = (gid_t)-1, .groups_unknown = true};
}

static bool person_is_in_group(const struct person *who, gid_t gid)
{
	if (who->gid == gid)
		return true;
	for (size_t i = 0; i < who->n_groups; i++)
		if (who->groups[i] == gid)
			return true;
	return false;
}

/* Only the bits of the first class that fits the user count, as in the kernel: owner, group,
 * others. */
bool access_lets(const struct access *access, const struct person *who, mode_t bits)
{
	mode_t granted = access->mode;

	if (who->uid == access->uid)
		granted >>= 6;
	else if (person_is_in_group(who, access->gid))
		granted >>= 3;
	else if (who->groups_unknown)
		granted &= granted >> 3;
	return (granted & bits) == bits;
}

bool access_shows_more(const struct access *recorded, const struct access *file)
{
	const bool group = recorded->mode & S_IRGRP, all = group && recorded->mode & S_IROTH;

	if (file->mode & S_IROTH && !all)
		return true;
	return file->mode & S_IRGRP && !(file->gid == recorded->gid ? group : all);
}

static bool may_replace(const struct access *directory, const struct person *who)
{
	return who->uid == directory->uid ||
	       (!(directory->mode & S_ISVTX) && access_lets(directory, who, WRITE | SEARCH));
}

bool owner_may_inherit(const struct owner *recorded, const struct access *directory,
		       const struct person *who)
{
	if (who->uid == 0 || who->uid == recorded->file.uid)
		return true;
	if (recorded->is_elsewhere || directory->uid != recorded->directory.uid)
		directory = &recorded->directory;
	return access_lets(&recorded->file, who, WRITE) || may_replace(directory, who);
}
