/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SERVICE_H
#define COCFS_SERVICE_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/*
 * The local service: an HTTP server that answers the COC API of documents, in threads of its own.
 * It keeps its data in one SQLite file, or in the store that options.open makes. `cocd` runs the
 * service alone, `cocfs local` embeds it. The service shares no state with the program that embeds
 * it. It shares no code with the client, except the signing and the JSON functions. CONTRIBUTING.md
 * ("Words") explains the words of this project: job, row, sibling, story and others.
 */
struct service;

/* One request and its answer, for the access log. The log has no query, no header and no body. The
 * strings are valid during the call of service_access_fn. */
struct service_access {
	int64_t time_ms; /* since the epoch, when the request began */
	int64_t took_ms;
	const char *method;
	const char *path; /* as received: any byte may be in it */
	unsigned status;  /* 0: the connection broke before there was an answer */
	const char *request_id;
};

/* A function of the program that writes a line of the access log for one request. The service calls
 * the function in its own thread, after an answer was sent, or when the connection broke. data is
 * options.access_data. */
typedef void service_access_fn(void *data, const struct service_access *access);

struct store;

/* A function of the program that opens the store that data (options.data) names. Returns 0 and a
 * store that the service closes; or -errno with err filled. */
typedef int service_open_fn(const char *data, struct store **ret_store, struct err *err);

struct service_options {
	/* path of the SQLite file; if there is no file, one of mode 0600 is made. With open: the
	 * text that open takes */
	const char *data;
	/* opens a store that is no SQLite file; NULL: data is the path of a SQLite file */
	service_open_fn *open;
	/* path of the key file, see service_keys_ensure() */
	const char *credentials;
	/* path of the tokens file; NULL: X-Auth-Token is refused */
	const char *tokens;
	/*
	 * Where to listen: set unix_socket or listen, and leave the other NULL. unix_socket is a
	 * path. The socket has mode 0600, and replaces a socket that nobody listens on. listen is
	 * an address: "127.0.0.1:8080" or "[::1]:0". With port 0 the kernel picks a port. Without
	 * TLS the address must be a loopback address.
	 */
	const char *unix_socket;
	const char *listen;
	/* paths of a certificate with its chain, and of its private key (PEM). Set both or none;
	 * none with a Unix socket */
	const char *tls_cert, *tls_key;
	/* seconds until a silent connection is closed; 0: SERVICE_IDLE_S */
	unsigned idle_s;
	/* how many seconds a step of an execution takes if its inputs give no time; 0: no time. The
	 * programs set SERVICE_STEP_S unless the user gives another number */
	unsigned step_s;
	/* the most seconds that a request may take, from its first line to the end of its answer;
	 * then its connection is closed. 0: SERVICE_REQUEST_S */
	unsigned request_s;
	/* How many connections an address may have open at once; 0: half of all. A load balancer is
	 * one address. Unix sockets have no such limit. */
	unsigned per_address;
	/* how long a key pair is locked after too many failures, in seconds; 0: SERVICE_LOCK_S */
	unsigned lock_s;
	bool never_lock;
	/* calls a second of each user who has no rate of their own; 0: no limit */
	unsigned rate;
	/* called once for each request, see service_access_fn; NULL: there is no access log */
	service_access_fn *access;
	void *access_data;
};

/*
 * Starts the service. Returns 0 and a service that the caller stops with service_stop(); or -errno
 * with err filled. The threads of the service inherit the signal mask of the calling thread: block
 * the signals that your program waits for before you call.
 */
int service_start(const struct service_options *options, struct service **ret_service,
		  struct err *err);

/* Returns the port that the service listens on; 0 for a Unix socket. */
unsigned service_port(const struct service *service);

/* Finishes the requests in progress (for at most SERVICE_STOP_MS), closes all connections, and
 * frees the service. NULL is accepted. */
void service_stop(struct service *service);

/*
 * Makes sure that a key file exists. If there is none, writes one with a random key pair (from the
 * kernel), mode 0600, durable. The file has the form of an SDK credentials file ("[global]", ak,
 * sk), so clients can use it through HUAWEICLOUD_SDK_CREDENTIALS_FILE. Returns 0, or -errno with
 * err filled.
 */
int service_keys_ensure(const char *path, struct err *err);

#endif
