/* SPDX-License-Identifier: MIT */
/*
 * The parts of a mount, in the order in which open_parts() opens them: loop, credentials, state
 * directory, (local service,) client, ledger, engine, space. mount_close() closes them, the space
 * first and the state directory last.
 *
 * SIGTERM and SIGINT end a mount. First cocfs answers the requests under way, for -o timeout= at
 * most. Then it unmounts. After an unmount by somebody else cocfs does the first step only. SIGHUP
 * opens the log file again and finds the credentials again. With new credentials, submissions that
 * wait are tried again.
 */
#define _GNU_SOURCE
#include "cocfs/mount.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/descriptors.h"
#include "base/log_file.h"
#include "base/process.h"
#include "coc/endpoint.h"
#include "coc/source.h"
#include "cocfs/apart.h"
#include "cocfs/credentials.h"
#include "cocfs/greeting.h"
#include "cocfs/limits.h"
#include "cocfs/mountpoint.h"
#include "cocfs/state_dir.h"
#include "cocfs/supervised.h"
#include "service/bounds.h"
#include "service/service.h"
#include "space/space.h"
#include "space/witness.h"
#include "submit/mount.h"

#define LOCAL_ENDPOINT "http://localhost"

struct mount {
	const struct opts *opts;
	struct descriptors descriptors;
	struct state_dir state;
	struct loop *loop;
	struct loop_watch signals;
	int signal_fd;
	char *source;		 /* SOURCE in its canonical spelling */
	char *endpoint;		 /* the URL of the service, without a path */
	struct service *service; /* the embedded service (SOURCE local), or NULL */
	char *keys;		 /* the key file of the embedded service, or NULL */
	struct credentials credentials;
	struct greeting greeting;
	struct coc_client *client;
	struct engine *engine;
	struct space_options space_options;
	struct space *space;
	bool opened;	 /* all parts are open: mount_open() has succeeded */
	bool reload_due; /* SIGHUP came before that: mount_open() obeys it at its end */
	bool ending;
	/* set while the mount ends: when it fires, the loop ends although requests wait */
	struct loop_timer patience;
};

/* ---- the end ---- */

static void quit_on_signal(void *data)
{
	struct mount *mount = data;

	loop_quit(mount->loop);
}

static void end_mount(void *data)
{
	struct mount *mount = data;

	if (mount->ending)
		return;
	mount->ending = true;
	if (!mount->opened) { /* mount_open() waits in the loop: end its wait */
		loop_quit(mount->loop);
		return;
	}
	supervised_tell_end(mount->opts);
	submit_quiesce(mount->engine);
	loop_timer_set(mount->loop, &mount->patience,
		       loop_now_ms(mount->loop) + mount->opts->timeout_ms, quit_on_signal, mount);
}

static void iteration_end(void *data)
{
	struct mount *mount = data;

	submit_iteration_end(mount->engine);
	if (mount->ending && !submit_under_way(mount->engine) && !space_is_judging(mount->space))
		loop_quit(mount->loop);
}

/* ---- signals ---- */

/* Called when there are new credentials. The engine tries all queued submissions again, because
 * they may have failed for lack of good credentials. Before the mount is open nothing is queued. */
static void on_renewed(void *data)
{
	struct mount *mount = data;

	if (mount->opened)
		submit_hasten(mount->engine);
}

static void reload_credentials(struct mount *mount)
{
	struct err err = {0};
	int r = log_file_is_open() ? log_file_reopen() : 0;

	if (r < 0)
		log_error("the old log file stays in use: %s cannot be opened: %s",
			  mount->opts->logfile, strerror(-r));
	if (credentials_find_again(&mount->credentials, &err) < 0)
		log_error("the credentials stay as they are: %s", err.text);
}

