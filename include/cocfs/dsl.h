/* SPDX-License-Identifier: MIT */
#ifndef COCFS_DSL_H
#define COCFS_DSL_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * libcocfs-dsl: the check of a job file, a YAML file that describes a job of the cloud service COC.
 * cocfs mounts those jobs as a file system, and makes the same check before it sends a job file to
 * the service. "pkg-config --cflags --libs cocfs-dsl" says how to build a program with the library.
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

/* How strictly the YAML document is checked. The levels are those of cocfs' mount option validate=.
 * Attributes in comments, the size of the file and the length of its name are checked at each
 * level. */
enum cocfs_dsl_level {
	/* the level of a mount without validate=: that of COCFS_DSL_LEVEL_DSL */
	COCFS_DSL_LEVEL_DEFAULT,
	COCFS_DSL_LEVEL_NONE, /* the document is not checked */
	COCFS_DSL_LEVEL_YAML, /* the content must be one sound YAML document */
	COCFS_DSL_LEVEL_DSL,  /* as YAML, and the document must have the shape of a job */
	/* as DSL, and what is a warning about the document at level DSL is an error */
	COCFS_DSL_LEVEL_STRICT,
};

enum cocfs_dsl_risk {
	COCFS_DSL_RISK_ANY, /* no limit */
	COCFS_DSL_RISK_LOW,
	COCFS_DSL_RISK_MEDIUM,
	COCFS_DSL_RISK_HIGH,
};

/* The options of cocfs_dsl_check(). Zero-initialise the struct, and set size. A member that is 0
 * means its default. */
struct cocfs_dsl_options {
	size_t size; /* sizeof(struct cocfs_dsl_options) */
	enum cocfs_dsl_level level;
	/* The name that the file has, or will have, in a cocfs mount. Only the part after the last
	 * slash counts. NULL: the name is not known, and rules about the name are not checked. */
	const char *file_name;
	/* it is an error if a comment gives the job a higher risk level */
	enum cocfs_dsl_risk max_risk;
	/* not 0: it is an error if no comment gives the job a risk level */
	int needs_risk;
};

enum cocfs_dsl_severity {
	COCFS_DSL_ERROR = 1,   /* a mount refuses the file */
	COCFS_DSL_WARNING = 2, /* a mount takes the file; something looks wrong */
};

/* A finding. The report owns the finding and its texts. The texts are UTF-8, without line feeds and
 * other control characters. */
struct cocfs_dsl_finding {
	enum cocfs_dsl_severity severity;
	/* from 1; the column counts characters; both 0: the finding is about the whole file */
	unsigned line, column;
	const char *rule; /* the word of the rule that is broken: struct cocfs_dsl_rule */
	const char *text; /* one sentence: what is wrong here */
	const char *hint; /* how to mend what is wrong; NULL: text says that already */
};

/* A rule of the check. Each finding names the one rule that is broken. */
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
 * Checks the content of a job file: size bytes of any value; no NUL needs to follow. options may be
 * NULL: the defaults. Returns 0 with a report, also if the content is bad. Free the report with
 * cocfs_dsl_report_free().
 *
 * On failure there is no report. Returns -EINVAL if options->size is not set (smaller than each
 * version of the struct), or a value is none of its enumeration. Returns -E2BIG if options has a
 * member that only a newer library knows, and that is not 0. Returns -ENOMEM if memory is short.
 */
int cocfs_dsl_check(const void *content, size_t size, const struct cocfs_dsl_options *options,
		    struct cocfs_dsl_report **ret_report);

/* Returns how many errors the report has: findings that make a mount refuse the file. */
size_t cocfs_dsl_report_errors(const struct cocfs_dsl_report *report);

/* Returns how many findings the report has: at most about a hundred. If the document has more
 * warnings, a finding behind the last listed warning says how many are left out. */
size_t cocfs_dsl_report_count(const struct cocfs_dsl_report *report);

/* Returns a finding by its index, from 0, in the order of their places in the file. Returns NULL
 * behind the last finding. The finding lives as long as the report. */
const struct cocfs_dsl_finding *cocfs_dsl_report_finding(const struct cocfs_dsl_report *report,
							 size_t index);

/*
 * Returns the value that the file itself gives to an attribute of its job: "risk_level",
 * "enterprise_project_id", "name", "description" or "tags". An extended attribute, a directory or
 * the mount may give another value. Returns NULL if the file gives no value, the document cannot be
 * read, or there is no such attribute. Returns NULL also if the report has an error of the rule
 * "comment" or "attribute". The value lives as long as the report.
 */
const char *cocfs_dsl_report_attribute(const struct cocfs_dsl_report *report, const char *name);

/* Frees a report. NULL is accepted. */
void cocfs_dsl_report_free(struct cocfs_dsl_report *report);

#ifdef __cplusplus
}
#endif

#endif
