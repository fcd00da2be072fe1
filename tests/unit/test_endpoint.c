/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "coc/endpoint.h"
#include "coc/source.h"

static char regions_path[] = "/tmp/cocfs-regions-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(regions_path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(regions_path);
}

static int clean(void **state)
{
	(void)state;
	unsetenv("HUAWEICLOUD_SDK_REGION_COC_CN_NORTH_4");
	unsetenv("HUAWEICLOUD_SDK_REGION_COC_XX_TEST_1");
	setenv("HUAWEICLOUD_SDK_REGIONS_FILE", "/nonexistent/regions.yaml", 1);
	return 0;
}

static void put(const char *text)
{
	FILE *file = fopen(regions_path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	setenv("HUAWEICLOUD_SDK_REGIONS_FILE", regions_path, 1);
}

static void expect(const char *source, const char *url)
{
	_cleanup_free_ char *found = NULL;
	struct err err = {0};

	if (coc_endpoint_find(source, &found, &err) != 0)
		fail_msg("%s: %s", source, err.text);
	assert_string_equal(found, url);
}

static void expect_refusal(const char *source, const char *said)
{
	char *found = NULL;
	struct err err = {0};

	if (coc_endpoint_find(source, &found, &err) != -EINVAL)
		fail_msg("%s was taken", source);
	assert_null(found);
	assert_int_equal(err.errnum, EINVAL);
	if (!strstr(err.text, said))
		fail_msg("\"%s\" does not say \"%s\"", err.text, said);
}

static void knows_the_three_regions(void **state)
{
	(void)state;
	expect("cn-north-4", "https://coc.myhuaweicloud.com");
	expect("ap-southeast-3", "https://coc-intl.myhuaweicloud.com");
	expect("eu-west-101", "https://coc-eu-west-101-open-api.myhuaweicloud.eu");
}

static void takes_https_anywhere(void **state)
{
	(void)state;
	expect("https://coc.example.com", "https://coc.example.com");
	expect("https://coc.example.com/", "https://coc.example.com");
	expect("HTTPS://Coc.example.com:8443/", "https://Coc.example.com:8443");
	expect("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443");
}

static void takes_http_to_loopback_only(void **state)
{
	(void)state;
	expect("http://127.0.0.1:8080", "http://127.0.0.1:8080");
	expect("http://127.255.0.9", "http://127.255.0.9");
	expect("http://localhost:1/", "http://localhost:1");
	expect("http://[::1]:8080", "http://[::1]:8080");
	expect_refusal("http://coc.example.com", "in the clear");
	expect_refusal("http://128.0.0.1", "in the clear");
	expect_refusal("http://127.0.0.1.example.com", "in the clear");
	expect_refusal("http://localhost.example.com", "in the clear");
	expect_refusal("http://[::2]", "in the clear");
	expect_refusal("http://127.1", "in the clear");
	expect_refusal("http://0x7f.0.0.1", "in the clear");
	expect_refusal("http://0.0.0.0:80", "in the clear");
}

static void refuses_what_is_not_such_a_url(void **state)
{
	static const char *const bad[] = {
		"ftp://h",	   "https://",		"https://h/path",
		"https://h?q",	   "https://h#f",	"https://h:0",
		"https://h:65536", "https://h:",	"https://h:80x",
		"https://h h",	   "https://h\r\nX: y", "https://[::1",
		"https://[nope]",  "https://h:443//",	"://h",
		"file:///etc",	   "https://h\xc3\xa9",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_refusal(bad[i], "https://HOST");
}

static void a_password_in_a_url_is_not_shown(void **state)
{
	char *found = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(coc_endpoint_find("https://me:hush@h", &found, &err), -EINVAL);
	assert_null(strstr(err.text, "hush"));
}

static void an_unknown_word_is_told_what_there_is(void **state)
{
	(void)state;
	expect_refusal("moon-1", "cn-north-4, ap-southeast-3, eu-west-101");
	expect_refusal("moon-1", "`local`");
	expect_refusal("moon-1", "https://HOST");
	expect_refusal("", "cn-north-4");
	expect_refusal("local", "`local`");
	expect_refusal("coc.example.com", "cn-north-4");
	expect_refusal("a_very_long_word_that_is_no_region_at_all_and_goes_on_and_on_and_on_", "a");
}

/* Spellings of a source, in groups. The spellings of a group are one source, named by the first of
 * them. Two groups are different sources. */
static const char *const spellings[][7] = {
	{"local"},
	{"cn-north-4", "https://coc.myhuaweicloud.com", "https://coc.myhuaweicloud.com/",
	 "HTTPS://COC.MyHuaweiCloud.com:443/", "https://coc.myhuaweicloud.com.",
	 "https://coc.myhuaweicloud.com.:00443"},
	{"ap-southeast-3", "https://coc-intl.myhuaweicloud.com:443"},
	{"eu-west-101", "https://coc-eu-west-101-open-api.myhuaweicloud.EU"},
	{"https://coc.myhuaweicloud.com:80"},
	{"https://coc.myhuaweicloud.com:8443", "https://COC.myhuaweicloud.com:08443/"},
	{"https://h.example", "https://H.example", "https://h.example.", "https://h.example/",
	 "https://h.example:443", "hTTps://h.eXample.:443/"},
	{"https://h.example:444", "https://h.example.:444/"},
	{"https://h.example:44"},
	{"https://h_443"},
	{"https://xh.example"},
	{"http://127.0.0.1", "http://127.0.0.1:80", "HTTP://127.0.0.1:080/"},
	{"http://127.0.0.1:443"},
	{"https://127.0.0.1", "https://127.0.0.1:443"},
	{"https://127.0.0.1:80"},
	{"http://127.0.0.2"},
	{"http://localhost", "http://LocalHost:80"},
	{"http://[::1]:8080", "http://[0:0:0:0:0:0:0:1]:8080/", "HTTP://[0::1]:8080"},
	{"http://[::1]", "http://[::1]:80/"},
	{"https://[2001:db8::a]:8443", "https://[2001:DB8:0:0::A]:8443"},
	{"https://[2001:db8::a]", "https://[2001:0db8::000A]:443"},
};

#define SPELLINGS (sizeof(spellings) / sizeof(spellings[0]))
#define EACH_SPELLING (sizeof(spellings[0]) / sizeof(spellings[0][0]))

static void the_spellings_of_a_source_have_one_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < SPELLINGS; i++) {
		for (size_t k = 0; k < EACH_SPELLING && spellings[i][k]; k++) {
			_cleanup_free_ char *name = NULL, *again = NULL;
			struct err err = {0};

			if (coc_source_canonical(spellings[i][k], &name, &err) != 0)
				fail_msg("%s: %s", spellings[i][k], err.text);
			assert_string_equal(name, spellings[i][0]);
			assert_int_equal(coc_source_canonical(name, &again, &err), 0);
			assert_string_equal(again, name);
		}
	}
}

