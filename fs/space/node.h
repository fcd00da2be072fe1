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
 * The nodes: one for each file, directory or sibling that the kernel holds a reference to. The
 * essay in node.c says who owns what. location.h finds where a node is in the spool; path.h makes
 * paths of its names.
 */

enum node_kind {
	NODE_OTHER,   /* in the spool: regular file, symbolic link, FIFO, … */
	NODE_DIR,     /* in the spool: a directory */
	NODE_SIBLING, /* derived: NAME.id or NAME.error beside a job file */
	NODE_CONTROL, /* derived: .coc, and the files and directories in it */
};

/* The parts of .coc. Their nodes always exist and are never in the table. Only nodes below
 * CONTROL_VERSIONS come and go, as siblings do (version_tree.h). */
enum control {
	CONTROL_DIR,
	CONTROL_QUEUE,
	CONTROL_METRICS,
	CONTROL_JOBS,
	CONTROL_IMPORTS,
	CONTROL_VERSIONS
};
#define CONTROL_COUNT 6

/* One name of a node: a directory and a file name in it. Only a scratch file may have several
 * names. */
struct name {
	/* we hold a reference; NULL: the node has no name left, or is the root */
	struct node *parent;
	char *name;
	struct name *next; /* the node's next name: a hard link of a scratch file; NULL: no other */
};

struct node {
	/* the st_ino of the spool's file; of a derived node: a number with the top bit set */
	uint64_t ino;
	struct node *next_by_ino; /* the next node of the same bucket (node_table.c) */
	struct name link;	  /* the node's first name; link.next has the others */
	uint64_t lookups;	  /* references that the kernel holds */
	uint32_t holds; /* references that we hold: names of children, commits under way */
	/* kind: enum node_kind. sibling: enum sibling; of a NODE_CONTROL: which part of .coc */
	uint8_t kind, sibling;
	bool is_regular : 1;
	/* an open of the file was not noted as a reading: the next READ is (reading.h) */
	bool is_unread : 1;
	bool is_root : 1;
	bool is_kept : 1;    /* of a sibling: in nodes->kept */
	bool is_stale : 1;   /* of a sibling: in nodes->stale */
	bool is_named : 1;   /* of a sibling: the kernel may keep its name */
	bool is_charged : 1; /* the user keeper is charged for the descriptor fd */
	bool is_plain : 1;   /* of a directory: it has no attribute of jobs (job_attributes.c) */
	/* the kernel may still have pages of the replaced file: node_replaced() */
	bool has_old_pages : 1;
	/* -1: none. Of a directory: an O_PATH descriptor, kept in the cache nodes->recent. Of a
	 * node without a name: an O_PATH descriptor, or the one that its last handle left */
	int fd;
	union {
		uid_t keeper; /* if is_charged: the user charged for fd */
		/* of a sibling: when it was last found gone, on the loop's clock; 0: never */
		uint32_t gone_ms;
	};
	/* the place of a directory in nodes->recent, or of a sibling in nodes->kept or
	 * nodes->stale */
	TAILQ_ENTRY(node) recent;
	struct content *content; /* while the file is open, or a refusal is noted; or NULL */
};

struct nodes_options {
	unsigned directories_max;   /* how many directories in nodes->recent, at most */
	struct shares *descriptors; /* the descriptors that users have open; borrowed */
	/* Closes take_fd, the descriptor of a removed file, which user was charged for. Called when
	 * a node is freed. The close may give many blocks of the disk back, which takes long. */
	void (*close_removed)(void *data, int take_fd, uid_t user);
	void *data;
};

struct nodes {
	struct node root, control[CONTROL_COUNT];
	struct node_table table;
	/* directories whose fd is cached, most recent first */
	TAILQ_HEAD(nodes_recent, node) recent;
	unsigned n_recent;
	/* kept: siblings whose attributes the kernel may have. stale: siblings whose attributes
	 * have changed, and that the kernel must still forget. See sibling_cache.c. */
	struct nodes_recent kept, stale;
	struct nodes_options options;
	LIST_HEAD(, node_move) moves; /* renames that the ledger does not have yet (path.h) */
	uint64_t next_lost; /* the next inode number for a node that is out of reach (node.c) */
};

