"""What must hold of an office after anything: nothing lost, nothing twice, counts exact."""

from collections.abc import Iterable

from queues.deciding import read_roots
from queues.store import CaseStore
from schemas.case import Case, Disposition, MentionRecord
from tests.pipeline.office import OfficeUnderTest

__all__ = ["all_cases", "assert_whole", "groups"]


def all_cases(office: OfficeUnderTest) -> list[Case]:
    """Every case that was not merged into another."""
    with office.parts() as parts:
        return _all(parts.store)


def _all(store: CaseStore) -> list[Case]:
    return [case for case in store.every_case() if case.merged_into is None]


def assert_whole(office: OfficeUnderTest, keys: Iterable[str]) -> None:
    """Every key has one record; every record that says so has its case; counters are what the records say."""
    with office.parts() as parts:
        store = parts.store
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


def _roots(store: CaseStore, cases: Iterable[str]) -> dict[str, str]:
    """The root of each case, asked for in as many calls as the store's bound takes."""
    ids = list(cases)
    roots: dict[str, str] = {}
    for start in range(0, len(ids), 5000):
        roots |= read_roots(store, ids[start : start + 5000])[1]
    return roots


def groups(office: OfficeUnderTest, keys: Iterable[str]) -> set[frozenset[str]]:
    """Which mentions belong together, whatever their cases are called."""
    with office.parts() as parts:
        store = parts.store
        cases = {r.key: r.case_id for r in _records(store, keys).values() if r.case_id is not None}
        roots = _roots(store, set(cases.values()))
    together: dict[str, set[str]] = {}
    for key, case in cases.items():
        together.setdefault(roots[case], set()).add(key)
    return {frozenset(members) for members in together.values()}


def _records(store: CaseStore, keys: Iterable[str]) -> dict[str, MentionRecord]:
    wanted = list(keys)
    records: dict[str, MentionRecord] = {}
    for start in range(0, len(wanted), 5000):
        records |= store.mentions(wanted[start : start + 5000])
    return records
