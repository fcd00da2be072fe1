/* SPDX-License-Identifier: MIT */
#ifndef COCFS_MOUNTPOINT_H
#define COCFS_MOUNTPOINT_H

/* The directory that a space is mounted on. */

/* Has the kernel follow no symbolic link in what is mounted there (Linux 5.14; root). Logs a warning
 * if that cannot be had. */
void mountpoint_set_nosymfollow(const char *mountpoint);

#endif