#define NODE_SIBLING_INO (1ull << 63) /* set in the inode number of each derived node */

/* nodes_init() makes the root's node, with take_spool_fd as its descriptor (taken, also on
 * failure). Returns 0 or -errno. nodes_finish() frees all nodes and closes their descriptors; call
 * it also after nodes_init() has failed. */
int nodes_init(struct nodes *nodes, int take_spool_fd, const struct nodes_options *options);
void nodes_finish(struct nodes *nodes);

/* node_of() returns the node that the kernel means by nodeid. node_id() returns the number by which
 * the kernel knows a node. Neither is the inode number. */
struct node *node_of(struct nodes *nodes, uint64_t nodeid);
uint64_t node_id(const struct nodes *nodes, const struct node *node);

/*
 * Finds or makes the node of a file of the spool, which has this name and the inode number in st.
 * Raises its lookup count by one: call this function for each answer that gives the kernel a
 * reference. Returns 0 or -ENOMEM.
 */
int node_enter(struct nodes *nodes, struct node *parent, const char *name, const struct stat *st,
	       struct node **ret_node);

/* Finds or makes the node of a sibling, and raises its lookup count by one. Returns 0 or
 * -ENOMEM. */
int node_enter_sibling(struct nodes *nodes, struct node *parent, const char *name,
		       enum sibling sibling, struct node **ret_node);

/* Finds or makes the node of a derived file, and raises its lookup count by one. part says which
 * file of its kind the node is; a new node keeps part in node->sibling. Returns 0 or -ENOMEM. */
int node_enter_derived(struct nodes *nodes, struct node *parent, const char *name,
		       enum node_kind kind, uint8_t part, struct node **ret_node);

/* Is this node made by cocfs (a sibling, or .coc and what is in it), and not in the spool? */
static inline bool node_is_derived(const struct node *node)
{
	return node->kind == NODE_SIBLING || node->kind == NODE_CONTROL;
}

/* Returns the inode number of a sibling, made from its name and its directory. If another node has
 * that number already, the sibling's node gets the next free number. */
uint64_t sibling_ino(const struct node *parent, const char *name);

/* Returns the node with this inode number, of the spool's file or derived; NULL: none is known. */
struct node *node_find(struct nodes *nodes, uint64_t ino);

/* Lowers a node's lookup count: the kernel gives back count references. The node may be freed. */
void node_forget(struct nodes *nodes, struct node *node, uint64_t count);

/* node_hold() keeps a node and its names alive without the kernel's references. node_release() ends
 * that; the node may be freed. */
void node_hold(struct node *node);
void node_release(struct nodes *nodes, struct node *node);

/* Returns the node that the kernel knows under this name in the spool; NULL: none. */
struct node *node_known(struct nodes *nodes, struct node *parent, const char *name);

/* Returns the derived node that the kernel knows under this name; NULL: none. */
struct node *node_known_derived(struct nodes *nodes, struct node *parent, const char *name);

/* Takes a sibling out of nodes->kept or nodes->stale, if it is there. Call this function when the
 * kernel has none of its attributes any more. */
void node_unkeep_attributes(struct nodes *nodes, struct node *node);

/* Takes a name away from a node, because the spool has removed the name. If the node does not have
 * the name, nothing happens. The node may be freed. */
void node_unlinked(struct nodes *nodes, struct node *node, struct node *parent, const char *name);

/*
 * Gives a node the inode number ino: in the spool, another inode with that number has taken the
 * node's only name. No handle may have the node open. The caller makes the kernel ask for the
 * attributes again. The next open of the node drops the kernel's pages of the old inode.
 */
void node_replaced(struct nodes *nodes, struct node *node, uint64_t ino);

/* Gives a node the name take_name in to_parent in place of the name `name` in parent. take_name is
 * allocated, and taken in any case. If the node does not have the old name, nothing changes. */
void node_moved(struct nodes *nodes, struct node *node, struct node *parent, const char *name,
		struct node *to_parent, char *take_name);

#endif
