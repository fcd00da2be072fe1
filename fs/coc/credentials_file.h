/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_CREDENTIALS_FILE_H
#define COCFS_COC_CREDENTIALS_FILE_H

#include "base/buf.h"
#include "base/err.h"
#include "coc/creds.h"

/*
 * The credentials file of the official SDKs: INI, with a section [global] or [basic]. cocfs can
 * also take a section of another name (-o profile=NAME), which has the same keys.
 */

/*
 * Reads the file, which must be a private one (file_read()), and finds what a section offers.
 * section NULL: [global] if it has a pair or an identity provider, else [basic]. The offer points
 * into text, which holds secrets then and is the caller's to wipe. Returns 0, or with
 * err filled: -ENOENT, there is no file; -EACCES, others can read it; -EINVAL, it is no INI, or the
 * section says nothing of keys; -ENOMEM, -EIO.
 */
int credentials_file_read(const char *path, const char *section, struct buf *text,
			  struct coc_offer *ret_offer, struct err *err);

/*
 * Reads the keys of a credentials file of the SDKs (INI), section [global] before [basic]; the file
 * must not be readable by group or others. Returns 0 and owned credentials; -ENOENT: there is no
 * such file; -EACCES: others can read the file; -EINVAL: there are no whole keys in the file;
 * -ENOMEM, -EIO; err filled.
 */
int coc_creds_read(const char *path, struct coc_creds **ret_creds, struct err *err);

#endif
