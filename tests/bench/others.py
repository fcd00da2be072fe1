# SPDX-License-Identifier: MIT
"""Very many jobs of others: put directly into the store of a cocd, because its API would need a request for each."""

import os
import sqlite3

import postgresql

VERSIONS = 100  # of one job; each other job has one
DOCUMENTS = """INSERT INTO documents (document_id, name, description, risk_level, enterprise_project_id, tags, creator, create_time_ms,
 update_time_ms, version) SELECT 'DM' || (20260101000000 + n) || 'abcdefgh', 'restart the web servers ' || n, '', 'LOW', '0', '[]', 'me',
 1767225600000 + n, 1767225600000 + n, CASE WHEN n = 1 THEN {versions} ELSE 1 END FROM {numbers}"""
CONTENT = """INSERT INTO versions (document, version, version_uuid, create_time_ms, content)
 SELECT number, v, number || '-' || v, create_time_ms, 'meta: {{}}' || char FROM documents, {versions}, (SELECT {padding} AS char) AS c
 WHERE v <= documents.version"""


def fill_sqlite(data, n):
    """Puts n jobs into the SQLite file of a cocd with the data directory data."""
    db = sqlite3.connect(os.path.join(data, "service.db"))
    series = "(WITH RECURSIVE s(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM s WHERE n < {}) SELECT n{} FROM s) AS {}"
    db.execute(DOCUMENTS.format(versions=VERSIONS, numbers=series.format(n, "", "s")))
    db.execute(CONTENT.format(versions=series.format(VERSIONS, " AS v", "v"), padding="printf('%2000c', 'x')"))
    db.commit()
    db.close()


def fill_postgresql(uri, n):
    postgresql.sql(uri, DOCUMENTS.format(versions=VERSIONS, numbers=f"generate_series(1, {n}) AS n") + ";"
                   + CONTENT.format(versions=f"generate_series(1, {VERSIONS}) AS v", padding="repeat('x', 2000)") + "; ANALYZE")
