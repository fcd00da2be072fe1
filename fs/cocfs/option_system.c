/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "cocfs/option_system.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FLAG(member) offsetof(struct opts, member)

#define HELP_COLUMN 28 /* the column of --help in which the names of the options begin */
/* The most columns of names in a line. A line has 92 columns in all, as the rest of --help. */
#define HELP_WIDTH 64

#define WHY_REMOUNT "a mount cannot be changed: unmount it, and mount it again"
#define WHY_BIND "cocfs has nothing to do with it: mount(8) does it by itself, without -t"
#define WHY_DEVICE "a job space is on no device: leave it away"
#define WHY_LIBFUSE "libfuse says it to the kernel: leave it away"
#define WHY_HELPER "mount.fuse3 does it, so write it into fstab or use mount(8)"

enum fate {
	PASS,	/* libfuse or the kernel handles the option */
	DROP,	/* the option is for other programs, or means nothing for a job space */
	REFUSE, /* the option is refused; why has the reason */
	/* an option of SELinux: as PASS if the system has SELinux, else as DROP; so does
	 * mount(8) */
	LABEL,
};

enum form { WORD, VALUE /* NAME=… */, EITHER /* NAME or NAME=… */, PREFIX /* begins with name */ };

struct system_option {
	const char *name;
	enum form form;
	enum fate fate;
	const char *why; /* if fate is REFUSE: the reason, and what to do instead */
	size_t flag;	 /* the offset in struct opts of a bool that the option sets; 0: none */
};

/* The options of mount(8), systemd, the kernel and libfuse that cocfs knows, and what it does with
 * each (enum fate). docs/operations.md lists the same options, and a test compares the two. */
static const struct system_option table[] = {
	/* mount(8): options that the kernel handles for each file system */
	{"ro", WORD, PASS},
	{"rw", WORD, PASS},
	{"suid", WORD, PASS},
	{"nosuid", WORD, PASS},
	{"dev", WORD, PASS},
	{"nodev", WORD, PASS},
	{"exec", WORD, PASS},
	{"noexec", WORD, PASS},
	{"sync", WORD, PASS},
	{"async", WORD, PASS},
	{"dirsync", WORD, PASS},
	{"nosymfollow", WORD, DROP, .flag = FLAG(nosymfollow)}, /* cocfs sets it after the mount */
	{"symfollow", WORD, DROP},
	/* mount(8): options about access times; the file system that the spool is on has its own.
	 * The kernel keeps none for FUSE, and libfuse 3.15 and newer refuses most of these */
	{"atime", WORD, DROP},
	{"noatime", WORD, DROP},
	{"diratime", WORD, DROP},
	{"nodiratime", WORD, DROP},
	{"relatime", WORD, DROP},
	{"norelatime", WORD, DROP},
	{"strictatime", WORD, DROP},
	{"nostrictatime", WORD, DROP},
	{"lazytime", WORD, DROP},
	{"nolazytime", WORD, DROP},
	/* mount(8): options that mean nothing for FUSE */
	{"iversion", WORD, DROP},
	{"noiversion", WORD, DROP},
	{"mand", WORD, DROP},
	{"nomand", WORD, DROP},
	{"silent", WORD, DROP},
	{"loud", WORD, DROP},
	{"quiet", WORD, DROP},
	/* mount(8), fstab(5), systemd: options for these programs */
	{"defaults", WORD, DROP},
	{"auto", WORD, DROP},
	{"noauto", WORD, DROP},
	{"nofail", WORD, DROP},
	{"fail", WORD, DROP},
	{"_netdev", WORD, DROP},
	{"_rnetdev", WORD, DROP},
	{"user", EITHER, DROP},
	{"nouser", WORD, DROP},
	{"users", WORD, DROP},
	{"nousers", WORD, DROP},
	{"owner", WORD, DROP},
	{"noowner", WORD, DROP},
	{"group", WORD, DROP},
	{"nogroup", WORD, DROP},
	{"comment", VALUE, DROP},
	{"helper", VALUE, DROP},
	{"uhelper", VALUE, DROP},
	{"x-", PREFIX, DROP},
	{"X-", PREFIX, DROP},
	{"private", WORD, DROP},
	{"rprivate", WORD, DROP},
	{"shared", WORD, DROP},
	{"rshared", WORD, DROP},
	{"slave", WORD, DROP},
	{"rslave", WORD, DROP},
	{"unbindable", WORD, DROP},
	{"runbindable", WORD, DROP},
	{"remount", WORD, REFUSE, WHY_REMOUNT},
	{"bind", WORD, REFUSE, WHY_BIND},
	{"rbind", WORD, REFUSE, WHY_BIND},
	{"move", WORD, REFUSE, WHY_BIND},
	{"loop", EITHER, REFUSE, WHY_DEVICE},
	{"offset", VALUE, REFUSE, WHY_DEVICE},
	{"sizelimit", VALUE, REFUSE, WHY_DEVICE},
	/* mount(8): SELinux */
	{"context", VALUE, LABEL},
	{"fscontext", VALUE, LABEL},
	{"defcontext", VALUE, LABEL},
	{"rootcontext", VALUE, LABEL},
	/* fuse(8): options of the kernel, and of libfuse for each file system */
	{"allow_other", WORD, PASS, .flag = FLAG(allow_other)},
	{"allow_root", WORD, PASS, .flag = FLAG(allow_other)},
	{"auto_unmount", WORD, PASS},
	{"debug", WORD, PASS},
	{"default_permissions", WORD, DROP}, /* cocfs always sets this option */
	{"fsname", VALUE, DROP},	     /* cocfs sets fsname to SOURCE */
	{"subtype", VALUE, DROP},	     /* cocfs sets subtype to cocfs */
	{"nonempty", WORD, DROP, .flag = FLAG(nonempty)},
	{"max_read", VALUE, DROP}, /* cocfs answers reads of any size */
	{"blksize", VALUE, DROP},
	{"blkdev", WORD, REFUSE, WHY_DEVICE},
	{"fd", VALUE, REFUSE, WHY_LIBFUSE},
	{"rootmode", VALUE, REFUSE, WHY_LIBFUSE},
	{"user_id", VALUE, REFUSE, WHY_LIBFUSE},
	{"group_id", VALUE, REFUSE, WHY_LIBFUSE},
	{"setuid", VALUE, REFUSE, WHY_HELPER},
	{"drop_privileges", WORD, REFUSE,
	 "cocfs must open the spool and act as the caller: use setuid=USER in fstab instead"},
	/* fuse(8): options of libfuse's other interface, of older libfuse, and options that cocfs
	 * sets itself */
	{"kernel_cache", WORD, DROP},
	{"auto_cache", WORD, DROP},
	{"noauto_cache", WORD, DROP},
	{"no_rofd_flush", WORD, DROP},
	{"entry_timeout", VALUE, DROP},
	{"negative_timeout", VALUE, DROP},
	{"attr_timeout", VALUE, DROP},
	{"ac_attr_timeout", VALUE, DROP},
	{"noforget", WORD, DROP},
	{"remember", VALUE, DROP},
	{"direct_io", WORD, DROP},
	{"hard_remove", WORD, DROP},
	{"use_ino", WORD, DROP},
	{"readdir_ino", WORD, DROP},
	{"nopath", WORD, DROP},
	{"intr", WORD, DROP},
	{"intr_signal", VALUE, DROP},
	{"large_read", WORD, DROP},
	{"big_writes", WORD, DROP},
	{"max_write", VALUE, DROP},
	{"max_readahead", VALUE, DROP},
	{"max_background", VALUE, DROP},
	{"congestion_threshold", VALUE, DROP},
	{"async_read", WORD, DROP},
	{"sync_read", WORD, DROP},
	{"async_dio", WORD, DROP},
	{"no_async_dio", WORD, DROP},
	{"atomic_o_trunc", WORD, DROP},
	{"auto_inval_data", WORD, DROP},
	{"no_auto_inval_data", WORD, DROP},
	{"splice_read", WORD, DROP},
	{"no_splice_read", WORD, DROP},
	{"splice_write", WORD, DROP},
	{"no_splice_write", WORD, DROP},
	{"splice_move", WORD, DROP},
	{"no_splice_move", WORD, DROP},
	{"no_remote_lock", WORD, DROP},
	{"no_remote_flock", WORD, DROP},
	{"no_remote_posix_lock", WORD, DROP},
	{"no_writeback_cache", WORD, DROP},
	{"clone_fd", WORD, DROP},
	{"max_threads", VALUE, DROP},
	{"max_idle_threads", VALUE, DROP},
	{"writeback_cache", WORD, REFUSE,
	 "a program must hear of a failed write when it writes: leave it away"},
	{"modules", VALUE, REFUSE, "modules need libfuse's other interface: leave it away"},
};

