/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_TLS_H
#define COCFS_SERVICE_HTTP_TLS_H

#include "base/buf.h"
#include "base/err.h"

/* A certificate with its chain, and its private key: both are the text of a PEM file. */
struct tls {
	struct buf cert, key;
};

/*
 * Reads both files. Group and others must have no access to the key's file. Returns 0 and a tls
 * that tls_finish() frees. Returns -ENOENT, -EACCES, -EINVAL, -ENOMEM or -EIO with err filled.
 * -EINVAL: not PEM, a key with a passphrase, or the key of another certificate.
 */
int tls_read(const char *cert_path, const char *key_path, struct tls *ret_tls, struct err *err);

/* Wipes the key, and frees both texts. A zeroed tls is accepted. */
void tls_finish(struct tls *tls);

#endif
