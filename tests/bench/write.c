/* SPDX-License-Identifier: MIT */
/*
 * Writes many files with open, write and close from one or more processes, and prints the seconds
 * from the first open to the last close. It uses processes, because threads share their
 * descriptors: a program that asks how many processes hold a file would get another answer than for
 * cp.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "timing.h"

static char content[1 << 20];
static size_t content_size;
static char *name_place; /* the row of N in the content, which the job's name replaces; or NULL */
static size_t name_width;

static void read_content(const char *path)
{
	FILE *file = fopen(path, "rb");

	if (!file)
		give_up(path, errno);
	content_size = fread(content, 1, sizeof(content), file);
	if (ferror(file) || !feof(file))
		give_up("the file to write cannot be read, or is too large", 0);
	fclose(file);
	name_place = strstr(content, "NNNNNNNNNNNNNNNN");
	name_width = name_place ? strspn(name_place, "N") : 0;
}

/* Puts the file's name into the content as the job's name, because each job must have a name of its
 * own. */
static void put_name(const char *name)
{
	size_t size = strnlen(name, name_width);

	if (name_place)
		memset(mempcpy(name_place, name, size), 'x', name_width - size);
}

static void write_file(int directory, const char *name)
{
	int fd = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, content, content_size) != (ssize_t)content_size)
		give_up(name, errno);
	if (close(fd) < 0)
		give_up(name, errno);
}

static void write_files(int directory, const char *prefix, unsigned writer, unsigned count)
{
	char name[256];

	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s-%u-%06u.yaml", prefix, writer, i);
		put_name(name);
		write_file(directory, name);
	}
}

/* Starts a process that writes its files as soon as main() closes the pipe start. */
static void start_writer(int directory, const char *prefix, unsigned writer, unsigned count,
			 const int start[2])
{
	pid_t pid = fork();
	char nothing;

	if (pid < 0)
		give_up("fork", errno);
	if (pid)
		return;
	close(start[1]);
	if (read(start[0], &nothing, 1) != 0)
		give_up("the signal to start", errno);
	write_files(directory, prefix, writer, count);
	_exit(0);
}

int main(int argc, char **argv)
{
	unsigned writers, count, failed = 0;
	int directory, start[2], status;
	double begun;

	if (argc != 6) {
		fprintf(stderr, "usage: %s DIR PREFIX FILE WRITERS FILES_OF_EACH\n", argv[0]);
		return 2;
	}
	read_content(argv[3]);
	writers = count_of(argv[4]);
	count = count_of(argv[5]);
	directory = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		give_up(argv[1], errno);
	if (pipe2(start, O_CLOEXEC) < 0)
		give_up("pipe", errno);
	for (unsigned writer = 0; writer < writers; writer++)
		start_writer(directory, argv[2], writer, count, start);
	close(start[0]);
	begun = now_s();
	close(start[1]);
	for (unsigned i = 0; i < writers; i++)
		if (wait(&status) < 0 || status)
			failed++;
	if (failed)
		give_up("a writer failed", 0);
	printf("%.6f\n", now_s() - begun);
	return 0;
}
