/* SPDX-License-Identifier: MIT */
#ifndef COCFS_COC_CREDENTIALS_FILE_H
#define COCFS_COC_CREDENTIALS_FILE_H

#include "base/buf.h"
#include "base/err.h"
#include "coc/creds.h"

/*
 * The credentials file of the official SDKs: INI, with a section [global] or [basic]. cocfs can
 * also read a section of another name (-o profile=NAME), which has the same keys.
 */

/*
 * Reads the file, which no other user may be able to read (file_read()), and finds what a section
 * offers. section NULL: [global] if it has any part of a pair or of an identity provider, else
 * [basic]. The offer points into text, which then holds secrets: the caller has to wipe it. Returns
 * 0, or -errno with err filled.
 *
 * -ENOENT: there is no file. -EACCES: other users can read it. -EINVAL: it is no INI, or the
 * section has no keys. -ENOMEM, -EIO.
 */
int credentials_file_read(const char *path, const char *section, struct buf *text,
			  struct coc_offer *ret_offer, struct err *err);

/*
 * Reads the keys of a credentials file of the SDKs (INI), section [global] before [basic]. Group
 * and others must not be able to read the file. Returns 0 and owned credentials, or -errno with err
 * filled.
 *
 * -ENOENT: there is no such file. -EACCES: other users can read it. -EINVAL: the file has no whole
 * keys. -ENOMEM, -EIO.
 */
int coc_creds_read(const char *path, struct coc_creds **ret_creds, struct err *err);

#endif
