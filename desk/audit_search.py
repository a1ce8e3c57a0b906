"""Who did what, over all cases that an auditor may see: by person, act, case and time, a page at a time.

Cost: cases are read in the order in which they were changed, at most 1,000 a page; a page may end before it is full.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.accounts import User
from desk.authorise import visibility
from desk.parts import Desk
from desk.refusal import Refusal, mark, not_found
from queues.store import CaseQuery, Page, Sort, Visibility
from schemas.base import Utc, Value
from schemas.case import Case
from text.normalise import safe

__all__ = ["AuditAsked", "AuditLine", "AuditPage", "audit_search"]

_LOOKED_BACK = timedelta(days=7)
_CASES = 50
_MOST_PAGES = 20


class AuditAsked(Value):
    """What to look for; left out: anything, of the last seven days. ``by`` is a user name, ``clock``, ``filing``."""

    by: str = ""
    act: str = ""
    case: str = ""
    since: Utc | None = None
    until: Utc | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    at: datetime
    by: str
    act: str
    case: str
    docket: str | None
    queue: str
    detail: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """``cursor``: where to look further, None when all was looked at."""

    lines: tuple[AuditLine, ...]
    cursor: str | None


def audit_search(desk: Desk, user: User, asked: AuditAsked, *, cursor: str | None, limit: int) -> AuditPage:
    """Lines in the order of the cases' last change, of one case in their own. Raises Refusal for a case that is not
    there, or not the reader's, and for a cursor that is not one of this list's."""
    if asked.case:
        return _of_case(desk, user, asked, cursor, limit)
    since = asked.since or desk.clock() - _LOOKED_BACK
    return _over_cases(desk, user, asked, since, cursor, limit)


def _of_case(desk: Desk, user: User, asked: AuditAsked, cursor: str | None, limit: int) -> AuditPage:
    found = desk.store.case(asked.case, _seen(user))
    if found is None:
        raise not_found()
    lines, first = [*_lines(found.case, asked, asked.since)], _skipped(cursor)[0]
    more = len(lines) > first + limit
    return AuditPage(tuple(lines[first : first + limit]), _joined(first + limit, "") if more else None)


def _over_cases(  # noqa: PLR0913, PLR0917 - what a page is made of
    desk: Desk, user: User, asked: AuditAsked, since: datetime, cursor: str | None, limit: int
) -> AuditPage:
    skip, place = _skipped(cursor)
    query = CaseQuery(changed_after=since, merged=True, sort=Sort.CHANGED, limit=_CASES, cursor=place or None)
    lines: list[AuditLine] = []
    for _ in range(_MOST_PAGES):
        page = _page(desk, user, query)
        here = [line for found in page.cases for line in _lines(found.case, asked, since)][skip:]
        room = limit - len(lines)
        lines += here[:room]
        if len(here) > room:
            return AuditPage(tuple(lines), _joined(skip + room, query.cursor or ""))
        if page.cursor is None:
            return AuditPage(tuple(lines), None)
        skip, query = 0, replace(query, cursor=page.cursor)
    return AuditPage(tuple(lines), _joined(0, query.cursor or ""))


def _page(desk: Desk, user: User, query: CaseQuery) -> Page:
    try:
        return desk.store.search(query, _seen(user))
    except ValueError as error:
        raise _not_ours() from error


def _seen(user: User) -> Visibility:
    """Never what is sealed: that is read on the case's own page, where it is kept who has read it."""
    return replace(visibility(user), sealed=False)


def _lines(case: Case, asked: AuditAsked, since: datetime | None) -> Iterator[AuditLine]:
    for entry in case.history:
        in_time = (since is None or entry.at >= since) and (asked.until is None or entry.at < asked.until)
        if in_time and asked.by in {"", entry.by} and asked.act in {"", entry.act}:
            yield AuditLine(entry.at, entry.by, entry.act, case.id, case.docket, case.queue, safe(entry.detail))


def _joined(skip: int, cursor: str) -> str:
    return f"{skip}.{cursor}"


def _skipped(cursor: str | None) -> tuple[int, str]:
    """Lines of the page of cases that were shown already, and where that page begins."""
    skip, dot, place = (cursor or "0.").partition(".")
    if not (dot and skip.isascii() and skip.isdecimal() and len(skip) < 7):
        raise _not_ours()
    return int(skip), place


def _not_ours() -> Refusal:
    return Refusal(
        422, "bad_cursor", mark("This list cannot be gone on with from there. Begin it again."), field="cursor"
    )
