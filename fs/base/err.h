/* SPDX-License-Identifier: MIT */
#ifndef COCFS_BASE_ERR_H
#define COCFS_BASE_ERR_H

#include <stddef.h>

/* Errors: one sentence, and the lines under it in the .error sibling. */
#define ERR_TEXT_MAX 1024
#define ERR_DETAILS_MAX 3072

/*
 * An error that a person can act on: an errno, one sentence that says what is wrong, and
 * "key: value" lines. It is filled where the error occurs and gathers context as it rises; the same
 * text reaches the terminal, the log and the .error sibling. Lives on the caller's stack; owns
 * nothing. Functions that take one accept NULL, and fill it only when they fail. All text is made
 * fit to be shown (base/shown.h), so that a text from elsewhere forges no line. What does not fit
 * is cut between characters.
 */
struct err {
	int errnum;		       /* positive errno; 0: no error */
	char text[ERR_TEXT_MAX];       /* one sentence, no newline at its end */
	char details[ERR_DETAILS_MAX]; /* lines "key: value\n" */
	unsigned line, column;	       /* where in a text; 0: err_place() has told no place */
};

/* Fills err (fresh: details are emptied). */
void err_fill(struct err *err, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Fills err, too. Its value is -errnum, so that it can be returned at once. It is a macro, so that
 * a compiler and clang's analyzer see which value a failure has.
 */
#define err_set(err, errnum, ...)                                                                  \
	({                                                                                         \
		const int errnum_ = (errnum);                                                      \
		err_fill(err, errnum_, __VA_ARGS__);                                               \
		-errnum_;                                                                          \
	})

/* Puts "context: " before the sentence. NULL is accepted. It returns nothing, so that no caller
 * takes a failure without a sentence for a success. */
void err_context(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Says where in a text the error is: puts "LINE:COLUMN: " before the sentence, and adds the lines
 * "line" and "column". Both count from 1. Call it after err_context(). NULL is accepted.
 */
void err_place(struct err *err, unsigned line, unsigned column);

/* The sentence without the place that err_place() has put before it; lives as long as err. */
const char *err_sentence(const struct err *err);

/*
 * Adds a line "key: value". An empty value adds nothing.
 */
void err_detail(struct err *err, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The value of the first line of a key, ret_size bytes of err's own; NULL if there is none. */
const char *err_find(const struct err *err, const char *key, size_t *ret_size);

/* Takes the lines of a key out. */
void err_drop(struct err *err, const char *key);

/* The name of an errno, such as "ENODATA"; "errno N" in a static buffer for one without a name. */
const char *err_name(int errnum);

/*
 * The whole story, as the .error sibling holds it: the sentence, "errno: NAME", the details.
 * Returns an allocated string that the caller frees, NULL when out of memory.
 */
char *err_story(const struct err *err);

#endif
