/* SPDX-License-Identifier: MIT */
/* Tests of SHA-256 (FIPS 180-2) and HMAC-SHA256 (RFC 4231), also if several threads make the first
 * call at the same time. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sign/hash.h"

#define THREADS 8
#define ROUNDS 200

static void expect(const unsigned char hash[HASH_SIZE], const char *hex)
{
	char text[HASH_SIZE * 2 + 1];

	for (size_t i = 0; i < HASH_SIZE; i++)
		sprintf(text + i * 2, "%02x", hash[i]);
	assert_string_equal(text, hex);
}

static void expect_hmac(const char *key, size_t key_size, const char *text, const char *hex)
{
	unsigned char hash[HASH_SIZE];

	assert_int_equal(hash_hmac(key, key_size, text, strlen(text), hash), 0);
	expect(hash, hex);
}

static void *work(void *data)
{
	unsigned char hash[HASH_SIZE], mac[HASH_SIZE];
	int *failed = data;

	for (int i = 0; i < ROUNDS; i++)
		if (hash_sha256("abc", 3, hash) < 0 || hash_hmac("Jefe", 4, "abc", 3, mac) < 0 ||
		    hash[0] != 0xba || hash[31] != 0xad)
			*failed = 1;
	return NULL;
}

static void threads_that_are_first_together_get_the_same(void **state)
{
	pthread_t threads[THREADS];
	int failed[THREADS] = {0};

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, &failed[i]), 0);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(failed[i], 0);
	}
}

static void hashes_are_those_of_the_standard(void **state)
{
	unsigned char hash[HASH_SIZE];

	(void)state;
	assert_int_equal(hash_sha256(NULL, 0, hash), 0);
	expect(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_int_equal(hash_sha256("abc", 3, hash), 0);
	expect(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void macs_are_those_of_the_standard(void **state)
{
	char key[131];

	(void)state;
	memset(key, 0x0b, 20);
	expect_hmac(key, 20, "Hi There",
		    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	expect_hmac("Jefe", 4, "what do ya want for nothing?",
		    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	expect_hmac(key, sizeof(key), "Test Using Larger Than Block-Size Key - Hash Key First",
		    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

/* A call with an empty key does not use the key of the call before. */
static void a_key_does_not_stay(void **state)
{
	(void)state;
	expect_hmac("Jefe", 4, "what do ya want for nothing?",
		    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	expect_hmac("", 0, "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_that_are_first_together_get_the_same),
		cmocka_unit_test(hashes_are_those_of_the_standard),
		cmocka_unit_test(macs_are_those_of_the_standard),
		cmocka_unit_test(a_key_does_not_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
