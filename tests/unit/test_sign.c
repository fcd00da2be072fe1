/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sign/sign.h"

#define AK_SECRET "SecretKey"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void expect_signature(const struct sign_request *request, const char *expected)
{
	char hex[SIGN_HEX_SIZE];

	assert_int_equal(sign_request(request, AK_SECRET, strlen(AK_SECRET), hex), 0);
	assert_string_equal(hex, expected);
}

static void signs_the_go_sdk_get(void **state)
{
	const struct sign_param params[] = {{"limit", "1"}};
	const struct sign_header headers[] = {{"X-Sdk-Date", "20060102T150405Z"}};

	(void)state;
	expect_signature(&(struct sign_request){.method = "GET",
						.path = "/path",
						.params = params,
						.n_params = COUNT(params),
						.headers = headers,
						.n_headers = COUNT(headers)},
			 "5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624");
}

static void signs_the_go_sdk_post(void **state)
{
	const struct sign_param params[] = {{"key", "value"}};
	const struct sign_header headers[] = {{"X-Sdk-Date", "20060102T150405Z"}};
	const char body[] = "{\"Name\":\"test\",\"Id\":1}\n";

	(void)state;
	expect_signature(&(struct sign_request){.method = "POST",
						.path = "/path",
						.params = params,
						.n_params = COUNT(params),
						.headers = headers,
						.n_headers = COUNT(headers),
						.body = body,
						.body_size = strlen(body)},
			 "cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59");
}

static void signs_a_create(void **state)
{
	const struct sign_header headers[] = {
		{"X-Sdk-Date", "20250701T100239Z"},
		{"X-Domain-Id", "0123456789abcdef0123456789abcdef"},
		{"Host", "coc.myhuaweicloud.com"},
	};
	const char body[] = "{\"name\":\"test_document\",\"content\":\"meta:\\n  name: "
			    "test_document\\n\",\"enterprise_project_id\":\"0\","
			    "\"risk_level\":\"LOW\"}";

	(void)state;
	expect_signature(&(struct sign_request){.method = "POST",
						.path = "/v1/documents",
						.headers = headers,
						.n_headers = COUNT(headers),
						.body = body,
						.body_size = strlen(body)},
			 "8e367a75f6fb504252a94a32d0baf2af083837e4b0e68325a1732319e73ebeda");
}

static void signs_a_list_with_a_security_token(void **state)
{
	const struct sign_param params[] = {
		{"limit", "100"}, {"offset", "0"}, {"name_like", "a b/\xe4\xb8\xad"}};
	const struct sign_header headers[] = {
		{"X-Security-Token", "TOKEN"},
		{"X-Sdk-Date", "20250701T100239Z"},
		{"host", "coc.myhuaweicloud.com"},
	};

	(void)state;
	expect_signature(&(struct sign_request){.method = "GET",
						.path = "/v1/documents",
						.params = params,
						.n_params = COUNT(params),
						.headers = headers,
						.n_headers = COUNT(headers)},
			 "53682157f05650c98f931972d3b5855cfd89f950079d110ce7745769344454c3");
}

