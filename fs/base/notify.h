/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_NOTIFY_H
#define COCFS_BASE_NOTIFY_H

#include <stdbool.h>

/*
 * What a program tells the supervisor that has started it (systemd, a unit of Type=notify), if the
 * supervisor has asked for it with NOTIFY_SOCKET. sd_notify(3) describes the words.
 */

/*
 * Sends a state, such as "READY=1" or "STOPPING=1", and with it a status for people (printf(3)), or
 * NULL. Text from elsewhere in the status is made fit to be shown, so it forges no state. It is cut
 * after NOTIFY_STATUS_MAX bytes. Waits for the supervisor at most NOTIFY_WAIT_MS. If nobody listens
 * there, the program goes on.
 */
void notify_supervisor(const char *state, const char *status, ...)
	__attribute__((format(printf, 2, 3)));

/* The path of a mountpoint, a source, and some words. `systemctl status` shows one line. */
#define NOTIFY_STATUS_MAX 1024

/* systemd reads at once. It may be busy during a boot; no service is held up for longer. */
#define NOTIFY_WAIT_MS 1000

#endif
