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

#endif
