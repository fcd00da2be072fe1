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

/* Returns the name of an attribute's field in the API, such as "risk_level". */
const char *attr_field(enum attr attr);

/* Returns the attribute (enum attr) whose field has this name (size bytes), or -1 if no field has
 * the name. */
int attr_find(const char *field, size_t size);

/* Returns the attribute (enum attr) that the extended attribute "user.coc.FIELD" sets. Returns -1
 * for any other extended attribute. */
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

/* Checks that the risk level of a job is not above max_risk. value NULL: the level is not known;
 * then the check passes only if max_risk is RISK_HIGH. Returns 0, or -EPERM with err filled. */
int attr_check_risk(const char *value, enum risk max_risk, struct err *err);

/* Reads "LOW", "MEDIUM" or "HIGH". Returns 0, or -EINVAL for another word. */
int risk_parse(const char *word, enum risk *ret_risk);

/* A set of values, one for each attribute. NULL: no value was found. The set owns the strings.
 * Zero-initialise the struct. */
struct attr_set {
	char *value[ATTR_COUNT];
	/* Where the values came from: in each member the bit 1 << attr is set for an attribute. See
	 * origins.h. */
	unsigned explicit;   /* in the ledger: from extended attributes that the name keeps */
	unsigned said;	     /* from extended attributes of the file, or from its comments */
	unsigned defaulted;  /* from the option of the mount, or no value was found */
	unsigned absent;     /* no value was found, and the value here is the service's */
	unsigned named;	     /* a user has just set the extended attribute, on the closed file */
	unsigned unresolved; /* in the ledger: the value is the service's when the job was bound */
};

/* Frees the values. Afterwards the set is empty. */
void attr_set_finish(struct attr_set *set);
#define _cleanup_attr_set_ __attribute__((cleanup(attr_set_finish)))

/* Sets the value of an attribute (size bytes, copied), if the set has no value for the attribute
 * yet. Returns 0 or -ENOMEM. */
int attr_set_default(struct attr_set *set, enum attr attr, const char *value, size_t size);

/* Sets the value of an attribute (size bytes, copied). Replaces an earlier value. Returns 0 or
 * -ENOMEM. */
int attr_set_put(struct attr_set *set, enum attr attr, const char *value, size_t size);

/* Sets the values that the service has told (copied). Where told[attr] is NULL, the service did not
 * tell the value, and an earlier value stays. Returns 0 or -ENOMEM. */
int attr_set_take(struct attr_set *set, const char *const told[ATTR_COUNT]);

/* Sets the values of farther (copied), where the set has no value yet. farther: values from a place
 * that is farther from the file, such as its directory. Returns the attributes that were set (bits
 * 1 << attr), or -ENOMEM. */
int attr_set_merge(struct attr_set *set, const struct attr_set *farther);

/*
 * Settles the attributes of a job, in place. At first, set has the values that were found on the
 * file, on directories above, or in options of the mount. The nearest to the file counts. Missing
 * values are filled in:
 *   name                   meta.name of the DSL report (which may be NULL), else file_stem
 *   description            meta.description, else NULL
 *   enterprise_project_id  "0"
 *   risk_level             no default: -ENODATA
 *
 * file_shown is the path of the file for people. If a command can mend the error, err has this
 * command, with the path in quotes for a shell. A meta.name or meta.description that attr_check()
 * refuses is -EINVAL with "line:column". A risk level above max_risk is -EPERM. Returns 0, or with
 * err filled -ENODATA, -EINVAL, -EPERM, -ENOMEM.
 */
int attrs_settle(struct attr_set *set, const struct dsl_report *report, const char *file_stem,
		 const char *file_shown, enum risk max_risk, struct err *err);

/*
 * Settles the attributes as attrs_settle() does, but leaves the risk level as it is. file_stem may
 * be NULL: then the name stays NULL if there is no meta.name. Returns 0, or with err filled -EINVAL
 * or -ENOMEM.
 */
int attrs_settle_texts(struct attr_set *set, const struct dsl_report *report, const char *file_stem,
		       const char *file_shown, struct err *err);

/*
 * Splits a value of tags into pairs, for the API. *ret_tags and its strings are one allocation,
 * which the caller frees. For a value of NULL or "" *ret_tags is NULL and *ret_n is 0. Returns 0;
 * -EINVAL if attr_check() refuses the value; -ENOMEM.
 */
int attr_tags_split(const char *value, struct job_tag **ret_tags, size_t *ret_n);

#endif
