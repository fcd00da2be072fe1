/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_SERVICE_H
#define COCFS_SERVICE_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/*
 * The local service: the COC documents API as an HTTP server over one SQLite file, or over what
 * another opener makes a store of, in threads of its own. `cocd` runs it alone, `cocfs local`
 * embeds it. It shares no state with its embedder and no code with the client but the signing and
 * the JSON helpers.
 */
struct service;

/* One answer, for the access log: no query, no header, no body. */
struct service_access {
	int64_t time_ms; /* since the epoch, when the request began */
	int64_t took_ms;
	const char *method;
	const char *path; /* as received: may hold any byte */
	unsigned status;  /* 0: the connection broke before there was an answer */
	const char *request_id;
};

/* Called in the service's thread when an answer has been sent. */
typedef void service_access_fn(void *data, const struct service_access *access);

struct store;

/* Opens a store, as store_open() does. */
typedef int service_open_fn(const char *data, struct store **ret_store, struct err *err);

struct service_options {
	/* path of the SQLite file; made with mode 0600 when it is not there */
	const char *data;
	/* opens data if it is no such file; NULL: it is one */
	service_open_fn *open;
	/* path of the key file, see service_keys_ensure() */
	const char *credentials;
	/* path of the tokens file, or NULL: no X-Auth-Token is taken */
	const char *tokens;
	/* one of both: a path to listen on, mode 0600, where a dead socket is replaced; or an
	 * address, "127.0.0.1:8080" or "[::1]:0" (port 0: the kernel picks one), which has to be a
	 * loopback address unless there is TLS */
	const char *unix_socket;
	const char *listen;
	/* paths of a certificate with its chain and of its private key, PEM; both or none, and
	 * not with a Unix socket */
	const char *tls_cert, *tls_key;
	/* a silent connection is closed after so many seconds; 0: SERVICE_IDLE_S */
	unsigned idle_s;
	/* a step of an execution takes so many seconds if it says nothing else; SERVICE_STEP_S is
	 * what users are told */
	unsigned step_s;
	/* a request has to be done after so many seconds, from its first line to the end of its
	 * answer, else its connection is closed; 0: SERVICE_REQUEST_S */
	unsigned request_s;
	/* connections that one address may have open at once; 0: half of all. A load balancer is
	 * one address. Unix sockets have no such limit. */
	unsigned per_address;
	/* how long a key pair is locked after too many failures; 0: SERVICE_LOCK_S */
	unsigned lock_s;
	bool never_lock;
	/* calls a second of each user who has no rate of his own, 0: any */
	unsigned rate;
	/* called with every answer, or NULL */
	service_access_fn *access;
	void *access_data;
};

/*
 * Starts serving. Returns 0 and an owned service; -errno with err filled. The calling thread's
 * signal mask is inherited by the service's threads: block what the embedder waits for first.
 */
int service_start(const struct service_options *options, struct service **ret_service,
		  struct err *err);

/* The port that it listens on, 0 for a Unix socket. */
unsigned service_port(const struct service *service);

/* Answers what is being answered, closes, frees; NULL is accepted. */
void service_stop(struct service *service);

/*
 * Makes sure that a key file is there: when it is not, writes one with a key pair from the kernel's
 * random numbers, mode 0600, durable. The file is an SDK credentials file ("[global]", ak, sk), so
 * that clients can be pointed at it with HUAWEICLOUD_SDK_CREDENTIALS_FILE. Returns 0; -errno with
 * err filled.
 */
int service_keys_ensure(const char *path, struct err *err);

#endif
