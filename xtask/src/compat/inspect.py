"""Looks into a database through SQLite and sqlite-vec, with nothing of either product.

    inspect.py rows PATH      the memories: {hash: {column: value}}
    inspect.py faults PATH    what is wrong: pages, word indexes, vectors against memories
"""

import json
import sqlite3
import sys

import sqlite_vec

LEFT_OUT = {"id", "content_hash", "created_at_iso", "updated_at", "updated_at_iso", "last_accessed"}


def columns(connection, table):
    return [row[0] for row in connection.execute(f"SELECT name FROM pragma_table_info('{table}')")]


def rows(connection):
    names = columns(connection, "memories")
    memories = {}
    for row in connection.execute("SELECT * FROM memories ORDER BY id"):
        memory = dict(zip(names, row))
        memory["live"] = memory.pop("deleted_at", None) is None
        try:
            memory["metadata"] = json.loads(memory["metadata"] or "{}")
        except ValueError:
            pass
        memories[memory["content_hash"]] = {key: value for key, value in memory.items() if key not in LEFT_OUT}
    return memories


def faults(connection):
    found = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    # An index in a form that this SQLite is too old for is not the original's, which never touches it; ours examines it.
    newer = "AND sql NOT LIKE '%contentless_delete%'" if sqlite3.sqlite_version_info < (3, 43) else ""
    fts5 = f"SELECT name FROM sqlite_master WHERE sql LIKE '%USING fts5%' {newer}"
    for index in [row[0] for row in connection.execute(fts5)]:
        try:
            connection.execute(f"INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)")
        except sqlite3.Error as error:
            found.append(f"word index {index}: {error}")
    live = {row[0] for row in connection.execute("SELECT id FROM memories WHERE deleted_at IS NULL")}
    vectors = {row[0] for row in connection.execute("SELECT rowid FROM memory_embeddings")}
    if "service_vectors" in tables:
        vectors |= {row[0] for row in connection.execute("SELECT id FROM service_vectors")}
    if live - vectors:
        found.append(f"{len(live - vectors)} memories have no vector")
    if vectors - live:
        found.append(f"{len(vectors - live)} vectors have no memory")
    return found


def main():
    connection = sqlite3.connect(sys.argv[2], timeout=20)
    connection.enable_load_extension(True)
    sqlite_vec.load(connection)
    answer = {"rows": rows, "faults": faults}[sys.argv[1]](connection)
    connection.rollback()
    json.dump(answer, sys.stdout)


main()
