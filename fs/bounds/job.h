/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BOUNDS_JOB_H
#define COCFS_BOUNDS_JOB_H

/* The sizes of documents, attributes and names that the client and the local service share. In
 * bytes unless the name says otherwise. */

/* DSL documents: far above every public sample, far below what hurts. */
#define DSL_DEPTH_MAX 64	  /* nesting of mappings and sequences */
#define DSL_ALIAS_MAX 100	  /* aliases a document; their expansion is never built */
#define DSL_EXPANSION_MAX 100000  /* nodes that a reader that expands the aliases would build */
#define DSL_TAG_DIRECTIVES_MAX 64 /* %TAG lines: libyaml compares each with all before it */
/* Bytes of one of these lines: libyaml writes its prefix out for each tag. */
#define DSL_TAG_DIRECTIVE_MAX 1024
/* The sum of the brackets around each value: libyaml looks at them all for each. As many as all
 * values of a document of 64 KB can have that are 15 deep. */
#define DSL_BRACKETS_MAX 500000
#define DSL_TASK_MAX 1024   /* bytes of a step's task; an alias can repeat a longer one 100 times */
#define DSL_FINDINGS_MAX 64 /* warnings that are kept; more are counted */
#define DSL_EXCERPT_CHARS 60 /* of the document's own words, in a message about it */

/* Attributes. */
#define ATTR_TAGS_MAX 64    /* key=value pairs in user.coc.tags */
#define ATTR_VALUE_MAX 4096 /* bytes in one attribute's value */

/* Names in the job space: room for ".error" within the 255 bytes that readdir(3) can show. */
#define JOB_NAME_MAX 249

#endif
