/* SPDX-License-Identifier: MIT */
/*
 * The client chooses which headers it signs: the Node SDK signs host and content-type, the Go SDK
 * neither. So the list of signed headers is read from the Authorization header. The request is
 * brought into its canonical form with these headers as they were received. Then the signature is
 * made again with the secret key, and must be the same. A token in X-Auth-Token needs no signature.
 * Each refusal says which of the steps failed, and tells the sender nothing that the sender did not
 * send.
 */
#define _GNU_SOURCE
#include "service/access/auth.h"
#include "service/bounds.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>

#define DATE_HEADER "x-sdk-date"
#define HASH_HEADER "x-sdk-content-sha256"
#define SECURITY_TOKEN_HEADER "x-security-token"
#define TOKEN_HEADER "x-auth-token"
#define UNSIGNED_PAYLOAD "UNSIGNED-PAYLOAD"

/* The parts of an Authorization header. They point into a copy of the header. */
struct claim {
	char *access, *signed_headers, *signature;
};

/* Returns the first value of a header; NULL if the header was not sent. *ret_n: how often it was
 * sent. */
static const char *find_header(const struct request *request, const char *name, size_t *ret_n)
{
	const char *value = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < request->n_headers; i++)
		if (!strcasecmp(request->headers[i].name, name) && !(*ret_n)++)
			value = request->headers[i].value;
	return value;
}

/* Reads "SDK-HMAC-SHA256 Access=…, SignedHeaders=…, Signature=…" into claim. Cuts text into pieces,
 * to which claim points. Returns 0, or -EACCES with err. */
static int parse_claim(char *text, struct claim *claim, struct err *err)
{
	char *rest = text, *part;
	const char *algorithm = strsep(&rest, " ");

	if (strcmp(algorithm, SIGN_ALGORITHM))
		return err_set(err, EACCES,
			       "the algorithm in Authorization is not " SIGN_ALGORITHM);
	while ((part = strsep(&rest, ","))) {
		char *value = strchr(part, '=');
		size_t size;

		part += strspn(part, " \t");
		if (!value)
			continue;
		*value++ = '\0';
		size = strcspn(value, " \t");
		value[size] = '\0';
		if (!strcmp(part, "Access"))
			claim->access = value;
		else if (!strcmp(part, "SignedHeaders"))
			claim->signed_headers = value;
		else if (!strcmp(part, "Signature"))
			claim->signature = value;
	}
	if (!claim->access || !claim->signed_headers || !claim->signature)
		return err_set(err, EACCES, "Authorization lacks %s",
			       !claim->access		? "Access"
			       : !claim->signed_headers ? "SignedHeaders"
							: "Signature");
	return 0;
}

/* Collects the headers of the request that list names. list is the value of SignedHeaders, and is
 * cut into pieces. headers has room for SIGN_HEADERS_MAX. Returns 0, or -EACCES with err. */
static int collect_signed_headers(const struct request *request, char *list,
				  struct sign_header *headers, size_t *ret_n, struct err *err)
{
	const char *name;
	size_t n = 0, times;

	while ((name = strsep(&list, ";"))) {
		const char *value = find_header(request, name, &times);

		if (n == SIGN_HEADERS_MAX)
			return err_set(err, EACCES, "SignedHeaders names more than %d headers",
				       SIGN_HEADERS_MAX);
		if (times != 1)
			return err_set(err, EACCES,
				       times ? "the signed header %.64s was sent more than once"
					     : "the signed header %.64s was not sent",
				       name);
		for (size_t i = 0; i < n; i++)
			if (!strcasecmp(headers[i].name, name))
				return err_set(err, EACCES, "SignedHeaders names %.64s twice",
					       name);
		headers[n++] = (struct sign_header){.name = name, .value = value};
	}
	*ret_n = n;
	return 0;
}

static bool is_signed(const struct sign_header *headers, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcasecmp(headers[i].name, name))
			return true;
	return false;
}

static int check_date(const struct request *request, const struct sign_header *headers, size_t n,
		      struct err *err)
{
	size_t times;
	const char *date = find_header(request, DATE_HEADER, &times);
	long long unix_s, now_s = request->now_ms / 1000;

	if (!date)
		return err_set(err, EACCES, "the header X-Sdk-Date is missing");
	if (!is_signed(headers, n, DATE_HEADER))
		return err_set(err, EACCES, "the header X-Sdk-Date is not among the SignedHeaders");
	if (sign_date_parse(date, &unix_s) < 0)
		return err_set(err, EACCES, "X-Sdk-Date is not of the form YYYYMMDDTHHMMSSZ");
	if (unix_s < now_s - SERVICE_SKEW_S || unix_s > now_s + SERVICE_SKEW_S)
		return err_set(err, EACCES,
			       "X-Sdk-Date is more than %d minutes away from the time of the "
			       "service; check the clock",
			       SERVICE_SKEW_S / 60);
	return 0;
}

/* Checks X-Sdk-Content-Sha256, in which a client can send the hash of its body. Without this header
 * there is nothing to check. There is nothing to check, too, if the header is signed and says
 * UNSIGNED-PAYLOAD. Returns 0, or -errno with err filled. */
static int check_hash(const struct request *request, const struct sign_header *headers, size_t n,
		      struct err *err)
{
	char hash[SIGN_HEX_SIZE];
	size_t times;
	const char *sent = find_header(request, HASH_HEADER, &times);

