/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/secret.h"
#include "coc/chain.h"
#include "coc/credentials_file.h"

static char directory[] = "/tmp/cocfs-creds-XXXXXX";
static char path[128];

static const char *const variables[] = {
	"HUAWEICLOUD_SDK_AK",
	"HUAWEICLOUD_SDK_SK",
	"HUAWEICLOUD_SDK_SECURITY_TOKEN",
	"HUAWEICLOUD_SDK_DOMAIN_ID",
	"HUAWEICLOUD_SDK_X_AUTH_TOKEN",
	"HUAWEICLOUD_SDK_CREDENTIALS_FILE",
	"HUAWEICLOUD_SDK_PROJECT_ID",
	"HUAWEICLOUD_SDK_IDP_ID",
	"HUAWEICLOUD_SDK_ID_TOKEN_FILE",
	"HUAWEICLOUD_SDK_IAM_ENDPOINT",
	"CREDENTIALS_DIRECTORY",
};

static struct coc_origin found; /* what find() found last, if that was an ID token */

static int find_in(const char *profile, struct coc_creds **ret_creds, struct err *err)
{
	struct coc_environment environment;
	struct coc_origin origin = {.kind = ORIGIN_KEYS};
	int r = coc_environment_take(&environment, err);

	if (r == 0)
		r = coc_chain_find(
			&(struct coc_places){.environment = &environment, .profile = profile},
			&origin, err);
	if (r == 0 && origin.kind == ORIGIN_METADATA)
		r = coc_chain_tell_nothing(&(struct err){.text = "nobody is there"}, err);
	else if (r == 0 && origin.kind == ORIGIN_KEYS)
		*ret_creds = origin.creds;
	else if (r == 0)
		found = origin;
	coc_environment_finish(&environment);
	return r;
}

static int find(struct coc_creds **ret_creds, struct err *err)
{
	return find_in(NULL, ret_creds, err);
}

static int make_directory(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/.huaweicloud/credentials", directory);
	return 0;
}

static int remove_directory(void **state)
{
	char sub[128];

	(void)state;
	snprintf(sub, sizeof(sub), "%s/.huaweicloud", directory);
	rmdir(sub);
	return rmdir(directory);
}

/* Every test begins in a home directory with an empty .huaweicloud, and with a clean
 * environment. */
static int clean(void **state)
{
	char sub[128];

	(void)state;
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		unsetenv(variables[i]);
	setenv("HOME", directory, 1);
	snprintf(sub, sizeof(sub), "%s/.huaweicloud", directory);
	mkdir(sub, 0700);
	if (unlink(path) < 0)
		rmdir(path);
	return 0;
}

static void put_file(const char *text, size_t size, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), (ssize_t)size);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void put(const char *text)
{
	put_file(text, strlen(text), 0600);
}

static void expect_pair(const struct coc_creds *creds, const char *ak, const char *sk)
{
	size_t size;

	assert_string_equal(creds->ak, ak);
	assert_string_equal(secret_bytes(creds->sk, &size), sk);
	assert_int_equal(size, strlen(sk));
	assert_null(creds->token);
}

static void expect_refusal(int errnum, const char *said)
{
	struct coc_creds *creds = NULL;
	struct err err = {0};

	assert_int_equal(find(&creds, &err), -errnum);
	assert_null(creds);
	assert_int_equal(err.errnum, errnum);
	if (!strstr(err.text, said))
		fail_msg("\"%s\" does not say \"%s\"", err.text, said);
	assert_null(strstr(err.text, "hush"));
	assert_null(strstr(err.details, "hush"));
}

static void the_environment_wins_over_the_file(void **state)
{
	_cleanup_(coc_creds_free) struct coc_creds *creds = NULL;

	(void)state;
	put("[global]\nak = F\nsk = hush\n");
	setenv("HUAWEICLOUD_SDK_AK", "E", 1);
	setenv("HUAWEICLOUD_SDK_SK", "S", 1);
	setenv("HUAWEICLOUD_SDK_SECURITY_TOKEN", "T", 1);
	setenv("HUAWEICLOUD_SDK_DOMAIN_ID", "d1", 1);
	assert_int_equal(find(&creds, NULL), 0);
	expect_pair(creds, "E", "S");
	assert_string_equal(secret_bytes(creds->security_token, NULL), "T");
	assert_string_equal(creds->domain_id, "d1");
	assert_string_equal(creds->source, "the environment");
}

