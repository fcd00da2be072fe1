/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_ERR_H
#define COCFS_BASE_ERR_H

#include <stddef.h>

/* Room in bytes, with a NUL, for the sentence of an error (text), and for the lines below the
 * sentence (details). */
#define ERR_TEXT_MAX 1024
#define ERR_DETAILS_MAX 3072

/*
 * An error that a person can act on: an errno, one sentence that says what is wrong, and lines
 * "key: value". The function that fails fills the error. Callers add context. The same text reaches
 * the terminal, the log and the .error sibling. A struct err lives on the caller's stack and owns
 * no memory.
 *
 * A function that can fail takes a struct err, or NULL if its caller needs no sentence. It fills
 * the error only if it fails. All text is made fit to be shown (base/shown.h), so a foreign text
 * forges no line. A text that is too long is cut between two characters.
 */
struct err {
	int errnum;		       /* positive errno; 0: no error */
	char text[ERR_TEXT_MAX];       /* one sentence, without a line feed */
	char details[ERR_DETAILS_MAX]; /* lines "key: value\n" */
	unsigned line, column;	       /* where in a checked text, both from 1; 0: not known */
};

/* Fills err with an errno and a sentence (printf(3)). Empties the details and the place. NULL is
 * accepted. Most callers use err_set(). */
void err_fill(struct err *err, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Fills err as err_fill() does; NULL is accepted. The value of the macro is -errnum, so a caller
 * can return it. This is a macro so that a compiler and clang's analyzer see which value a failure
 * has.
 */
#define err_set(err, errnum, ...)                                                                  \
	({                                                                                         \
		const int errnum_ = (errnum);                                                      \
		err_fill(err, errnum_, __VA_ARGS__);                                               \
		-errnum_;                                                                          \
	})

/* Puts "context: " before the sentence. NULL is accepted. The function returns no -errno, because
 * it has none if err is NULL: the caller returns its own. */
void err_context(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Says where in a text the error is. Puts "LINE:COLUMN: " before the sentence, adds "line: LINE"
 * and "column: COLUMN" to the details, and sets line and column. Both count from 1. Call this
 * function after err_context(), so that the place stands first. NULL is accepted.
 */
void err_place(struct err *err, unsigned line, unsigned column);

/* Returns the sentence without the place that err_place() has put before the sentence. The text
 * lives as long as err. */
const char *err_sentence(const struct err *err);

/* Adds a line "key: value" to the details; fmt makes the value (printf(3)). Adds nothing if the
 * value is empty. Cuts a value that is too long, or adds nothing if there is no room left. NULL is
 * accepted. */
void err_detail(struct err *err, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Returns the value of the first line of details that has this key: *ret_size bytes inside err,
 * without a NUL. Returns NULL if no line has the key. */
const char *err_find(const struct err *err, const char *key, size_t *ret_size);

/* Removes all lines of details that have this key. */
void err_drop(struct err *err, const char *key);

/* Returns the name of an errno, such as "ENODATA". For an errno without a name: "errno N", in a
 * static buffer that the next such call overwrites. */
const char *err_name(int errnum);

/*
 * Returns the whole story, as the .error sibling has it: the sentence, "errno: NAME", the details.
 * The caller frees the text. Returns NULL if there is no memory.
 */
char *err_story(const struct err *err);

#endif
