/* SPDX-License-Identifier: MIT */
/*
 * SDK-HMAC-SHA256. A canonical spelling of the request is signed. So both ends get the same bytes,
 * even if the HTTP libraries between them change the spelling:
 *
 *   METHOD \n
 *   path, encoded, with a '/' at its end \n
 *
 *   query, encoded and sorted \n
 *   name:value \n for each signed header, sorted \n
 *   (an empty line)
 *
 *   names joined by ';' \n
 *   SHA-256 of the body in hex
 *
 * The signature is HMAC-SHA256 with the secret key over "SDK-HMAC-SHA256 \n date \n SHA-256 of the
 * canonical request". The date is the text of the X-Sdk-Date header, so that header must be signed.
 * If a header X-Sdk-Content-Sha256 is signed, its value replaces the hash of the body, as in the
 * official SDKs. So a verifier has to compare that value with the true hash of the body.
 *
 * The canonical request contains a security token if one is signed. So its memory is reserved in
 * one piece and wiped.
 */
#define _GNU_SOURCE
#include "sign/sign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/secret.h"
#include "sign/hash.h"

#define DATE_HEADER "x-sdk-date"
#define HASH_HEADER "x-sdk-content-sha256"

static const char upper_hex[] = "0123456789ABCDEF";
static const char lower_hex[] = "0123456789abcdef";

static int is_unreserved(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.' || c == '~';
}

int sign_encode(struct buf *out, const char *text, int keep_slash)
{
	buf_reserve(out, strlen(text));
	while (*text) {
		size_t kept = 0; /* bytes that stay as they are */

		while (is_unreserved((unsigned char)text[kept]) ||
		       (keep_slash && text[kept] == '/'))
			kept++;
		buf_append(out, text, kept);
		text += kept;
		if (*text) {
			unsigned char c = (unsigned char)*text++;
			char escaped[] = {'%', upper_hex[c >> 4], upper_hex[c & 15]};

			buf_append(out, escaped, sizeof(escaped));
		}
	}
	return out->error;
}

static void to_hex(const unsigned char *bytes, char ret_hex[SIGN_HEX_SIZE])
{
	for (size_t i = 0; i < HASH_SIZE; i++) {
		ret_hex[i * 2] = lower_hex[bytes[i] >> 4];
		ret_hex[i * 2 + 1] = lower_hex[bytes[i] & 15];
	}
	ret_hex[HASH_SIZE * 2] = '\0';
}

int sign_sha256_hex(const void *bytes, size_t size, char ret_hex[SIGN_HEX_SIZE])
{
	unsigned char digest[HASH_SIZE];

	int r = hash_sha256(bytes, size, digest);

	if (r == 0)
		to_hex(digest, ret_hex);
	return r;
}

static int compare_params(const void *a, const void *b)
{
	const struct sign_param *const *left = a, *const *right = b;
	int order = strcmp((*left)->key, (*right)->key);

	if (order)
		return order;
	return strcmp((*left)->value ? (*left)->value : "", (*right)->value ? (*right)->value : "");
}

static int compare_headers(const void *a, const void *b)
{
	const struct sign_header *const *left = a, *const *right = b;

	return strcasecmp((*left)->name, (*right)->name);
}

static int append_query(const struct sign_request *request, struct buf *out)
{
	_cleanup_free_ const struct sign_param **sorted = NULL;

	if (request->n_params > SIGN_QUERY_MAX)
		return -E2BIG;
	sorted = calloc(request->n_params ? request->n_params : 1, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < request->n_params; i++)
		sorted[i] = &request->params[i];
	if (request->n_params)
		qsort(sorted, request->n_params, sizeof(sorted[0]), compare_params);
	for (size_t i = 0; i < request->n_params; i++) {
		if (i)
			buf_puts(out, "&");
		sign_encode(out, sorted[i]->key, 0);
		buf_puts(out, "=");
		if (sorted[i]->value)
			sign_encode(out, sorted[i]->value, 0);
	}
	return out->error;
}

/* Sorts the headers into `sorted`, an array of SIGN_HEADERS_MAX. Returns 0, -E2BIG if there are
 * more headers, or -EINVAL if no header is x-sdk-date. */
static int sort_headers(const struct sign_request *request, const struct sign_header **sorted)
{
	int r = -EINVAL;

	if (request->n_headers > SIGN_HEADERS_MAX)
		return -E2BIG;
	for (size_t i = 0; i < request->n_headers; i++) {
		sorted[i] = &request->headers[i];
		if (!strcasecmp(sorted[i]->name, DATE_HEADER))
			r = 0;
	}
	if (r == 0)
		qsort(sorted, request->n_headers, sizeof(sorted[0]), compare_headers);
	return r;
}

/* Returns the value of a signed header without the blanks at its ends: *ret_size bytes, without a
 * NUL. Returns NULL if the header is not signed. */
static const char *signed_value(const struct sign_request *request, const char *name,
				size_t *ret_size)
{
	for (size_t i = 0; i < request->n_headers; i++) {
		const char *value = request->headers[i].value;
		size_t size;

		if (strcasecmp(request->headers[i].name, name))
			continue;
		value += strspn(value, " \t\r\n\v\f");
		size = strlen(value);
		while (size && strchr(" \t\r\n\v\f", value[size - 1]))
			size--;
		*ret_size = size;
		return value;
	}
	return NULL;
}

static void append_name(const struct sign_header *header, struct buf *out)
{
	size_t begin = out->size;

	buf_puts(out, header->name);
	for (size_t i = begin; i < out->size; i++)
		if (out->data[i] >= 'A' && out->data[i] <= 'Z')
			out->data[i] = (char)(out->data[i] - 'A' + 'a');
}

