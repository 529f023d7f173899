"""Writes rows with a given PRAGMA synchronous and acknowledges each: what the power loss test is tried on."""

import os
import sqlite3
import sys

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode=WAL")
connection.execute(f"PRAGMA synchronous={sys.argv[2]}")
connection.execute("PRAGMA wal_autocheckpoint=20")
connection.execute("CREATE TABLE t(n TEXT, filler TEXT)")
connection.execute("CREATE INDEX i ON t(n)")
for number in range(120):
    connection.execute("INSERT INTO t VALUES (?, hex(randomblob(2000)))", (str(number),))
    os.write(1, b"%d\n" % number)
