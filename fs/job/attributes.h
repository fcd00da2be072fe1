/* SPDX-License-Identifier: MIT */
#ifndef COCFS_JOB_ATTRIBUTES_H
#define COCFS_JOB_ATTRIBUTES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "job/dsl/check.h"
#include "job/tag.h"

/*
 * The attributes of a job: their names, what a valid value is, and which of the values found for a
 * file holds. Pure: no file is read here.
 */
enum attr {
	ATTR_RISK_LEVEL,
	ATTR_ENTERPRISE_PROJECT_ID,
	ATTR_NAME,
	ATTR_DESCRIPTION,
	ATTR_TAGS,
	ATTR_COUNT,
};

enum risk { RISK_LOW, RISK_MEDIUM, RISK_HIGH };

#define ATTR_XATTR_PREFIX "user.coc."

/* The API's field name: "risk_level", … */
const char *attr_field(enum attr attr);

/* Which attribute has this field name (size bytes); -1: none. */
int attr_find(const char *field, size_t size);

/* Which attribute an extended attribute "user.coc.FIELD" is; -1 if it is none of them. */
int attr_from_xattr(const char *xattr);

/*
 * Is this a value for the attribute? It need not be NUL-terminated. risk_level: LOW, MEDIUM, HIGH;
 * enterprise_project_id: 1 to 128 characters; name: 1 to 128; description: 0 to 128; tags:
 * "key=value,key=value", at most ATTR_TAGS_MAX pairs, no key twice, keys not empty, a value may be.
 * All UTF-8 without control characters (but tabs and line feeds in a description) and at
 * most ATTR_VALUE_MAX bytes. Returns 0; -EINVAL with err that names the attribute, what is wrong
 * and an example of a value.
 */
int attr_check(enum attr attr, const char *value, size_t size, struct err *err);

/* Are two values the same? NULL, none, is as good as an empty one. */
bool attr_same(const char *a, const char *b);

/* Is the risk level of a job within max_risk? NULL: it is not known, and only the highest max_risk
 * lets it pass. Returns 0, or -EPERM with err filled. */
int attr_check_risk(const char *value, enum risk max_risk, struct err *err);

/* Reads a risk level. Returns 0 or -EINVAL. */
int risk_parse(const char *word, enum risk *ret_risk);

/* A set of values; NULL where none was found. Owned strings. Zero-initialise it. */
struct attr_set {
	char *value[ATTR_COUNT];
	/* Where the values came from, bits 1 << attr: origins.h. */
	unsigned explicit;   /* in the ledger: the file's own that stay with its name */
	unsigned said;	     /* the file's own, or of its comments */
	unsigned defaulted;  /* the mount's option, or there was none */
	unsigned absent;     /* there was none, and the value is what the service has */
	unsigned named;	     /* a user has just set it, on the closed file */
	unsigned unresolved; /* in the ledger: what the service had when the job was bound */
};

void attr_set_finish(struct attr_set *set);
#define _cleanup_attr_set_ __attribute__((cleanup(attr_set_finish)))

/* Puts a copy of a value (size bytes) in, if there is none yet. Returns 0 or -ENOMEM. */
int attr_set_default(struct attr_set *set, enum attr attr, const char *value, size_t size);

/* Puts a copy of a value in, in place of an earlier one. Returns 0 or -ENOMEM. */
int attr_set_put(struct attr_set *set, enum attr attr, const char *value, size_t size);

/* Puts copies of the values that the service has told in, in place of earlier ones. NULL: not told,
 * and an earlier value stays. Returns 0 or -ENOMEM. */
int attr_set_take(struct attr_set *set, const char *const told[ATTR_COUNT]);

/* Puts copies of the values of a set that is farther away in, where there are none yet. Returns the
 * attributes that were added (bits 1 << attr), or -ENOMEM. */
int attr_set_merge(struct attr_set *set, const struct attr_set *farther);

/*
 * Settles what a job is made of, in place. set holds what was found on the file, its directories
 * and the mount, nearest first. Missing ones: name from meta.name of the DSL report (may be NULL),
 * else file_stem; description from meta.description, else left NULL; enterprise_project_id "0";
 * risk_level has no default: -ENODATA, err says the command that mends it for the file shown as
 * file_shown (a path for people; quoted for a shell). A meta.name or meta.description that breaks
 * the limits of attr_check() is -EINVAL with "line:column" and what mends it. Above max_risk:
 * -EPERM. Returns 0, or with err filled -ENODATA, -EINVAL, -EPERM, -ENOMEM.
 */
int attrs_settle(struct attr_set *set, const struct dsl_report *report, const char *file_stem,
		 const char *file_shown, enum risk max_risk, struct err *err);

/*
 * Settles the same without the risk level. file_stem may be NULL: then a name that nothing says
 * stays missing. Returns 0, or with err filled -EINVAL, -ENOMEM.
 */
int attrs_settle_texts(struct attr_set *set, const struct dsl_report *report, const char *file_stem,
		       const char *file_shown, struct err *err);

/*
 * The pairs of a valid tags value, for the API. ret_tags is one allocation that the caller frees,
 * with the strings inside; NULL and 0 for NULL or "". Returns 0, -ENOMEM, -EINVAL.
 */
int attr_tags_split(const char *value, struct job_tag **ret_tags, size_t *ret_n);

#endif