static void append_headers(const struct sign_header **sorted, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		struct sign_request one = {.headers = sorted[i], .n_headers = 1};
		const char *value;
		size_t size = 0;

		value = signed_value(&one, sorted[i]->name, &size);
		append_name(sorted[i], out);
		buf_puts(out, ":");
		buf_append(out, value, size);
		buf_puts(out, "\n");
	}
}

int sign_signed_headers(const struct sign_request *request, struct buf *out)
{
	const struct sign_header *sorted[SIGN_HEADERS_MAX];
	int r = sort_headers(request, sorted);

	if (r < 0)
		return r;
	for (size_t i = 0; i < request->n_headers; i++) {
		if (i)
			buf_puts(out, ";");
		append_name(sorted[i], out);
	}
	return out->error;
}

static int append_payload_hash(const struct sign_request *request, struct buf *out)
{
	char hash[SIGN_HEX_SIZE];
	size_t size;
	const char *given = signed_value(request, HASH_HEADER, &size);
	int r;

	if (given)
		return buf_append(out, given, size);
	r = sign_sha256_hex(request->body, request->body_size, hash);
	return r < 0 ? r : buf_append(out, hash, SIGN_HEX_SIZE - 1);
}

/* Reserves room for the whole canonical request: a buffer that grows would leave copies of a token
 * in freed memory. */
static int reserve_signature(const struct sign_request *request, struct buf *out)
{
	size_t size = strlen(request->method) + 3 * strlen(request->path) + SIGN_HEX_SIZE + 16;

	for (size_t i = 0; i < request->n_params; i++)
		size += 3 * (strlen(request->params[i].key) + 2 +
			     (request->params[i].value ? strlen(request->params[i].value) : 0));
	for (size_t i = 0; i < request->n_headers; i++)
		size += 2 * strlen(request->headers[i].name) + strlen(request->headers[i].value) +
			4;
	return buf_reserve(out, size);
}

int sign_canonical_request(const struct sign_request *request, struct buf *out)
{
	const struct sign_header *sorted[SIGN_HEADERS_MAX];
	size_t path_length = strlen(request->path);
	int r = sort_headers(request, sorted);

	if (r == 0)
		r = reserve_signature(request, out);
	if (r < 0)
		return r;
	buf_printf(out, "%s\n", request->method);
	sign_encode(out, request->path, 1);
	buf_puts(out, path_length && request->path[path_length - 1] == '/' ? "\n" : "/\n");
	r = append_query(request, out);
	if (r < 0)
		return r;
	buf_puts(out, "\n");
	append_headers(sorted, request->n_headers, out);
	buf_puts(out, "\n");
	r = sign_signed_headers(request, out);
	buf_puts(out, "\n");
	return r < 0 ? r : append_payload_hash(request, out);
}

int sign_request(const struct sign_request *request, const void *sk, size_t sk_size,
		 char ret_hex[SIGN_HEX_SIZE])
{
	_cleanup_secret_buf_ struct buf canonical = {0};
	_cleanup_buf_ struct buf text = {0};
	unsigned char mac[HASH_SIZE];
	char hash[SIGN_HEX_SIZE];
	const char *date;
	size_t date_size = 0;
	int r;

	r = sign_canonical_request(request, &canonical);
	if (r == 0)
		r = sign_sha256_hex(canonical.data, canonical.size, hash);
	if (r < 0)
		return r;
	date = signed_value(request, DATE_HEADER, &date_size);
	r = buf_printf(&text, "%s\n%.*s\n%s", SIGN_ALGORITHM, (int)date_size, date, hash);
	if (r < 0)
		return r;
	r = hash_hmac(sk, sk_size, text.data, text.size, mac);
	if (r == 0)
		to_hex(mac, ret_hex);
	return r;
}

void sign_date(long long unix_s, char ret_date[SIGN_DATE_SIZE])
{
	time_t when = (time_t)unix_s;
	struct tm tm;

	if (!gmtime_r(&when, &tm) ||
	    strftime(ret_date, SIGN_DATE_SIZE, "%Y%m%dT%H%M%SZ", &tm) != SIGN_DATE_SIZE - 1)
		ret_date[0] = '\0';
}

/* Reads n decimal digits as a number. Returns -1 if one of the n bytes is no digit. */
static int read_digits(const char *text, int n)
{
	int number = 0;

	for (int i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + text[i] - '0';
	}
	return number;
}

int sign_date_parse(const char *date, long long *ret_unix_s)
{
	char again[SIGN_DATE_SIZE];
	struct tm tm = {0};
	long long unix_s;

	if (strlen(date) != SIGN_DATE_SIZE - 1 || date[8] != 'T' || date[15] != 'Z')
		return -EINVAL;
	tm.tm_year = read_digits(date, 4) - 1900;
	tm.tm_mon = read_digits(date + 4, 2) - 1;
	tm.tm_mday = read_digits(date + 6, 2);
	tm.tm_hour = read_digits(date + 9, 2);
	tm.tm_min = read_digits(date + 11, 2);
	tm.tm_sec = read_digits(date + 13, 2);
	unix_s = (long long)timegm(&tm);
	/* timegm() accepts values out of range and carries them over: only a real date has the same
	 * spelling again */
	sign_date(unix_s, again);
	if (strcmp(date, again))
		return -EINVAL;
	*ret_unix_s = unix_s;
	return 0;
}
