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
 * The attributes of a job: their names, the valid values, and which of several values counts for a
 * file. Pure: this code reads no file.
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

/* Returns the name of the API's field, such as "risk_level". */
const char *attr_field(enum attr attr);

/* Returns the attribute of a field name (size bytes), or -1 if there is none. */
int attr_find(const char *field, size_t size);

/* Returns the attribute that an extended attribute "user.coc.FIELD" sets, or -1 if there is
 * none. */
int attr_from_xattr(const char *xattr);

/*
 * Checks a value of an attribute. The value needs no NUL at its end. The valid values:
 *   risk_level             LOW, MEDIUM or HIGH
 *   enterprise_project_id  1 to 128 characters
 *   name                   1 to 128 characters
 *   description            0 to 128 characters; tabs and line feeds are allowed
 *   tags                   "key=value,key=value": at most ATTR_TAGS_MAX pairs;
 *                          no key is empty or stands twice
 *
 * A value is UTF-8 without control characters, at most ATTR_VALUE_MAX bytes. Returns 0, or -EINVAL:
 * then err names the attribute, says what is wrong, and gives an example.
 */
int attr_check(enum attr attr, const char *value, size_t size, struct err *err);

/* Are two values the same? NULL counts as an empty value. */
bool attr_same(const char *a, const char *b);

/* Checks the risk level of a job against max_risk. NULL: the level is not known, and passes only if
 * max_risk is the highest. Returns 0, or -EPERM with err filled. */
int attr_check_risk(const char *value, enum risk max_risk, struct err *err);

/* Reads a risk level. Returns 0 or -EINVAL. */
int risk_parse(const char *word, enum risk *ret_risk);

/* A set of values, one for each attribute. NULL: no value was found. The set owns the strings.
 * Zero-initialise the struct. */
struct attr_set {
	char *value[ATTR_COUNT];
	/* Where the values came from: bits 1 << attr. See origins.h. */
	unsigned explicit;  /* in the ledger: from attributes of the file that stay with its name */
	unsigned said;	    /* from attributes of the file, or from its comments */
	unsigned defaulted; /* from the option of the mount, or no value was found */
	unsigned absent;    /* no value was found, and the value here is the service's */
	unsigned named;	    /* a user has just set the attribute on the closed file */
	unsigned unresolved; /* in the ledger: what the service had when the job was bound */
};

void attr_set_finish(struct attr_set *set);
#define _cleanup_attr_set_ __attribute__((cleanup(attr_set_finish)))

/* Sets a value (size bytes, copied), if the set has no value yet. Returns 0 or -ENOMEM. */
int attr_set_default(struct attr_set *set, enum attr attr, const char *value, size_t size);

/* Sets a value (copied). It replaces an earlier value. Returns 0 or -ENOMEM. */
int attr_set_put(struct attr_set *set, enum attr attr, const char *value, size_t size);

/* Sets the values that the service has told (copied). NULL: the service did not tell the value, and
 * an earlier value stays. Returns 0 or -ENOMEM. */
int attr_set_take(struct attr_set *set, const char *const told[ATTR_COUNT]);

/* Sets the values of farther (copied), where the set has no value yet. Returns the attributes that
 * were added (bits 1 << attr), or -ENOMEM. */
int attr_set_merge(struct attr_set *set, const struct attr_set *farther);

/*
 * Settles the attributes that a job is made of, in place. set holds the values that were found on
 * the file, its directories and the mount, nearest first. Missing values are filled in:
 *   name                   meta.name of the DSL report (which may be NULL), else file_stem
 *   description            meta.description, else NULL
 *   enterprise_project_id  "0"
 *   risk_level             no default: -ENODATA
 *
 * file_shown is the path of the file for people. err quotes the path for a shell, in the command
 * that mends the error. A meta.name or meta.description that attr_check() refuses is -EINVAL with
 * "line:column". A risk level above max_risk is -EPERM. Returns 0, or with err filled -ENODATA,
 * -EINVAL, -EPERM, -ENOMEM.
 */
int attrs_settle(struct attr_set *set, const struct dsl_report *report, const char *file_stem,
		 const char *file_shown, enum risk max_risk, struct err *err);

/*
 * Settles the same attributes without the risk level. file_stem may be NULL: then the name may stay
 * missing. Returns 0, or with err filled -EINVAL, -ENOMEM.
 */
int attrs_settle_texts(struct attr_set *set, const struct dsl_report *report, const char *file_stem,
		       const char *file_shown, struct err *err);

/*
 * Splits a valid value of tags into pairs, for the API. *ret_tags and its strings are one
 * allocation, which the caller frees. For NULL or "" the result is NULL and 0. Returns 0, -ENOMEM,
 * -EINVAL.
 */
int attr_tags_split(const char *value, struct job_tag **ret_tags, size_t *ret_n);

#endif
