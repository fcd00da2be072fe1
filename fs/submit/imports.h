/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_IMPORTS_H
#define COCFS_SUBMIT_IMPORTS_H

#include "job/import.h"
#include "submit/submit.h"

/*
 * Imports: the jobs of the service that no path of this space is bound to. fs/space shows each as a
 * file in the root: the comment at the top of placing.c explains how. An import is no binding. A
 * function whose comment names no result returns 0 or -errno.
 */

/* Called at the end of make_many(). tried: how many bytes of the names were tried. result: 0, or
 * the -errno of the first name that failed. */
typedef void import_made_fn(void *data, size_t tried, int result);

/* What fs/space does for imports in the root of the spool. */
struct import_files {
	/* Does the root have an entry of this name? Returns 1, 0 or -errno. */
	int (*has)(void *data, const char *name);
	/* naming_begin() is called before a run of many has() calls, and naming_end() after it. */
	void (*naming_begin)(void *data);
	void (*naming_end)(void *data);
	/* Makes a placeholder of this name: the file of an import whose content is not fetched yet.
	 * Returns 0 or -errno. -EEXIST: the root has an entry of this name. */
	int (*make)(void *data, const char *name);
	/*
	 * Makes placeholders for some names, in a thread; each name ends with a NUL. A name that
	 * the root has already is accepted. At the end done is called once, in an iteration of the
	 * loop. done gets how many bytes of the names were tried, and 0 or the -errno of the first
	 * name that failed. If a user makes a name meanwhile, the result may be 0 although not all
	 * names were tried. Returns 0, or -errno: nothing is begun.
	 */
	int (*make_many)(void *data, const char *names, size_t size, import_made_fn *done,
			 void *done_data);
	/* Stops make_many(): no further file is made, and done is not called. Returns how many
	 * bytes of the names were tried. */
	size_t (*make_stop)(void *data);
	/* Removes the file of an import. The file stays if its content is not what the import
	 * records: then a user has changed it. A file that is not there is accepted. Returns 0 or
	 * -errno. */
	int (*remove)(void *data, const struct import_record *import);
	/* Is there a regular file at this path, anywhere in the space? Returns 1, 0 or -errno. */
	int (*has_job_file)(void *data, const char *path);
	void *data;
};

/*
 * Begins the imports of a mount. Repairs what a crash, a loss of power or another mount has left:
 * afterwards each placed import has its file. With JOBS_OWN the files of all imports are removed. A
 * file that somebody has changed stays. files is copied, and used until the engine is closed.
 * Returns 0 or -errno.
 */
int imports_begin(struct engine *engine, const struct import_files *files);

/* Returns which imports this mount shows: the value of jobs=, and for JOBS_AS_BEFORE what that
 * means for this ledger. */
enum jobs_shown imports_shown(const struct engine *engine);

/* May this mount show an import? No with jobs=own, and while the ledger has none. Cheap: ask this
 * before you look for an import. */
bool imports_any(const struct engine *engine);

/* Has there been a moment when all imports of one scan had their files? If not, the root has only a
 * part of the imports so far. */
bool imports_are_whole(const struct engine *engine);

/* Finds a placed import, which is one that has a name, by that name. -ENOENT: the name is no
 * import's, or this mount shows none. */
int imports_find(struct engine *engine, const char *name, struct import_record *ret_import);

/* Finds the import whose file had this name until a user removed the file. Finish *ret_import
 * afterwards, also after a failure. Returns -ENOENT if there is no such import, if its content was
 * never fetched, or if another file has got the name since. */
int imports_find_removed(struct engine *engine, const char *name, struct import_record *ret_import);

/* Reads what the siblings of an import show. -ENOENT as for imports_find(). */
int imports_glance(struct engine *engine, const char *name, struct import_glance *ret_glance);

/* Must the service be asked whether the content of an import is that of the job's newest version?
 * Yes if the content was never fetched, or if a scan has listed a newer version. Else not if the
 * service was asked within `refresh`, or if a scan within `refresh` has listed the import's version
 * as the newest. Returns 1, 0 or -errno. */
int imports_is_due(struct engine *engine, const struct import_record *import);

/* Records the version, the digest and the attributes in import, which the service has answered for
 * a placed import just now. */
int imports_fetched(struct engine *engine, const struct import_record *import);

/* Records that an edit of an import was refused: story becomes the text of its .error. story NULL
 * removes the .error. */
int imports_tell(struct engine *engine, const struct import_record *import, const char *story);

/* Records that a process reads the version that the file of an import has. If the import is edited
 * later, the version that was read is the base (imports_bind()). Returns 0 or -errno. */
int imports_read(struct engine *engine, const struct import_record *import);

/*
 * Binds the path of an import to its job: because the import is edited, or was removed and gets a
 * file again. Its content must have been fetched. The base is the version that was read here last;
 * if none was, there is no base. owner: of the file. *ret_row gets the row of the path.
 */
int imports_bind(struct engine *engine, const struct import_record *import,
		 const struct owner *owner, int64_t *ret_row);

/* Calls fn for the placed imports whose names come after `after`, in the order of the names, at
 * most max of them. Returns 0. Stops when fn returns a negative value, and returns that value. fn
 * must record nothing. */
int imports_walk(struct engine *engine, const char *after, int max,
		 int (*fn)(void *data, const struct import_record *import), void *data);

/* Records that a user has removed the file of an import: its job is not shown again. */
int imports_hide(struct engine *engine, const struct import_record *import);

/* Call this before a user makes a file in the root, of a name that has no file. If the name was
 * given to an import, it is the user's from now on, and the ledger commits that. The name still
 * remembers the job of an import that was removed. */
int imports_give_name(struct engine *engine, const char *name);

#endif
