"""The conditions of a CaseQuery as SQL, and the ways in which those cases can be come by that one condition leaves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from queues.ordering import NEVER, URGENCY_RANKS, microseconds, milliseconds
from queues.sqlite.database import json_list
from queues.sqlite.rows import shelves
from queues.sqlite.terms import all_of, any_of, handle_match, place_match, word_matches
from queues.store import SEALED_KEY, CaseQuery, Visibility
from schemas.case import OPEN_STATUSES, Status

__all__ = ["LISTED", "Clause", "conditions", "in_text", "sources", "text_source", "visible"]

LISTED = "(SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition on ``cases`` or a whole SELECT of case numbers, with the values of its question marks."""

    sql: str
    values: tuple[object, ...] = ()


def visible(visibility: Visibility, number: str = "cases.n") -> Clause:
    """The condition that a reader may see the case ``number``."""
    if visibility.keys is not None:
        return Clause(
            f"EXISTS (SELECT 1 FROM case_queues AS seen WHERE seen.n = {number} AND seen.queue IN {LISTED})",  # noqa: S608
            (json_list(visibility.keys),),
        )
    if visibility.sealed:
        return Clause("1")
    return Clause(
        f"NOT EXISTS (SELECT 1 FROM case_queues AS seen WHERE seen.n = {number} AND seen.queue GLOB ?)",  # noqa: S608
        (f"{SEALED_KEY}*",),
    )


def conditions(query: CaseQuery, visibility: Visibility) -> Iterator[Clause]:
    """All but the shelf, and what the full-text index must say: that is ``in_text``."""
    yield visible(visibility)
    for column, wanted in (
        ("queue", query.queues),
        ("status", _narrowing(query.statuses)),
        ("type", query.types),
        ("urgency", [URGENCY_RANKS[urgency] for urgency in query.urgencies]),
        ("language", query.languages),
        ("promise", query.promises),
    ):
        if wanted:
            yield Clause(f"{column} IN {LISTED}", (json_list(wanted),))
    if query.assignee is not None:
        yield Clause("assignee = ?", (query.assignee,))
    if query.unassigned:
        yield Clause("assignee IS NULL")
    for condition, moment in (
        ("deadline < ?", query.deadline_before),
        ("due < ?", query.due_before),
        ("received >= ?", query.received_after),
        ("received < ?", query.received_before),
    ):
        if moment is not None:
            yield Clause(condition, (microseconds(moment),))
    if query.changed_after is not None:
        yield Clause("changed >= ?", (milliseconds(query.changed_after),))


def _narrowing(statuses: Sequence[Status]) -> Sequence[Status]:
    """Nothing where the shelves say as much."""
    said = {status for status in Status if (status in OPEN_STATUSES) in {each in OPEN_STATUSES for each in statuses}}
    return () if {*statuses} == said else statuses


def in_text(query: CaseQuery, table: str, *, found: bool = False) -> Iterator[Clause]:
    """What the full-text index must say; ``found``: of cases that come from ``text_source``.

    All that the index has is listed first, some 0.2 us each: asking it for one case after the other costs 50 us, and a
    millisecond where a word may be a beginning.
    """
    for match, negation in ((None if found else _match(query), ""), (_lone_unwanted(query), "NOT ")):
        if match is not None:
            yield Clause(f"cases.n {negation}IN (SELECT rowid FROM {table} WHERE {table} MATCH ?)", (match,))  # noqa: S608


def text_source(query: CaseQuery, table: str) -> Clause | None:
    """The cases that the full-text index finds; None when it is not asked for any."""
    match = _match(query)
    return None if match is None else Clause(f"SELECT rowid AS n FROM {table} WHERE {table} MATCH ?", (match,))  # noqa: S608


def _match(query: CaseQuery) -> str | None:
    """What the full-text index must say of a case, all of it; None: nothing."""
    wanted = word_matches(query.text, query.phrases, unfinished=True)
    if query.handle is not None:
        wanted.append(handle_match(query.handle))
    if query.places:
        wanted.append(any_of(map(place_match, query.places)))
    unwanted = word_matches(query.without, unfinished=False)
    if not wanted or not unwanted:
        return all_of(wanted) or None
    return f"({all_of(wanted)}) NOT ({any_of(unwanted)})"


def _lone_unwanted(query: CaseQuery) -> str | None:
    """Words that must not be there, where none must: the index has no expression for that alone."""
    return any_of(word_matches(query.without, unfinished=False)) or None if _match(query) is None else None


def sources(query: CaseQuery, visibility: Visibility) -> Iterator[Clause]:
    """What could lead, but for ``text_source``: each SELECT gives the ``n`` of every case that a condition lets
    through."""
    shelved = json_list(shelves(query.statuses, merged=query.merged))
    if query.assignee is not None:
        yield Clause(f"SELECT n FROM cases WHERE assignee = ? AND shelf IN {LISTED}", (query.assignee, shelved))  # noqa: S608
    if query.changed_after is not None:
        yield Clause(
            f"SELECT n FROM cases INDEXED BY cases_changed WHERE shelf IN {LISTED} AND changed >= ?",  # noqa: S608
            (shelved, milliseconds(query.changed_after)),
        )
    if query.due_before is not None:
        yield Clause(
            f"SELECT n FROM cases INDEXED BY cases_due WHERE shelf IN {LISTED} AND due < ?",  # noqa: S608
            (shelved, microseconds(query.due_before)),
        )
    if query.deadline_before is not None:
        yield Clause(
            f"SELECT n FROM cases INDEXED BY cases_deadline WHERE shelf IN {LISTED} AND deadline < ?",  # noqa: S608
            (shelved, microseconds(query.deadline_before)),
        )
    since, until = query.received_after, query.received_before
    if since is not None or until is not None:
        yield Clause(
            "SELECT n FROM cases INDEXED BY cases_received "  # noqa: S608
            f"WHERE shelf IN {LISTED} AND received >= ? AND received < ?",
            (shelved, 0 if since is None else microseconds(since), NEVER if until is None else microseconds(until)),
        )
    asked = [*query.queues, *(SEALED_KEY + queue for queue in query.queues)]
    for queues in (asked or None, visibility.keys):
        if queues is not None:
            yield _kept_under(queues, shelved)


def _kept_under(keys: Sequence[str], shelved: str) -> Clause:
    return Clause(
        f"SELECT n FROM case_queues INDEXED BY case_queues_queue WHERE queue IN {LISTED} AND shelf IN {LISTED}",  # noqa: S608
        (json_list(sorted(keys)), shelved),
    )
