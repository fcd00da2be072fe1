/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_LIMITS_H
#define COCFS_BASE_LIMITS_H

/*
 * Every size that bounds something, each with its reason. Sizes are in bytes unless the name says
 * otherwise.
 */

/* What the COC API takes (CreateDocument, UpdateDocument; "characters" are Unicode code points). */
#define COC_CONTENT_MAX 65536	      /* content of a job, 64 KB */
#define COC_UPDATE_CONTENT_MAX 65535  /* the same in an update: one byte less */
#define COC_VERSIONS_MAX 100	      /* versions of a job */
#define COC_NAME_MAX_CHARS 128	      /* name of a job */
#define COC_DESCRIPTION_MAX_CHARS 128 /* description, as UpdateDocument limits it */
#define COC_PROJECT_MAX_CHARS 128     /* enterprise_project_id */
#define COC_DOCUMENT_ID_MAX 128	      /* characters of a job ID, opaque */
#define COC_ERROR_CODE_MAX 64	      /* characters of an error_code: 8..36 are documented */
#define COC_ERROR_MSG_MAX 1024	      /* error_msg: 2..512 characters, of up to 4 bytes, cut here */
#define COC_REQUEST_ID_MAX 256	      /* characters of X-request-id: uuid-timestamp-hostname */
#define COC_BODY_MAX (12u << 20)      /* request body that the API gateway takes */

/*
 * What the client is ready to read of an answer. The largest honest ones are a job, whose content
 * has 65,536 characters of up to 12 bytes in JSON escapes (786 KB), and a page of 100 jobs with
 * five fields of 128 such characters each (768 KB). All other answers are an ID, or an error: of these a
 * little is kept, and the rest of a longer one is dropped.
 */
#define COC_ANSWER_MAX (1u << 20)
#define COC_ANSWER_SHORT_MAX (16u << 10)
#define COC_ANSWER_VALUES_MAX 10000 /* JSON values: 10 times those of 100 rows or versions */
#define COC_ANSWER_DEPTH_MAX 32	    /* nesting: a row of a list is 3 deep */
#define COC_LIST_PAGE 100	    /* jobs a page asked of ListDocuments, as Terraform does */
#define RETRY_AFTER_MAX_MS 86400000 /* a day: no Retry-After keeps a submission longer */

/* Connections. */
#define HTTP_IDLE_MAX_S                                                                            \
	20 /* an idle connection is used again: below common server timeouts (60 s) */
#define HTTP_CA_KEPT_S 60	   /* the CAs that are trusted are read again after that */
#define HTTP_SHORTAGE_MS 100 /* between attempts to get a descriptor: users close files meanwhile */
#define HTTP_DESCRIPTORS_NEEDED                                                                    \
	8 /* of one connection, for a moment: its socket, a pair and three sockets or files of the \
	   * name's resolver, the CA file; and one to spare                                        \
	   */
#define HTTP_SEND_BUFFER (1 << 14) /* bytes of a request handed to TLS at once: one record */
#define HTTP_EASY_SPARE_MAX 64	   /* curl handles kept for the next requests, about 10 KB each */
#define HTTP_HEADER_BYTES_MAX (64u << 10) /* all headers of an answer; "100 Continue" counts */
#define HTTP_HEADER_LINES_MAX 200	   /* the same in lines */
#define HTTP_NAMES_MAX 256	   /* of a certificate's names, in a message; more are cut */
#define HTTP_RETRY_AFTER_MAX 64	   /* the value of a Retry-After header: a date has 29 bytes */
#define COC_AUTH_FAILURES_MAX 3	   /* in a row, then calls pause: more than five lock the key */

/* DSL documents: far above every public sample, far below what hurts. */
#define DSL_DEPTH_MAX 64	 /* nesting of mappings and sequences */
#define DSL_ALIAS_MAX 100	 /* aliases a document; their expansion is never built */
#define DSL_EXPANSION_MAX 100000 /* nodes that a reader that expands the aliases would build */
#define DSL_TAG_DIRECTIVES_MAX 64 /* %TAG lines: libyaml compares each with all before it */
#define DSL_FINDINGS_MAX 64	 /* warnings that are kept; more are counted */
#define DSL_EXCERPT_CHARS 60	 /* of the document's own words, in a message about it */

/* Attributes. */
#define ATTR_TAGS_MAX 64    /* key=value pairs in user.coc.tags */
#define ATTR_VALUE_MAX 4096 /* bytes in one attribute's value */

/* Names in the job space: room for ".error" within the 255 bytes that readdir(3) can show. */
#define JOB_NAME_MAX 249

/* Globs of -o ignore=: each name in the job space is compared with all of them. */
#define IGNORE_GLOBS_MAX 64

/* Renames of job files to other jobs' names that are remembered, for so long: a tool that keeps a backup
 * makes the name again at once. Each rename waits for the disk, so that nobody makes more in the time that a
 * tool needs between its two steps. 140 KB. */
#define RECENT_MOVE_KEPT_MS 5000
#define RECENT_MOVES_MAX 512

/* Siblings of deleted jobs that can still be named: more than one rm -r has, 100 MB at the worst. */
#define GHOSTS_MAX 1000000

/* Removals of siblings that are remembered for their remover, for so long: an archiver that replaces a
 * file removes the file and makes it again at once. In sets of a few, so that to look for one takes no
 * time; the oldest of its set is dropped, whose remover removes it once more then. */
