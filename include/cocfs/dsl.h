/* SPDX-License-Identifier: MIT */
#ifndef COCFS_DSL_H
#define COCFS_DSL_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * libcocfs-dsl: the check of a job file, as a cocfs mount makes it before it sends the job.
 * "pkg-config --cflags --libs cocfs-dsl" says how to build a program with it. docs/library.md has
 * an example, and docs/dsl.md has the rules.
 *
 * The library takes bytes and returns findings. It opens no file, asks no service, writes nothing
 * and keeps nothing between two calls. Several threads may call it at once; one report belongs to
 * one thread at a time.
 *
 * What stays: a function of this header keeps its name, its arguments and its meaning while the
 * soname is libcocfs-dsl.so.0. Rules may be added, and texts may be worded better, at any time.
 * Members may be added at the end of a struct: so take a struct cocfs_dsl_finding by its pointer
 * only, and set the member size of struct cocfs_dsl_options.
 */

/* How much is asked of the document: the words of the mount option validate=. Attributes in
 * comments, and the size, are checked at each level. */
enum cocfs_dsl_level {
	COCFS_DSL_LEVEL_DEFAULT, /* as a mount without validate=: COCFS_DSL_LEVEL_DSL */
	COCFS_DSL_LEVEL_NONE,	 /* nothing */
	COCFS_DSL_LEVEL_YAML,	 /* one sound YAML document */
	COCFS_DSL_LEVEL_DSL,	 /* and: the shape that each job has */
	COCFS_DSL_LEVEL_STRICT,	 /* and: nothing looks odd */
};

enum cocfs_dsl_risk {
	COCFS_DSL_RISK_ANY, /* no limit */
	COCFS_DSL_RISK_LOW,
	COCFS_DSL_RISK_MEDIUM,
	COCFS_DSL_RISK_HIGH,
};

/* Zero-initialise it, and set size. */
struct cocfs_dsl_options {
	size_t size; /* sizeof(struct cocfs_dsl_options) */
	enum cocfs_dsl_level level;
	/* The name that the job file has in the job space, with or without its directories. NULL:
	 * not known, and what depends on the name is not checked. */
	const char *file_name;
	enum cocfs_dsl_risk max_risk; /* a comment that says a higher risk level is an error */
	int needs_risk;		      /* not 0: no comment that says a risk level is an error */
};

enum cocfs_dsl_severity {
	COCFS_DSL_ERROR = 1,   /* a mount refuses the file */
	COCFS_DSL_WARNING = 2, /* a mount takes the file; something looks wrong */
};

/* One thing that was found. The report owns it and its texts: UTF-8, without a newline or another
 * control character. */
struct cocfs_dsl_finding {
	enum cocfs_dsl_severity severity;
	unsigned line, column; /* from 1; the column counts characters; 0, 0: no place fits */
	const char *rule;      /* the word of a struct cocfs_dsl_rule */
	const char *text;      /* one sentence: what is wrong */
	const char *hint;      /* what mends it; NULL where the sentence says that */
};

/* A kind of finding. */
struct cocfs_dsl_rule {
	const char *word; /* such as "document" */
	const char *text; /* one sentence: what such a finding means */
};

struct cocfs_dsl_report;

/* The version of the library, such as "0.1.0". */
const char *cocfs_dsl_version(void);

/* Reads "none", "yaml", "dsl" or "strict". Returns 0, or -EINVAL for another word. */
int cocfs_dsl_level_parse(const char *word, enum cocfs_dsl_level *ret_level);

/* Reads "LOW", "MEDIUM" or "HIGH". Returns 0, or -EINVAL for another word. */
int cocfs_dsl_risk_parse(const char *word, enum cocfs_dsl_risk *ret_risk);

/* The rules, one after the other: NULL when index is beyond the last one. */
const struct cocfs_dsl_rule *cocfs_dsl_rule(size_t index);

/*
 * Checks the content of a job file: size bytes, any bytes, not NUL-terminated. NULL options are the
 * defaults. Returns 0 with a report, also when the content is bad; free the report with
 * cocfs_dsl_report_free(). Returns -EINVAL if the options have no size, or a value that is none of
 * the enumeration. Returns -E2BIG if the options have a member that only a newer library knows, and
 * the member is not 0. Returns -ENOMEM without memory. There is no report in these three cases.
 */
int cocfs_dsl_check(const void *content, size_t size, const struct cocfs_dsl_options *options,
		    struct cocfs_dsl_report **ret_report);

/* How many errors (findings that make a mount refuse the file) the report has. */
size_t cocfs_dsl_report_errors(const struct cocfs_dsl_report *report);

/* How many findings the report has: at most about a hundred, and the last one counts the rest. */
size_t cocfs_dsl_report_count(const struct cocfs_dsl_report *report);

/* A finding, in the order of the text. NULL when index is beyond the last one. It lives as long as
 * the report. */
const struct cocfs_dsl_finding *cocfs_dsl_report_finding(const struct cocfs_dsl_report *report,
							 size_t index);

/*
 * The value that the file itself gives to an attribute of its job: "risk_level",
 * "enterprise_project_id", "name", "description" or "tags". An extended attribute, a directory or
 * the mount may say another value. NULL: the file says none, the document
 * cannot be read, the attribute is unknown, or the report has an error of an attribute. The value
 * lives as long as the report.
 */
const char *cocfs_dsl_report_attribute(const struct cocfs_dsl_report *report, const char *name);

/* Frees a report; NULL is accepted. */
void cocfs_dsl_report_free(struct cocfs_dsl_report *report);

#ifdef __cplusplus
}
#endif

#endif
