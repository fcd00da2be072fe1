/* SPDX-License-Identifier: MIT */
/*
 * The table of verdicts. The first row that fits counts. The code of a row is written in one of
 * three ways: as the service spells it, as ".0301", or as "*word". The spelling ".0301" stands for
 * a code of the API gateway, whose prefix is APIGW today and was APIG. The spelling "*word" stands
 * for any code that contains the word.
 *
 * PAGE and PAGE_OF_TLS stand for an answer without a code that is not JSON: a page in HTML, or
 * words that say to use https.
 *
 * REFUSED and NOT_PROCESSED promise that nothing was done, so a row has them only if that is sure.
 * All other answers are UNKNOWN, which costs a question to the service and never a second job.
 */
#define _GNU_SOURCE
#include "coc/verdict.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define PAGE "<"
#define PAGE_OF_TLS "<https"
#define TRY_LATER "wait a few seconds and try again"
#define CHECK_ENDPOINT "check the SOURCE of the mount: it must be the COC endpoint of your region"
#define ASK_AGAIN                                                                                  \
	"it is not known whether the service did it: the job is looked for on the service before " \
	"anything is sent again"

static const struct verdict gone = {COC_REFUSED, ESTALE, "the job is no longer on the service",
				    "check that the keys are those of the job's account; to make "
				    "the job anew, forget the old one with `setfattr -x "
				    "coc.job_id FILE` and write FILE again"};
static const struct verdict throttled = {COC_NOT_PROCESSED, EAGAIN,
					 "the service is throttling calls", TRY_LATER};
static const struct verdict iam_away = {
	COC_NOT_PROCESSED, EAGAIN, "the service cannot check credentials at the moment", TRY_LATER};
static const struct verdict bad_keys = {
	COC_REFUSED, EACCES, "the service does not accept the credentials",
	"check the access key and secret key, that a temporary key or token has not expired, and "
	"that this machine's clock is right (15 minutes are allowed)"};
static const struct verdict not_allowed = {
	COC_REFUSED, EPERM, "the account may not do this",
	"ask your administrator for the permission named as iam_action"};
static const struct verdict quota = {COC_REFUSED, EDQUOT, "a quota of the account is used up",
				     "delete jobs that are not needed, or have the quota raised"};
const struct verdict verdict_too_many_versions = {
	COC_REFUSED, EDQUOT, "the job has as many versions as the service takes",
	"to make a new job of FILE, forget the old one with `setfattr -x coc.job_id FILE` and "
	"write FILE again"};
static const struct verdict in_the_way = {COC_REFUSED, EEXIST,
					  "the service has something that is in the way of this",
					  "see error_msg; another name may help"};
static const struct verdict too_large = {COC_REFUSED, EFBIG, "the job is too large",
					 "make the job shorter"};
static const struct verdict bad_request = {
	COC_REFUSED, EINVAL, "the service refused the call",
	"see error_msg, mend the file or its attributes, and write it again"};
static const struct verdict not_paid = {COC_REFUSED, EPERM,
					"the account may not do this before a payment",
					"see error_msg; settle the account's bill"};
static const struct verdict locked = {COC_REFUSED, EBUSY, "the service has locked the job",
				      "write the file again later"};
static const struct verdict too_early = {COC_NOT_PROCESSED, EAGAIN,
					 "the service asks for the call a little later", TRY_LATER};
static const struct verdict proxy_keys = {
	COC_REFUSED, EACCES, "the proxy wants a user and a password",
	"put them into https_proxy: http://USER:PASSWORD@HOST:PORT"};
static const struct verdict mangled = {
	COC_REFUSED, EIO, "the call did not arrive as it was sent",
	"look what changes it on its way: a proxy, a gateway, or a wrong SOURCE"};
static const struct verdict long_head = {
	COC_REFUSED, EIO, "the address or the headers of the call are too long on its way",
	"use a shorter token, or have the proxy or the gateway allow longer headers"};
static const struct verdict forbidden_by_law = {
	COC_REFUSED, EPERM, "the service may not do this for legal reasons", "see error_msg"};
static const struct verdict moved = {COC_REFUSED, EIO, "the endpoint has moved", CHECK_ENDPOINT};
static const struct verdict elsewhere = {COC_UNKNOWN, EIO,
					 "the endpoint answers with a redirect, which the COC API "
					 "never does",
					 CHECK_ENDPOINT};
static const struct verdict not_coc = {COC_REFUSED, EIO, "the endpoint does not serve the COC API",
				       CHECK_ENDPOINT};
static const struct verdict wants_tls = {COC_REFUSED, EPROTO,
					 "the port speaks https, and was spoken to in http",
					 "give SOURCE as https://HOST:PORT"};
static const struct verdict misconfigured = {COC_REFUSED, EIO, "the service is not set up rightly",
					     TRY_LATER};
static const struct verdict bad_transport = {
	COC_REFUSED, EIO, "the service does not accept this protocol or version of TLS",
	CHECK_ENDPOINT};
static const struct verdict gave_up = {COC_UNKNOWN, ETIMEDOUT, "the service gave up waiting",
				       ASK_AGAIN};
static const struct verdict failed = {COC_UNKNOWN, EIO, "the service failed", ASK_AGAIN};
static const struct verdict strange = {COC_UNKNOWN, EIO, "the answer is not one of the COC API",
				       CHECK_ENDPOINT};