static void a_token_alone_is_enough(void **state)
{
	_cleanup_(coc_creds_free) struct coc_creds *creds = NULL;

	(void)state;
	setenv("HUAWEICLOUD_SDK_X_AUTH_TOKEN", "MIIx", 1);
	assert_int_equal(find(&creds, NULL), 0);
	assert_null(creds->ak);
	assert_null(creds->sk);
	assert_string_equal(secret_bytes(creds->token, NULL), "MIIx");
}

static void a_pair_is_preferred_to_a_token(void **state)
{
	_cleanup_(coc_creds_free) struct coc_creds *creds = NULL;

	(void)state;
	setenv("HUAWEICLOUD_SDK_AK", "E", 1);
	setenv("HUAWEICLOUD_SDK_SK", "S", 1);
	setenv("HUAWEICLOUD_SDK_X_AUTH_TOKEN", "MIIx", 1);
	assert_int_equal(find(&creds, NULL), 0);
	expect_pair(creds, "E", "S");
}

static void half_a_pair_is_refused(void **state)
{
	(void)state;
	setenv("HUAWEICLOUD_SDK_AK", "E", 1);
	expect_refusal(EINVAL, "no secret key (SK)");
	unsetenv("HUAWEICLOUD_SDK_AK");
	setenv("HUAWEICLOUD_SDK_SK", "hush", 1);
	expect_refusal(EINVAL, "no access key (AK)");
	unsetenv("HUAWEICLOUD_SDK_SK");
	put("[global]\nak = F\n");
	expect_refusal(EINVAL, "half a key pair");
}

static void empty_variables_count_as_unset(void **state)
{
	_cleanup_(coc_creds_free) struct coc_creds *creds = NULL;

	(void)state;
	setenv("HUAWEICLOUD_SDK_AK", "", 1);
	setenv("HUAWEICLOUD_SDK_SK", "", 1);
	put("[global]\nak=F\nsk=hush\n");
	assert_int_equal(find(&creds, NULL), 0);
	expect_pair(creds, "F", "hush");
	assert_string_equal(creds->source, path);
}

static void reads_comments_spaces_quotes_and_crlf(void **state)
{
	_cleanup_(coc_creds_free) struct coc_creds *creds = NULL;

	(void)state;
	put("\xef\xbb\xbf# a comment\r\n; another\r\nstray = 1\r\n[other]\r\nak = no\r\n\r\n"
	    "  [ global ]\r\n\tak =  A;K  \r\nsk=\"hu=sh\"\t; why\r\nsecurity_token = 'T' # x\r\n"
	    "domain_id = d2\r\nproject_id =\r\nunknown = 3");
	assert_int_equal(coc_creds_read(path, &creds, NULL), 0);
	expect_pair(creds, "A;K", "hu=sh");
	assert_string_equal(secret_bytes(creds->security_token, NULL), "T");
	assert_string_equal(creds->domain_id, "d2");
}

static void global_comes_before_basic(void **state)
{
	struct coc_creds *creds = NULL;

	(void)state;
	put("[basic]\nak = B\nsk = b\n[global]\nak = G\nsk = g\n");
	assert_int_equal(find(&creds, NULL), 0);
	expect_pair(creds, "G", "g");
	coc_creds_free(creds);
	put("[global]\ndomain_id = d\n[basic]\nak = B\nsk = b\n");
	assert_int_equal(find(&creds, NULL), 0);
	expect_pair(creds, "B", "b");
	assert_null(creds->domain_id);
	coc_creds_free(creds);
}

static void the_variable_moves_the_file(void **state)
{
	_cleanup_(coc_creds_free) struct coc_creds *creds = NULL;

	(void)state;
	put("[global]\nak = F\nsk = hush\n");
	setenv("HOME", "/nonexistent", 1);
	setenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE", path, 1);
	assert_int_equal(find(&creds, NULL), 0);
	expect_pair(creds, "F", "hush");
}