static void only_the_spellings_of_a_source_are_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < SPELLINGS * EACH_SPELLING; i++) {
		for (size_t k = 0; k < SPELLINGS * EACH_SPELLING; k++) {
			const char *a = spellings[i / EACH_SPELLING][i % EACH_SPELLING];
			const char *b = spellings[k / EACH_SPELLING][k % EACH_SPELLING];

			if (a && b &&
			    coc_source_is_same(a, b) != (i / EACH_SPELLING == k / EACH_SPELLING))
				fail_msg("%s and %s", a, b);
		}
	}
	assert_true(coc_source_is_same("moon-1", "moon-1"));
	assert_false(coc_source_is_same("moon-1", "Moon-1"));
	assert_false(coc_source_is_same("local", "http://localhost"));
}

static void what_is_no_source_has_no_name(void **state)
{
	char *name = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(coc_source_canonical("moon-1", &name, &err), -EINVAL);
	assert_int_equal(coc_source_canonical("https://h/path", &name, &err), -EINVAL);
	assert_int_equal(coc_source_canonical("http://h", &name, &err), -EINVAL);
	assert_null(name);
}

/* An override moves a region to another URL. Then that URL is a spelling of the region, and the
 * built-in URL is a source of its own. */
static void an_override_moves_the_name_of_a_region(void **state)
{
	_cleanup_free_ char *there = NULL, *built_in = NULL, *region = NULL;

	(void)state;
	setenv("HUAWEICLOUD_SDK_REGION_COC_CN_NORTH_4", "https://Proxy.example:443/", 1);
	assert_int_equal(coc_source_canonical("https://proxy.example", &there, NULL), 0);
	assert_string_equal(there, "cn-north-4");
	assert_int_equal(coc_source_canonical("cn-north-4", &region, NULL), 0);
	assert_string_equal(region, "cn-north-4");
	assert_int_equal(coc_source_canonical("https://coc.myhuaweicloud.com", &built_in, NULL), 0);
	assert_string_equal(built_in, "https://coc.myhuaweicloud.com");
	assert_true(coc_source_is_same("cn-north-4", "https://proxy.example."));
	assert_false(coc_source_is_same("cn-north-4", "https://coc.myhuaweicloud.com"));
	setenv("HUAWEICLOUD_SDK_REGION_COC_XX_TEST_1", "https://x.example", 1);
	assert_true(coc_source_is_same("xx-test-1", "https://X.example/"));
}

