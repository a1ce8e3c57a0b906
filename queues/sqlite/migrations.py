"""The schema, as numbered steps: step n brings a file of format n-1 to format n. A step that was released stays as it
is; a change is a new step.

Documents are JSON; beside them stand the columns that queries need. Moments are integers, microseconds since 1970 UTC.
``shelf`` is 0 for an open case, 1 for an ended one, 2 for one that was merged into another. No statistics are
collected (ANALYZE): queries name their index, and samples of values would outlive erasure.
"""

__all__ = ["APPLICATION_ID", "MIGRATIONS", "SEARCH_TABLES", "search_table"]

APPLICATION_ID = 0x53554E57
"""Marks the file as ours ("SUNW")."""

SEARCH_TABLES = ("search_1", "search_2")
"""One of them answers; the other is built beside it by a reindex, then they change places."""


def search_table(name: str) -> str:
    """The statement that creates one of the two full-text tables. The rowid is the case's ``n``.

    ``body`` holds skeletons (text/skeleton.py), ``tags`` exact terms (queues/sqlite/terms.py): an index of this kind
    takes in scattered keys at a fraction of what a B-tree costs. The tokenizer keeps vowel signs (M*) inside words
    and takes the private-use signs of ``terms`` (Co) for letters.
    """
    return (
        f"CREATE VIRTUAL TABLE {name} USING fts5(body, tags, columnsize = 0, "
        "tokenize = \"unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'\")"
    )