static void a_profile_is_a_section_and_nothing_else_is_looked_at(void **state)
{
	struct coc_creds *creds = NULL;
	struct err err = {0};

	(void)state;
	put("[global]\nak = G\nsk = g\n[basic]\nak = B\nsk = b\n[night]\nak = N\nsk = n\n");
	setenv("HUAWEICLOUD_SDK_AK", "E", 1);
	setenv("HUAWEICLOUD_SDK_SK", "hush", 1);
	assert_int_equal(find_in("basic", &creds, NULL), 0);
	expect_pair(creds, "B", "b");
	coc_creds_free(creds);
	assert_int_equal(find_in("night", &creds, NULL), 0);
	expect_pair(creds, "N", "n");
	assert_non_null(strstr(creds->source, "/credentials, section [night]"));
	coc_creds_free(creds);
	creds = NULL;
	assert_int_equal(find_in("day", &creds, &err), -EINVAL);
	assert_null(creds);
	assert_non_null(strstr(err.text, "section [day]"));
	assert_non_null(strstr(err.details, "-o profile=./FILE"));
}

static void a_profile_with_a_slash_is_a_file(void **state)
{
	struct coc_creds *creds = NULL;
	struct err err = {0};

	(void)state;
	put("[global]\nak = G\nsk = g\n");
	setenv("HOME", "/nonexistent", 1);
	assert_int_equal(find_in(path, &creds, NULL), 0);
	expect_pair(creds, "G", "g");
	coc_creds_free(creds);
	creds = NULL;
	assert_int_equal(find_in("/nonexistent/keys", &creds, &err), -ENOENT);
	assert_null(creds);
	assert_non_null(strstr(err.text, "/nonexistent/keys"));
	assert_non_null(strstr(err.details, "what_to_do: "));
	put_file("[global]\nak = G\nsk = g\n", 23, 0644);
	assert_int_equal(find_in(path, &creds, &err), -EACCES);
	assert_null(creds);
}

static void secrets_are_wiped_from_the_environment(void **state)
{
	static const char *const names[] = {"HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN",
					    "HUAWEICLOUD_SDK_X_AUTH_TOKEN"};
	const char *values[3];
	struct coc_environment environment;
	struct coc_offer offer;

	(void)state;
	setenv("HUAWEICLOUD_SDK_AK", "E", 1);
	for (size_t i = 0; i < 3; i++) {
		setenv(names[i], "hush", 1);
		values[i] = getenv(names[i]);
	}
	assert_int_equal(coc_environment_take(&environment, NULL), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_null(getenv(names[i]));
		assert_memory_equal(values[i], "\0\0\0\0", 4);
	}
	offer = coc_environment_offer(&environment);
	assert_string_equal(offer.ak, "E");
	assert_string_equal(offer.sk, "hush");
	assert_string_equal(offer.security_token, "hush");
	assert_string_equal(offer.token, "hush");
	coc_environment_finish(&environment);
}

#define IDP "idp_id = p\nid_token_file = /t\n"

static void expect_id_token(const char *domain_id, const char *project_id, const char *endpoint)
{
	struct coc_creds *creds = NULL;
	struct err err = {0};

	if (find(&creds, &err) < 0)
		fail_msg("%s", err.text);
	assert_null(creds);
	assert_int_equal(found.kind, ORIGIN_ID_TOKEN);
	assert_string_equal(found.idp_id, "p");
	assert_string_equal(found.id_token_file, "/t");
	assert_string_equal(found.domain_id ? found.domain_id : "", domain_id);
	assert_string_equal(found.project_id ? found.project_id : "", project_id);
	assert_string_equal(found.iam_endpoint, endpoint);
	coc_origin_finish(&found);
}

static void an_identity_provider_comes_before_a_pair(void **state)
{
	_cleanup_(coc_creds_free) struct coc_creds *creds = NULL;

	(void)state;
	put("[global]\nak = F\nsk = hush\ndomain_id = d\n" IDP);
	expect_id_token("d", "", "https://iam.myhuaweicloud.com");
	put("[basic]\nproject_id = j\niam_endpoint = iam.example.com\n" IDP);
	expect_id_token("", "j", "https://iam.example.com");
	setenv("HUAWEICLOUD_SDK_IAM_ENDPOINT", "http://127.0.0.1:7/", 1);
	put("[global]\ndomain_id = d\n" IDP);
	expect_id_token("d", "", "http://127.0.0.1:7");
	setenv("HUAWEICLOUD_SDK_IDP_ID", "p", 1);
	setenv("HUAWEICLOUD_SDK_ID_TOKEN_FILE", "/t", 1);
	setenv("HUAWEICLOUD_SDK_DOMAIN_ID", "e", 1);
	expect_id_token("e", "", "http://127.0.0.1:7");
	/* an ID token without its file, beside a pair of keys, is ignored */
	clean(NULL);
	put("[global]\nak = F\nsk = hush\nidp_id = p\n");
	assert_int_equal(find(&creds, NULL), 0);
	expect_pair(creds, "F", "hush");
}

