/* SPDX-License-Identifier: MIT */
/* Tests of secret_hide() (base/secret.h): a secret that a service sends back is taken out of the
 * text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"

#define TOKEN "MIIEgAYJKoZIhvcNAQ,cCoIIEcTCCBG0CAQExDTALBglghkgB+/=="

static const struct {
	const char *secret, *text, *left;
} rows[] = {
	{TOKEN, "no such token: " TOKEN, "no such token: ***"},
	{TOKEN, TOKEN, "***"},
	{TOKEN, "<pre>X-Auth-Token: " TOKEN "</pre>", "<pre>X-Auth-Token: ***</pre>"},
	{TOKEN, "\"" TOKEN "\", and once more " TOKEN "; twice",
	 "\"***\", and once more ***; twice"},
	{TOKEN, "two lines: " TOKEN "\nwhat_to_do: x\n", "two lines: ***\nwhat_to_do: x\n"},
	/* cut, and spelled in another way after some letters */
	{TOKEN, "cut: MIIEgAYJ", "cut: ***"},
	{TOKEN, "spelled: MIIEgAYJKoZIhvcNAQ%2CcCoIIEcTCCBG0CAQEx%2B%2F%3D here",
	 "spelled: *** here"},
	/* fewer than eight letters of the secret stay; eight become *** */
	{TOKEN, "cut: MIIEgAY", "cut: MIIEgAY"},
	{TOKEN, "the token has expired", "the token has expired"},
	{TOKEN, "", ""},
	{"short", "a short text", "a short text"},
	{"eightlet", "of eightlet", "of ***"},
	{"aaaaaaaa", "aaaaaaaaaaaaaaaaaaaa b aaaaaaaa", "*** b ***"},
};

static void an_echo_is_hidden_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[512];

		snprintf(text, sizeof(text), "%s", rows[i].text);
		secret_hide(rows[i].secret, text);
		assert_string_equal(text, rows[i].left);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_echo_is_hidden_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
