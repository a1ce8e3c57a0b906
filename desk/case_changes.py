"""What has changed about cases, for open desks (desk/events.py): found by looking at the store's last seconds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from desk.events import Told, format_event, missed
from desk.shapes import CaseChanged, case_changed
from queues.ordering import milliseconds
from queues.store import CaseQuery, CaseStore, Sort, Visibility
from schemas.case import Case

__all__ = ["OVERLAP", "CaseChanges", "changed_since", "moment_of", "stamp"]

OVERLAP = timedelta(seconds=5)
"""A change is in every search by then: Elasticsearch refreshes each second, clocks of machines are no further apart."""
_PAGE = 500
_MOST_KNOWN = 2000
"""Changes of the last seconds that are told one by one; when there are more, everybody is told to look again."""
_MILLISECOND = timedelta(milliseconds=1)
_MOST_MISSED = 200
_EVERY_QUEUE = Visibility(None)
"""All but what is sealed."""


def stamp(moment: datetime) -> int:
    """Milliseconds since 1970 UTC: the id of an event, by which a client goes on after it."""
    return milliseconds(moment) // 1000


def moment_of(stamp: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=stamp)


@dataclass
class CaseChanges:
    """Cases that were opened or have changed, whatever process changed them."""

    store: CaseStore
    clock: Callable[[], datetime]
    _known: dict[str, datetime] = field(default_factory=dict)
    _latest: int = 0

    @property
    def latest(self) -> str:
        return str(self._latest)

    def begin(self) -> None:
        self._known = {}
        self._latest = stamp(self.clock())

    def find(self) -> list[Told] | None:
        since = self.clock() - OVERLAP
        query = CaseQuery(changed_after=since, merged=True, sort=Sort.CHANGED, limit=_PAGE)
        found: list[Case] = []
        for cases in _pages(self.store, query, _EVERY_QUEUE):
            found += [case for case in cases if self._known.get(case.id) != case.changed_at]
            self._known |= {case.id: case.changed_at for case in cases}
            if len(self._known) > _MOST_KNOWN:
                self._known = {}
                self._latest = max(self._latest, stamp(self.clock()))
                return None
        self._known = {id: at for id, at in self._known.items() if at >= since - _MILLISECOND}
        return [self._told(case) for case in found]

    def _told(self, case: Case) -> Told:
        self._latest = max(self._latest, stamp(case.changed_at))
        return Told(_event(case_changed(case), self._latest), self.latest, lambda seen: seen.sees(case))


def changed_since(store: CaseStore, seen: Visibility, since: datetime, now: datetime) -> list[bytes]:
    """What somebody has missed since then, as events: at most 200, of the last day; more is said in one."""
    query = CaseQuery(changed_after=since, merged=True, sort=Sort.CHANGED, limit=_MOST_MISSED)
    if now - since > timedelta(days=1):
        return [missed(str(stamp(now)))]
    page = store.search(query, replace(seen, sealed=False))
    if page.cursor is not None:
        return [missed(str(stamp(now)))]
    return [_event(case_changed(found.case), stamp(found.case.changed_at)) for found in page.cases]


def _event(changed: CaseChanged, id: int) -> bytes:
    return format_event("case", changed, str(id))


def _pages(store: CaseStore, query: CaseQuery, seen: Visibility) -> Iterator[list[Case]]:
    while True:
        page = store.search(query, seen)
        yield [found.case for found in page.cases]
        if page.cursor is None:
            return
        query = replace(query, cursor=page.cursor)
