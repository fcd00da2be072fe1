/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_BOUNDS_H
#define COCFS_SERVICE_BOUNDS_H

/* The bounds of the local service. A size is in bytes unless the name says otherwise. The values of
 * SERVICE_LIST_DEFAULT to SERVICE_LOCK_S are from the pages of the API. The other bounds protect
 * the machine of the service. */

/* Rows that the answer to a list call has at most, if the request gives no limit. The API's page of
 * ListExecutions gives this number. */
#define SERVICE_LIST_DEFAULT 10
#define SERVICE_LIST_MAX 1000	    /* rows that a request may ask for */
#define SERVICE_SKEW_S (15 * 60)    /* how far the clocks of client and service may differ */
#define SERVICE_AUTH_FAILURES_MAX 5 /* wrong signatures in a row; one more locks the key pair */
#define SERVICE_LOCK_S 300 /* how long a key pair is locked, if the options do not say it */
#define SERVICE_CONNECTIONS_MAX 4096	       /* connections open at the same time */
#define SERVICE_CONNECTION_MEMORY (128u << 10) /* for the request line and headers of a request */
#define SERVICE_HEADERS_MAX 100		       /* headers of one request */
#define SERVICE_IDLE_S 60		       /* a silent connection is closed after this time */
#define SERVICE_REQUEST_S 120 /* from the first line of a request to the end of its answer */
#define SERVICE_BODIES_MAX (256u << 20) /* request bodies held at once, over all connections */
/* A body over COC_BODY_MAX is read and dropped up to this size. If the body is larger, its
 * connection is closed (exchange.c). */
#define SERVICE_BODY_DRAIN_MAX (24u << 20)
#define SERVICE_JSON_VALUES_MAX 100000 /* values in a body: 64 bytes or more of memory each */
#define SERVICE_BUSY_MS 5000	       /* wait for another process that writes the data file */
#define SERVICE_STOP_MS 3000	       /* wait for requests in progress when stopping */

/*
 * The service over PostgreSQL. A request may wait for the unit of work of the request before it,
 * for a connection, and for its own unit of work. These three waits together end before a client
 * gives the request up (10 s, see fs/submit/lost_answer.c).
 */
#define POSTGRESQL_CONNECT_S 2	 /* for each address of the database; libpq takes no less */
#define POSTGRESQL_RETRY_MS 1000 /* between attempts to connect; requests fail in the meantime */
#define POSTGRESQL_LOCK_MS 1500	 /* wait for a row that another replica changes */
#define POSTGRESQL_UPGRADE_MS                                                                      \
	600000 /* at the start: time to bring the tables of a million jobs up to date */
#define POSTGRESQL_WORK_MS 4000 /* a unit of work: a transaction, or a read without one */

/* Executions in the local service. */
#define SERVICE_STEP_S 1	     /* how long a step takes if its inputs give no time */
#define SERVICE_STEP_MAX_S 999999999 /* the longest time that inputs may give: 30 years */
#define SERVICE_STEPS_MAX 1000	     /* steps of one execution */
/* Slices of one execution: the batches of all its steps, and the pauses between batches. */
#define SERVICE_SLICES_MAX 10000
/* Bytes of the inputs of all steps of an execution, with parameters filled in. */
#define SERVICE_FILLED_MAX (4u << 20)
#define SERVICE_OPERATIONS_MAX 1000 /* operations, such as RESUME, on one execution */
#define SERVICE_RUN_MAX (2u << 20)  /* parameters, tags and targets of an execution, as JSON */
/* Bytes of the parameters, tags and targets of all executions on one page of a list. */
#define SERVICE_PAGE_MAX (8u << 20)
/* Parameters of an execution, as the pages of the API limit them. */
#define SERVICE_PARAMETERS_MAX 200
#define SERVICE_PARAMETER_KEY_MAX_CHARS 256
#define SERVICE_PARAMETER_VALUE_MAX_CHARS 2048
#define SERVICE_RUN_DESCRIPTION_MAX_CHARS 500

#endif
