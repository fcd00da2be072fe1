/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SPACE_NODE_H
#define COCFS_SPACE_NODE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/stat.h>

#include "base/shares.h"
#include "job/name.h"
#include "space/node_table.h"

/*
 * What the kernel knows of the job space: a node for each file, directory or sibling that it holds
 * a reference to. See the essay in node.c for who owns what. location.h says where the spool has a
 * node, path.h what its names mean.
 */

enum node_kind {
	NODE_OTHER,   /* of the spool: regular file, symbolic link, FIFO, … */
	NODE_DIR,     /* of the spool */
	NODE_SIBLING, /* derived: beside a job file */
	NODE_CONTROL, /* derived: .coc and what is in it */
};

/* .coc and what is in it: always there, never in the table. Only what is below CONTROL_VERSIONS
 * comes and goes as siblings do (version_tree.h). */
enum control { CONTROL_DIR, CONTROL_QUEUE, CONTROL_METRICS, CONTROL_JOBS, CONTROL_VERSIONS };
#define CONTROL_COUNT 5

/* One name of a node. */
struct name {
	struct node *parent; /* held; NULL: no name is left (or the root) */
	char *name;
	struct name *next; /* more names: hard links of scratch files */
};

struct node {
	uint64_t ino; /* st_ino: the spool's, or derived with the top bit set */
	struct node *next_by_ino;
	struct name link;
	uint64_t lookups; /* the kernel's references */
	uint32_t holds;	  /* ours: names of children, commits under way */
	uint8_t kind, sibling;
	bool is_regular : 1;
	bool is_unread : 1; /* it was opened, and the next read is to be seen: reading.h */
	bool is_root : 1;
	bool is_kept : 1;	/* of a sibling: in nodes->kept */
	bool is_stale : 1;	/* of a sibling: in nodes->stale */
	bool is_named : 1;	/* of a sibling: the kernel was told to keep its name */
	bool is_charged : 1;	/* keeper holds a descriptor of the users' for it */
	bool is_plain : 1;	/* a directory that has no attribute of jobs: job_attributes.c */
	bool has_old_pages : 1; /* the kernel may have pages of the file before: node_replaced() */
	int fd; /* of a directory while it is in the cache, of a node without a name (O_PATH, or
		   what its last handle left) */
	union {
		uid_t keeper;
		uint32_t gone_ms; /* of a sibling: when it was gone last, on the loop's clock; 0:
				     never */
	};
	TAILQ_ENTRY(node) recent; /* directories whose fd is cached; siblings: kept or stale */
	struct content *content;  /* while it is open: content.h */
};

struct nodes_options {
	unsigned directories_max;   /* descriptors in the cache of directories */
	struct shares *descriptors; /* what users have open; borrowed */
	/* closes a descriptor (taken) of a removed file of a user */
	void (*close_removed)(void *data, int take_fd, uid_t user);
	void *data;
};

struct nodes {
	struct node root, control[CONTROL_COUNT];
	struct node_table table;
	TAILQ_HEAD(nodes_recent, node) recent; /* directories with a cached fd, most recent first */
	unsigned n_recent;
	/* siblings whose attributes the kernel may have, and of these what it has yet to forget:
	 * sibling_cache.c */
	struct nodes_recent kept, stale;
	struct nodes_options options;
	LIST_HEAD(, node_move) moves;
	uint64_t next_lost; /* numbers for nodes that are out of reach */
};

#define NODE_SIBLING_INO (1ull << 63)

/* Takes spool_fd. Returns 0 or -errno. */
int nodes_init(struct nodes *nodes, int take_spool_fd, const struct nodes_options *options);
void nodes_finish(struct nodes *nodes);

/* A node by the kernel's number for it, and back. */
struct node *node_of(struct nodes *nodes, uint64_t nodeid);
uint64_t node_id(const struct nodes *nodes, const struct node *node);

/*
 * The node of a name in the spool, found or made, with its lookup count raised by one: for an
 * answer that gives the kernel a reference. Returns 0 or -ENOMEM.
 */
int node_enter(struct nodes *nodes, struct node *parent, const char *name, const struct stat *st,
	       struct node **ret_node);

/* The same for a sibling. */
int node_enter_sibling(struct nodes *nodes, struct node *parent, const char *name,
		       enum sibling sibling, struct node **ret_node);

/* The same for any derived node; part: what it is of its kind. */
int node_enter_derived(struct nodes *nodes, struct node *parent, const char *name,
		       enum node_kind kind, uint8_t part, struct node **ret_node);

/* Is it derived, that is not in the spool? */
static inline bool node_is_derived(const struct node *node)
{
	return node->kind == NODE_SIBLING || node->kind == NODE_CONTROL;
}

/* The st_ino of a sibling. */
uint64_t sibling_ino(const struct node *parent, const char *name);

/* A known node by st_ino, or NULL. */
struct node *node_find(struct nodes *nodes, uint64_t ino);

/* The kernel gives count references back; the node may be freed. */
void node_forget(struct nodes *nodes, struct node *node, uint64_t count);

/* Keeps a node, and its names, alive beyond the kernel's references. */
void node_hold(struct node *node);
void node_release(struct nodes *nodes, struct node *node);

/* The node that the kernel knows by this name, or NULL. */
struct node *node_known(struct nodes *nodes, struct node *parent, const char *name);

/* The derived node that the kernel knows by this name, or NULL. */
struct node *node_known_derived(struct nodes *nodes, struct node *parent, const char *name);

/* The kernel has no attributes of a sibling any more. */
void node_unkeep_attributes(struct nodes *nodes, struct node *node);

/* The name is gone; the node may be freed. */
void node_unlinked(struct nodes *nodes, struct node *node, struct node *parent, const char *name);

/*
 * Another inode of the spool has the only name of a node, which is open nowhere. The node is that
 * file from now on. The kernel is to be told to ask for the attributes again; the next open has the
 * pages dropped.
 */
void node_replaced(struct nodes *nodes, struct node *node, uint64_t ino);

/* The node has another name now, an allocated one that is taken. */
void node_moved(struct nodes *nodes, struct node *node, struct node *parent, const char *name,
		struct node *to_parent, char *take_name);

#endif
