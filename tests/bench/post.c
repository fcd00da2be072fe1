/* SPDX-License-Identifier: MIT */
/*
 * The least that a client can take: signed creates by libcurl alone, one after the other on one
 * connection, or many in flight. With --pages, pages of the list instead. Each request is built and
 * signed like the mount's own. With --lists N, the jobs of the name are asked for N times before
 * each create. Prints the seconds of all requests together. With --warm, a first request that opens
 * the connection is not counted. With --rest, a rest before each request is not counted.
 */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <getopt.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "coc/credentials_file.h"
#include "coc/creds.h"
#include "coc/request.h"
#include "timing.h"

#define INFLIGHT_MAX 1024

struct options {
	const char *url, *unix_socket, *cacert;
	unsigned count, inflight;
	unsigned lists;
	unsigned rest_us; /* before each create; only with one in flight */
	bool warm, pages;
	struct coc_creds *creds;
	struct buf content;
};

/* A curl handle with the request that it sends. */
struct sender {
	CURL *easy;
	struct curl_slist *headers;
	struct coc_request request;
	/* only with many in flight: the number of the job, and how many requests of its create are
	 * not sent yet */
	unsigned number, requests_left;
};

static size_t drop(char *data, size_t unit, size_t n, void *to)
{
	(void)data;
	(void)to;
	return unit * n;
}

static void sender_init(struct sender *sender, const struct options *options)
{
	*sender = (struct sender){.easy = curl_easy_init()};
	if (!sender->easy)
		give_up("curl_easy_init", 0);
	curl_easy_setopt(sender->easy, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(sender->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(sender->easy, CURLOPT_PRIVATE, sender);
	curl_easy_setopt(sender->easy, CURLOPT_PROXY, "");
	if (options->unix_socket)
		curl_easy_setopt(sender->easy, CURLOPT_UNIX_SOCKET_PATH, options->unix_socket);
	if (options->cacert)
		curl_easy_setopt(sender->easy, CURLOPT_CAINFO, options->cacert);
}

static void sender_drop_request(struct sender *sender)
{
	curl_slist_free_all(sender->headers);
	sender->headers = NULL;
	request_finish(&sender->request);
}

static void add_header(struct sender *sender, const char *line)
{
	struct curl_slist *longer = curl_slist_append(sender->headers, line);

	if (!longer)
		give_up("a header", ENOMEM);
	sender->headers = longer;
}

static enum coc_operation operation_of(const struct options *options)
{
	return options->pages ? COC_OP_LIST : COC_OP_CREATE;
}

/* Builds and signs a request, and gives it to the handle. This is the create of the job `number`,
 * or a list of the jobs of its name. With --pages it is the page `number` of the list. */
static void sender_load(struct sender *sender, const struct options *options,
			enum coc_operation operation, unsigned number)
{
	char name[32];
	struct coc_document document = {
		.name = name,
		.content = options->content.data,
		.content_size = options->content.size,
		.enterprise_project_id = "0",
		.risk_level = "LOW",
	};
	struct request_spec spec = {
		.operation = operation,
		.endpoint = options->url,
		.creds = options->creds,
		.now_s = (long long)time(NULL),
		.document = operation == COC_OP_CREATE ? &document : NULL,
		.name_like = options->pages ? NULL : name,
		.offset = options->pages ? (int64_t)(number - 1) * (COC_LIST_PAGE - 1) : 0,
	};
	struct err err;

	sender_drop_request(sender);
	snprintf(name, sizeof(name), "raw-%u", number);
	if (request_build(&spec, &sender->request, &err) < 0)
		give_up(err.text, 0);
	add_header(sender, "Expect:");
	for (size_t i = 0; i < sender->request.n_headers; i++)
		add_header(sender, sender->request.headers[i]);
	curl_easy_setopt(sender->easy, CURLOPT_URL, sender->request.url);
	curl_easy_setopt(sender->easy, CURLOPT_HTTPHEADER, sender->headers);
	if (operation == COC_OP_LIST) {
		curl_easy_setopt(sender->easy, CURLOPT_HTTPGET, 1L);
		return;
	}
	curl_easy_setopt(sender->easy, CURLOPT_POSTFIELDSIZE_LARGE,
			 (curl_off_t)sender->request.body_size);
	curl_easy_setopt(sender->easy, CURLOPT_POSTFIELDS, sender->request.body);
}

static void sender_check(struct sender *sender, CURLcode code)
{
	long status = 0;

	if (code != CURLE_OK)
		give_up(curl_easy_strerror(code), 0);
	curl_easy_getinfo(sender->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		give_up("the service did not answer 200", 0);
}

static void sender_finish(struct sender *sender)
{
	sender_drop_request(sender);
	curl_easy_cleanup(sender->easy);
}

static void send_one(struct sender *sender, const struct options *options, unsigned number)
{
	for (unsigned i = 0; i < options->lists; i++) {
		sender_load(sender, options, COC_OP_LIST, number);
		sender_check(sender, curl_easy_perform(sender->easy));
	}
	sender_load(sender, options, operation_of(options), number);
	sender_check(sender, curl_easy_perform(sender->easy));
}

static double send_in_turn(const struct options *options)
{
	struct sender sender;
	double begun, taken = 0;

	sender_init(&sender, options);
	if (options->warm)
		send_one(&sender, options, 0);
	for (unsigned i = 1; i <= options->count; i++) {
		rest(options->rest_us);
		begun = now_s();
		send_one(&sender, options, i);
		taken += now_s() - begun;
	}
	sender_finish(&sender);
	return taken;
}

/* Gives a handle the next request of its create: a list, or at last the create itself. */
static void sender_load_next(struct sender *sender, const struct options *options)
{
	bool asks = sender->requests_left > 1;

	sender->requests_left--;
	sender_load(sender, options, asks ? COC_OP_LIST : operation_of(options), sender->number);
}

/* Begins the create of the job `number` on a handle: first its lists, if --lists asks for them. */
static void sender_begin(struct sender *sender, const struct options *options, unsigned number)
{
	sender->number = number;
	sender->requests_left = options->lists + 1;
	sender_load_next(sender, options);
}

/* Takes the answers that have arrived, and sends the next requests on the same handles. *sent: how
 * many creates have begun. Returns how many creates were answered. */
static unsigned take_answers(CURLM *multi, const struct options *options, unsigned *sent)
{
	unsigned answers = 0;
	struct sender *sender;
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(multi, &left))) {
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&sender);
		sender_check(sender, message->data.result);
		curl_multi_remove_handle(multi, sender->easy);
		if (sender->requests_left) {
			sender_load_next(sender, options);
		} else {
			answers++;
			if (*sent == options->count)
				continue;
			sender_begin(sender, options, ++*sent);
		}
		curl_multi_add_handle(multi, sender->easy);
	}
	return answers;
}

