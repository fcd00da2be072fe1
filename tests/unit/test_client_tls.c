/* SPDX-License-Identifier: MIT */
/*
 * Tests of TLS: the client always checks certificates and names. A server thread serves one
 * connection after another, with a certificate that this program makes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include <curl/curl.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "loop/loop.h"
#include "coc/coc.h"
#include "coc/creds.h"

#define PATIENCE_MS 5000
#define PROGRAM_S 60

static struct {
	struct loop *loop;
	struct coc_creds creds;
	EVP_PKEY *key;
	X509 *certificate;
	char directory[32], ca_path[64];
	int listener;
	unsigned port;
	atomic_bool plain;  /* do not speak TLS: send a 400 of HTTP, and close */
	atomic_bool closes; /* with plain: close each connection without a byte */
	/* send a second answer behind the first, in the TLS record of its body */
	atomic_bool glues;
	atomic_uint requests;
	pthread_t thread;
	enum coc_outcome outcome;
	int errnum;
	char text[ERR_TEXT_MAX], details[ERR_DETAILS_MAX];
	X509 *serving; /* the certificate that the server presents */
} t;

#define HOUR_S 3600

/* Makes a certificate for "localhost" with this subject, signed by itself. It is valid between two
 * times, given relative to now. */
static X509 *make_certificate_for(EVP_PKEY *key, const char *name, long from_s, long to_s)
{
	X509 *certificate = X509_new();
	X509_NAME *subject;
	X509_EXTENSION *names;
	X509V3_CTX context;

	assert_true(key && certificate);
	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	X509_gmtime_adj(X509_getm_notBefore(certificate), from_s);
	X509_gmtime_adj(X509_getm_notAfter(certificate), to_s);
	X509_set_pubkey(certificate, key);
	subject = X509_get_subject_name(certificate);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1,
				   0);
	X509_set_issuer_name(certificate, subject);
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	names = X509V3_EXT_conf_nid(NULL, &context, NID_subject_alt_name, "DNS:localhost");
	assert_non_null(names);
	X509_add_ext(certificate, names, -1);
	X509_EXTENSION_free(names);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	return certificate;
}

static X509 *make_certificate(EVP_PKEY *key, const char *name)
{
	return make_certificate_for(key, name, -HOUR_S, HOUR_S);
}

static void write_certificate(const char *path, X509 *certificate)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(PEM_write_X509(file, certificate), 1);
	fclose(file);
}

/* The server's side of one connection: answers each request of the client until the client closes.
 * With t.glues, a second answer follows in the same record. */
static void serve_tls(SSL_CTX *context, int fd)
{
	static const char answer[] =
		"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"data\":\"DM1\"}";
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n";
	static const char glued[] =
		"{\"data\":\"DM1\"}HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n"
		"{\"data\":\"DM9\"}";
	SSL *ssl = SSL_new(context);
	char request[8192];

	SSL_use_certificate(ssl, t.serving);
	SSL_use_PrivateKey(ssl, t.key);
	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1)
		while (SSL_read(ssl, request, sizeof(request)) > 0) {
			/* each of the client's small requests comes in one record */
			__atomic_add_fetch(&t.requests, 1, __ATOMIC_SEQ_CST);
			if (t.glues) {
				SSL_write(ssl, head, sizeof(head) - 1);
				SSL_write(ssl, glued, sizeof(glued) - 1);
			} else {
				SSL_write(ssl, answer, sizeof(answer) - 1);
			}
		}
	SSL_free(ssl);
}

static void *serve(void *data)
{
	static const char greeting[] = "HTTP/1.1 400 no\r\n\r\n";
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	int fd;

	(void)data;
	while ((fd = accept(t.listener, NULL, NULL)) >= 0) {
		if (t.plain && !t.closes)
			send(fd, greeting, sizeof(greeting) - 1, MSG_NOSIGNAL);
		if (!t.plain)
			serve_tls(context, fd);
		close(fd);
	}
	SSL_CTX_free(context);
	return NULL;
}

static int set_up_group(void **state)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);

	(void)state;
	t.creds.ak = (char *)"AccessKey";
	if (secret_open("SecretKey", 9, "the test", &t.creds.sk) || loop_create(&t.loop))
		return -1;
	t.key = EVP_EC_gen("P-256");
	t.serving = t.certificate = make_certificate(t.key, "localhost");
	if (!mkdtemp(strcpy(t.directory, "/tmp/cocfs-tls-XXXXXX")))
		return -1;
	snprintf(t.ca_path, sizeof(t.ca_path), "%s/ca.pem", t.directory);
	write_certificate(t.ca_path, t.certificate);
	t.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(t.listener, (struct sockaddr *)&address, size) || listen(t.listener, 16) ||
	    getsockname(t.listener, (struct sockaddr *)&address, &size))
		return -1;
	t.port = ntohs(address.sin_port);
	return pthread_create(&t.thread, NULL, serve, NULL);
}

