/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_CONTENT_H
#define COCFS_SPACE_CONTENT_H

#include "space/contributors.h"
#include "space/space.h"
#include "space/writers.h"

/* Open files of the spool, and what their writers did to the content. */

/* One open file description. */
struct handle {
	struct node *node;
	int fd;
	bool readable, writable;
	bool writing;	    /* somebody may still write through it; see handle_set_writing() */
	uid_t user;	    /* who opened it, and whose descriptor it is */
	enum ending ending; /* how the process fared that closed it last (writers.h) */
	int killed_by;	    /* the signal, with ENDING_KILLED */
	uint64_t told; /* of this content (content.written) its .error says that it may be half */
	pid_t opener;  /* the process that opened it, 0: it cannot be told */
	uint64_t wrote_at;   /* what content.written is after the last write through it, 0: none */
	unsigned newest_pid; /* the system's newest process at the open */
	int64_t opened_ms;   /* on the loop's clock */
	LIST_ENTRY(handle) link;
};

/*
 * What is known of a file's content while it is open, and of a scratch file that a write or an
 * attribute was refused for: also after that, since it may be renamed onto a job name. Owned by the
 * node.
 */
struct content {
	LIST_HEAD(, handle) handles;
	unsigned writers;   /* handles that somebody may still write through */
	uint64_t written;   /* rises with every change, of the content or of an attribute */
	uint64_t committed; /* what written was at the last commit */
	bool rewritten;	    /* the content was changed since the last commit */
	bool filled;	    /* and data were written, or all was cut off, since then or since it was
			       told to be half of what was meant */
	bool was_job;	    /* a writer has opened it under a job's name */
	struct contributors contributors; /* who has written since the last commit */
	struct err *refusal; /* the content is not what its writer meant: a write failed, an
				attribute was refused. Owned, or NULL */
	int refusal_attr;    /* the attribute that a new value of takes the refusal back, or -1 */
};

/* The handle that an open has given to the kernel. */
static inline struct handle *handle_of(const struct fuse_file_info *fi)
{
	return (struct handle *)(uintptr_t)fi->fh;
}

/* Was the content changed since the last commit? */
static inline bool content_is_dirty(const struct content *content)
{
	return content->written != content->committed;
}

/*
 * Counts a handle among the writers, or not any more. A handle that nobody holds is no writer from
 * then on: its RELEASE may come after another process has opened, written and closed the file,
 * whose close must not wait for it.
 */
void handle_set_writing(struct handle *handle, bool writing);

/* Data are about to be written through a handle by a thread, 0: it cannot be told. */
void handle_note_writer(struct handle *handle, pid_t thread);

/* A page of a mapping is about to be written, by nobody knows whom. */
void content_note_mapping(struct content *content);

/* All is cut off: what was written before, by any process, does not count. */
void content_note_emptied(struct content *content);

/* The content of a node, made when there is none. NULL when out of memory. */
struct content *content_get(struct node *node);

/* Frees the content of a node that nothing needs any more. */
void content_let_go(struct node *node);

/* Closes what is open and frees; NULL is accepted. */
void content_destroy(struct content *content);

/* The content is not what its writer meant: a commit of it is refused with err (copied). attr: see
 * refusal_attr. */
void content_spoil(struct content *content, const struct err *err, int attr);

/* The content of a node's file, which may be open or not, was changed. */
void content_note_written(struct space *space, struct node *node);

/* The reason is gone. */
void content_heal(struct content *content);

/* A descriptor of the node: one of its open ones, or -1. */
int content_any_fd(const struct node *node);

/* A descriptor that can read the node's content: one of its open ones, or -1. */
int content_read_fd(const struct node *node);

#endif
