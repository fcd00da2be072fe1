/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BOUNDS_JOB_H
#define COCFS_BOUNDS_JOB_H

/* Bounds of documents, attributes and names. The client and the local service share them. Each
 * number is the most that is accepted. */

/* DSL documents. These bounds are far above every public sample, and far below sizes that cost much
 * time. */
#define DSL_DEPTH_MAX 64	 /* levels of nested mappings and sequences */
#define DSL_ALIAS_MAX 100	 /* aliases (*NAME) in a document */
#define DSL_EXPANSION_MAX 100000 /* nodes, if all aliases were expanded: they never are */
/* %TAG lines in a document: libyaml compares each with all %TAG lines before it. */
#define DSL_TAG_DIRECTIVES_MAX 64
/* Bytes of one %TAG line: libyaml writes the prefix of the line out for each tag. */
#define DSL_TAG_DIRECTIVE_MAX 1024
/* libyaml looks at all open brackets for each value. This bounds the sum, over all values, of the
 * brackets around the value. It allows as many values 15 brackets deep as fit into a document of 64
 * KB. */
#define DSL_BRACKETS_MAX 500000
#define DSL_TASK_MAX 1024    /* bytes of a step's task; the check reads it again for each alias */
#define DSL_FINDINGS_MAX 64  /* warnings that are kept; further warnings are only counted */
#define DSL_EXCERPT_CHARS 60 /* characters of the document that a message quotes */

/* Attributes. */
#define ATTR_TAGS_MAX 64    /* key=value pairs in the attribute user.coc.tags */
#define ATTR_VALUE_MAX 4096 /* bytes of an attribute's value */

/* Bytes of a job file's name: a name has at most 255 bytes (NAME_MAX), and that of the sibling
 * needs 6 more for ".error". */
#define JOB_NAME_MAX 249

#endif
