/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SUBMIT_IMPORTS_H
#define COCFS_SUBMIT_IMPORTS_H

#include "job/import.h"
#include "submit/submit.h"

/*
 * The jobs of the service that no path of this space is bound to, as space shows them: a file of
 * the root each. placing.c has the essay. An import is no binding.
 */

/* Called with how many bytes of some names were tried (struct import_files). */
typedef void import_made_fn(void *data, size_t tried, int result);

/* What space does in the root of the spool. */
struct import_files {
	/* Is there anything of this name? 1, 0 or -errno. */
	int (*has)(void *data, const char *name);
	/* Many names are about to be looked for; and that is over. */
	void (*naming_begin)(void *data);
	void (*naming_end)(void *data);
	/* Makes a placeholder. -EEXIST: there is something of this name. */
	int (*make)(void *data, const char *name);
	/*
	 * Has a thread do the same for some names; each ends with a NUL. That there is something of
	 * a name is accepted. done is called once, in an iteration of the loop. It is told how many
	 * bytes of the names were tried, and 0 or -errno for the first name that was not. If a user
	 * makes a name, it may be 0 and not all were tried. Returns 0, or -errno: nothing is begun.
	 */
	int (*make_many)(void *data, const char *names, size_t size, import_made_fn *done,
			 void *done_data);
	/* No file is made any more, and done is not called. Returns how many bytes were tried. */
	size_t (*make_stop)(void *data);
	/* Removes the file of an import. It stays if it is not as the import says: it is somebody's
	 * then. That there is none is accepted. */
	int (*remove)(void *data, const struct import_record *import);
	/* Is a regular file at a path, anywhere in the space? 1, 0 or -errno. */
	int (*has_job_file)(void *data, const char *path);
	void *data;
};

/*
 * The mount begins: what a crash, a loss of power or another mount has left is put right. Each
 * placed import has its file then; with JOBS_OWN none has, unless somebody has changed it. files is
 * copied, and used until the engine is closed. Returns 0 or -errno.
 */
int imports_begin(struct engine *engine, const struct import_files *files);

/* What this mount shows. */
enum jobs_shown imports_shown(const struct engine *engine);

/* Does this mount show any import? Cheap: ask this before you look for one. */
bool imports_any(const struct engine *engine);

/* Have all imports of a scan had their files? Else there is only a part of them. */
bool imports_are_whole(const struct engine *engine);

/* Finds an import that is placed by the name of its file. -ENOENT: it is none, or none is shown. */
int imports_find(struct engine *engine, const char *name, struct import_record *ret_import);

/* Finds the import whose file had this name until a user removed the file. -ENOENT: there is none.
 * So it is if its content was not fetched, or the name was given to another file since. *ret_import
 * is to be finished in any case. */
int imports_find_removed(struct engine *engine, const char *name, struct import_record *ret_import);

/* What the siblings of an import look like. -ENOENT as above. */
int imports_glance(struct engine *engine, const char *name, struct import_glance *ret_glance);

/* Has the service to be asked whether the content that an import has is its newest? Not if it was
 * asked within `refresh`, or a scan has told this version within `refresh`. 1, 0 or -errno. */
int imports_is_due(struct engine *engine, const struct import_record *import);

/* The service was asked for an import that is placed: its version, digest and attrs are these
 * now. */
int imports_fetched(struct engine *engine, const struct import_record *import);

/* An edit of an import was refused: story is its .error; NULL: the .error goes. */
int imports_tell(struct engine *engine, const struct import_record *import, const char *story);

/* A process reads the version that an import has. */
int imports_read(struct engine *engine, const struct import_record *import);

/*
 * An import, whose content was fetched, is edited, or was removed and gets a file again: its path
 * is bound to the job. The base is the version that was read here last. If none was read, there is
 * no base. owner: of the file. *ret_row is the row of the path.
 */
int imports_bind(struct engine *engine, const struct import_record *import,
		 const struct owner *owner, int64_t *ret_row);

/* Calls fn for imports that are placed, by name after a name, at most max of them. Stops when fn
 * returns a negative value, which is returned. fn must record nothing. */
int imports_walk(struct engine *engine, const char *after, int max,
		 int (*fn)(void *data, const struct import_record *import), void *data);

/* A user has removed the file of an import: the job is not shown again. */
int imports_hide(struct engine *engine, const struct import_record *import);

/* A user is about to make a file of a name in the root that has none. The name is the user's, and
 * remembers the job of an import that was removed. */
int imports_give_name(struct engine *engine, const char *name);

#endif
