/* SPDX-License-Identifier: MIT */
#include "space/adopter.h"

#include <sys/stat.h>

#include "space/claim_row.h"

#define WRITE 02

bool adopter_may_take(struct space *space, fuse_req_t req, uid_t file_uid)
{
	const struct access file = {.uid = space->uid, .gid = space->gid, .mode = 0600};
	const struct access shown = access_shown(space, &file, S_IFREG);
	struct caller caller;
	struct person owner;

	if (space->options->one_user)
		return true;
	if (req) {
		caller_init(&caller, req);
		return caller_is_master(space, &caller.person) ||
		       access_lets(&shown, caller_with_groups(&caller), WRITE);
	}
	owner = person_of_file(file_uid);
	return caller_is_master(space, &owner) || access_lets(&shown, &owner, WRITE);
}
