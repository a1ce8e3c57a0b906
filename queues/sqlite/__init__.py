"""The embedded adapter of both store protocols: one SQLite file, shared by every process of the machine.

``database`` opens the file and guards transactions, ``migrations`` is its schema, ``cases`` and ``state`` are the two
stores; the other modules are the parts of the case store.
"""

from queues.sqlite.cases import SqliteCaseStore
from queues.sqlite.database import StoreFormatError
from queues.sqlite.state import SqliteStateStore

__all__ = ["SqliteCaseStore", "SqliteStateStore", "StoreFormatError"]