static double send_at_once(const struct options *options)
{
	static struct sender senders[INFLIGHT_MAX];
	unsigned sent = 0, answered = 0;
	CURLM *multi = curl_multi_init();
	double begun = now_s();
	int running;

	if (!multi)
		give_up("curl_multi_init", 0);
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)options->inflight);
	for (unsigned i = 0; i < options->inflight && sent < options->count; i++) {
		sender_init(&senders[i], options);
		sender_begin(&senders[i], options, ++sent);
		curl_multi_add_handle(multi, senders[i].easy);
	}
	while (answered < options->count) {
		if (curl_multi_perform(multi, &running) != CURLM_OK)
			give_up("curl_multi_perform", 0);
		answered += take_answers(multi, options, &sent);
		if (answered < options->count)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
	begun = now_s() - begun;
	for (unsigned i = 0; i < options->inflight && senders[i].easy; i++)
		sender_finish(&senders[i]);
	curl_multi_cleanup(multi);
	return begun;
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{"unix", required_argument, NULL, 'u'},
		{"cacert", required_argument, NULL, 'c'},
		{"inflight", required_argument, NULL, 'i'},
		{"warm", no_argument, NULL, 'w'},
		{"pages", no_argument, NULL, 'p'},
		{"rest", required_argument, NULL, 'r'},
		{"lists", required_argument, NULL, 'l'},
		{NULL, 0, NULL, 0},
	};
	struct options options = {.inflight = 1};
	struct err err;
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) >= 0) {
		if (option == 'u')
			options.unix_socket = optarg;
		else if (option == 'c')
			options.cacert = optarg;
		else if (option == 'i')
			options.inflight = count_of(optarg);
		else if (option == 'w')
			options.warm = true;
		else if (option == 'p')
			options.pages = true;
		else if (option == 'r')
			options.rest_us = count_of(optarg);
		else if (option == 'l')
			options.lists = count_of(optarg);
		else
			return 2;
	}
	if (argc - optind != 4 || options.inflight > INFLIGHT_MAX) {
		fprintf(stderr,
			"usage: %s [--unix PATH] [--cacert FILE] [--inflight N] [--warm]"
			" [--pages] [--rest US] [--lists N] URL KEYS FILE COUNT\n",
			argv[0]);
		return 2;
	}
	options.url = argv[optind];
	options.count = count_of(argv[optind + 3]);
	if (coc_creds_read(argv[optind + 1], &options.creds, &err) < 0 ||
	    file_read(argv[optind + 2], false, &options.content, &err) < 0)
		give_up(err.text, 0);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	printf("%.6f\n", options.inflight > 1 ? send_at_once(&options) : send_in_turn(&options));
	coc_creds_free(options.creds);
	buf_finish(&options.content);
	curl_global_cleanup();
	return 0;
}
