/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_NOTIFY_H
#define COCFS_BASE_NOTIFY_H

#include <stdbool.h>

/*
 * Reports the state of a program to the supervisor that has started it: systemd, for a unit of
 * Type=notify. The supervisor asks for this with the environment variable NOTIFY_SOCKET.
 * sd_notify(3) describes the words.
 */

/*
 * Sends a state, such as "READY=1" or "STOPPING=1", and a status for people (printf(3)). status
 * NULL: sends only the state. The status is made fit to be shown, so a foreign text in it forges no
 * state. The status is cut after NOTIFY_STATUS_MAX bytes. Waits for the supervisor, at most
 * NOTIFY_WAIT_MS. Without NOTIFY_SOCKET, or if nobody listens there, nothing is sent.
 */
void notify_supervisor(const char *state, const char *status, ...)
	__attribute__((format(printf, 2, 3)));

/* Room for a status: the path of a mountpoint, a source, and some words. `systemctl status` shows
 * one line. */
#define NOTIFY_STATUS_MAX 1024

/* How long to wait for systemd to take the message. Mostly systemd reads without delay, but it may
 * be busy during a boot. A longer wait would hold the program up. */
#define NOTIFY_WAIT_MS 1000

#endif
