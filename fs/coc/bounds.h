/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_BOUNDS_H
#define COCFS_COC_BOUNDS_H

#include "bounds/api.h"

/* The bounds of connections, answers and temporary keys. Sizes are in bytes unless the name says
 * otherwise. */

/* ---- connections ---- */
/* The time in which an idle connection may be used again: less than the usual timeout of servers
 * (60 s). */
#define HTTP_IDLE_MAX_S 20
#define HTTP_CA_KEPT_S 60 /* after this time the trusted CAs are read again */
/* The wait between two attempts to get a descriptor: users close files meanwhile. */
#define HTTP_SHORTAGE_MS 100
/* Descriptors that a connection needs for a moment: its socket, a pair and three sockets or files
 * of the name's resolver, the CA file; and one to spare. */
#define HTTP_DESCRIPTORS_NEEDED 8
#define HTTP_SEND_BUFFER (1 << 14) /* bytes of a request in one call of TLS: a record */
#define HTTP_EASY_SPARE_MAX 64	   /* curl handles kept for the next requests, about 10 KB each */
#define HTTP_HEADERS_SENT_MAX 8	   /* the most headers of a request; request.c makes up to seven */
/* bytes of all headers of an answer, with those of a "100 Continue" */
#define HTTP_HEADER_BYTES_MAX (64u << 10)
#define HTTP_HEADER_LINES_MAX 200 /* lines of all headers of an answer */
/* Bytes of any kind that may come for one request: twice those of the longest answer, so that its
 * chunks may be as short as 8 bytes each. */
#define HTTP_HEARD_MAX (2u * COC_ANSWER_MAX)
/* Bytes that curl reads in one call. curl reads up to 100 times before a callback can check how
 * many bytes have come. So that is 400 KB, which take a millisecond or two; with curl's own 16 KB
 * it would be 1.6 MB. */
#define HTTP_RECEIVE_BUFFER 4096
/* The most requests that begin in one iteration of the loop. curl begins with all new requests in
 * one call, so curl gets at most HTTP_BEGIN_MAX before that call. Each takes 50 to 100 us, and
 * hundreds may have waited for the same answer. */
#define HTTP_BEGIN_MAX 16
#define HTTP_POLL_MAX 64   /* idle connections for each poll(2) */
#define HTTP_NAMES_MAX 256 /* bytes of a certificate's names in a message; longer lists are cut */
#define HTTP_RETRY_AFTER_MAX 64 /* bytes of the value of a Retry-After header: a date has 29 */
/* authentication failures in a row before calls pause: more than five lock the key */
#define COC_AUTH_FAILURES_MAX 3

/* ---- temporary keys; times in seconds unless the name says otherwise ---- */
/* New keys are asked for so long before the old ones end, as the SDKs do. */
#define KEYS_RENEW_BEFORE_S (40 * 60)
/* Keys that live no longer than KEYS_RENEW_BEFORE_S are renewed at half of their time. But the wait
 * is at least a second, and at most this time. */
#define KEYS_RENEW_SOON_S 60
/* The wait after a failure is 1 s at first, and then twice as long each time. After more than
 * KEYS_RETRY_DOUBLINGS failures in a row it is this time. One small request in a minute is no
 * load. */
#define KEYS_RETRY_MOST_S 60
#define KEYS_RETRY_DOUBLINGS 6
/* How often the real time is read: the loop's clock does not count the sleep of a machine. */
#define KEYS_CLOCK_LOOK_S 60
/* How long the start waits for the first keys: long enough for one request of each kind to the
 * metadata service. */
#define KEYS_FIRST_MAX_MS 10000
/* timeout of each request to the metadata service: its address is on this machine's link */
#define METADATA_TIMEOUT_MS 3000
#define IAM_TIMEOUT_MS 8000 /* timeout of the only request to IAM: shorter than the start waits */
#define METADATA_TOKEN_TTL "21600" /* seconds that a token is to live, as the SDKs ask for */
/* An answer with keys has a security token of at most 8 KB, and little more. */
#define KEYS_ANSWER_MAX (64u << 10)
/* JSON values of an answer with keys; a catalogue of services has hundreds */
#define KEYS_ANSWER_VALUES_MAX 4096
#define KEYS_ANSWER_DEPTH_MAX 16

#endif
