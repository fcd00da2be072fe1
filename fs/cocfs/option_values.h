/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_OPTION_VALUES_H
#define COCFS_COCFS_OPTION_VALUES_H

#include "cocfs/option_table.h"

/*
 * The functions that read the value of an option, one for each kind of value. Each takes the row of
 * the option, the text after "=", and a pointer to the member of struct opts that gets the value.
 * The text is empty only if the row has empty_ok. Each returns 0; or -errno with err, which names
 * the option and says what values are allowed. On failure the member stays as it was.
 */

/* Reads one of two words into a bool: false for A, true for B, if option->value is "A|B". */
int value_choice(const struct option *option, const char *text, void *member, struct err *err);

/* Reads a whole number from option->min to option->max into an unsigned. */
int value_number(const struct option *option, const char *text, void *member, struct err *err);

/* Reads a whole number of seconds, from option->min to option->max, into an int64_t of
 * milliseconds. */
int value_seconds(const struct option *option, const char *text, void *member, struct err *err);

/* Copies the text into a char *, which the member owns. An older text is freed. */
int value_text(const struct option *option, const char *text, void *member, struct err *err);

/* Reads a list of globs "GLOB:GLOB" into a struct ignore *, which the member owns. An older list is
 * freed. */
int value_globs(const struct option *option, const char *text, void *member, struct err *err);

/* Checks the value of an attribute of jobs, and puts it into a struct attr_set. The option has the
 * attribute's name. */
int value_attribute(const struct option *option, const char *text, void *member, struct err *err);

/* Read a user or a group into a struct view: its number, or its name in the user database. */
int value_uid(const struct option *option, const char *text, void *member, struct err *err);
int value_gid(const struct option *option, const char *text, void *member, struct err *err);

/* Reads an octal number up to 777 into a struct view. The option's name decides what the mask is
 * for: fmask files, dmask directories, umask both. */
int value_mask(const struct option *option, const char *text, void *member, struct err *err);

/* Reads LOW, MEDIUM or HIGH into an enum risk. */
int value_risk(const struct option *option, const char *text, void *member, struct err *err);

/* Reads the level of validate= (none, yaml, dsl or strict) into an enum dsl_level. */
int value_dsl_level(const struct option *option, const char *text, void *member, struct err *err);

/* Reads read, all or own into an enum jobs_shown. */
int value_jobs(const struct option *option, const char *text, void *member, struct err *err);
/* Reads never, same or name into an enum adoption_rule. */
int value_adoption(const struct option *option, const char *text, void *member, struct err *err);

/* Reads the least important level that is logged (error, warning, info or debug) into an enum
 * log_level. */
int value_log_level(const struct option *option, const char *text, void *member, struct err *err);

#endif
