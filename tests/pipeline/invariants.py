"""What must hold of an office after anything: nothing lost, nothing twice, counts exact."""

from collections.abc import Iterable
from pathlib import Path

from queues.deciding import root_ids
from queues.sqlite import SqliteCaseStore
from queues.store import EVERYTHING, MAX_PAGE, CaseQuery
from schemas.case import Case, Disposition, MentionRecord

__all__ = ["all_cases", "assert_whole", "groups"]


def all_cases(data: Path) -> list[Case]:
    store = SqliteCaseStore(data / "cases.db")
    try:
        return _all(store)
    finally:
        store.close()


def _all(store: SqliteCaseStore) -> list[Case]:
    found: list[Case] = []
    cursor: str | None = None
    while True:
        page = store.search(CaseQuery(limit=MAX_PAGE, cursor=cursor), EVERYTHING)
        found.extend(versioned.case for versioned in page.cases)
        cursor = page.cursor
        if cursor is None:
            return found


def assert_whole(data: Path, keys: Iterable[str]) -> None:
    """Every key has one record; every record that says so has its case; counters are what the records say."""
    store = SqliteCaseStore(data / "cases.db")
    try:
        wanted = list(keys)
        records = _records(store, wanted)
        assert set(records) == set(wanted)
        assert sum(store.dispositions().values()) == len(wanted)
        filed = [record for record in records.values() if record.case_id is not None]
        roots = _roots(store, {record.case_id for record in filed if record.case_id})
        posts: dict[str, int] = {}
        people: dict[str, set[str]] = {}
        for record in filed:
            root = roots[record.case_id or ""]
            posts[root] = posts.get(root, 0) + 1
            if record.disposition in (Disposition.CASE, Disposition.JOINED):
                people.setdefault(root, set()).add(record.author_key)
        cases = {case.id: case for case in _all(store)}
        assert set(cases) == set(posts)
        assert {id: case.post_count for id, case in cases.items()} == posts
        assert {id: case.complainants for id, case in cases.items()} == {id: len(who) for id, who in people.items()}
        assert all(case.due_at is not None for case in cases.values() if case.is_open and not case.historic)
    finally:
        store.close()


def _roots(store: SqliteCaseStore, cases: Iterable[str]) -> dict[str, str]:
    """The root of each case, asked for in as many calls as the store's bound takes."""
    ids = list(cases)
    roots: dict[str, str] = {}
    for start in range(0, len(ids), 5000):
        roots |= root_ids(store, ids[start : start + 5000])
    return roots


def groups(data: Path, keys: Iterable[str]) -> set[frozenset[str]]:
    """Which mentions belong together, whatever their cases are called."""
    store = SqliteCaseStore(data / "cases.db")
    try:
        cases = {r.key: r.case_id for r in _records(store, keys).values() if r.case_id is not None}
        roots = _roots(store, set(cases.values()))
    finally:
        store.close()
    together: dict[str, set[str]] = {}
    for key, case in cases.items():
        together.setdefault(roots[case], set()).add(key)
    return {frozenset(members) for members in together.values()}


def _records(store: SqliteCaseStore, keys: Iterable[str]) -> dict[str, MentionRecord]:
    wanted = list(keys)
    records: dict[str, MentionRecord] = {}
    for start in range(0, len(wanted), 5000):
        records |= store.mentions(wanted[start : start + 5000])
    return records