_CASES = (
    # A case id is a hash. Everything else refers to its number instead: numbers grow, so what is new lies side by
    # side, and a batch dirties few pages however large the file is.
    "CREATE TABLE case_ids (n INTEGER PRIMARY KEY, id TEXT NOT NULL)",
    "CREATE UNIQUE INDEX case_ids_id ON case_ids (id)",
    """
    CREATE TABLE cases (
        n INTEGER PRIMARY KEY,
        version INTEGER NOT NULL,
        shelf INTEGER NOT NULL,
        status TEXT NOT NULL,
        queue TEXT NOT NULL,
        type TEXT NOT NULL,
        language TEXT NOT NULL,
        urgency INTEGER NOT NULL,
        complainants INTEGER NOT NULL,
        received INTEGER NOT NULL,
        due INTEGER NOT NULL,
        assignee TEXT,
        place TEXT,
        indexed BLOB NOT NULL,
        doc TEXT NOT NULL
    )
    """,
    "CREATE INDEX cases_pressing ON cases (shelf, urgency, due, received)",
    "CREATE INDEX cases_due ON cases (shelf, due, received)",
    "CREATE INDEX cases_received ON cases (shelf, received)",
    "CREATE INDEX cases_complainants ON cases (shelf, complainants, received)",
    "CREATE INDEX cases_assignee ON cases (assignee, shelf) WHERE assignee IS NOT NULL",
    # Who may see a case: the queue that has it and those that watch it.
    """
    CREATE TABLE case_queues (
        n INTEGER NOT NULL,
        queue TEXT NOT NULL,
        shelf INTEGER NOT NULL,
        watching INTEGER NOT NULL,
        PRIMARY KEY (n, queue)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX case_queues_queue ON case_queues (queue, shelf)",
    "CREATE INDEX case_queues_watching ON case_queues (queue, shelf) WHERE watching",
)

_CASE_COUNTS = (
    """
    CREATE TABLE case_counts (
        queue TEXT NOT NULL,
        status TEXT NOT NULL,
        cases INTEGER NOT NULL,
        PRIMARY KEY (queue, status)
    ) WITHOUT ROWID
    """,
    """
    CREATE TRIGGER cases_counted AFTER INSERT ON cases WHEN new.shelf < 2 BEGIN
        INSERT INTO case_counts VALUES (new.queue, new.status, 1)
        ON CONFLICT DO UPDATE SET cases = cases + 1;
    END
    """,
    """
    CREATE TRIGGER cases_moved_from AFTER UPDATE OF queue, status, shelf ON cases WHEN old.shelf < 2 BEGIN
        UPDATE case_counts SET cases = cases - 1 WHERE queue = old.queue AND status = old.status;
    END
    """,
    """
    CREATE TRIGGER cases_moved_to AFTER UPDATE OF queue, status, shelf ON cases WHEN new.shelf < 2 BEGIN
        INSERT INTO case_counts VALUES (new.queue, new.status, 1)
        ON CONFLICT DO UPDATE SET cases = cases + 1;
    END
    """,
)

_FILING = (
    """
    CREATE TABLE mentions (
        n INTEGER PRIMARY KEY,
        key TEXT NOT NULL,
        author TEXT NOT NULL,
        disposition TEXT NOT NULL,
        case_n INTEGER,
        created INTEGER NOT NULL,
        doc TEXT NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX mentions_key ON mentions (key)",
    "CREATE INDEX mentions_author ON mentions (author)",
    "CREATE INDEX mentions_case ON mentions (case_n, created) WHERE case_n IS NOT NULL",
    "CREATE TABLE disposition_counts (disposition TEXT PRIMARY KEY, mentions INTEGER NOT NULL) WITHOUT ROWID",
    """
    CREATE TRIGGER mentions_counted AFTER INSERT ON mentions BEGIN
        INSERT INTO disposition_counts VALUES (new.disposition, 1)
        ON CONFLICT DO UPDATE SET mentions = mentions + 1;
    END
    """,
    "CREATE TABLE claims (key TEXT PRIMARY KEY, case_id TEXT NOT NULL) WITHOUT ROWID",
    """
    CREATE TABLE complainants (
        case_n INTEGER NOT NULL,
        author TEXT NOT NULL,
        PRIMARY KEY (case_n, author)
    ) WITHOUT ROWID
    """,
)

_SEARCH = (
    search_table(SEARCH_TABLES[0]),
    # ``building`` is the table that a reindex fills; ``run`` tells one reindex from the next.
    # ``erasures`` counts erased batches, ``compacted`` those of them that left no copy behind.
    """
    CREATE TABLE search_index (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        active TEXT NOT NULL,
        building TEXT,
        run INTEGER NOT NULL,
        erasures INTEGER NOT NULL,
        compacted INTEGER NOT NULL
    )
    """,
    f"INSERT INTO search_index VALUES (1, '{SEARCH_TABLES[0]}', NULL, 0, 0, 0)",  # noqa: S608 a constant
)

_STATE = (
    """
    CREATE TABLE state (
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        version INTEGER NOT NULL,
        state TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (kind, id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX state_state ON state (kind, state)",
    """
    CREATE TABLE state_counts (
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        records INTEGER NOT NULL,
        PRIMARY KEY (kind, state)
    ) WITHOUT ROWID
    """,
    """
    CREATE TRIGGER state_counted AFTER INSERT ON state BEGIN
        INSERT INTO state_counts VALUES (new.kind, new.state, 1)
        ON CONFLICT DO UPDATE SET records = records + 1;
    END
    """,
    """
    CREATE TRIGGER state_moved AFTER UPDATE OF state ON state WHEN old.state <> new.state BEGIN
        UPDATE state_counts SET records = records - 1 WHERE kind = old.kind AND state = old.state;
        INSERT INTO state_counts VALUES (new.kind, new.state, 1)
        ON CONFLICT DO UPDATE SET records = records + 1;
    END
    """,
    """
    CREATE TRIGGER state_dropped AFTER DELETE ON state BEGIN
        UPDATE state_counts SET records = records - 1 WHERE kind = old.kind AND state = old.state;
    END
    """,
)

MIGRATIONS: tuple[tuple[str, ...], ...] = ((*_CASES, *_CASE_COUNTS, *_FILING, *_SEARCH, *_STATE),)
"""One tuple of statements a step."""
