/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_BOUNDS_H
#define COCFS_SERVICE_BOUNDS_H

/* The bounds of the local service. In bytes unless the name says otherwise. */

/* The local service (fs/service/): what the API's pages limit, then what protects its machine. */
#define SERVICE_LIST_DEFAULT 10	     /* rows without a limit, the default of ListExecutions */
#define SERVICE_LIST_MAX 1000	     /* rows that may be asked for at once */
#define SERVICE_SKEW_S (15 * 60)     /* clocks may differ by this much */
#define SERVICE_AUTH_FAILURES_MAX 5  /* in a row; one more locks the key pair */
#define SERVICE_LOCK_S 300	     /* for so long */
#define SERVICE_CONNECTIONS_MAX 4096 /* connections open at once */
#define SERVICE_CONNECTION_MEMORY (128u << 10) /* request line and headers of one connection */
#define SERVICE_HEADERS_MAX 100		       /* headers of one request */
#define SERVICE_IDLE_S 60		       /* a silent connection is closed after this time */
#define SERVICE_REQUEST_S 120		       /* from the first line of a request to its answer */
#define SERVICE_BODIES_MAX (256u << 20)	   /* request bodies held at once, over all connections */
#define SERVICE_BODY_DRAIN_MAX (24u << 20) /* of a body that is too large, read to be heard out */
#define SERVICE_JSON_VALUES_MAX 100000	   /* values in a body: 64 bytes or more of memory each */
#define SERVICE_BUSY_MS 5000 /* wait for another process that writes the same data file */
#define SERVICE_STOP_MS 3000 /* wait for requests in progress when stopping */

/*
 * The service over PostgreSQL. A request may wait for the turn before it, for a connection, and for
 * its own turn: all of it is over before a client believes that what it gave up is (10 s, see
 * fs/submit/lost_answer.c).
 */
#define POSTGRESQL_CONNECT_S 2	 /* for each address, the least that libpq takes */
#define POSTGRESQL_RETRY_MS 1000 /* between attempts to connect; requests fail meanwhile */
#define POSTGRESQL_LOCK_MS 1500	 /* wait for what another replica changes */
#define POSTGRESQL_UPGRADE_MS                                                                      \
	600000			/* at the start: to bring the tables up to date, a million jobs */
#define POSTGRESQL_TURN_MS 4000 /* a transaction, or a read without one */

/* Executions in the local service. */
#define SERVICE_STEP_S 1	      /* what a step takes that says nothing else */
#define SERVICE_STEP_MAX_S 999999999  /* what it may say: 30 years */
#define SERVICE_STEPS_MAX 1000	      /* steps of one execution */
#define SERVICE_SLICES_MAX 10000      /* batches of all its steps, and the pauses between them */
#define SERVICE_FILLED_MAX (4u << 20) /* inputs of all its steps, with the parameters filled in */
#define SERVICE_OPERATIONS_MAX 1000   /* operations on it */
#define SERVICE_RUN_MAX (2u << 20)    /* its parameters, tags and targets as JSON */
#define SERVICE_PAGE_MAX (8u << 20)   /* the same, over one page of a list */
/* Parameters, as the pages of the API limit them. */
#define SERVICE_PARAMETERS_MAX 200
#define SERVICE_PARAMETER_KEY_MAX_CHARS 256
#define SERVICE_PARAMETER_VALUE_MAX_CHARS 2048
#define SERVICE_RUN_DESCRIPTION_MAX_CHARS 500

#endif
