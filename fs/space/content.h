/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CONTENT_H
#define COCFS_SPACE_CONTENT_H

#include "space/contributors.h"
#include "space/space.h"
#include "space/writers.h"

/* Open files of the spool, and what their writers did to the content. */

/* One open of a file of the spool (an open file description): it ends with RELEASE. */
struct handle {
	struct node *node;
	int fd;
	bool readable, writable;
	/* the handle is open for writing, and a process still has it: counted in content->writers.
	 * Change it with handle_set_writing() only */
	bool writing;
	uid_t user;	    /* the user who opened the file; the descriptor counts as this user's */
	enum ending ending; /* what became of the process that closed the handle last (writers.h) */
	int killed_by;	    /* the signal, if ending is ENDING_KILLED */
	/* .error says already that the content may be half, for this value of content.written */
	uint64_t told;
	pid_t opener; /* the process that opened the file; 0: unknown */
	/* content.written after the last write through this handle; 0: no write */
	uint64_t wrote_at;
	unsigned newest_pid; /* the system's newest process at the open */
	int64_t opened_ms;   /* when the file was opened, on the loop's clock */
	LIST_ENTRY(handle) link;
};

/*
 * What cocfs knows of a file's content while the file is open. If a write or an attribute of a
 * scratch file (one without a job file name) was refused, the struct stays after the last close.
 * The file may still get a job file name by a rename. The node owns it.
 */
struct content {
	LIST_HEAD(, handle) handles;
	unsigned writers; /* handles that a process may still write through */
	/* rises with every change of the content or an attribute, and with every refused change */
	uint64_t written;
	uint64_t committed; /* the value of written when the last commit began */
	/* the content was changed since a close last took the mark "backup" from the row of the
	 * file's name (backup.c) */
	bool rewritten;
	/* data were written, or all data were cut off; false again when a commit begins, and when
	 * no handle can write any more */
	bool filled;
	bool was_job; /* a writer has opened the file under a job file name */
	/* the processes that have written since the last commit, and since the file was last cut to
	 * nothing; none when no handle can write any more */
	struct contributors contributors;
	/* why the content is not what its writer meant: a write failed, or an attribute was
	 * refused. Owned, or NULL */
	struct err *refusal;
	/* a new value of this attribute takes the refusal back; -1: no attribute does */
	int refusal_attr;
};

/* Returns the handle that an open has given to the kernel. */
static inline struct handle *handle_of(const struct fuse_file_info *fi)
{
	return (struct handle *)(uintptr_t)fi->fh;
}

/* Was the content of an open file, or an attribute of it, changed since the last commit? */
static inline bool content_is_dirty(const struct content *content)
{
	return content->written != content->committed;
}

/*
 * Counts a handle among content->writers (true), or takes it out of them (false). Call this
 * function with false as soon as no process holds the handle. The handle's RELEASE may come after
 * another process has opened, written and closed the file, and that close must not wait for the
 * RELEASE.
 */
void handle_set_writing(struct handle *handle, bool writing);

/* Call this function before a write through a handle. thread is the writing thread; 0: unknown. */
void handle_note_writer(struct handle *handle, pid_t thread);

/* Call this function before a page of a mapping is written. The kernel does not say which process
 * wrote the page, so from now on every process counts as a writer. */
void content_note_mapping(struct content *content);

/* Call this function when the file is cut to nothing: earlier writes, and a refusal of them, do not
 * count any more. */
void content_note_emptied(struct content *content);

/* Returns the content of a node, a new one if there is none. NULL: out of memory. */
struct content *content_get(struct node *node);

/* Frees the content of a node if no handle is open and no refusal is noted. */
void content_let_go(struct node *node);

/* Closes all handles of a file and frees them and the content. Clear node->content yourself. NULL
 * is accepted. */
void content_destroy(struct content *content);

/* Notes that the content is not what its writer meant. A commit of it will be refused with err
 * (copied), until content_heal(). attr: a new value of this attribute takes the refusal back; -1:
 * none does. */
void content_spoil(struct content *content, const struct err *err, int attr);

/* Call this function when the content of a node's file was changed, open or not. */
void content_note_written(struct space *space, struct node *node);

/* Takes the refusal of content_spoil() back, so that the content can be committed. Call this
 * function when the reason is gone, or when .error has reported it. */
void content_heal(struct content *content);

/* Returns a descriptor of one of the node's handles; -1: no handle is open. The handle owns it. */
int content_any_fd(const struct node *node);

/* Returns a descriptor of one of the node's handles that can read; -1: none. The handle owns it. */
int content_read_fd(const struct node *node);

#endif
