/* SPDX-License-Identifier: MIT */
/*
 * An update must not undo what a colleague has changed in the console. So each attribute is judged
 * by itself. If the attribute was changed here since the last time it was sent, our value counts.
 * Otherwise the service's present value stays.
 *
 * "Changed here" compares two values: the value that was found for this commit, and the value that
 * was found when the job was last sent. It does not matter where each value was found. There are
 * four exceptions.
 *
 * Another option of the mount is no change. An option is a default for jobs that say nothing else.
 * So an update through a mount with risk_level=LOW does not lower a job that was made through a
 * mount with risk_level=HIGH. If no value is found at all, that counts like a value of an option.
 *
 * If no risk level is found at all, the risk level is not changed: there is no value to send.
 *
 * A user who sets an attribute on a closed job file wants the job to have the value. The value
 * counts even if the file had the same value before.
 *
 * A job may have been bound and not made here: it was adopted, or imported. Then nobody knows which
 * value would have been found before. Only what the file itself says counts, in an extended
 * attribute or a comment, and only if it differs from what the service had.
 */
#include "job/origins.h"

#include "job/fixed.h"

#define ORIGIN_BITS 8 /* one bit for each attribute */
#define ORIGIN_MASK ((1U << ORIGIN_BITS) - 1)

_Static_assert(ATTR_COUNT <= ORIGIN_BITS, "an attribute has a bit");

static bool is_changed(enum attr attr, const struct attr_set *ours, const struct job_record *job)
{
	const struct attr_set *sent = &job->sent;
	const char *value = ours->value[attr];
	unsigned bit = 1U << attr;

	if (attr_is_fixed(attr) || ours->absent & bit)
		return false;
	if (ours->named & bit && !attr_same(value, job->held.value[attr]))
		return true;
	if (attr_same(value, sent->value[attr]))
		return false;
	if (sent->unresolved & bit)
		return ours->said & bit;
	return !(ours->defaulted & sent->defaulted & bit);
}

unsigned origins_changed(const struct attr_set *ours, const struct job_record *job)
{
	unsigned changed = 0;

	for (int i = 0; i < ATTR_COUNT; i++)
		if (is_changed((enum attr)i, ours, job))
			changed |= 1U << i;
	return changed;
}

unsigned origins_unresolved(const struct attr_set *held)
{
	unsigned bits = ~ATTR_FIXED_BITS | 1U << ATTR_TAGS;

	return held->value[ATTR_ENTERPRISE_PROJECT_ID] ? bits
						       : bits | 1U << ATTR_ENTERPRISE_PROJECT_ID;
}

void origins_keep_named(struct attr_set *newer, const struct attr_set *older)
{
	newer->named |= older->named & newer->said;
}

/* The order of the origins in the packed number, from the lowest bits on. Add a new origin at the
 * end, because ledgers have numbers in this order. */
#define EACH_ORIGIN(set)                                                                           \
	{                                                                                          \
		&(set)->explicit, &(set)->said, &(set)->defaulted, &(set)->absent, &(set)->named,  \
			&(set)->unresolved                                                         \
	}
#define ORIGIN_COUNT 6

int64_t origins_pack(const struct attr_set *set)
{
	const unsigned *const origins[ORIGIN_COUNT] = EACH_ORIGIN(set);
	int64_t number = 0;

	for (int i = 0; i < ORIGIN_COUNT; i++)
		number |= (int64_t)(*origins[i] & ORIGIN_MASK) << (i * ORIGIN_BITS);
	return number;
}

void origins_unpack(int64_t number, struct attr_set *set)
{
	unsigned *const origins[ORIGIN_COUNT] = EACH_ORIGIN(set);

	for (int i = 0; i < ORIGIN_COUNT; i++)
		*origins[i] = (unsigned)(number >> (i * ORIGIN_BITS)) & ORIGIN_MASK;
}

bool origins_same(const struct attr_set *a, const struct attr_set *b)
{
	return origins_pack(a) == origins_pack(b);
}