static void take_signal(void *data, uint32_t events)
{
	struct mount *mount = data;
	struct signalfd_siginfo info;

	(void)events;
	if (read(mount->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo != SIGHUP)
		end_mount(mount);
	else if (mount->opened)
		reload_credentials(mount);
	else
		mount->reload_due = true;
}

static int watch_signals(struct mount *mount, struct err *err)
{
	sigset_t set;
	int r;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	mount->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (mount->signal_fd < 0)
		return err_set(err, errno, "signals cannot be watched: %s", strerror(errno));
	r = loop_watch(mount->loop, &mount->signals, mount->signal_fd, EPOLLIN, take_signal, mount);
	return r < 0 ? err_set(err, -r, "signals cannot be watched: %s", strerror(-r)) : 0;
}

/* ---- the parts ---- */

/* If r is an error with a file in the state directory, adds to err how to mend it. The function
 * that opens such a file does not know the option -o state_dir. Does nothing for r >= 0 and
 * -ENOMEM, or if err says already what to do. Returns r. */
static int explain_state(const struct mount *mount, int r, struct err *err)
{
	if (r >= 0 || r == -ENOMEM || strstr(err->details, "what_to_do: "))
		return r;
	err_detail(err, "state_dir", "%s", mount->state.path);
	err_detail(
		err, "what_to_do",
		r == -ENOSPC || r == -EDQUOT
			? "make room there, or give another directory: -o state_dir=DIR"
			: "mend what is wrong there, or give another directory: -o state_dir=DIR");
	return r;
}

/* Starts the embedded service on a Unix socket in the state directory. Returns 0 with the socket's
 * path, which the caller frees, or -errno with err. */
static int start_embedded_service(struct mount *mount, char **ret_socket, struct err *err)
{
	_cleanup_free_ char *data = state_dir_file(&mount->state, "service.db");
	_cleanup_free_ char *socket = state_dir_socket(&mount->state, "service.sock");
	struct service_options options = {
		.data = data, .unix_socket = socket, .step_s = SERVICE_STEP_S};
	int r;

	mount->keys = state_dir_file(&mount->state, "service.keys");
	if (!data || !socket || !mount->keys)
		return err_set(err, ENOMEM, "out of memory");
	options.credentials = mount->credentials.file = mount->keys;
	r = service_keys_ensure(mount->keys, err);
	if (r == 0)
		r = service_start(&options, &mount->service, err);
	if (r == 0)
		*ret_socket = steal_ptr(socket);
	return explain_state(mount, r, err);
}

static bool is_local(const struct mount *mount)
{
	return !strcmp(mount->opts->source, "local");
}

/* Finds the endpoint and the credentials of a service that is not the embedded one. Call this
 * before anything is made on the disk: if SOURCE or the keys are wrong, the mount leaves no files.
 * Returns 0, or -errno with err filled: -EINTR if SIGTERM or SIGINT came meanwhile. */
static int find_service(struct mount *mount, struct err *err)
{
	int r = coc_endpoint_find(mount->opts->source, &mount->endpoint, err);

	if (r == 0)
		r = credentials_find(&mount->credentials, mount->loop, err);
	return mount->ending ? err_set(err, EINTR, "a signal has ended the start") : r;
}

static int open_client(struct mount *mount, struct err *err)
{
	_cleanup_free_ char *socket = NULL;
	struct coc_client_options options = {.cacert = mount->opts->cacert,
					     .connections_max = mount->descriptors.connections};
	int r = 0;

	if (is_local(mount)) {
		mount->endpoint = strdup(LOCAL_ENDPOINT);
		r = mount->endpoint ? start_embedded_service(mount, &socket, err)
				    : err_set(err, ENOMEM, "out of memory");
		if (r == 0)
			r = credentials_find(&mount->credentials, mount->loop, err);
	}
	if (r < 0)
		return r;
	options.endpoint = mount->endpoint;
	options.unix_socket = socket;
	r = coc_client_create(mount->loop, &options, mount->credentials.current, &mount->client,
			      err);
	if (r == 0)
		credentials_set_client(&mount->credentials, mount->client, on_renewed, mount);
	return r;
}

/* Checks the keys with a first call (greeting.h). A service that cannot be reached does not stop
 * the mount. Returns 0, or -errno with err filled: -EACCES if the service refuses the keys, -EINTR
 * if SIGTERM or SIGINT came meanwhile. */
static int check_keys(struct mount *mount, struct err *err)
{
	int r = greeting_wait(&mount->greeting, mount->loop, mount->client,
			      mount->credentials.current, mount->opts->timeout_ms, err);

	return mount->ending ? err_set(err, EINTR, "a signal has ended the start") : r;
}

static int open_engine(struct mount *mount, struct err *err)
{
	_cleanup_free_ char *path = state_dir_file(&mount->state, "ledger.db");
	_cleanup_free_ char *instance = state_dir_file(&mount->state, "instance");
	const struct submit_spec spec = {
		.loop = mount->loop,
		.ledger = path,
		.instance = instance,
		.rebind = mount->opts->rebind,
		.source = mount->source,
		.service = coc_service_of(mount->client),
		.options = {.timeout_ms = mount->opts->timeout_ms,
			    .refresh_ms = mount->opts->refresh_ms,
			    .inflight_max = mount->descriptors.connections,
			    .one_user = !mount->opts->allow_other,
			    .overwrite = mount->opts->overwrite,
			    .max_risk = mount->opts->rules.max_risk,
			    .jobs = mount->opts->jobs,
			    .adopt = mount->opts->adopt,
			    .queued_inflight_max = mount->opts->max_inflight},
	};
	const struct spool_witness witness = {.was_renamed = witness_was_renamed,
					      .find_owner = witness_find_owner,
					      .data = &mount->state.spool_fd};
	int r = path && instance ? submit_open(&spec, &mount->engine, err)
				 : err_set(err, ENOMEM, "out of memory");

	if (r == 0)
		r = submit_recover(mount->engine, &witness, err);
	return explain_state(mount, r, err);
}

static int open_mount_log(const struct opts *opts, struct err *err)
{
	int r = apart_check_log(opts, err);

	return r < 0 ? r : log_file_open(opts->logfile, err);
}

static int open_space(struct mount *mount, struct opts *opts, struct err *err)
{
	_cleanup_close_ int lock = -1;
	int r = mountpoint_clear(opts->mountpoint, &lock, err);

	if (r < 0)
		return r;
	mount->space_options = (struct space_options){
		.mountpoint = opts->mountpoint,
		.siblings_hidden = opts->siblings_hidden,
		.delete_on_service = opts->delete_on_service,
		.ignore = opts->ignore,
		.unseen_commits = opts->unseen_commits,
		.rules = opts->rules,
		.defaults = opts->defaults,
		.view = opts->view,
		.refresh_ms = opts->refresh_ms,
		.one_user = !opts->allow_other,
		.descriptors_max = mount->descriptors.users,
		.directories_max = mount->descriptors.directories,
	};
	r = space_open(&(struct space_spec){.loop = mount->loop,
					    .engine = mount->engine,
					    .options = &mount->space_options,
					    .args = &opts->fuse,
					    .spool_fd = steal_fd(&mount->state.spool_fd),
					    .incoming_fd = steal_fd(&mount->state.incoming_fd),
					    .unmounted = end_mount,
					    .data = mount},
		       &mount->space, err);
	if (r == -ENODEV)
		mountpoint_explain(opts->mountpoint, opts->allow_other, err);
	if (r == 0 && opts->nosymfollow)
		mountpoint_set_nosymfollow(opts->mountpoint);
	return r;
}

static int start_loop(struct mount *mount, struct err *err)
{
	int r = loop_create(&mount->loop);

	if (r < 0)
		return err_set(err, -r, "the event loop: %s", strerror(-r));
	return watch_signals(mount, err);
}

/* Opens one part after the other. Returns 0, or -errno with err: then call mount_close(), which
 * closes the parts that are open. */
static int open_parts(struct mount *mount, struct opts *opts, struct err *err)
{
	int r = mountpoint_resolve(&opts->mountpoint, opts->nonempty, err);

	if (r == 0)
		r = limits_divide(is_local(mount), &mount->descriptors, err);
	if (r == 0)
		r = start_loop(mount, err);
	if (r == 0 && !is_local(mount))
		r = find_service(mount, err);
	if (r == 0 && opts->logfile)
		r = open_mount_log(opts, err);
	if (r == 0)
		r = coc_source_canonical(opts->source, &mount->source, err);
	if (r == 0)
		r = state_dir_open(opts->state_dir, mount->source, &mount->state, err);
	if (r == 0)
		r = apart_check(opts, mount->state.path, err);
	if (r == 0)
		r = open_client(mount, err);
	if (r == 0 && !opts->check_later && !is_local(mount))
		r = check_keys(mount, err);
	if (r == 0)
		r = open_engine(mount, err);
	if (r == 0)
		r = open_space(mount, opts, err);
	return r;
}

int mount_open(struct opts *opts, struct mount **ret_mount, struct err *err)
{
	struct mount *mount = calloc(1, sizeof(*mount));
	int r;

	if (!mount)
		return err_set(err, ENOMEM, "out of memory");
	mount->opts = opts;
	mount->signal_fd = -1;
	mount->state =
		(struct state_dir){.fd = -1, .lock_fd = -1, .spool_fd = -1, .incoming_fd = -1};
	r = credentials_init(&mount->credentials, opts, err);
	if (r == 0)
		r = open_parts(mount, opts, err);
	if (r < 0) {
		mount_close(mount);
		return r;
	}
	mount->opened = true;
	loop_at_iteration_end(mount->loop, iteration_end, mount);
	if (mount->reload_due)
		reload_credentials(mount);
	*ret_mount = mount;
	return 0;
}

int mount_serve(struct mount *mount)
{
	if (!mount->greeting.sent)
		greeting_send(&mount->greeting, mount->client, mount->opts->timeout_ms);
	greeting_serve(&mount->greeting);
	return loop_run(mount->loop);
}

void mount_close(struct mount *mount)
{
	if (!mount)
		return;
	space_close(mount->space);
	submit_close(mount->engine);
	coc_client_destroy(mount->client);
	credentials_finish(&mount->credentials);
	service_stop(mount->service);
	free(mount->keys);
	free(mount->endpoint);
	free(mount->source);
	loop_timer_cancel(&mount->patience);
	loop_unwatch(&mount->signals);
	if (mount->signal_fd >= 0)
		close(mount->signal_fd);
	loop_destroy(mount->loop);
	if (!mount->opened)
		state_dir_discard(&mount->state);
	state_dir_close(&mount->state);
	free(mount);
}