#define REMOVALS_KEPT_MS 1000
#define REMOVALS_SETS 128
#define REMOVALS_IN_SET 4

/* Memory for the requests of all users together: data on its way to the disk, open listings, open texts. */
#define USERS_MEMORY_MAX (256u << 20)

/* The search for processes that can still write to a file (fs/space/holders.c). */
#define HOLDERS_NUMBERS_MAX 4096 /* descriptors of a process that its threads are not read anew for */
#define HOLDERS_FAMILY_MAX 512	 /* descendants that are looked at first; the rest come with all others */

/* Threads that look at other processes (fs/space/inspectors.c), how many of them one user may keep busy,
 * and for how long a close waits for one. More threads would take the processors from the writers. */
#define INSPECTORS_MAX 4
#define INSPECTORS_SHARE 2
#define INSPECTION_MS 2000

/* Memory for the submissions of all users that are under way, wait or are in doubt: each has its content,
 * and SUBMISSION_BYTES beside it. What is queued is on the disk. */
#define SUBMISSIONS_MEMORY_MAX (64u << 20)
#define SUBMISSION_BYTES 4096

/* Submissions in doubt. With more of them nothing is sent from the queue, so that a service whose answers are
 * lost does not fill the memory. */
#define DOUBTS_MAX 4096

/* What .coc/queue shows at once; more are counted. A line has a path and a sentence: some MB. */
#define PENDING_LINES_MAX 10000
#define PENDING_TEXT_MAX (4u << 20)

/* Errors: one sentence, and the lines under it in the .error sibling. */
#define ERR_TEXT_MAX 1024
#define ERR_DETAILS_MAX 3072

/* Secrets: AK, SK, security token (the longest seen is about 8 KB), X-Auth-Token. */
#define SECRET_MAX 16384

/* The SDKs' own files: credentials with two long tokens, or a table of regions. */
#define CONFIG_FILE_MAX 65536

/* The local service (fs/service/): what the API's pages limit, then what protects its machine. */
#define SERVICE_LIST_DEFAULT 10		 /* rows without a limit, the default of ListExecutions */
#define SERVICE_LIST_MAX 1000		 /* rows that may be asked for at once */
#define SERVICE_SKEW_S (15 * 60)	 /* clocks may differ by this much */
#define SERVICE_AUTH_FAILURES_MAX 5	 /* in a row; one more locks the key pair */
#define SERVICE_LOCK_S 300		 /* for so long */
#define SERVICE_CONNECTIONS_MAX 4096	 /* connections open at once */
#define SERVICE_CONNECTION_MEMORY (128u << 10) /* request line and headers of one connection */
#define SERVICE_HEADERS_MAX 100		      /* headers of one request */
#define SERVICE_IDLE_S 60		      /* a silent connection is closed after this time */
#define SERVICE_REQUEST_S 120		      /* from the first line of a request to its answer */
#define SERVICE_BODIES_MAX (256u << 20)	   /* request bodies held at once, over all connections */
#define SERVICE_BODY_DRAIN_MAX (24u << 20) /* of a body that is too large, read to be heard out */
#define SERVICE_JSON_VALUES_MAX                                                                    \
	100000		     /* JSON values in a body: 64 bytes or more of memory each   \
					*/
#define SERVICE_BUSY_MS 5000 /* wait for another process that writes the same data file */
#define SERVICE_STOP_MS 3000 /* wait for requests in progress when stopping */

/*
 * The service over PostgreSQL. A request may wait for the turn before it, for a connection, and for
 * its own turn: all of it is over before a client believes that what it gave up is (10 s, see
 * fs/job/doubt.c).
 */
#define POSTGRESQL_CONNECT_S 2	 /* for each address, the least that libpq takes */
#define POSTGRESQL_RETRY_MS 1000 /* between attempts to connect; meanwhile requests fail at once */
#define POSTGRESQL_LOCK_MS 1500	 /* wait for what another replica changes */
#define POSTGRESQL_UPGRADE_MS 600000 /* at the start: to bring the tables up to date, a million jobs */
#define POSTGRESQL_TURN_MS 4000	 /* a transaction, or a read without one */

/* Executions in the local service. */
#define SERVICE_STEP_S 1	      /* what a step takes that says nothing else */
#define SERVICE_STEP_MAX_S 999999999  /* what it may say: 30 years */
#define SERVICE_STEPS_MAX 1000	      /* steps of one execution */
#define SERVICE_LEGS_MAX 10000	      /* batches of all its steps, and the pauses between them */
#define SERVICE_FILLED_MAX (4u << 20) /* inputs of all its steps, with the parameters filled in */
#define SERVICE_ACTS_MAX 1000	      /* operations on it */
#define SERVICE_RUN_MAX (2u << 20)    /* its parameters, tags and targets as JSON */
#define SERVICE_PAGE_MAX (8u << 20)   /* the same, over one page of a list */
#define SERVICE_PARAMETERS_MAX 200 /* parameters, as the API's page limits them and what follows */
#define SERVICE_PARAMETER_KEY_MAX_CHARS 256
#define SERVICE_PARAMETER_VALUE_MAX_CHARS 2048
#define SERVICE_RUN_DESCRIPTION_MAX_CHARS 500

#endif