static int tear_down_group(void **state)
{
	(void)state;
	shutdown(t.listener, SHUT_RDWR); /* wakes the thread that waits in accept() */
	pthread_join(t.thread, NULL);
	close(t.listener);
	EVP_PKEY_free(t.key);
	X509_free(t.certificate);
	unlink(t.ca_path);
	rmdir(t.directory);
	secret_close(t.creds.sk);
	loop_destroy(t.loop);
	return 0;
}

static void on_done(void *data, const struct coc_answer *answer)
{
	(void)data;
	t.outcome = answer->outcome;
	t.errnum = answer->errnum;
	snprintf(t.text, sizeof(t.text), "%s", answer->err ? answer->err->text : "");
	snprintf(t.details, sizeof(t.details), "%s", answer->err ? answer->err->details : "");
	loop_quit(t.loop);
}

/* Deletes a job at SCHEME://HOST:port with this CA, n times with one client. */
static void call_in(const char *scheme, const char *host, const char *cacert, int n)
{
	char endpoint[64];
	const struct coc_client_options options = {.endpoint = endpoint, .cacert = cacert};
	struct coc_client *client;
	struct err err;

	snprintf(endpoint, sizeof(endpoint), "%s://%s:%u", scheme, host, t.port);
	if (coc_client_create(t.loop, &options, &t.creds, &client, &err) < 0)
		fail_msg("%s", err.text);
	while (n--) {
		assert_int_equal(coc_delete(client, "DM1", PATIENCE_MS, on_done, NULL, NULL, &err),
				 0);
		assert_int_equal(loop_run(t.loop), 0);
	}
	coc_client_destroy(client);
}

static void call(const char *host, const char *cacert, int n)
{
	call_in("https", host, cacert, n);
}

/* Fails the test unless the error of the last call (text or details) has these words. */
static void says(const char *words)
{
	if (!strstr(t.text, words) && !strstr(t.details, words))
		fail_msg("no \"%s\" in: %s\n%s", words, t.text, t.details);
}

static void expect(enum coc_outcome outcome, int errnum, unsigned requests)
{
	if (t.outcome != outcome || t.errnum != errnum)
		fail_msg("outcome %d, %s: %s", t.outcome, err_name(t.errnum), t.text);
	assert_int_equal(__atomic_exchange_n(&t.requests, 0, __ATOMIC_SEQ_CST), requests);
}

static void a_ca_that_is_named_is_trusted(void **state)
{
	(void)state;
	call("localhost", t.ca_path, 3);
	expect(COC_DONE, 0, 3);
}

/* curl reads no more of a TLS record than the body. A second answer in the record stays in the TLS
 * library, where a look at the socket does not find it. The second answer must not answer the next
 * request. */
static void an_answer_behind_an_answer_answers_nothing(void **state)
{
	(void)state;
	t.glues = true;
	call("localhost", t.ca_path, 2);
	t.glues = false;
	expect(COC_DONE, 0, 2);
}

/* Makes the certificate of the server one of the system's certificates, for this program alone.
 * Returns false if that is impossible. */
static bool join_the_system(const char *system)
{
	char path[128];

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", system, "tmpfs", 0, NULL) < 0)
		return false;
	snprintf(path, sizeof(path), "%s/%08lx.0", system, X509_subject_name_hash(t.certificate));
	write_certificate(path, t.certificate);
	return true;
}

/* The certificates of the option cacert replace those of the system: a server whose certificate
 * only the system trusts is refused. */
static void a_ca_that_is_named_is_trusted_instead_of_the_systems(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *other = make_certificate(key, "other");
	CURL *easy = curl_easy_init();
	char *system = NULL, path[64];

	(void)state;
	curl_easy_getinfo(easy, CURLINFO_CAPATH, &system);
	if (!system || !join_the_system(system)) {
		print_message("skipped: the system's certificates cannot be replaced here\n");
		skip();
	}
	snprintf(path, sizeof(path), "%s/other.pem", t.directory);
	write_certificate(path, other);
	call("localhost", path, 1);
	umount(system);
	unlink(path);
	curl_easy_cleanup(easy);
	X509_free(other);
	EVP_PKEY_free(key);
	expect(COC_NOT_SENT, EPROTO, 0);
}

