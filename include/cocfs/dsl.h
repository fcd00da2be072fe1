/* SPDX-License-Identifier: MIT */
#ifndef COCFS_DSL_H
#define COCFS_DSL_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * libcocfs-dsl: the check of a job file. A cocfs mount makes the same check before it sends the
 * job. "pkg-config --cflags --libs cocfs-dsl" says how to build a program with the library.
 * docs/library.md has an example, and docs/dsl.md has the rules.
 *
 * The library takes bytes and returns findings. It opens no file, asks no service, writes nothing,
 * and keeps nothing between two calls. Several threads may call it at once. A report belongs to one
 * thread at a time.
 *
 * Compatibility: a function of this header keeps its name, its arguments and its meaning while the
 * soname is libcocfs-dsl.so.0. Rules may be added, and texts may change, at any time. Members may
 * be added at the end of a struct. So use a struct cocfs_dsl_finding only through its pointer, and
 * set the member size of struct cocfs_dsl_options.
 */

/* How strictly the document is checked: the words of the mount option validate=. Attributes in
 * comments, and the size of the file, are checked at each level. */
enum cocfs_dsl_level {
	COCFS_DSL_LEVEL_DEFAULT, /* as a mount without validate=: COCFS_DSL_LEVEL_DSL */
	COCFS_DSL_LEVEL_NONE,	 /* the document is not checked */
	COCFS_DSL_LEVEL_YAML,	 /* it must be one sound YAML document */
	COCFS_DSL_LEVEL_DSL,	 /* and have the shape of a job */
	COCFS_DSL_LEVEL_STRICT,	 /* and have nothing that looks odd */
};

enum cocfs_dsl_risk {
	COCFS_DSL_RISK_ANY, /* no limit */
	COCFS_DSL_RISK_LOW,
	COCFS_DSL_RISK_MEDIUM,
	COCFS_DSL_RISK_HIGH,
};

/* The options of cocfs_dsl_check(). Zero-initialise the struct, and set size: a member that is 0
 * has the default. */
struct cocfs_dsl_options {
	size_t size; /* sizeof(struct cocfs_dsl_options) */
	enum cocfs_dsl_level level;
	/* The name of the job file in the job space, with or without its directories. NULL: the
	 * name is not known, and rules about the name are not checked. */
	const char *file_name;
	enum cocfs_dsl_risk max_risk; /* a comment with a higher risk level is an error */
	int needs_risk;		      /* not 0: it is an error if no comment has a risk level */
};

enum cocfs_dsl_severity {
	COCFS_DSL_ERROR = 1,   /* a mount refuses the file */
	COCFS_DSL_WARNING = 2, /* a mount takes the file; something looks wrong */
};

/* A finding. The report owns the finding and its texts. The texts are UTF-8, without line feeds and
 * other control characters. */
struct cocfs_dsl_finding {
	enum cocfs_dsl_severity severity;
	unsigned line, column; /* from 1; the column counts characters; 0, 0: no place fits */
	const char *rule;      /* the word of a struct cocfs_dsl_rule */
	const char *text;      /* one sentence: what is wrong */
	const char *hint;      /* how to mend what is wrong; NULL: the sentence says that */
};

/* A rule of the check: each finding breaks one rule. */
struct cocfs_dsl_rule {
	const char *word; /* the name of the rule, such as "document" */
	const char *text; /* one sentence: what a finding of this rule means */
};

struct cocfs_dsl_report;

/* Returns the version of the library, such as "0.1.0". The text is static. */
const char *cocfs_dsl_version(void);

/* Reads "none", "yaml", "dsl" or "strict". Returns 0, or -EINVAL for another word. */
int cocfs_dsl_level_parse(const char *word, enum cocfs_dsl_level *ret_level);

/* Reads "LOW", "MEDIUM" or "HIGH". Returns 0, or -EINVAL for another word. */
int cocfs_dsl_risk_parse(const char *word, enum cocfs_dsl_risk *ret_risk);

/* Returns a rule by its index, from 0. Returns NULL behind the last rule. */
const struct cocfs_dsl_rule *cocfs_dsl_rule(size_t index);

/*
 * Checks the content of a job file: size bytes of any kind, without a NUL at the end. options NULL:
 * the defaults. Returns 0 with a report, also if the content is bad. Free the report with
 * cocfs_dsl_report_free().
 *
 * Without a report: Returns -EINVAL if size in the options is 0, or a value is none of its
 * enumeration. Returns -E2BIG if the options have a member that only a newer library knows, and
 * that is not 0. Returns -ENOMEM without memory.
 */
int cocfs_dsl_check(const void *content, size_t size, const struct cocfs_dsl_options *options,
		    struct cocfs_dsl_report **ret_report);

/* Returns how many errors the report has: findings that make a mount refuse the file. */
size_t cocfs_dsl_report_errors(const struct cocfs_dsl_report *report);

/* Returns how many findings the report has: at most about a hundred. If there are more, the last
 * one counts the rest. */
size_t cocfs_dsl_report_count(const struct cocfs_dsl_report *report);

/* Returns a finding by its index, from 0, in the order of the text. Returns NULL behind the last
 * finding. The finding lives as long as the report. */
const struct cocfs_dsl_finding *cocfs_dsl_report_finding(const struct cocfs_dsl_report *report,
							 size_t index);

/*
 * Returns the value that the file itself gives to an attribute of its job: "risk_level",
 * "enterprise_project_id", "name", "description" or "tags". An extended attribute, a directory or
 * the mount may give another value. Returns NULL if the file gives none, the document cannot be
 * read, the attribute is unknown, or the report has an error of an attribute. The value lives as
 * long as the report.
 */
const char *cocfs_dsl_report_attribute(const struct cocfs_dsl_report *report, const char *name);

/* Frees a report. NULL is accepted. */
void cocfs_dsl_report_free(struct cocfs_dsl_report *report);

#ifdef __cplusplus
}
#endif

#endif
