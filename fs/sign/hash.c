/* SPDX-License-Identifier: MIT */
/*
 * libcrypto looks an algorithm up by its name. EVP_sha256() and HMAC() do so at each call, and then
 * the search costs as much as a hash of the few hundred bytes that are signed here. So this file
 * fetches libcrypto's objects for the two algorithms once, and keeps them. They are never freed:
 * the program needs them until its end.
 *
 * If there is no memory to fetch an object, the next call tries again.
 */
#include "sign/hash.h"

#include <errno.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>

static EVP_MD *sha256;	     /* set once, by the first thread that needs it */
static EVP_MAC_CTX *keyless; /* HMAC-SHA256 without a key: hash_hmac() copies it, and sets a key */

static const EVP_MD *get_sha256(void)
{
	EVP_MD *found = __atomic_load_n(&sha256, __ATOMIC_ACQUIRE), *other = NULL;

	if (found)
		return found;
	found = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	if (!found || __atomic_compare_exchange_n(&sha256, &other, found, 0, __ATOMIC_ACQ_REL,
						  __ATOMIC_ACQUIRE))
		return found;
	EVP_MD_free(found);
	return other;
}

/* Returns a new context for HMAC-SHA256 that has no key yet; NULL: the crypto library fails. */
static EVP_MAC_CTX *make_keyless(void)
{
	char digest[] = "SHA2-256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end()};
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *made = hmac ? EVP_MAC_CTX_new(hmac) : NULL;

	EVP_MAC_free(hmac); /* the context has its own reference */
	if (made && EVP_MAC_CTX_set_params(made, params) == 1)
		return made;
	EVP_MAC_CTX_free(made);
	return NULL;
}

static const EVP_MAC_CTX *get_keyless(void)
{
	EVP_MAC_CTX *found = __atomic_load_n(&keyless, __ATOMIC_ACQUIRE), *other = NULL;

	if (found)
		return found;
	found = make_keyless();
	if (!found || __atomic_compare_exchange_n(&keyless, &other, found, 0, __ATOMIC_ACQ_REL,
						  __ATOMIC_ACQUIRE))
		return found;
	EVP_MAC_CTX_free(found);
	return other;
}

int hash_sha256(const void *bytes, size_t size, unsigned char ret_hash[HASH_SIZE])
{
	const EVP_MD *algorithm = get_sha256();

	if (!algorithm || EVP_Digest(size ? bytes : "", size, ret_hash, NULL, algorithm, NULL) != 1)
		return -EIO;
	return 0;
}

int hash_hmac(const void *key, size_t key_size, const void *bytes, size_t size,
	      unsigned char ret_hash[HASH_SIZE])
{
	const EVP_MAC_CTX *from = get_keyless();
	EVP_MAC_CTX *own = from ? EVP_MAC_CTX_dup(from) : NULL;
	size_t made = 0;
	int r = -EIO;

	/* EVP_MAC_init() takes the key NULL for "keep the earlier key", and the copy has no earlier
	 * key: so give "" for an empty key */
	if (own && EVP_MAC_init(own, key_size ? key : (const void *)"", key_size, NULL) == 1 &&
	    EVP_MAC_update(own, bytes, size) == 1 &&
	    EVP_MAC_final(own, ret_hash, &made, HASH_SIZE) == 1 && made == HASH_SIZE)
		r = 0;
	EVP_MAC_CTX_free(own); /* also wipes the key */
	return r;
}
