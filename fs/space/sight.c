/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "space/sight.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <mntent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "space/proc.h"

#define PROC_MAGIC 0x9fa0 /* f_type of statfs(2), for procfs */
/* the inode number of /proc/PID/ns/pid in the host's PID namespace; the same in every kernel */
#define INITIAL_PID_NAMESPACE 0xeffffffc
/* room for a line of /proc/self/mounts; the line of the mount on /proc is short */
#define MOUNT_LINE_MAX 4096

/* Opens a file of /proc that has the PID of the newest process. path is relative to /proc. Refuses
 * a file that is not of procfs. In a container, lxcfs may have mounted a file over /proc/loadavg:
 * it has the newest process of another namespace, or an old one. Returns the descriptor or -1. */
static int open_newest(const char *path)
{
	_cleanup_close_ int fd = proc_open_file(path);
	struct statfs fs;

	if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type != PROC_MAGIC)
		return -1;
	return steal_fd(&fd);
}

unsigned sight_newest_pid(const struct sight *sight)
{
	char text[128], *last;
	ssize_t n = sight->newest_fd < 0 ? -1 : pread(sight->newest_fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return 0;
	text[n] = '\0';
	last = strrchr(text, ' '); /* loadavg: the last field; ns_last_pid: the only field */
	return (unsigned)strtoul(last ? last + 1 : text, NULL, 10);
}

/* Has cocfs this group? */
static bool mount_is_in_group(gid_t group)
{
	gid_t groups[1024];
	int n = getgroups(sizeof(groups) / sizeof(groups[0]), groups);

	for (int i = 0; i < n; i++)
		if (groups[i] == group)
			return true;
	return getegid() == group;
}

/* Returns the value of a mount option with all text that follows; NULL: no such option. */
static const char *option_value(const struct mntent *entry, const char *option)
{
	const char *found = hasmntopt(entry, option);

	return found && found[strlen(option)] == '=' ? found + strlen(option) + 1 : NULL;
}

/* Does /proc hide processes of other users from us? Decided by the options hidepid= and gid= of the
 * topmost mount on /proc, and by our capability and groups. */
static bool hides_others(void)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/self/mounts", "re");
	char text[MOUNT_LINE_MAX];
	const char *value;
	struct mntent entry;
	gid_t exempt = 0;
	bool hides = false, all = false;

	while (file && getmntent_r(file, &entry, text, sizeof(text))) {
		if (strcmp(entry.mnt_dir, "/proc") != 0)
			continue; /* no break: the last mount on a path is the one on top */
		value = option_value(&entry, "hidepid");
		hides = value && value[0] != '0' && strncmp(value, "off", 3) != 0;
		all = value && (value[0] == '4' || !strncmp(value, "ptraceable", 10));
		value = option_value(&entry, "gid");
		exempt = value ? (gid_t)strtoul(value, NULL, 10) : 0;
	}
	return hides && !proc_has_capability(getpid(), CAP_SYS_PTRACE) &&
	       (all || !mount_is_in_group(exempt));
}

/* Does cocfs run in the PID namespace of the host? No also if this cannot be found out. */
static bool is_initial_namespace(void)
{
	struct stat st;

	return fstatat(proc_descriptor(), "self/ns/pid", &st, 0) == 0 &&
	       st.st_ino == INITIAL_PID_NAMESPACE;
}

void sight_open(struct sight *ret_sight)
{
	struct sight sight = {.is_blind = proc_open() < 0, .newest_fd = -1};

	if (!sight.is_blind) {
		sight.newest_fd = open_newest("loadavg");
		if (sight.newest_fd < 0)
			sight.newest_fd = open_newest("sys/kernel/ns_last_pid");
		sight.hides = hides_others();
	}
	*ret_sight = sight;
}

void sight_mounted(struct sight *sight, const char *mountpoint, const char *on_unseen)
{
	mount_ids_find(mountpoint, &sight->mount_ids);
	if (sight->is_blind)
		log_warning(
			"/proc does not show the processes of this PID namespace, so cocfs sees "
			"nobody who writes to %s: %s. Mount a /proc of its own for cocfs",
			mountpoint, on_unseen);
	else if (sight->hides)
		log_warning(
			"/proc is mounted with hidepid, so cocfs does not see everybody who "
			"writes to %s: %s. Mount /proc without hidepid, or give cocfs the group "
			"of its option gid",
			mountpoint, on_unseen);
	if (!sight->is_blind && sight->mount_ids.is_shared && !is_initial_namespace())
		log_warning("%s is seen beyond the PID namespace of cocfs, and cocfs does not "
			    "see who writes to it there: %s. Run cocfs in the PID namespace of the "
			    "host (Kubernetes: hostPID)",
			    mountpoint, on_unseen);
}

void sight_close(struct sight *sight)
{
	if (sight->newest_fd >= 0)
		close(sight->newest_fd);
	sight->newest_fd = -1;
}
