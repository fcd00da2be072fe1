/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "coc/endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "coc/profile.h"
#include "coc/regions.h"

#define SERVICE "COC"
#define VARIABLE_PREFIX "HUAWEICLOUD_SDK_REGION_" SERVICE "_"
#define FILE_VARIABLE "HUAWEICLOUD_SDK_REGIONS_FILE"
#define FILE_NAME "regions.yaml"
#define REGION_MAX 64 /* the most characters in the name of a region */

#define ALPHABET "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static const struct {
	const char *region, *url;
} regions[] = {
	{"cn-north-4", "https://coc.myhuaweicloud.com"},
	{"ap-southeast-3", "https://coc-intl.myhuaweicloud.com"},
	{"eu-west-101", "https://coc-eu-west-101-open-api.myhuaweicloud.eu"},
};

/* The parts of a URL. They point into its text. */
struct url {
	bool https;
	const char *host; /* with the brackets of an IPv6 address */
	size_t host_length;
	const char *authority; /* the host, and :port if there is one */
	size_t authority_length;
};

static bool is_port(const char *text, size_t length)
{
	unsigned long port = 0;

	if (!length || length > 5 || strspn(text, DIGITS) < length)
		return false;
	for (size_t i = 0; i < length; i++)
		port = port * 10 + (unsigned long)(text[i] - '0');
	return port >= 1 && port <= 65535;
}

/* Returns the length of the host at the beginning of an authority, 0 if there is none. */
static size_t host_length(const char *authority)
{
	char address[INET6_ADDRSTRLEN];
	struct in6_addr in6;
	size_t length;

	if (authority[0] != '[')
		return strspn(authority, ALPHABET DIGITS ".-_");
	length = strcspn(authority + 1, "]");
	if (authority[1 + length] != ']' || length >= sizeof(address))
		return 0;
	memcpy(address, authority + 1, length);
	address[length] = '\0';
	return inet_pton(AF_INET6, address, &in6) == 1 ? length + 2 : 0;
}

/* Splits a URL into its parts. Returns false if it is not scheme://host[:port][/]. */
static bool split_url(const char *text, struct url *ret_url)
{
	struct url url = {0};
	const char *rest;

	if (!strncasecmp(text, "https://", 8))
		url.https = true;
	else if (strncasecmp(text, "http://", 7))
		return false;
	url.host = url.authority = text + (url.https ? 8 : 7);
	url.host_length = url.authority_length = host_length(url.host);
	if (!url.host_length)
		return false;
	rest = url.host + url.host_length;
	if (*rest == ':') {
		size_t length = strcspn(rest + 1, "/");

		if (!is_port(rest + 1, length))
			return false;
		url.authority_length += 1 + length;
		rest += 1 + length;
	}
	if (strcmp(rest, "") && strcmp(rest, "/"))
		return false;
	*ret_url = url;
	return true;
}

static bool is_url_loopback(const struct url *url)
{
	char host[INET6_ADDRSTRLEN + 2];
	struct in6_addr in6;
	struct in_addr in;

	if (url->host_length >= sizeof(host))
		return false;
	memcpy(host, url->host, url->host_length);
	host[url->host_length] = '\0';
	if (!strcasecmp(host, "localhost"))
		return true;
	if (host[0] == '[') {
		host[url->host_length - 1] = '\0';
		return inet_pton(AF_INET6, host + 1, &in6) == 1 && IN6_IS_ADDR_LOOPBACK(&in6);
	}
	return inet_pton(AF_INET, host, &in) == 1 && ntohl(in.s_addr) >> 24 == 127;
}

bool coc_endpoint_is_loopback(const char *text)
{
	struct url url;

	return split_url(text, &url) && is_url_loopback(&url);
}

int coc_endpoint_check(const char *text, bool any_host, char **ret_url, struct err *err)
{
	/* do not show a URL with an '@': there may be a password before the '@' */
	const char *shown = strchr(text, '@') ? "URL with a user name" : text;
	struct url url;
	char *clean;

	if (!split_url(text, &url))
		return err_set(err, EINVAL,
			       "\"%s\" cannot be called: a URL has the form https://HOST or "
			       "https://HOST:PORT, with no path, query or user name",
			       shown);
	if (!url.https && !any_host && !is_url_loopback(&url))
		return err_set(err, EINVAL,
			       "\"%s\" would send jobs and tokens in the clear: use https://, or "
			       "http:// to this machine only (127.0.0.1, [::1], localhost)",
			       shown);
	if (asprintf(&clean, "%s://%.*s", url.https ? "https" : "http", (int)url.authority_length,
		     url.authority) < 0)
		return err_set(err, ENOMEM, "out of memory");
	*ret_url = clean;
	return 0;
}

/* Writes the host in its one spelling. An IPv6 address is written as the system writes it. Another
 * host is put into lower case, without the dot that ends an absolute name. */
static void write_host(const struct url *url, char *ret_host)
{
	size_t length = url->host_length;
	struct in6_addr in6;

	memcpy(ret_host, url->host, length);
	ret_host[length] = '\0';
	if (ret_host[0] == '[') {
		ret_host[length - 1] = '\0';
		if (inet_pton(AF_INET6, ret_host + 1, &in6) == 1 &&
		    inet_ntop(AF_INET6, &in6, ret_host + 1, INET6_ADDRSTRLEN))
			length = strlen(ret_host) + 1;
		strcpy(ret_host + length - 1, "]");
		return;
	}
	for (size_t i = 0; i < length; i++)
		if (ret_host[i] >= 'A' && ret_host[i] <= 'Z')
			ret_host[i] = (char)(ret_host[i] - 'A' + 'a');
	if (length > 1 && ret_host[length - 1] == '.')
		ret_host[length - 1] = '\0';
}

