/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCD_NOTIFY_H
#define COCFS_COCD_NOTIFY_H

/*
 * Tells the supervisor that started this process, if it asked for it with NOTIFY_SOCKET, how it
 * stands: "READY=1", "STOPPING=1" (sd_notify(3)). One that does not listen is its own affair.
 */
void notify_supervisor(const char *state);

#endif