static void an_identity_provider_that_is_not_whole_is_refused(void **state)
{
	(void)state;
	put("[global]\ndomain_id = d\nidp_id = p\n");
	expect_refusal(EINVAL, "id_token_file");
	put("[global]\ndomain_id = d\nid_token_file = /t\n");
	expect_refusal(EINVAL, "idp_id");
	put("[global]\n" IDP);
	expect_refusal(EINVAL, "domain_id");
	put("[global]\ndomain_id = d\nidp_id = p\nid_token_file = t\n");
	expect_refusal(EINVAL, "begins with /");
	put("[global]\ndomain_id = d\niam_endpoint = http://iam.example.com\n" IDP);
	expect_refusal(EINVAL, "the endpoint of IAM");
	put("[global]\ndomain_id = d\nidp_id = p q\nid_token_file = /t\n");
	expect_refusal(EINVAL, "copy it again");
}

static void nothing_found_says_where_it_looked_and_what_mends_it(void **state)
{
	struct coc_creds *creds = NULL;
	struct err err = {0};

	(void)state;
	expect_refusal(ENOENT, "HUAWEICLOUD_SDK_AK");
	expect_refusal(ENOENT, "HUAWEICLOUD_SDK_X_AUTH_TOKEN");
	expect_refusal(ENOENT, path);
	assert_int_equal(find(&creds, &err), -ENOENT);
	assert_non_null(strstr(err.details, "what_to_do: put \"[global]\""));
	assert_int_equal(coc_creds_read(path, &creds, &err), -ENOENT);
}

static void a_file_that_others_can_touch_is_refused(void **state)
{
	static const char text[] = "[global]\nak = F\nsk = hush\n";
	static const mode_t modes[] = {0640, 0604, 0620, 0602, 0610, 0644, 0660};

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		put_file(text, strlen(text), modes[i]);
		expect_refusal(EACCES, "chmod 600");
	}
}

static void a_file_of_another_user_is_refused(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: it needs root\n");
		skip();
	}
	put("[global]\nak = F\nsk = hush\n");
	assert_int_equal(chown(path, 12345, (gid_t)-1), 0);
	expect_refusal(EACCES, "belongs to another user");
}

static void what_is_not_a_regular_file_is_refused(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	expect_refusal(EINVAL, "not a regular file");
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	expect_refusal(EINVAL, "not a regular file");
}

static void a_bad_line_is_named_by_number_and_not_shown(void **state)
{
	(void)state;
	put("[global]\nak = F\nsk hush\n");
	expect_refusal(EINVAL, "line 3");
	put("[global]\n= hush\n");
	expect_refusal(EINVAL, "line 2");
	put_file("[global]\nak = a\0b\nsk = hush\n", 26, 0600);
	expect_refusal(EINVAL, "line 2");
	put("[global\n");
	expect_refusal(EINVAL, "line 1");
}

static void a_file_without_keys_is_refused(void **state)
{
	(void)state;
	put("");
	expect_refusal(EINVAL, "no ak and sk");
	put("[global]\nidp_id = x\nid_token_file = /x\n");
	expect_refusal(EINVAL, "identity provider");
}

static void values_that_could_break_a_header_are_refused(void **state)
{
	(void)state;
	put("[global]\nak = A K\nsk = hush\n");
	expect_refusal(EINVAL, "copy them again");
	clean(NULL);
	setenv("HUAWEICLOUD_SDK_AK", "E", 1);
	setenv("HUAWEICLOUD_SDK_SK", "hush\r\nX-Evil: 1", 1);
	expect_refusal(EINVAL, "copy them again");
}

static void a_file_or_token_too_long_is_refused(void **state)
{
	size_t size = CONFIG_FILE_MAX + 1;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	memset(text, '\n', size);
	put_file(text, size, 0600);
	expect_refusal(EINVAL, "too long");
	memset(text, 'x', size);
	text[SECRET_MAX + 1] = '\0';
	setenv("HUAWEICLOUD_SDK_X_AUTH_TOKEN", text, 1);
	expect_refusal(EINVAL, "longer than");
	free(text);
}

/* ---- credentials of a systemd unit ---- */

