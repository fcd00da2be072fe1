/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_BOUNDS_H
#define COCFS_COC_BOUNDS_H

#include "bounds/api.h"

/* The bounds of connections and answers. In bytes unless the name says otherwise. */

/* Connections. */
/* An idle connection is used again for so long: below common server timeouts (60 s). */
#define HTTP_IDLE_MAX_S 20
#define HTTP_CA_KEPT_S 60 /* the CAs that are trusted are read again after that */
/* Between attempts to get a descriptor: users close files meanwhile. */
#define HTTP_SHORTAGE_MS 100
/* Descriptors of one connection, for a moment: its socket, a pair and three sockets or files of the
 * name's resolver, the CA file; and one to spare. */
#define HTTP_DESCRIPTORS_NEEDED 8
#define HTTP_SEND_BUFFER (1 << 14) /* bytes of a request handed to TLS at once: one record */
#define HTTP_EASY_SPARE_MAX 64	   /* curl handles kept for the next requests, about 10 KB each */
#define HTTP_HEADERS_SENT_MAX 8	   /* of a request; request.c has at most seven */
#define HTTP_HEADER_BYTES_MAX (64u << 10) /* all headers of an answer; "100 Continue" counts */
#define HTTP_HEADER_LINES_MAX 200	  /* the same in lines */
/* Bytes that come for one request, whatever they are: twice those of the longest answer, so that
 * its chunks may be as short as 8 bytes each. */
#define HTTP_HEARD_MAX (2u * COC_ANSWER_MAX)
/* Bytes that curl reads at once. It reads up to 100 times before anybody can look at how many bytes
 * have come: 400 KB, which take a millisecond or two, where curl's own 16 KB would be 1.6 MB. */
#define HTTP_RECEIVE_BUFFER 4096
/* Requests that begin in one iteration of the loop. At most so many are handed to curl before it
 * begins: curl begins with all new requests in one call. Each takes 50 to 100 us, and hundreds may
 * have waited for the same answer. */
#define HTTP_BEGIN_MAX 16
#define HTTP_POLL_MAX 64	/* idle connections that a system call looks at */
#define HTTP_NAMES_MAX 256	/* of a certificate's names, in a message; more are cut */
#define HTTP_RETRY_AFTER_MAX 64 /* the value of a Retry-After header: a date has 29 bytes */
#define COC_AUTH_FAILURES_MAX 3 /* in a row, then calls pause: more than five lock the key */

/* Temporary keys. Times in seconds unless the name says otherwise. */
/* New keys are asked for so long before the old ones end, as the SDKs do. */
#define KEYS_RENEW_BEFORE_S (40 * 60)
/* Keys that live no longer than that are renewed at half of their time; but never more often than
 * once a second, nor less often than that. */
#define KEYS_RENEW_SOON_S 60
/* After a failure: 1 s, twice as long each time, at most a minute. One small request in a minute
 * is no load. */
#define KEYS_RETRY_MOST_S 60
#define KEYS_RETRY_DOUBLINGS 6
/* How often the real time is looked at: the loop's clock does not count the sleep of a machine. */
#define KEYS_CLOCK_LOOK_S 60
/* How long the start waits for the first keys: all requests of the metadata service, once. */
#define KEYS_FIRST_MAX_MS 10000
#define METADATA_TIMEOUT_MS 3000   /* of each request: the address is on this machine's link */
#define IAM_TIMEOUT_MS 8000	   /* of its one request: less than the start waits */
#define METADATA_TOKEN_TTL "21600" /* seconds, as the SDKs ask for */
/* The answer has a security token, which has about 8 KB at most, and is little more. */
#define KEYS_ANSWER_MAX (64u << 10)
#define KEYS_ANSWER_VALUES_MAX 4096 /* JSON values of it; a catalogue of services has hundreds */
#define KEYS_ANSWER_DEPTH_MAX 16

#endif
