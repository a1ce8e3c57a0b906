"""What happened to cases on one day as a table (CSV): the same events as subscribers are told, for who takes a file."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from io import StringIO

from queues.store import EVERYTHING, MAX_PAGE, CaseQuery, CaseStore, Sort
from schemas.events import CaseEvent
from streams.case_events import OVERLAP, events_of

__all__ = ["events_between", "events_csv"]


def events_between(store: CaseStore, start: datetime, end: datetime) -> list[CaseEvent]:
    """By moment, those of one case in their order. ``status`` and the rest are as the case stands now. Reads every case
    that was changed since ``start``; of a case with more entries than it keeps the oldest are gone.

    May raise StoreDownError.
    """
    found = [event for event in _changed(store, start) if start <= event.at < end]
    return sorted(found, key=lambda event: event.at)


def events_csv(events: list[CaseEvent]) -> str:
    """With a line of names; no cell holds words of people."""
    text = StringIO()
    writer = csv.writer(text)
    names = [*CaseEvent.model_fields]
    writer.writerow(names)
    for event in events:
        value = event.model_dump(mode="json")
        writer.writerow(["" if value[name] is None else value[name] for name in names])
    return text.getvalue()


def _changed(store: CaseStore, start: datetime) -> Iterator[CaseEvent]:
    query = CaseQuery(changed_after=start - OVERLAP, merged=True, sort=Sort.CHANGED, limit=MAX_PAGE)
    while True:
        page = store.search(query, EVERYTHING)
        for found in page.cases:
            yield from events_of(found.case)
        if page.cursor is None:
            return
        query = replace(query, cursor=page.cursor)
