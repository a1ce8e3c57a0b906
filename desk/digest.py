"""What an officer is told in the morning: their own open cases, what is due today, what is late. No words of a post."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from desk.refusal import mark
from desk.reports import date_said, one_message
from desk.speaking import Speaker
from queues.store import EVERYTHING, CaseQuery, CaseStore, Sort
from schemas.case import OPEN_STATUSES, Case
from schemas.directory import Directory

__all__ = ["Digest", "digest_of", "digest_text", "digest_title"]

_NAMED = 8
_OPEN = tuple(sorted(OPEN_STATUSES))


@dataclass(frozen=True, slots=True)
class Digest:
    """Counts of an officer's open cases at ``at``, and the most pressing of them; ``today``: due later that day."""

    at: datetime
    open: int
    today: int
    late: int
    first: Sequence[Case]


def digest_of(store: CaseStore, directory: Directory, name: str, now: datetime) -> Digest | None:
    """None for somebody who has no open case. May raise StoreDownError. Cost: three counts, and a page of a few."""
    midnight = datetime.combine(now.astimezone(directory.zone).date() + timedelta(days=1), time(), directory.zone)
    mine = CaseQuery(assignee=name, statuses=_OPEN, sort=Sort.DEADLINE, limit=_NAMED)

    def count(before: datetime | None) -> int:
        query = CaseQuery(assignee=name, statuses=_OPEN, deadline_before=before)
        return store.tally(query, EVERYTHING, ()).total

    found = store.search(mine, EVERYTHING).cases
    if not found:
        return None
    late = count(now)
    return Digest(now, count(None), count(midnight) - late, late, [each.case for each in found])


def digest_title(say: Speaker, digest: Digest) -> str:
    what = say.text(mark("your cases"))
    return f"Sunwai: {what}, {date_said(digest.at.astimezone(say.directory.zone).date())}"


def digest_text(say: Speaker, digest: Digest) -> str:
    """One message (desk/reports.py)."""
    counts = ((mark("Open"), digest.open), (mark("Due today"), digest.today), (mark("Late"), digest.late))
    head = ", ".join(f"{say.text(what)} {say.number(number)}" for what, number in counts)
    return one_message([head, *(_line(say, case) for case in digest.first)])


def _line(say: Speaker, case: Case) -> str:
    """Of a sealed case its number and times."""
    what = "" if case.is_sealed else f", {say.label(case.type)}"
    urgent = "" if case.is_sealed or case.urgency != "critical" else f", {say.label(case.urgency)}"
    return f"{case.docket or case.id}: {say.due(case.deadline_at).text}{what}{urgent}"
