/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "service/http/framing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"
/* The characters that RFC 9110 (5.6.2) allows in the name of a header. */
#define NAME_CHARS "!#$%&'*+-.^_`|~" DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* The characters that RFC 3986 (3.2.2, 3.2.3) allows in a host and its port. */
#define HOST_CHARS                                                                                 \
	"!$%&'()*+,-.:;=_~[]" DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* Is this value of Content-Length a number? Only digits are allowed: strtoull(3) would take a sign
 * and white space too. */
static bool is_length(const char *value)
{
	errno = 0;
	strtoull(value, NULL, 10);
	return value[0] && !value[strspn(value, DIGITS)] && !errno;
}

void framing_take(struct framing *framing, const char *name, const char *value)
{
	framing->bad_name |= !name[0] || name[strspn(name, NAME_CHARS)];
	if (!strcasecmp(name, "Content-Length")) {
		framing->n_lengths++;
		framing->bad_length |= !is_length(value);
	} else if (!strcasecmp(name, "Transfer-Encoding")) {
		framing->n_encodings++;
		framing->bad_encoding |= strcasecmp(value, "chunked") != 0;
	} else if (!strcasecmp(name, "Host")) {
		framing->n_hosts++;
		framing->bad_host |= value[strspn(value, HOST_CHARS)] != '\0';
	}
}

const char *framing_fault(const struct framing *framing)
{
	if (framing->bad_name)
		return "the name of a header has a character that no name may have";
	if (framing->n_lengths > 1)
		return "Content-Length was sent more than once";
	if (framing->bad_length)
		return "Content-Length is not a number of bytes";
	if (framing->n_encodings && framing->n_lengths)
		return "Content-Length and Transfer-Encoding were sent together";
	if (framing->n_encodings > 1)
		return "Transfer-Encoding was sent more than once";
	if (framing->bad_encoding)
		return "Transfer-Encoding is not chunked";
	if (framing->n_encodings && framing->is_http_1_0)
		return "HTTP/1.0 has no Transfer-Encoding";
	if (framing->n_hosts > 1)
		return "Host was sent more than once";
	if (framing->bad_host)
		return "Host is not the name of a host";
	if (framing->needs_host && !framing->n_hosts)
		return "Host was not sent";
	return NULL;
}