static void canonical_form_sorts_encodes_and_trims(void **state)
{
	const struct sign_param params[] = {{"b", "2"},	     {"a", "z"},    {"b", "1"},
					    {"empty", NULL}, {"a b", "~*"}, {"a", "A/B"}};
	const struct sign_header headers[] = {
		{"X-Sdk-Date", " \t20250701T100239Z  "},
		{"HOST", "h"},
		{"Accept", "  text / any "},
	};
	const struct sign_request request = {.method = "PUT",
					     .path = "/v1/documents/a b",
					     .params = params,
					     .n_params = COUNT(params),
					     .headers = headers,
					     .n_headers = COUNT(headers)};
	_cleanup_buf_ struct buf out = {0};

	(void)state;
	assert_int_equal(sign_canonical_request(&request, &out), 0);
	assert_string_equal(out.data,
			    "PUT\n/v1/documents/a%20b/\na=A%2FB&a=z&a%20b=~%2A&b=1&b=2&empty=\n"
			    "accept:text / any\nhost:h\nx-sdk-date:20250701T100239Z\n\n"
			    "accept;host;x-sdk-date\n"
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void path_gets_exactly_one_slash_at_its_end(void **state)
{
	const struct sign_header headers[] = {{"x-sdk-date", "20250701T100239Z"}};
	static const char *const paths[] = {"", "/", "/v1", "/v1/"};
	static const char *const expected[] = {"GET\n/\n", "GET\n/\n", "GET\n/v1/\n",
					       "GET\n/v1/\n"};

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		_cleanup_buf_ struct buf out = {0};

		assert_int_equal(
			sign_canonical_request(&(struct sign_request){.method = "GET",
								      .path = paths[i],
								      .headers = headers,
								      .n_headers = COUNT(headers)},
					       &out),
			0);
		assert_memory_equal(out.data, expected[i], strlen(expected[i]));
	}
}

static void a_given_content_hash_stands_for_the_body(void **state)
{
	const struct sign_header headers[] = {{"X-Sdk-Date", "20250701T100239Z"},
					      {"X-Sdk-Content-Sha256", "UNSIGNED-PAYLOAD"}};
	_cleanup_buf_ struct buf out = {0};

	(void)state;
	assert_int_equal(sign_canonical_request(&(struct sign_request){.method = "POST",
								       .path = "/",
								       .headers = headers,
								       .n_headers = COUNT(headers),
								       .body = "x",
								       .body_size = 1},
						&out),
			 0);
	assert_non_null(strstr(out.data, "\nUNSIGNED-PAYLOAD"));
}

static void refuses_a_request_without_a_date(void **state)
{
	const struct sign_header headers[] = {{"host", "h"}};
	const struct sign_request request = {
		.method = "GET", .path = "/", .headers = headers, .n_headers = COUNT(headers)};
	_cleanup_buf_ struct buf out = {0};
	char hex[SIGN_HEX_SIZE];

	(void)state;
	assert_int_equal(sign_request(&request, "k", 1, hex), -EINVAL);
	assert_int_equal(sign_signed_headers(&request, &out), -EINVAL);
}

static void refuses_more_than_fits(void **state)
{
	struct sign_param params[SIGN_QUERY_MAX + 1];
	struct sign_header headers[SIGN_HEADERS_MAX + 1];
	struct sign_request request = {
		.method = "GET", .path = "/", .params = params, .headers = headers, .n_headers = 1};
	_cleanup_buf_ struct buf out = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(params); i++)
		params[i] = (struct sign_param){"k", "v"};
	for (size_t i = 0; i < COUNT(headers); i++)
		headers[i] = (struct sign_header){"x-sdk-date", "20250701T100239Z"};
	request.n_params = SIGN_QUERY_MAX;
	assert_int_equal(sign_canonical_request(&request, &out), 0);
	request.n_params = SIGN_QUERY_MAX + 1;
	assert_int_equal(sign_canonical_request(&request, &out), -E2BIG);
	request.n_params = 0;
	request.n_headers = SIGN_HEADERS_MAX + 1;
	assert_int_equal(sign_canonical_request(&request, &out), -E2BIG);
}

static void encodes_every_byte_but_the_unreserved(void **state)
{
	_cleanup_buf_ struct buf out = {0};

	(void)state;
	assert_int_equal(sign_encode(&out, "AZaz09-_.~", 0), 0);
	assert_int_equal(sign_encode(&out, "/ +%&=\x7f\xff", 0), 0);
	assert_int_equal(sign_encode(&out, "/a/", 1), 0);
	assert_string_equal(out.data, "AZaz09-_.~%2F%20%2B%25%26%3D%7F%FF/a/");
}

static void dates_go_both_ways(void **state)
{
	static const long long times[] = {0, 951782399, 1751364159, 4102444800};
	char date[SIGN_DATE_SIZE];
	long long again = -1;

	(void)state;
	sign_date(1751364159, date);
	assert_string_equal(date, "20250701T100239Z");
	for (size_t i = 0; i < COUNT(times); i++) {
		sign_date(times[i], date);
		assert_int_equal(sign_date_parse(date, &again), 0);
		assert_int_equal(again, times[i]);
	}
}

static void refuses_what_is_not_a_date(void **state)
{
	static const char *const bad[] = {
		"",
		"20250701T100239",
		"20250701T100239ZZ",
		"20250701 100239Z",
		"20250231T000000Z",
		"20251301T000000Z",
		"20250701T240000Z",
		"20250701T006000Z",
		"2025070aT100239Z",
		"-2250701T100239Z",
		"20250701T1002 9Z",
		"20250001T100239Z",
	};
	long long unix_s = 42;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(sign_date_parse(bad[i], &unix_s), -EINVAL);
	assert_int_equal(unix_s, 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_the_go_sdk_get),
		cmocka_unit_test(signs_the_go_sdk_post),
		cmocka_unit_test(signs_a_create),
		cmocka_unit_test(signs_a_list_with_a_security_token),
		cmocka_unit_test(canonical_form_sorts_encodes_and_trims),
		cmocka_unit_test(path_gets_exactly_one_slash_at_its_end),
		cmocka_unit_test(a_given_content_hash_stands_for_the_body),
		cmocka_unit_test(refuses_a_request_without_a_date),
		cmocka_unit_test(refuses_more_than_fits),
		cmocka_unit_test(encodes_every_byte_but_the_unreserved),
		cmocka_unit_test(dates_go_both_ways),
		cmocka_unit_test(refuses_what_is_not_a_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