	if (!sent || (!strcmp(sent, UNSIGNED_PAYLOAD) && is_signed(headers, n, HASH_HEADER)))
		return 0;
	if (sign_sha256_hex(request->body, request->body_size, hash) < 0)
		return err_set(err, EIO, "the crypto library failed");
	if (strcasecmp(sent, hash))
		return err_set(err, EACCES, "X-Sdk-Content-Sha256 is not the hash of the body");
	return 0;
}

static int check_signature(const struct sign_request *sign, const struct key *key,
			   const char *signature, struct err *err)
{
	char wanted[SIGN_HEX_SIZE];
	const char *sk;
	size_t size;
	bool same;
	int r;

	sk = secret_bytes(key->sk, &size);
	r = sign_request(sign, sk, size, wanted);
	if (r < 0)
		return err_set(err, -r, "cannot make the signature: %s", strerror(-r));
	same = strlen(signature) == SIGN_HEX_SIZE - 1 &&
	       !CRYPTO_memcmp(signature, wanted, SIGN_HEX_SIZE - 1);
	secret_wipe(wanted, sizeof(wanted));
	if (!same)
		return err_set(err, EACCES,
			       "verify aksk signature fail: the signature is not that "
			       "of this request with the secret key of this AK");
	return 0;
}

/* Checks the security token: a temporary key pair needs its token, and a permanent pair has none.
 * Returns 0, or -EACCES with err filled. */
static int check_security_token(const struct request *request, const struct key *key,
				struct err *err)
{
	const char *wanted, *sent;
	size_t times, size;

	/* the header need not be signed: some clients, Terraform's among them, add it after they
	 * have signed */
	sent = find_header(request, SECURITY_TOKEN_HEADER, &times);
	if (!sent && !key->security_token)
		return 0;
	if (!sent)
		return err_set(err, EACCES, "the header X-Security-Token is missing");
	if (times > 1)
		return err_set(err, EACCES, "the header X-Security-Token was sent more than once");
	wanted = key->security_token ? secret_bytes(key->security_token, &size) : NULL;
	if (!wanted || strlen(sent) != size || CRYPTO_memcmp(sent, wanted, size))
		return err_set(err, EACCES, "X-Security-Token is not the token of this AK");
	return 0;
}

/* Checks what only the owner of the secret key can know: the signature and the security token. A
 * wrong one counts for the lock of the key pair. Returns 0; -EACCES, also if the key pair is
 * locked; or another -errno. err is filled. */
static int check_secrets(const struct request *request, const struct sign_request *sign,
			 struct key *key, const char *signature, int64_t lock_ms, struct err *err)
{
	int r;

	if (lockout_is_closed(&key->lockout, request->clock_ms))
		return err_set(err, EACCES, "AK access failed to reach the limit,forbidden");
	r = check_signature(sign, key, signature, err);
	if (r == 0)
		r = check_security_token(request, key, err);
	if (r == -EACCES)
		lockout_fail(&key->lockout, request->clock_ms, lock_ms);
	else if (r == 0)
		lockout_pass(&key->lockout);
	return r;
}

static int check_claim(const struct request *request, const struct auth *auth, const char *sent,
		       struct user **ret_user, struct err *err)
{
	struct sign_header headers[SIGN_HEADERS_MAX];
	struct sign_request sign = {
		.method = request->method,
		.path = request->uri.path,
		.params = request->uri.params,
		.n_params = request->uri.n_params,
		.headers = headers,
		.body = request->body,
		.body_size = request->body_size,
	};
	_cleanup_free_ char *text = strdup(sent);
	struct claim claim = {0};
	struct key *key;
	int r;

	if (!text)
		return err_set(err, ENOMEM, "out of memory");
	r = parse_claim(text, &claim, err);
	if (r == 0)
		r = collect_signed_headers(request, claim.signed_headers, headers, &sign.n_headers,
					   err);
	if (r == 0)
		r = check_date(request, headers, sign.n_headers, err);
	if (r == 0)
		r = check_hash(request, headers, sign.n_headers, err);
	if (r < 0)
		return r;
	key = keys_find(auth->keys, claim.access);
	if (!key)
		return err_set(err, EACCES, "Get secretKey failed: this AK does not exist here");
	r = check_secrets(request, &sign, key, claim.signature, auth->lock_ms, err);
	if (r == 0)
		*ret_user = &key->user;
	return r;
}

static int check_token(const struct request *request, const struct auth *auth, const char *sent,
		       struct user **ret_user, struct err *err)
{
	struct token *token;

	if (!auth->tokens)
		return err_set(err, EACCES,
			       "this service takes no X-Auth-Token: sign with an AK/SK pair");
	token = tokens_find(auth->tokens, sent);
	if (!token)
		return err_set(err, EACCES, "decrypt token fail: X-Auth-Token is no token of here");
	if (request->now_ms >= token->expires_ms)
		return err_set(err, EACCES, "token expired: X-Auth-Token is to be renewed");
	*ret_user = &token->user;
	return 0;
}

int auth_check(const struct request *request, const struct auth *auth, struct user **ret_user,
	       struct err *err)
{
	const char *sent;
	size_t times;

	sent = find_header(request, "authorization", &times);
	if (times > 1)
		return err_set(err, EACCES, "the header Authorization was sent more than once");
	if (sent)
		return check_claim(request, auth, sent, ret_user, err);
	sent = find_header(request, TOKEN_HEADER, &times);
	if (times > 1)
		return err_set(err, EACCES, "the header X-Auth-Token was sent more than once");
	if (sent)
		return check_token(request, auth, sent, ret_user, err);
	return err_set(err, EACCES, "the header Authorization is missing");
}
