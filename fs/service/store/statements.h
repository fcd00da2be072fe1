/* SPDX-License-Identifier: MIT */
#ifndef COCFS_SERVICE_STORE_STATEMENTS_H
#define COCFS_SERVICE_STORE_STATEMENTS_H

/*
 * The texts of statements that differ between SQLite and PostgreSQL only in a part. The columns of
 * a row stand only here, because the code that reads a row counts them. A file that includes this
 * header must define these macros first, in the words of its database:
 *
 *   LIKE(column, place)	a column matches the pattern at a place.
 *
 *   HAS_TAGS		an execution has all tags of the JSON array ?4.
 *
 *   NUMBERS		a query for the numbers in the JSON array ?4.
 */

#define FIND "SELECT number, version FROM documents WHERE document_id = ?1"

/* A condition that also holds if the value at place, such as "?1", is null. */
#define IF_GIVEN(place, condition) "(" place " IS NULL OR " condition ")"
#define AND_IF_GIVEN(place, condition) " AND " IF_GIVEN(place, condition)

#define FILTER                                                                                     \
	" WHERE " IF_GIVEN("?1", LIKE("name", "?1")) AND_IF_GIVEN("?2", "creator = ?2")            \
		AND_IF_GIVEN("?3", "enterprise_project_id = ?3")

#define EVERY_ROW                                                                                  \
	"SELECT number, document_id, name, enterprise_project_id, creator, modifier,"              \
	" create_time_ms, update_time_ms, version FROM documents"

#define ROW EVERY_ROW FILTER

#define LIST ROW " ORDER BY number DESC LIMIT ?4 OFFSET ?5"

#define LIST_AFTER ROW " AND number < ?5 ORDER BY number DESC LIMIT ?4"

#define COUNT "SELECT count(*) FROM documents" FILTER

#define IS_FOUND " AND number IN (" NUMBERS ")"

#define LIST_FOUND ROW IS_FOUND " ORDER BY number DESC LIMIT ?5 OFFSET ?6"

#define COUNT_FOUND COUNT IS_FOUND

#define PARTS(low, high) "SELECT document FROM name_parts WHERE part >= " low " AND part < " high

#define FIND_PARTS                                                                                 \
	"SELECT document FROM (" PARTS("?1", "?2") " UNION ALL " PARTS(                            \
		"?3",                                                                              \
		"?4") " UNION ALL " PARTS("?5",                                                    \
					  "?6") " UNION ALL " PARTS("?7",                          \
								    "?8") ") AS found LIMIT ?9"

#define EXECUTION                                                                                  \
	"SELECT number, execution_id, tags, change_time_ms, document_id, document_name,"           \
	" version_uuid, version, creator, description, type, target_parameter_name, parameters,"   \
	" sys_tags, targets, start_time_ms, moving, settled, settle_time_ms, ends"

#define WHOLE_EXECUTION EXECUTION ", content, step_ms, acts FROM executions WHERE execution_id = ?1"

#define ENDED_BEFORE "(ends <> 0 AND settle_time_ms <= ?7 AND settle_time_ms < ?6)"

#define EXECUTION_FILTER                                                                           \
	" FROM executions WHERE " IF_GIVEN("?1", LIKE("creator", "?1"))                            \
		AND_IF_GIVEN("?2", LIKE("document_name", "?2"))                                    \
			AND_IF_GIVEN("?3", "document_id = ?3") AND_IF_GIVEN("?4", HAS_TAGS)        \
				AND_IF_GIVEN("?5", "start_time_ms > ?5")                           \
					AND_IF_GIVEN("?6", ENDED_BEFORE)

#define EXECUTIONS EXECUTION EXECUTION_FILTER " ORDER BY number DESC LIMIT ?8 OFFSET ?9"

#define COUNT_EXECUTIONS "SELECT count(*)" EXECUTION_FILTER

#endif
