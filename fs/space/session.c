/* SPDX-License-Identifier: MIT */
/* The mount: takes requests from the FUSE descriptor and calls the operations, in iterations of the
 * loop. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "loop/workers.h"
#include "space/bounds.h"
#include "space/caller.h"
#include "space/closing.h"
#include "space/directory.h"
#include "space/disk.h"
#include "space/forget.h"
#include "space/import_fetch.h"
#include "space/inspectors.h"
#include "space/ops.h"
#include "space/pending_reply.h"
#include "space/reading.h"
#include "space/placeholder.h"
#include "space/placeholder_maker.h"
#include "space/root_names.h"
#include "space/queue_view.h"
#include "space/refresh.h"
#include "space/set_job.h"
#include "space/text.h"
#include "space/unmade.h"
#include "space/version_text.h"
#include "submit/changes.h"

/* How many requests are taken in one iteration, and for how many milliseconds. Many, because these
 * requests share one commit of the ledger. Not more, because the network must get its time too. */
#define REQUESTS_PER_ITERATION 64
#define REQUESTS_MS 5

/* The minor version of the FUSE protocol of Linux 5.10, the first kernel that surely drops old
 * attributes after a notification (sibling_cache.c). */
#define SIBLINGS_KEPT_SINCE 32

static void op_init(void *userdata, struct fuse_conn_info *conn)
{
	struct space *space = userdata;

	space->siblings.is_off = conn->proto_minor < SIBLINGS_KEPT_SINCE;
	/* requests are small: reading them is cheaper than splicing */
	conn->want &=
		~(unsigned)(FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE);
	/* the kernel must clear set-user-ID bits by a setattr: the spool's file system would not,
	 * because a privileged process writes there */
	conn->want &= ~(unsigned)FUSE_CAP_HANDLE_KILLPRIV;
	/* an error of a write must be reported by that write */
	conn->want &= ~(unsigned)FUSE_CAP_WRITEBACK_CACHE;
	/* one loop answers all requests, so parallel lookups and listings in one directory do no
	 * harm */
	conn->want |= conn->capable & FUSE_CAP_PARALLEL_DIROPS;
}

const struct fuse_lowlevel_ops space_ops = {
	.init = op_init,
	.lookup = op_lookup,
	.forget = op_forget,
	.forget_multi = op_forget_multi,
	.getattr = op_getattr,
	.setattr = op_setattr,
	.readlink = op_readlink,
	.mknod = op_mknod,
	.mkdir = op_mkdir,
	.unlink = op_unlink,
	.rmdir = op_rmdir,
	.symlink = op_symlink,
	.rename = op_rename,
	.link = op_link,
	.open = op_open,
	.read = op_read,
	.write = op_write,
	.flush = op_flush,
	.release = op_release,
	.fsync = op_fsync,
	.opendir = op_opendir,
	.readdir = op_readdir,
	.readdirplus = op_readdirplus,
	.releasedir = op_releasedir,
	.fsyncdir = op_fsyncdir,
	.statfs = op_statfs,
	.setxattr = op_setxattr,
	.getxattr = op_getxattr,
	.listxattr = op_listxattr,
	.removexattr = op_removexattr,
	.create = op_create,
	.fallocate = op_fallocate,
	.lseek = op_lseek,
};

/*
 * The loop's callback when the FUSE descriptor has requests. Takes and handles them, at most
 * REQUESTS_PER_ITERATION, and for about REQUESTS_MS. If the kernel has unmounted the space, or the
 * descriptor fails, the descriptor is watched no longer, and space->unmounted() is called. To ask
 * for one more request costs a system call. While one program writes one file after the other,
 * there is never one more request. So after the first request the function asks again in two cases
 * only. The last iteration took several requests (space->crowded); or changes wait for this
 * iteration's commit, which a new request can share. Otherwise the loop just begins its next
 * iteration.
 */
static void take_requests(void *data, uint32_t events)
{
	struct space *space = data;
	struct stall *stall = loop_stall(space->loop);
	int taken = 0;

	(void)events;
	for (int i = 0; i < REQUESTS_PER_ITERATION; i++) {
		int n;

		if (taken == 1 && !space->crowded &&
		    !submit_ask(space->engine, CHANGES_ARE_UNCOMMITTED, NULL))
			return;
		n = fuse_session_receive_buf(space->session, &space->request);
		if (n == -EINTR || n == -ENOENT)
			continue; /* ENOENT: a request was aborted while it was being read */
		if (n == -EAGAIN)
			break;
		if (n <= 0) {
			if (n < 0)
				log_error("the FUSE descriptor cannot be read: %s", strerror(-n));
			loop_unwatch(&space->watch);
			space->unmounted(space->unmounted_data);
			return;
		}
		fuse_session_process_buf(space->session, &space->request);
		stall_next(stall);
		if (fuse_session_exited(space->session)) {
			loop_unwatch(&space->watch);
			space->unmounted(space->unmounted_data);
			return;
		}
		taken++;
		if (stall->piece_us / 1000 - loop_now_ms(space->loop) >= REQUESTS_MS)
			break;
	}
	space->crowded = taken > 1;
}

static int mount_session(struct space *space, struct fuse_args *args, struct err *err)
{
	const char *mountpoint = space->options->mountpoint;
	int fd, flags;

	space->session = fuse_session_new(args, &space_ops, sizeof(space_ops), space);
	if (!space->session)
		return err_set(err, EINVAL, "libfuse refused the mount options");
	if (fuse_session_mount(space->session, mountpoint) != 0)
		return err_set(err, ENODEV, "cannot mount on %s", mountpoint);
	fd = fuse_session_fd(space->session);
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return err_set(err, errno, "the FUSE descriptor cannot be set up: %s",
			       strerror(errno));
	sight_mounted(&space->sight, mountpoint,
		      space->options->unseen_commits
			      ? "what such a process closes first is submitted, be it half a file"
			      : "a close by such a process fails with EOPNOTSUPP");
	return 0;
}

