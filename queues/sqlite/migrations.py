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

_NEVER = 2**62

_DEADLINES = (
    f"ALTER TABLE cases ADD COLUMN deadline INTEGER NOT NULL DEFAULT {_NEVER}",
    "ALTER TABLE cases ADD COLUMN promise TEXT NOT NULL DEFAULT 'open'",
    # Case.deadline_at: the earliest clock that runs; a case stored without clocks has its next moment.
    f"""
    UPDATE cases SET deadline = CASE json_array_length(doc, '$.clocks') WHEN 0 THEN due ELSE coalesce((
        SELECT min(
            CAST(strftime('%s', json_extract(value, '$.due_at')) AS INTEGER) * 1000000
            + CASE instr(json_extract(value, '$.due_at'), '.') WHEN 0 THEN 0 ELSE CAST(substr(
                json_extract(value, '$.due_at'), instr(json_extract(value, '$.due_at'), '.') + 1, 6
            ) AS INTEGER) END
        ) FROM json_each(doc, '$.clocks') WHERE json_extract(value, '$.met_at') IS NULL
    ), {_NEVER}) END
    """,  # noqa: S608 a constant
    # Case.promise: the first answer, or, where none was promised, the resolution.
    """
    UPDATE cases SET promise = coalesce((
        SELECT CASE
            WHEN json_extract(value, '$.met_at') IS NULL THEN 'open'
            WHEN julianday(json_extract(value, '$.met_at')) <= julianday(json_extract(value, '$.due_at')) THEN 'kept'
            ELSE 'missed'
        END
        FROM json_each(doc, '$.clocks') WHERE json_extract(value, '$.kind') IN ('answer', 'resolve')
        ORDER BY json_extract(value, '$.kind') LIMIT 1
    ), 'open')
    """,
    "DROP INDEX cases_pressing",
    "CREATE INDEX cases_pressing ON cases (shelf, urgency, deadline, received)",
    "CREATE INDEX cases_deadline ON cases (shelf, deadline, received)",
)

_SEALS = (
    """
    UPDATE case_queues SET queue = 'sealed:' || queue WHERE n IN (
        SELECT cases.n FROM cases, json_each(cases.doc, '$.sensitivity') WHERE value IN ('sexual_offence', 'child')
    )
    """,
)
"""What was filed before cases could be sealed."""

_TALLIES = (
    # A row is as long as its document: counting reads none of them, but this index alone.
    "DROP INDEX cases_received",
    """
    CREATE INDEX cases_received ON cases (
        shelf, received, urgency, status, type, queue, language, promise, deadline, assignee, place
    )
    """,
)

_CHANGES = (
    # Cases of before are changed when they were received: nobody follows what happened then.
    "ALTER TABLE cases ADD COLUMN changed INTEGER NOT NULL DEFAULT 0",
    "UPDATE cases SET changed = received",
    "CREATE INDEX cases_changed ON cases (shelf, changed)",
)

_NARROW = (
    # A document is some kilobytes, all else of a case some hundred bytes: apart from each other a million cases are
    # looked through in the memory that a phone has.
    "CREATE TABLE case_docs (n INTEGER PRIMARY KEY, doc TEXT NOT NULL)",
    "INSERT INTO case_docs (n, doc) SELECT n, doc FROM cases ORDER BY n",
    "ALTER TABLE cases DROP COLUMN doc",
    # A queue is read status by status, each in the order of what is most pressing.
    "CREATE INDEX cases_queue ON cases (queue, shelf, status, urgency, deadline, received, assignee)",
)

_KEPT_COUNTS = (
    "DROP TRIGGER cases_counted",
    "DROP TRIGGER cases_moved_from",
    "DROP TRIGGER cases_moved_to",
    "DROP TABLE case_counts",
    # queues/sqlite/kept_counts.py. ``lead`` is what a case is kept under for the readers of its own queue.
    """
    CREATE TABLE case_counts (
        facet TEXT NOT NULL,
        value TEXT NOT NULL,
        lead TEXT NOT NULL,
        status TEXT NOT NULL,
        cases INTEGER NOT NULL,
        PRIMARY KEY (facet, value, lead, status)
    ) WITHOUT ROWID
    """,
    *(
        f"""
        INSERT INTO case_counts (facet, value, lead, status, cases)
        SELECT '{facet}', {value}, case_queues.queue, status, count(*)
        FROM cases JOIN case_queues ON case_queues.n = cases.n AND NOT watching
        WHERE cases.shelf < 2 GROUP BY 2, 3, 4
        """  # noqa: S608 constants
        for facet, value in (
            ("", "''"),
            ("type", "type"),
            ("urgency", "CAST(urgency AS TEXT)"),
            ("language", "language"),
            ("place", "coalesce(place, '')"),
            ("assignee", "coalesce(assignee, '')"),
            ("promise", "promise"),
        )
    ),
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (*_CASES, *_CASE_COUNTS, *_FILING, *_SEARCH, *_STATE),
    _DEADLINES,
    _SEALS,
    _TALLIES,
    _CHANGES,
    (*_NARROW, *_KEPT_COUNTS),
)
"""One tuple of statements a step."""