static const struct verdict_row {
	unsigned low, high; /* the first and the last status that fit */
	const char *code;   /* spelled as the top of this file says; NULL: any code fits */
	const struct verdict *verdict;
} rows[] = {
	/* A 5xx does not say whether the call was done. Nor does its code: that of a 504 may be the
	 * code of a call within the service. One 503 is an exception. */
	{500, 502, NULL, &failed},
	{504, 599, NULL, &failed},
	/* the gateway gives this 503 before it passes the call on, so nothing was done */
	{503, 503, ".0613", &iam_away},
	{503, 503, NULL, &failed},
	/* codes that mean the same under any status below 500 */
	{0, 499, "COC.00042101", &gone},
	/* the local service's code; what COC itself says is not public */
	{0, 499, "COC.00042199", &verdict_too_many_versions},
	{0, 499, ".0308", &throttled},
	{429, 429, NULL, &throttled},
	{0, 499, ".0301", &bad_keys},
	{200, 499, "*quota", &quota},

	/* the service says no in a 200, with an error code of its own */
	{200, 200, NULL, &bad_request},

	/* 301, 307, 308: the server has not done the call (RFC 9110, 15.4). But a 302 or 303 to a
	 * POST often comes after it was done */
	{301, 301, NULL, &moved},
	{307, 308, NULL, &moved},
	{300, 399, NULL, &elsewhere},

	{401, 401, NULL, &bad_keys},
	{402, 402, NULL, &not_paid},
	{403, 403, NULL, &not_allowed},
	/* A wrong path or method: another server, or an API that is not published there. Not ENOENT
	 * or ESTALE, which would mean that the job is gone. */
	{404, 404, NULL, &not_coc},
	{405, 405, ".0501", &quota},
	{405, 405, ".0502", &quota},
	{405, 405, NULL, &not_coc},
	/* from a proxy, which has its own users */
	{407, 407, NULL, &proxy_keys},
	/* the standard says that nothing was processed, but proxies send 408 for a slow backend,
	 * too */
	{408, 408, NULL, &gave_up},
	{409, 409, NULL, &in_the_way},
	/* "gone for ever" says more than a 404, but it does not speak of a job either */
	{410, 410, NULL, &not_coc},
	{413, 413, NULL, &too_large},
	/* not processed, because early data of TLS could be a replay; a call that cocfs makes later
	 * is sent without early data */
	{425, 425, NULL, &too_early},
	/* the gateway itself is at fault: EINVAL would send people to their file */
	{400, 499, ".0103", &misconfigured},
	{400, 499, ".0104", &misconfigured},
	{400, 499, ".0105", &misconfigured},
	{400, 499, ".0106", &misconfigured},
	{400, 499, ".0204", &bad_transport},
	{400, 499, ".0607", &bad_transport},

	/* If the service itself says no, with its own code, the call is wrong, with any 4xx status.
	 * Without such a code the reason is elsewhere: EINVAL would send people to their file. */
	{400, 499, "*COC.", &bad_request},
	{400, 400, PAGE_OF_TLS, &wants_tls},
	{400, 400, PAGE, &not_coc},
	{400, 400, NULL, &bad_request},
	{422, 422, NULL, &bad_request},
	/* statuses for content negotiation, ranges or other things that the API does not have */
	{406, 406, NULL, &not_coc},
	{415, 416, NULL, &not_coc},
	{418, 418, NULL, &not_coc},
	{428, 428, NULL, &not_coc},
	/* the host of the URL belongs to another server */
	{421, 421, NULL, &not_coc},
	/* cocfs sends a length, and neither conditions nor "Expect:": something on the way adds or
	 * drops them */
	{411, 412, NULL, &mangled},
	{417, 417, NULL, &mangled},
	{414, 414, NULL, &long_head},
	{431, 431, NULL, &long_head},
	{494, 494, NULL, &long_head}, /* this status is the gateway's and nginx's own */
	{423, 423, NULL, &locked},
	{424, 424, NULL, &misconfigured},
	{426, 426, NULL, &bad_transport},
	{451, 451, NULL, &forbidden_by_law},
	{497, 497, NULL, &wants_tls}, /* nginx's own status for an http request to its https port */
	/* All other statuses are no part of HTTP. Some (460, 499) say that the caller went away
	 * while the service goes on: unknown. */
};

static bool code_fits(const char *pattern, const char *code)
{
	if (!pattern)
		return true;
	if (pattern[0] == '*')
		return strcasestr(code, pattern + 1) != NULL;
	if (pattern[0] != '.')
		return !strcmp(code, pattern);
	if (!strncmp(code, "APIGW", 5))
		return !strcmp(code + 5, pattern);
	return !strncmp(code, "APIG", 4) && !strcmp(code + 4, pattern);
}

/* Returns the word of the table for a text that is not JSON: PAGE, PAGE_OF_TLS or "". */
static const char *page_kind(const char *text, bool plain_http)
{
	static const char *const words[] = {"https", "TLS", "SSL"};

	for (size_t i = 0; plain_http && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(text, words[i]))
			return PAGE_OF_TLS;
	return text[strspn(text, " ?")] == '<' ? PAGE : "";
}

static const struct verdict *find_verdict(unsigned status, const char *code)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (status >= rows[i].low && status <= rows[i].high &&
		    code_fits(rows[i].code, code))
			return rows[i].verdict;
	return &strange;
}

const struct verdict *verdict_find(unsigned status, const char *error_code)
{
	/* the API sends codes only with 200 and with errors, and no code begins like a page */
	bool has_code = (status == 0 || status == 200 || status >= 400) && error_code[0] != '<';

	return find_verdict(status, has_code ? error_code : "");
}

const struct verdict *verdict_find_page(unsigned status, const char *text, bool plain_http)
{
	return find_verdict(status, page_kind(text, plain_http));
}