static void close_removed(void *data, int take_fd, uid_t user)
{
	disk_close(data, take_fd, user);
}

/* Sets the members of a zeroed space whose setting cannot fail: the options, the empty lists, the
 * shares of users. space_open() makes the rest. */
static void init_space(struct space *space, const struct space_spec *spec)
{
	space->loop = spec->loop;
	space->engine = spec->engine;
	space->options = spec->options;
	space->incoming_fd = spec->incoming_fd;
	space->uid = geteuid();
	space->gid = getegid();
	space->is_root = space->uid == 0;
	space->unmounted = spec->unmounted;
	space->unmounted_data = spec->data;
	sibling_cache_begin(space);
	LIST_INIT(&space->listings);
	LIST_INIT(&space->texts);
	LIST_INIT(&space->waits);
	LIST_INIT(&space->fetches);
	STAILQ_INIT(&space->renames_waiting);
	slices_init(&space->slices, space->loop);
	SLIST_INIT(&space->unmade_ends);
	LIST_INIT(&space->closings);
	LIST_INIT(&space->refreshes);
	LIST_INIT(&space->job_settings);
	readers_init(&space->readers);
	LIST_INIT(&space->version_opens);
	TAILQ_INIT(&space->version_texts);
	sight_open(&space->sight);
	shares_init(&space->descriptors, space->options->descriptors_max, space->options->one_user);
	shares_init(&space->memory, USERS_MEMORY_MAX, space->options->one_user);
}

/* Makes the root's node from the spool's descriptor, and the threads that wait for the disk.
 * Returns 0, or -errno with err filled. */
static int open_spool(struct space *space, int take_spool_fd, struct err *err)
{
	int r = nodes_init(
		&space->nodes, take_spool_fd,
		&(struct nodes_options){.directories_max = space->options->directories_max,
					.descriptors = &space->descriptors,
					.close_removed = close_removed,
					.data = space});
	if (r < 0)
		return err_set(err, -r, "the spool cannot be read: %s", strerror(-r));
	r = workers_create(space->loop, space->options->one_user, &space->workers);
	if (r < 0)
		return err_set(err, -r, "no threads can wait for the disk: %s", strerror(-r));
	return 0;
}

static int begin_imports(struct space *space, struct err *err)
{
	int r = placeholders_begin(space);

	return r < 0 ? err_set(err, -r, "the files of the service's jobs cannot be repaired: %s",
			       strerror(-r))
		     : 0;
}

/* Mounts the space and begins to take requests. Returns 0, or -errno with err filled. */
static int serve_mount(struct space *space, struct fuse_args *args, struct err *err)
{
	int r = mount_session(space, args, err);

	if (r < 0)
		return r;
	submit_on_change(space->engine, sibling_cache_recorded, space);
	submit_on_found(space->engine, reading_on_found, space);
	r = inspectors_create(space->loop, &space->sight, &space->inspectors);
	if (r < 0)
		return err_set(err, -r, "closes cannot be judged: %s", strerror(-r));
	r = loop_watch(space->loop, &space->watch, fuse_session_fd(space->session), EPOLLIN,
		       take_requests, space);
	if (r < 0)
		return err_set(err, -r, "the FUSE descriptor cannot be watched: %s", strerror(-r));
	loop_watch_first(&space->watch);
	return 0;
}

int space_open(const struct space_spec *take_spec, struct space **ret_space, struct err *err)
{
	struct space *space = calloc(1, sizeof(*space));
	int r;

	if (!space) {
		close(take_spec->spool_fd);
		close(take_spec->incoming_fd);
		return err_set(err, ENOMEM, "out of memory");
	}
	init_space(space, take_spec);
	r = caller_give_up_reserve(space);
	if (r < 0)
		log_warning("users can fill the blocks that the disk keeps for root: %s",
			    strerror(-r));
	r = open_spool(space, take_spec->spool_fd, err);
	if (r == 0)
		r = begin_imports(space, err);
	if (r == 0)
		r = serve_mount(space, take_spec->args, err);
	if (r < 0) {
		space_close(space);
		return r;
	}
	*ret_space = space;
	return 0;
}

bool space_is_judging(const struct space *space)
{
	return !LIST_EMPTY(&space->closings);
}

void space_close(struct space *space)
{
	if (!space)
		return;
	closing_interrupt_all(space);
	inspectors_destroy(space->inspectors);
	refresh_interrupt_all(space);
	version_text_finish(space);
	set_job_interrupt_all(space);
	if (space->workers)
		workers_drain(space->workers);
	import_interrupt_all(space);
	pending_reply_interrupt_all(space);
	workers_destroy(steal_ptr(space->workers));
	placeholder_maker_destroy(space->placeholders);
	root_names_forget(space);
	text_close_all(space);
	queue_view_finish(space);
	forget_all(space);
	slices_finish(&space->slices);
	dir_close_all(space);
	loop_unwatch(&space->watch);
	submit_on_change(space->engine, NULL, NULL);
	submit_on_found(space->engine, NULL, NULL);
	sibling_cache_end(space);
	if (space->session) {
		fuse_session_unmount(space->session);
		fuse_session_destroy(space->session);
	}
	free(space->request.mem);
	sight_close(&space->sight);
	readers_finish(&space->readers);
	deleted_siblings_finish(&space->deleted_siblings);
	unmade_finish(space);
	nodes_finish(&space->nodes);
	close(space->incoming_fd);
	shares_finish(&space->descriptors);
	shares_finish(&space->memory);
	free(space);
}