int coc_endpoint_canonical(const char *text, char **ret_url)
{
	_cleanup_free_ char *host = NULL;
	struct url url;
	long port;
	int n;

	if (!split_url(text, &url))
		return -EINVAL;
	host = malloc(url.host_length + INET6_ADDRSTRLEN + sizeof("[]"));
	if (!host)
		return -ENOMEM;
	write_host(&url, host);
	port = url.authority_length > url.host_length
		       ? strtol(url.host + url.host_length + 1, NULL, 10)
		       : 0;
	if (!port || port == (url.https ? 443 : 80))
		n = asprintf(ret_url, "%s://%s", url.https ? "https" : "http", host);
	else
		n = asprintf(ret_url, "%s://%s:%ld", url.https ? "https" : "http", host, port);
	return n < 0 ? -ENOMEM : 0;
}

/* Checks the URL of an override. Adds https:// if there is no scheme, as the SDKs do. Returns 0, or
 * -errno with err filled. */
static int take_override(const char *text, size_t length, const char *where, char **ret_url,
			 struct err *err)
{
	_cleanup_free_ char *url = NULL;
	int r;

	if (asprintf(&url, "%s%.*s", memmem(text, length, "://", 3) ? "" : "https://", (int)length,
		     text) < 0) {
		url = NULL;
		return err_set(err, ENOMEM, "out of memory");
	}
	r = coc_endpoint_check(url, false, ret_url, err);
	if (r < 0)
		err_context(err, "%s", where);
	return r;
}

/* Finds the endpoint that the environment variable of a region names (VARIABLE_PREFIX and the
 * region). Returns 0, -ENOENT if there is none, or another -errno with err filled. */
static int from_variable(const char *region, char **ret_url, struct err *err)
{
	char name[sizeof(VARIABLE_PREFIX) + REGION_MAX];
	const char *value;
	size_t length;

	snprintf(name, sizeof(name), "%s%s", VARIABLE_PREFIX, region);
	for (char *p = name + strlen(VARIABLE_PREFIX); *p; p++) {
		if (*p == '-')
			*p = '_';
		else if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	}
	value = secure_getenv(name);
	if (!value)
		return -ENOENT;
	value += strspn(value, " \t");
	length = strcspn(value, ",");
	while (length && strchr(" \t", value[length - 1]))
		length--;
	return length ? take_override(value, length, name, ret_url, err) : -ENOENT;
}

/* Finds the endpoint that regions.yaml names for a region. Returns 0, -ENOENT if there is no file
 * or the file does not name the region, or another -errno with err filled. */
static int from_file(const char *region, char **ret_url, struct err *err)
{
	_cleanup_free_ char *path = NULL, *url = NULL;
	_cleanup_buf_ struct buf text = {0};
	int r;

	r = profile_path(FILE_VARIABLE, FILE_NAME, &path);
	if (r == 0)
		r = file_read(path, false, &text, err);
	if (r == -ENOMEM)
		return err_set(err, ENOMEM, "out of memory");
	if (r == -EACCES) {
		/* callers take -EACCES for bad credentials, which this file does not have */
		if (err)
			err->errnum = EIO;
		return -EIO;
	}
	if (r < 0)
		return r;
	r = regions_find(text.data, text.size, SERVICE, region, &url);
	if (r == -EINVAL)
		return err_set(err, EINVAL,
			       "%s is not a table of regions: YAML with a service's name over a "
			       "list of id and endpoint",
			       path);
	if (r == -ENOMEM)
		return err_set(err, ENOMEM, "out of memory");
	return r < 0 ? r : take_override(url, strlen(url), path, ret_url, err);
}

static int refuse_unknown_region(const char *source, struct err *err)
{
	_cleanup_buf_ struct buf names = {0};

	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++)
		buf_printf(&names, "%s%s", i ? ", " : "", regions[i].region);
	if (names.error)
		return err_set(err, ENOMEM, "out of memory");
	return err_set(
		err, EINVAL,
		"\"%s\" is no place that jobs can go to: give a region (%s), `local` for the "
		"service on this machine, or a URL (https://HOST[:PORT], or "
		"http://127.0.0.1:PORT)",
		source, names.data);
}

int coc_endpoint_find(const char *source, char **ret_url, struct err *err)
{
	size_t length = strlen(source);
	int r;

	if (strstr(source, "://"))
		return coc_endpoint_check(source, false, ret_url, err);
	if (!length || length > REGION_MAX || strspn(source, ALPHABET DIGITS "-") != length)
		return refuse_unknown_region(source, err);
	r = from_variable(source, ret_url, err);
	if (r == -ENOENT)
		r = from_file(source, ret_url, err);
	if (r != -ENOENT)
		return r;
	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++)
		if (!strcmp(source, regions[i].region))
			return coc_endpoint_check(regions[i].url, false, ret_url, err);
	return refuse_unknown_region(source, err);
}

const char *coc_endpoint_region(const char *canonical)
{
	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
		_cleanup_free_ char *url = NULL, *own = NULL;
		int r = coc_endpoint_find(regions[i].region, &url, NULL);

		/* if an override cannot be read, the built-in URL counts for the comparison */
		if (coc_endpoint_canonical(r == 0 ? url : regions[i].url, &own) == 0 &&
		    !strcmp(own, canonical))
			return regions[i].region;
	}
	return NULL;
}
