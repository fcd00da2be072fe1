/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_OPTION_VALUES_H
#define COCFS_COCFS_OPTION_VALUES_H

#include "cocfs/option_table.h"

/*
 * How the value of an option is read: one function for each kind of value. Each takes the option's
 * row, the text after "=" (never empty, unless the row says empty_ok) and the member of struct opts
 * that the row names. Returns 0, or -errno with err that names the option, the value and what is
 * allowed. A value that is refused leaves the member as it was.
 */

/* One of two words "A|B": a bool, true for B. */
int value_choice(const struct option *option, const char *text, void *member, struct err *err);

/* A whole number from min to max: an unsigned. */
int value_number(const struct option *option, const char *text, void *member, struct err *err);

/* A number of seconds from min to max: an int64_t in milliseconds. */
int value_seconds(const struct option *option, const char *text, void *member, struct err *err);

/* Any text: an owned string. */
int value_text(const struct option *option, const char *text, void *member, struct err *err);

/* A list of globs "GLOB:GLOB": an owned struct ignore. */
int value_globs(const struct option *option, const char *text, void *member, struct err *err);

/* An attribute of jobs, which the option is named after: a struct attr_set. */
int value_attribute(const struct option *option, const char *text, void *member, struct err *err);

/* A number or a name of the user, or group, database: a struct view. */
int value_uid(const struct option *option, const char *text, void *member, struct err *err);
int value_gid(const struct option *option, const char *text, void *member, struct err *err);

/* An octal number up to 777: a struct view, its mask for files, directories or both by the name. */
int value_mask(const struct option *option, const char *text, void *member, struct err *err);

/* LOW, MEDIUM or HIGH: an enum risk. */
int value_risk(const struct option *option, const char *text, void *member, struct err *err);

/* How a document is checked: an enum dsl_level. */
int value_dsl_level(const struct option *option, const char *text, void *member, struct err *err);

/* read, all or own: an enum jobs_shown. */
int value_jobs(const struct option *option, const char *text, void *member, struct err *err);
/* never, same or name: an enum adoption_rule. */
int value_adoption(const struct option *option, const char *text, void *member, struct err *err);

/* What is logged: an enum log_level. */
int value_log_level(const struct option *option, const char *text, void *member, struct err *err);

#endif
