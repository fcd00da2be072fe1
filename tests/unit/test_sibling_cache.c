/* SPDX-License-Identifier: MIT */
/* Tests of what the kernel keeps of siblings, and of how cocfs makes the kernel forget. forget()
 * below stands for the kernel. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "space/bounds.h"
#include "space/path.h"
#include "space/space.h"

struct fixture {
	struct space *space;
	char spool[64];
	int64_t now_ms;
	int answer;	  /* the kernel's answer to an order to forget: 0, or -errno */
	unsigned asked;	  /* how often the kernel was ordered to forget */
	unsigned unknown; /* the kernel answers ENOENT this many times first */
	uint64_t last;	  /* the node that the kernel was ordered to forget last */
};

static struct fixture *current;

static int forget(struct space *space, uint64_t node_id)
{
	(void)space;
	current->asked++;
	current->last = node_id;
	if (current->unknown) {
		current->unknown--;
		return -ENOENT;
	}
	return current->answer;
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct space *space = calloc(1, sizeof(*space));
	int fd;

	assert_non_null(fixture);
	assert_non_null(space);
	strcpy(fixture->spool, "/tmp/test_siblings.XXXXXX");
	assert_non_null(mkdtemp(fixture->spool));
	fd = open(fixture->spool, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(
		nodes_init(&space->nodes, fd, &(struct nodes_options){.directories_max = 8}), 0);
	assert_int_equal(loop_create(&space->loop), 0);
	fixture->now_ms = 1000000;
	assert_int_equal(loop_run_once(space->loop, fixture->now_ms), 0);
	sibling_cache_begin(space);
	space->siblings.forget = forget;
	fixture->space = space;
	current = fixture;
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	char command[128];

	sibling_cache_end(fixture->space);
	nodes_finish(&fixture->space->nodes);
	loop_destroy(fixture->space->loop);
	snprintf(command, sizeof(command), "rm -r %s", fixture->spool);
	assert_int_equal(system(command), 0);
	free(fixture->space);
	free(fixture);
	return 0;
}

/* Makes a node for a sibling, as if an answer had given it to the kernel, which keeps its name.
 * answer: the answer to a listing, or NULL. Returns the node. */
static struct node *tell(struct fixture *fixture, struct node *parent, const char *name,
			 struct sibling_answer *answer)
{
	enum sibling sibling = name_sibling(name, NULL);
	struct node *node;

	assert_int_equal(node_enter_sibling(&fixture->space->nodes, parent, name, sibling, &node),
			 0);
	sibling_cache_told(fixture->space, node, answer);
	node->is_named = true;
	return node;
}

static struct node *root_of(struct fixture *fixture)
{
	return &fixture->space->nodes.root;
}

/* Makes a directory in the spool at path, and its node, as if the kernel had looked it up as name
 * in parent. */
static struct node *make_directory(struct fixture *fixture, struct node *parent, const char *path,
				   const char *name)
{
	char full[256];
	struct node *node;
	struct stat st;

	snprintf(full, sizeof(full), "%s/%s", fixture->spool, path);
	assert_int_equal(mkdir(full, 0755), 0);
	assert_int_equal(stat(full, &st), 0);
	assert_int_equal(node_enter(&fixture->space->nodes, parent, name, &st, &node), 0);
	return node;
}

/* Returns how many times the kernel was asked to forget a sibling's attributes, since the last call
 * of this function. */
static unsigned asked(struct fixture *fixture)
{
	unsigned n = fixture->asked;

	fixture->asked = 0;
	return n;
}

static void pass(struct fixture *fixture, int64_t ms)
{
	fixture->now_ms += ms;
	assert_int_equal(loop_run_once(fixture->space->loop, fixture->now_ms), 0);
}

static void the_kernel_is_told_only_of_siblings_that_it_keeps(void **state)
{
	struct fixture *fixture = *state;
	struct node *node = tell(fixture, root_of(fixture), "a.yaml.id", NULL);

	sibling_cache_changed(fixture->space, root_of(fixture), "b.yaml");
	assert_int_equal(asked(fixture), 0);
	assert_true(sibling_cache_has(node));
	sibling_cache_changed(fixture->space, root_of(fixture), "a.yaml");
	assert_int_equal(asked(fixture), 1);
	assert_false(sibling_cache_has(node));
	sibling_cache_changed(fixture->space, root_of(fixture), "a.yaml");
	assert_int_equal(asked(fixture), 0);
	sibling_cache_told(fixture->space, node, NULL);
	sibling_cache_recorded(fixture->space, 0, "a.yaml");
	assert_int_equal(asked(fixture), 1);
	assert_true(fixture->last == node_id(&fixture->space->nodes, node));
}

/* The kernel answers ENOENT, and no listing is on its way to a reader. So the kernel has dropped
 * the node, or it has not taken the answer to a LOOKUP yet. That answer gives the kernel no old
 * attributes to keep. */
static void a_node_that_the_kernel_does_not_know_is_forgotten(void **state)
{
	struct fixture *fixture = *state;
	struct node *node = tell(fixture, root_of(fixture), "a.yaml.id", NULL);

	fixture->answer = -ENOENT;
	sibling_cache_changed(fixture->space, root_of(fixture), "a.yaml");
	assert_int_equal(asked(fixture), 1);
	assert_false(sibling_cache_has(node));
	pass(fixture, 1000);
	assert_int_equal(asked(fixture), 0);
}

/* A sibling changes while the answer to a listing with it is on its way. Its reader takes the
 * answer now: cocfs waits for the reader before it goes on. */
static void who_takes_an_answer_is_waited_for(void **state)
{
	struct fixture *fixture = *state;
	struct sibling_answer answer = {0};
	struct node *node = tell(fixture, root_of(fixture), "a.yaml.id", &answer);

	fixture->unknown = 5;
	sibling_cache_changed(fixture->space, root_of(fixture), "a.yaml");
	assert_int_equal(asked(fixture), 6);
	assert_false(sibling_cache_has(node));
	sibling_cache_taken(fixture->space, &answer);
	assert_int_equal(asked(fixture), 0);
}

/* The reader does not take its answer. cocfs tells the kernel again and again to drop what it knows
 * of the sibling, and no other request waits. */
static void who_does_not_take_an_answer_is_not_waited_for_twice(void **state)
{
	struct fixture *fixture = *state;
	struct sibling_answer answer = {0};
	struct node *one = tell(fixture, root_of(fixture), "a.yaml.id", &answer),
		    *other = tell(fixture, root_of(fixture), "b.yaml.id", &answer);

	fixture->answer = -ENOENT;
	sibling_cache_changed(fixture->space, root_of(fixture), "a.yaml");
	assert_true(asked(fixture) > 2);
	sibling_cache_changed(fixture->space, root_of(fixture), "b.yaml");
	assert_true(asked(fixture) <= 3);
	for (int i = 0; i < 3; i++) {
		pass(fixture, SIBLING_AGAIN_MS);
		assert_int_equal(asked(fixture), 2);
	}
	assert_false(sibling_cache_has(one) || sibling_cache_has(other));
	fixture->answer = 0; /* now the kernel has the answer */
	pass(fixture, SIBLING_AGAIN_MS);
	assert_int_equal(asked(fixture), 2);
	pass(fixture, 1000);
	assert_int_equal(asked(fixture), 0);
	sibling_cache_taken(fixture->space, &answer);
}

/* The reader calls again. So the kernel has the node, or has dropped it: it gets the order to
 * forget once more, and not again. */
static void who_comes_back_has_taken_the_answer(void **state)
{
	struct fixture *fixture = *state;
	struct sibling_answer answer = {0};

	tell(fixture, root_of(fixture), "a.yaml.id", &answer);
	fixture->answer = -ENOENT;
	sibling_cache_changed(fixture->space, root_of(fixture), "a.yaml");
	asked(fixture);
	sibling_cache_taken(fixture->space, &answer);
	assert_int_equal(asked(fixture), 1);
	pass(fixture, 1000);
	assert_int_equal(asked(fixture), 0);
}

static void a_notification_that_fails_is_repeated(void **state)
{
	struct fixture *fixture = *state;

	tell(fixture, root_of(fixture), "a.yaml.error", NULL);
	fixture->answer = -ENOMEM;
	sibling_cache_changed(fixture->space, root_of(fixture), "a.yaml");
	assert_true(asked(fixture) > 0);
	pass(fixture, SIBLING_AGAIN_MS);
	assert_int_equal(asked(fixture), 1);
	fixture->answer = 0;
	pass(fixture, SIBLING_AGAIN_MS);
	assert_int_equal(asked(fixture), 1);
	pass(fixture, SIBLING_AGAIN_MS);
	assert_int_equal(asked(fixture), 0);
}

static void a_node_that_is_freed_is_told_no_more(void **state)
{
	struct fixture *fixture = *state;
	struct sibling_answer answer = {0};
	struct node *kept = tell(fixture, root_of(fixture), "a.yaml.id", NULL),
		    *stale = tell(fixture, root_of(fixture), "b.yaml.id", &answer);

	fixture->answer = -ENOENT;
	sibling_cache_changed(fixture->space, root_of(fixture), "b.yaml");
	node_forget(&fixture->space->nodes, kept, 1);
	node_forget(&fixture->space->nodes, stale, 1);
	asked(fixture);
	sibling_cache_recorded(fixture->space, 0, NULL);
	pass(fixture, 1000);
	assert_int_equal(asked(fixture), 0);
	sibling_cache_taken(fixture->space, &answer);
}

static void paths_are_found_below_directories(void **state)
{
	struct fixture *fixture = *state;
	struct node *d = make_directory(fixture, root_of(fixture), "d", "d"),
		    *e = make_directory(fixture, d, "d/e", "e");

	for (int i = 0; i < 3; i++) {
		tell(fixture, e, "a.yaml.id", NULL);
		tell(fixture, d, "a.yaml.id", NULL);
		sibling_cache_recorded(fixture->space, 0, "d/e/a.yaml");
		assert_int_equal(asked(fixture), 1);
		sibling_cache_recorded(fixture->space, 0, "d/a.yaml");
		assert_int_equal(asked(fixture), 1);
		sibling_cache_recorded(fixture->space, 0, "nowhere/a.yaml");
		sibling_cache_recorded(fixture->space, 0, "a.yaml");
		assert_int_equal(asked(fixture), 0);
	}
	tell(fixture, e, "a.yaml.id", NULL);
	tell(fixture, e, "b.yaml.error", NULL);
	tell(fixture, root_of(fixture), "b.yaml.error", NULL);
	sibling_cache_tree_changed(fixture->space, d);
	assert_int_equal(asked(fixture), 2);
	sibling_cache_recorded(fixture->space, 0, NULL);
	assert_int_equal(asked(fixture), 1);
}

/* While a rename is under way, the ledger has the old path. Another directory may get the old
 * name. */
static void directories_that_move_are_found(void **state)
{
	struct fixture *fixture = *state;
	struct nodes *nodes = &fixture->space->nodes;
	struct node *d = make_directory(fixture, root_of(fixture), "d", "d"), *new_d;
	struct node_move move = {.parent = root_of(fixture), .name = "e", .path = "d"};
	char from[128], to[128];

	tell(fixture, d, "a.yaml.id", NULL);
	sibling_cache_recorded(fixture->space, 0, "d/a.yaml");
	assert_int_equal(asked(fixture), 1);
	snprintf(from, sizeof(from), "%s/d", fixture->spool);
	snprintf(to, sizeof(to), "%s/e", fixture->spool);
	assert_int_equal(rename(from, to), 0);
	node_moved(nodes, d, root_of(fixture), "d", root_of(fixture), strdup("e"));
	node_move_begin(nodes, &move);
	memset(fixture->space->siblings.directories, 0,
	       sizeof(fixture->space->siblings.directories));
	tell(fixture, d, "a.yaml.id", NULL);
	sibling_cache_recorded(fixture->space, 0, "d/a.yaml");
	assert_int_equal(asked(fixture), 1);
	node_move_end(&move);
	tell(fixture, d, "a.yaml.id", NULL);
	sibling_cache_recorded(fixture->space, 0, "d/a.yaml");
	assert_int_equal(asked(fixture), 0);
	sibling_cache_recorded(fixture->space, 0, "e/a.yaml");
	assert_int_equal(asked(fixture), 1);
	new_d = make_directory(fixture, root_of(fixture), "d", "d");
	tell(fixture, new_d, "a.yaml.id", NULL);
	sibling_cache_recorded(fixture->space, 0, "d/a.yaml");
	assert_int_equal(asked(fixture), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_kernel_is_told_only_of_siblings_that_it_keeps),
		TEST(a_node_that_the_kernel_does_not_know_is_forgotten),
		TEST(who_takes_an_answer_is_waited_for),
		TEST(who_does_not_take_an_answer_is_not_waited_for_twice),
		TEST(who_comes_back_has_taken_the_answer),
		TEST(a_notification_that_fails_is_repeated),
		TEST(a_node_that_is_freed_is_told_no_more),
		TEST(paths_are_found_below_directories),
		TEST(directories_that_move_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
