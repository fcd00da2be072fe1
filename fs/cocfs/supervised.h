/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COCFS_SUPERVISED_H
#define COCFS_COCFS_SUPERVISED_H

#include "cocfs/options.h"

/*
 * What cocfs tells the supervisor of its unit (systemd, Type=notify). Only a cocfs in the
 * foreground tells anything: a daemon is no process of the supervisor.
 */

/* The mount works: what waits for this unit may start. */
void supervised_tell_ready(const struct opts *opts);

/* The mount ends. What is under way is answered first, within the time of -o timeout, and the
 * supervisor is asked for so much time. */
void supervised_tell_end(const struct opts *opts);

#endif
