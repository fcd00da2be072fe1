/* SPDX-License-Identifier: MIT */
/*
 * If a file is bad, the TLS library of libmicrohttpd says only that it did not start. So the files
 * are checked here first, and an error explains what was mixed up.
 */
#include "service/http/tls.h"

#include <errno.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/file.h"
#include "base/secret.h"

static int read_file(const char *path, bool private, struct buf *out, struct err *err)
{
	int r = file_read(path, private, out, err);

	if (r == -ENOENT)
		return err_set(err, ENOENT, "cannot read the file %s: %s", path, strerror(ENOENT));
	return r;
}

/* OpenSSL's callback that asks for the passphrase of a key. Returns -1: there is none, because
 * there is nobody to ask. So an encrypted key is refused. */
static int no_passphrase(char *text, int size, int writing, void *data)
{
	(void)text;
	(void)size;
	(void)writing;
	(void)data;
	return -1;
}

static X509 *parse_cert(const struct buf *text)
{
	BIO *bio = BIO_new_mem_buf(text->data, (int)text->size);
	X509 *cert = bio ? PEM_read_bio_X509(bio, NULL, no_passphrase, NULL) : NULL;

	BIO_free(bio);
	return cert;
}

static EVP_PKEY *parse_key(const struct buf *text)
{
	BIO *bio = BIO_new_mem_buf(text->data, (int)text->size);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;

	BIO_free(bio);
	return key;
}

static int check_pair(const struct tls *tls, const char *cert_path, const char *key_path,
		      struct err *err)
{
	X509 *cert = parse_cert(&tls->cert);
	EVP_PKEY *key = parse_key(&tls->key);
	int r = 0;

	if (!cert)
		r = err_set(err, EINVAL, "%s holds no certificate in PEM", cert_path);
	else if (!key)
		r = err_set(err, EINVAL,
			    "%s holds no private key in PEM; one with a passphrase is not taken",
			    key_path);
	else if (X509_check_private_key(cert, key) != 1)
		r = err_set(err, EINVAL, "the key in %s is not that of the certificate in %s",
			    key_path, cert_path);
	EVP_PKEY_free(key);
	X509_free(cert);
	return r;
}

int tls_read(const char *cert_path, const char *key_path, struct tls *ret_tls, struct err *err)
{
	struct tls tls = {0};
	int r;

	r = read_file(cert_path, false, &tls.cert, err);
	if (r == 0)
		r = read_file(key_path, true, &tls.key, err);
	if (r == 0)
		r = check_pair(&tls, cert_path, key_path, err);
	if (r < 0) {
		tls_finish(&tls);
		return r;
	}
	*ret_tls = tls;
	return 0;
}

void tls_finish(struct tls *tls)
{
	secret_buf_finish(&tls->key);
	buf_finish(&tls->cert);
}
