"""The sweep: everything that is due, oldest first, in pages, done exactly once however many workers there are.

A worker reads a page of due cases, decides what each needs (queues/escalation.py) and writes them with the versions
that it read: what another has done meanwhile is stale, and left to it. Who meets another leaves it the next page, too,
so that two do not decide the same all the way. Nothing is remembered between passes, so a worker killed anywhere has
lost nothing, and after an outage the next one goes on with the oldest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from queues.audit import write_cases
from queues.escalation import on_due
from queues.outbox import NOTICES, due_entries, without_entries
from queues.sla import settled
from queues.store import EVERYTHING, MAX_PAGE, CaseQuery, CaseStore, Sort, Versioned
from schemas.case import Case
from schemas.directory import Directory
from schemas.outbox import Entry
from streams.metrics import SWEPT

__all__ = ["Notice", "Notifier", "Sweep", "just_after"]


@dataclass(frozen=True, slots=True)
class Notice:
    """An entry of a case's outbox, as it goes out. ``id`` is the same whenever it is handed on."""

    case: Case
    entry: Entry

    @property
    def id(self) -> str:
        return f"{self.case.id}:{self.entry.id}"


class Notifier(Protocol):
    """Hands notices to people. A notice that was handed on before is known by its id."""

    def __call__(self, notices: Sequence[Notice]) -> None:
        """May raise StoreDownError; the same notices come again then."""
        ...


@dataclass(frozen=True)
class Sweep:
    """One look at all that is due. Cost: one indexed query when nothing is; else one read and one write of each case,
    in transactions of MAX_PAGE."""

    store: CaseStore
    directory: Directory
    notify: Notifier
    clock: Callable[[], datetime]

    def __call__(self) -> int:
        """Works until nothing more is due. Returns how many cases it has written. May raise StoreDownError."""
        written = 0
        while done := self._pass():
            written += done
        return written

    def _pass(self) -> int:
        """Once over all that is due now, by cursor: a case that nothing can be done about is not read for ever."""
        now = self.clock()
        query = CaseQuery(due_before=just_after(now), sort=Sort.DUE, limit=MAX_PAGE)
        written = 0
        while True:
            page = self.store.search(query, EVERYTHING)
            # Each page at its own moment: who follows what has changed by then would miss what is dated before it.
            done, stale = self._work_off(page.cases, self.clock())
            written += done
            if stale and page.cursor is not None:  # another is here, and takes the next page while this one decides
                page = self.store.search(replace(query, cursor=page.cursor), EVERYTHING)
            if page.cursor is None:
                return written
            query = replace(query, cursor=page.cursor)

    def _work_off(self, cases: Sequence[Versioned], now: datetime) -> tuple[int, int]:
        """How many were written, and how many another has written meanwhile.

        Notices are handed on first, by ids that follow from the steps: done again after a kill, they are the same. The
        case is written without them, and what could not be handed on stays in its outbox.
        """
        changes = [(found, on_due(found.case, self.directory, now)) for found in cases]
        notices = [Notice(after, entry) for _, after in changes for entry in due_entries(after, NOTICES, now)]
        if notices:
            self.notify(notices)
        due = [(self._handed_on(after, now), found) for found, after in changes]
        due = [(after, found) for after, found in due if after is not found.case]
        written = sum(write_cases(self.store, [(after, found.version) for after, found in due])) if due else 0
        SWEPT.inc(written)
        return written, len(due) - written

    def _handed_on(self, case: Case, now: datetime) -> Case:
        sent = {entry.id for entry in due_entries(case, NOTICES, now)}
        return settled(without_entries(case, sent), self.directory) if sent else case


def just_after(now: datetime) -> datetime:
    """``due_before`` leaves out the moment itself."""
    return now + timedelta(microseconds=1)