static void an_unknown_certificate_is_not_trusted(void **state)
{
	(void)state;
	call("localhost", NULL, 1);
	expect(COC_NOT_SENT, EPROTO, 0);
	says("nobody whom this machine trusts has signed its certificate");
	says("what_to_do: mount with -o cacert=FILE");
}

static void the_ca_that_is_named_is_not_the_signers(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *other = make_certificate(key, "other");
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/other.pem", t.directory);
	write_certificate(path, other);
	call("localhost", path, 1);
	unlink(path);
	X509_free(other);
	EVP_PKEY_free(key);
	expect(COC_NOT_SENT, EPROTO, 0);
	says(path);
	says("which -o cacert= names");
}

static void a_certificate_for_another_name_is_not_trusted(void **state)
{
	(void)state;
	call("127.0.0.1", t.ca_path, 1);
	expect(COC_NOT_SENT, EPROTO, 0);
	says("its certificate is for DNS:localhost, and not for 127.0.0.1");
	says("what_to_do: use a name that is in the certificate as SOURCE");
}

static void a_certificate_at_the_wrong_time_is_not_trusted(void **state)
{
	X509 *expired = make_certificate_for(t.key, "localhost", -2 * HOUR_S, -HOUR_S);
	X509 *early = make_certificate_for(t.key, "localhost", HOUR_S, 2 * HOUR_S);
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/dated.pem", t.directory);
	for (int i = 0; i < 2; i++) {
		t.serving = i ? early : expired;
		write_certificate(path, t.serving);
		call("localhost", path, 1);
		expect(COC_NOT_SENT, EPROTO, 0);
		says(i ? "certificate is not yet valid" : "certificate has expired");
		says("what_to_do: renew the certificate of the service");
	}
	t.serving = t.certificate;
	unlink(path);
	X509_free(expired);
	X509_free(early);
}

static void a_file_without_certificates_is_named(void **state)
{
	char path[64];
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/none.pem", t.directory);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("no certificate\n", file);
	fclose(file);
	call("localhost", path, 1);
	unlink(path);
	expect(COC_NOT_SENT, EPROTO, 0);
	says(path);
	says("what_to_do: mount with -o cacert=FILE");
}

static void https_spoken_to_a_port_of_http_is_said(void **state)
{
	(void)state;
	t.plain = true;
	call("localhost", t.ca_path, 1);
	t.plain = false;
	expect(COC_NOT_SENT, EPROTO, 0);
	says("the port does not speak https, it may be one of http");
	says("what_to_do: give SOURCE the port of https");

	/* a server that closes the connection without a word may speak plain HTTP, too: it closes
	 * with a FIN or with a reset */
	t.plain = t.closes = true;
	for (int i = 0; i < 5; i++) {
		call("localhost", t.ca_path, 1);
		expect(COC_NOT_SENT, EPROTO, 0);
		says("the port may be one of http");
	}
	t.plain = t.closes = false;
}

static void http_spoken_to_a_port_of_https_is_said(void **state)
{
	char hint[64];

	(void)state;
	call_in("http", "127.0.0.1", NULL, 1);
	expect(COC_UNKNOWN, EIO, 0);
	says("a port of https does that to http");
	snprintf(hint, sizeof(hint), "mount https://127.0.0.1:%u\n", t.port);
	says(hint);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ca_that_is_named_is_trusted),
		cmocka_unit_test(an_answer_behind_an_answer_answers_nothing),
		cmocka_unit_test(a_ca_that_is_named_is_trusted_instead_of_the_systems),
		cmocka_unit_test(an_unknown_certificate_is_not_trusted),
		cmocka_unit_test(a_certificate_for_another_name_is_not_trusted),
		cmocka_unit_test(the_ca_that_is_named_is_not_the_signers),
		cmocka_unit_test(a_certificate_at_the_wrong_time_is_not_trusted),
		cmocka_unit_test(a_file_without_certificates_is_named),
		cmocka_unit_test(https_spoken_to_a_port_of_http_is_said),
		cmocka_unit_test(http_spoken_to_a_port_of_https_is_said),
	};

	signal(SIGPIPE, SIG_IGN);
	alarm(PROGRAM_S);
	return cmocka_run_group_tests(tests, set_up_group, tear_down_group);
}