static void the_variable_overrides_a_region(void **state)
{
	(void)state;
	setenv("HUAWEICLOUD_SDK_REGION_COC_CN_NORTH_4", " https://a.example , https://b.example",
	       1);
	expect("cn-north-4", "https://a.example");
	setenv("HUAWEICLOUD_SDK_REGION_COC_CN_NORTH_4", "", 1);
	expect("cn-north-4", "https://coc.myhuaweicloud.com");
	setenv("HUAWEICLOUD_SDK_REGION_COC_CN_NORTH_4", "c.example:8443", 1);
	expect("cn-north-4", "https://c.example:8443");
	setenv("HUAWEICLOUD_SDK_REGION_COC_XX_TEST_1", "http://127.0.0.1:9", 1);
	expect("xx-test-1", "http://127.0.0.1:9");
}

static void an_override_obeys_the_same_rule(void **state)
{
	(void)state;
	setenv("HUAWEICLOUD_SDK_REGION_COC_CN_NORTH_4", "http://a.example", 1);
	expect_refusal("cn-north-4", "HUAWEICLOUD_SDK_REGION_COC_CN_NORTH_4: ");
	clean(NULL);
	put("coc:\n  - id: cn-north-4\n    endpoint: http://a.example\n");
	expect_refusal("cn-north-4", regions_path);
}

static void the_file_overrides_the_table(void **state)
{
	(void)state;
	put("# Service name is case-insensitive\nECS:\n  - id: cn-north-4\n    endpoint: "
	    "https://ecs\n"
	    "Coc:\n  - id: 'cn-north-4'\n    endpoint: 'https://f.example'\n"
	    "  - id: xx-test-1\n    endpoints:\n      - https://g.example\n      - "
	    "https://h.example\n");
	expect("cn-north-4", "https://f.example");
	expect("xx-test-1", "https://g.example");
	expect("eu-west-101", "https://coc-eu-west-101-open-api.myhuaweicloud.eu");
	setenv("HUAWEICLOUD_SDK_REGION_COC_CN_NORTH_4", "https://a.example", 1);
	expect("cn-north-4", "https://a.example");
}

static void endpoint_comes_before_endpoints(void **state)
{
	(void)state;
	put("COC:\n- id: r\n  endpoints: [https://two]\n  endpoint: https://one\n- id: s\n");
	expect("r", "https://one");
	expect_refusal("s", "cn-north-4");
}

static void a_broken_file_is_an_error(void **state)
{
	(void)state;
	put("COC: [\n");
	expect_refusal("cn-north-4", "not a table of regions");
	put("- a list\n");
	expect_refusal("cn-north-4", "not a table of regions");
	put("COC: text\n");
	expect_refusal("cn-north-4", "not a table of regions");
	put("");
	expect("cn-north-4", "https://coc.myhuaweicloud.com");
}

static void tells_loopback_hosts(void **state)
{
	(void)state;
	assert_true(coc_endpoint_is_loopback("https://localhost"));
	assert_true(coc_endpoint_is_loopback("http://[0:0::1]:80"));
	assert_true(coc_endpoint_is_loopback("http://127.3.2.1:80"));
	assert_false(coc_endpoint_is_loopback("https://coc.myhuaweicloud.com"));
	assert_false(coc_endpoint_is_loopback("http://cocd"));
}

static void any_host_may_stand_for_a_unix_socket(void **state)
{
	_cleanup_free_ char *url = NULL;

	(void)state;
	assert_int_equal(coc_endpoint_check("http://cocd/", true, &url, NULL), 0);
	assert_string_equal(url, "http://cocd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(knows_the_three_regions, clean),
		cmocka_unit_test_setup(takes_https_anywhere, clean),
		cmocka_unit_test_setup(takes_http_to_loopback_only, clean),
		cmocka_unit_test_setup(refuses_what_is_not_such_a_url, clean),
		cmocka_unit_test_setup(a_password_in_a_url_is_not_shown, clean),
		cmocka_unit_test_setup(an_unknown_word_is_told_what_there_is, clean),
		cmocka_unit_test_setup(the_spellings_of_a_source_have_one_name, clean),
		cmocka_unit_test_setup(only_the_spellings_of_a_source_are_the_same, clean),
		cmocka_unit_test_setup(what_is_no_source_has_no_name, clean),
		cmocka_unit_test_setup(an_override_moves_the_name_of_a_region, clean),
		cmocka_unit_test_setup(the_variable_overrides_a_region, clean),
		cmocka_unit_test_setup(an_override_obeys_the_same_rule, clean),
		cmocka_unit_test_setup(the_file_overrides_the_table, clean),
		cmocka_unit_test_setup(endpoint_comes_before_endpoints, clean),
		cmocka_unit_test_setup(a_broken_file_is_an_error, clean),
		cmocka_unit_test_setup(tells_loopback_hosts, clean),
		cmocka_unit_test_setup(any_host_may_stand_for_a_unix_socket, clean),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