#define TABLE_SIZE (sizeof(table) / sizeof(table[0]))

static bool is_named(const struct system_option *row, const char *name, size_t length)
{
	size_t known = strlen(row->name);

	return (row->form == PREFIX ? length >= known : length == known) &&
	       !strncmp(row->name, name, known);
}

static int check_form(const struct system_option *row, const char *value, struct err *err)
{
	if (row->form == WORD && value)
		return err_set(err, EINVAL, "-o %s takes no value: write -o %s", row->name,
			       row->name);
	if (row->form == VALUE && (!value || !*value))
		return err_set(err, EINVAL, "-o %s has no value: write -o %s=VALUE", row->name,
			       row->name);
	return 0;
}

static bool has_selinux(void)
{
	return access("/sys/fs/selinux/status", F_OK) == 0;
}

int option_system(const char *option, struct opts *opts, struct err *err)
{
	size_t length = strcspn(option, "=");
	const char *value = option[length] ? option + length + 1 : NULL;

	for (size_t i = 0; i < TABLE_SIZE; i++) {
		const struct system_option *row = &table[i];

		if (!is_named(row, option, length))
			continue;
		if (row->fate == REFUSE)
			return err_set(err, EINVAL, "-o %s: %s", row->name, row->why);
		if (check_form(row, value, err) < 0)
			return -EINVAL;
		if (row->flag)
			*(bool *)((char *)opts + row->flag) = true;
		return row->fate == PASS || (row->fate == LABEL && has_selinux());
	}
	return -ENOENT;
}

static void drop_last(char *options, const char *word)
{
	size_t length = strlen(options), wanted = strlen(word);

	if (length < wanted || strcmp(options + length - wanted, word))
		return;
	if (length == wanted)
		options[0] = '\0';
	else if (options[length - wanted - 1] == ',')
		options[length - wanted - 1] = '\0';
}

void option_system_print(void)
{
	int used = 0;

	printf("    %-*s", HELP_COLUMN - 4, "of mount(8), fuse(8)");
	for (size_t i = 0; i < TABLE_SIZE; i++) {
		if (table[i].fate != PASS && !table[i].flag)
			continue;
		if (used + (int)strlen(table[i].name) > HELP_WIDTH) {
			printf("\n%*s", HELP_COLUMN, "");
			used = 0;
		}
		used += printf("%s%s", used ? " " : "", table[i].name);
	}
	putchar('\n');
}

void option_drop_added(int argc, char **argv)
{
	if (argc != 5 || argv[1][0] == '-' || argv[2][0] == '-' || strcmp(argv[3], "-o"))
		return;
	drop_last(argv[4], "suid");
	drop_last(argv[4], "dev");
}
