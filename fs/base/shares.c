/* SPDX-License-Identifier: MIT */
#include "base/shares.h"

#include <stdlib.h>

/* What one user holds. held is never 0, so there are no more records than units. */
struct share {
	uid_t user;
	size_t held;
	struct share *next;
};

#define BUCKETS (sizeof(((struct shares *)0)->by_user) / sizeof(struct share *))

void shares_init(struct shares *shares, size_t total, bool one_user)
{
	*shares = (struct shares){.total = total, .one_user = one_user};
}

void shares_finish(struct shares *shares)
{
	for (size_t i = 0; i < BUCKETS; i++)
		while (shares->by_user[i]) {
			struct share *share = shares->by_user[i];

			shares->by_user[i] = share->next;
			free(share);
		}
	shares->used = 0;
}

/* Returns the place of the pointer to a user's record. If the user has no record, that pointer is
 * NULL: the caller may put a new record there. */
static struct share **find_share(struct shares *shares, uid_t user)
{
	struct share **at = &shares->by_user[user % BUCKETS];

	while (*at && (*at)->user != user)
		at = &(*at)->next;
	return at;
}

bool shares_take(struct shares *shares, uid_t user, size_t units)
{
	struct share **at = find_share(shares, user), *share = *at;
	size_t held = share ? share->held : 0, left = shares->total - shares->used;

	if (units > left)
		return false;
	/* the rule: hold no more than stays free. Exception: a user who holds nothing may take one
	 * unit, even the last */
	if (!shares->one_user && units + held > left - units && (held || units > 1))
		return false;
	if (!share) {
		share = calloc(1, sizeof(*share));
		if (!share)
			return false;
		share->user = user;
		*at = share;
	}
	share->held += units;
	shares->used += units;
	return true;
}

void shares_give(struct shares *shares, uid_t user, size_t units)
{
	struct share **at = find_share(shares, user), *share = *at;

	shares->used -= units;
	share->held -= units;
	if (!share->held) {
		*at = share->next;
		free(share);
	}
}
