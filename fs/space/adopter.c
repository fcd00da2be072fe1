/* SPDX-License-Identifier: MIT */
#include "space/adopter.h"

#include <sys/stat.h>

#include "space/claim_row.h"

#define WRITE 02

bool adopter_may_write(struct space *space, fuse_req_t req, const struct access *file)
{
	const struct access shown = access_shown(space, file, S_IFREG);
	struct caller caller;

	caller_init(&caller, req);
	return space->options->one_user || caller_is_master(space, &caller.person) ||
	       access_lets(&shown, caller_with_groups(&caller), WRITE);
}

bool adopter_may_take(struct space *space, fuse_req_t req, uid_t file_uid)
{
	const struct access file = {.uid = space->uid, .gid = space->gid, .mode = 0600};
	struct access shown;
	struct person owner;

	if (space->options->one_user)
		return true;
	if (req)
		return adopter_may_write(space, req, &file);
	shown = access_shown(space, &file, S_IFREG);
	owner = person_of_file(file_uid);
	return caller_is_master(space, &owner) || access_lets(&shown, &owner, WRITE);
}