static char unit_directory[128], unit_file[192];

static int make_unit(void **state)
{
	clean(state);
	snprintf(unit_directory, sizeof(unit_directory), "%s/unit", directory);
	snprintf(unit_file, sizeof(unit_file), "%s/cocfs.credentials", unit_directory);
	setenv("CREDENTIALS_DIRECTORY", unit_directory, 1);
	return mkdir(unit_directory, 0700);
}

static int remove_unit(void **state)
{
	unlink(unit_file);
	return rmdir(unit_directory) < 0 ? -1 : clean(state);
}

static void put_credential(mode_t directory_mode, mode_t mode)
{
	int fd;

	unlink(unit_file);
	fd = open(unit_file, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "[global]\nak = U\nsk = hush\n", 26), 26);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(chmod(unit_directory, directory_mode), 0);
	close(fd);
}

struct acl_entry {
	uint16_t tag, rights;
	uint32_t id;
};

/* Gives unit_file an ACL as systemd does: "user::r--", "group::" with group_rights, "mask::r--",
 * "other::---". The user (tag 0x02) or the group (tag 0x08) with this ID may read, too. Returns
 * false if the filesystem has no ACLs. */
static bool put_acl(uint16_t group_rights, uint16_t tag, uint32_t id)
{
	struct {
		uint32_t version;
		struct acl_entry entries[5];
	} acl = {.version = 2};
	struct acl_entry *at = acl.entries;

	*at++ = (struct acl_entry){0x01, 4, (uint32_t)-1};
	if (tag == 0x02)
		*at++ = (struct acl_entry){tag, 4, id};
	*at++ = (struct acl_entry){0x04, group_rights, (uint32_t)-1};
	if (tag == 0x08)
		*at++ = (struct acl_entry){tag, 4, id};
	*at++ = (struct acl_entry){0x10, 4, (uint32_t)-1};
	*at++ = (struct acl_entry){0x20, 0, (uint32_t)-1};
	return setxattr(unit_file, "system.posix_acl_access", &acl,
			(size_t)((char *)at - (char *)&acl), 0) == 0;
}

static void expect_credential(void)
{
	_cleanup_(coc_creds_free) struct coc_creds *creds = NULL;
	struct err err = {0};

	if (find(&creds, &err) != 0)
		fail_msg("%s", err.text);
	expect_pair(creds, "U", "hush");
	assert_string_equal(creds->source, unit_file);
}

static void a_credential_of_the_unit_comes_before_the_home(void **state)
{
	struct coc_creds *creds = NULL;

	(void)state;
	put("[global]\nak = F\nsk = f\n");
	put_credential(0500, 0400);
	expect_credential();
	setenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE", path, 1);
	assert_int_equal(find(&creds, NULL), 0);
	expect_pair(creds, "F", "f");
	coc_creds_free(creds);
	unsetenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE");
	assert_int_equal(chmod(unit_directory, 0700), 0);
	assert_int_equal(unlink(unit_file), 0); /* the unit has no cocfs.credentials */
	assert_int_equal(find(&creds, NULL), 0);
	expect_pair(creds, "F", "f");
	coc_creds_free(creds);
}

/* systemd lets the unit's user read by an ACL. stat(2) shows the mask of that ACL as rights of the
 * group (mode 0440), but no group may read. */
static void a_credential_that_an_acl_gives_to_this_user_is_private(void **state)
{
	(void)state;
	put_credential(0755, 0400);
	if (!put_acl(0, 0x02, geteuid()))
		skip();
	expect_credential();
}

static void a_credential_that_an_acl_gives_to_others_is_refused(void **state)
{
	(void)state;
	put_credential(0755, 0400);
	if (!put_acl(0, 0x02, geteuid() + 1))
		skip();
	expect_refusal(EACCES, "is open to other users (mode 0440)");
	assert_true(put_acl(4, 0x02, geteuid()));
	expect_refusal(EACCES, "is open to other users (mode 0440)");
	assert_true(put_acl(0, 0x08, 4711));
	expect_refusal(EACCES, "is open to other users (mode 0440)");
}

static void a_credential_in_a_closed_directory_may_have_a_group(void **state)
{
	(void)state;
	put_credential(0700, 0440);
	expect_credential();
	put_credential(0750, 0440);
	expect_refusal(EACCES, "is open to other users (mode 0440)");
	put_credential(0701, 0440);
	expect_refusal(EACCES, "is open to other users (mode 0440)");
}

