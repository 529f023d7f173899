"""Writes rows with synchronous=OFF and acknowledges each: what the power loss test must catch."""

import os
import sqlite3
import sys

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode=WAL")
connection.execute("PRAGMA synchronous=OFF")
connection.execute("PRAGMA wal_autocheckpoint=20")
connection.execute("CREATE TABLE t(n TEXT, filler TEXT)")
connection.execute("CREATE INDEX i ON t(n)")
for number in range(120):
    connection.execute("INSERT INTO t VALUES (?, hex(randomblob(2000)))", (str(number),))
    os.write(1, b"%d\n" % number)
