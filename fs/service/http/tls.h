/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_HTTP_TLS_H
#define COCFS_SERVICE_HTTP_TLS_H

#include "base/buf.h"
#include "base/err.h"

/* A certificate with its chain, and its private key, both as the text of a PEM file. */
struct tls {
	struct buf cert, key;
};

/*
 * Reads both files; that of the key has to be closed to group and others. Returns 0 and a tls that
 * tls_finish() frees; -ENOENT, -EACCES; -EINVAL: not PEM, a key with a passphrase, or the key of
 * another certificate; -ENOMEM; -EIO. err is filled.
 */
int tls_read(const char *cert_path, const char *key_path, struct tls *ret_tls, struct err *err);

/* Wipes and frees; a zeroed one is accepted. */
void tls_finish(struct tls *tls);

#endif