static void a_credential_with_any_other_right_is_refused(void **state)
{
	static const mode_t modes[] = {0444, 0404, 0441, 0460, 0420, 0450, 0402, 0666};

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		put_credential(0700, modes[i]);
		expect_refusal(EACCES, "is open to other users");
	}
}

/* A file of mode 0440 is taken only if it lies in the directory of the unit's credentials
 * (CREDENTIALS_DIRECTORY). Elsewhere, or through a symbolic link, it is refused. */
static void a_file_that_is_no_credential_has_no_group(void **state)
{
	struct coc_creds *creds = NULL;
	char link_name[192];

	(void)state;
	put_file("[global]\nak = F\nsk = hush\n", 26, 0440);
	assert_int_equal(chmod(directory, 0700), 0);
	expect_refusal(EACCES, "is open to other users (mode 0440)");
	assert_int_equal(symlink(path, unit_file), 0);
	expect_refusal(EACCES, "is open to other users (mode 0440)");
	snprintf(link_name, sizeof(link_name), "%s/credentials", unit_directory);
	assert_int_equal(symlink(path, link_name), 0);
	assert_int_equal(coc_creds_read(path, &creds, NULL), -EACCES);
	unlink(link_name);
	put_credential(0700, 0440);
	setenv("HUAWEICLOUD_SDK_CREDENTIALS_FILE", unit_file, 1);
	expect_credential();
	setenv("CREDENTIALS_DIRECTORY", directory, 1);
	expect_refusal(EACCES, "is open to other users (mode 0440)");
	unsetenv("CREDENTIALS_DIRECTORY");
	expect_refusal(EACCES, "is open to other users (mode 0440)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_environment_wins_over_the_file, clean),
		cmocka_unit_test_setup(a_token_alone_is_enough, clean),
		cmocka_unit_test_setup(a_pair_is_preferred_to_a_token, clean),
		cmocka_unit_test_setup(half_a_pair_is_refused, clean),
		cmocka_unit_test_setup(empty_variables_count_as_unset, clean),
		cmocka_unit_test_setup(reads_comments_spaces_quotes_and_crlf, clean),
		cmocka_unit_test_setup(global_comes_before_basic, clean),
		cmocka_unit_test_setup(the_variable_moves_the_file, clean),
		cmocka_unit_test_setup(a_profile_is_a_section_and_nothing_else_is_looked_at, clean),
		cmocka_unit_test_setup(a_profile_with_a_slash_is_a_file, clean),
		cmocka_unit_test_setup(secrets_are_wiped_from_the_environment, clean),
		cmocka_unit_test_setup(an_identity_provider_comes_before_a_pair, clean),
		cmocka_unit_test_setup(an_identity_provider_that_is_not_whole_is_refused, clean),
		cmocka_unit_test_setup(nothing_found_says_where_it_looked_and_what_mends_it, clean),
		cmocka_unit_test_setup(a_file_that_others_can_touch_is_refused, clean),
		cmocka_unit_test_setup(a_file_of_another_user_is_refused, clean),
		cmocka_unit_test_setup(what_is_not_a_regular_file_is_refused, clean),
		cmocka_unit_test_setup(a_bad_line_is_named_by_number_and_not_shown, clean),
		cmocka_unit_test_setup(a_file_without_keys_is_refused, clean),
		cmocka_unit_test_setup(values_that_could_break_a_header_are_refused, clean),
		cmocka_unit_test_setup_teardown(a_file_or_token_too_long_is_refused, clean, clean),
		cmocka_unit_test_setup_teardown(a_credential_of_the_unit_comes_before_the_home,
						make_unit, remove_unit),
		cmocka_unit_test_setup_teardown(
			a_credential_that_an_acl_gives_to_this_user_is_private, make_unit,
			remove_unit),
		cmocka_unit_test_setup_teardown(a_credential_that_an_acl_gives_to_others_is_refused,
						make_unit, remove_unit),
		cmocka_unit_test_setup_teardown(a_credential_in_a_closed_directory_may_have_a_group,
						make_unit, remove_unit),
		cmocka_unit_test_setup_teardown(a_credential_with_any_other_right_is_refused,
						make_unit, remove_unit),
		cmocka_unit_test_setup_teardown(a_file_that_is_no_credential_has_no_group,
						make_unit, remove_unit),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
