"""Cases that may be about the same: by words, place and time. A suggestion for people; nothing joins by likeness."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from queues.store import CaseQuery, CaseStore, Sort, Visibility
from schemas.case import Case, MentionRecord, PostKind
from text.normalise import strip_addresses
from text.skeleton import skeleton

__all__ = ["Growth", "Likeness", "growth", "similar"]

WINDOW = timedelta(days=7)
LEAST_LIKENESS = 0.25
"""Of the words of both, those in common; below this two posts on one subject look alike by chance."""
_CANDIDATES = 200
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another open case and how many of the words of both they share, from 0 to 1."""

    case: Case
    share: float


def similar(store: CaseStore, case: Case, visibility: Visibility) -> list[Likeness]:
    """Open cases of the same type, received within a week of it, whose words are alike: the likest first, ten at most.

    Where both name a place it must be the same. Looks at the 200 latest of that week that the reader may see.
    """
    query = CaseQuery(
        types=(case.type,),
        places=(case.place,) if case.place is not None else (),
        received_after=case.received_at - WINDOW,
        received_before=case.received_at + WINDOW,
        sort=Sort.NEWEST,
        limit=_CANDIDATES,
    )
    own = _words(case)
    found = [v.case for v in store.search(query, visibility).cases if v.case.id != case.id and v.case.is_open]
    alike = [Likeness(other, _share(own, _words(other))) for other in found]
    likest = sorted((a for a in alike if a.share >= LEAST_LIKENESS), key=lambda a: (-a.share, a.case.id))
    return likest[:_SHOWN]


@dataclass(frozen=True, slots=True)
class Growth:
    """Distinct accounts that complained for the first time in the last ``window``, and in the one before it."""

    window: timedelta
    latest: int
    before: int

    @property
    def is_rising(self) -> bool:
        """At least three new ones, and twice as many as before."""
        return self.latest >= 3 and self.latest >= 2 * self.before


def growth(records: list[MentionRecord], now: datetime, window: timedelta = timedelta(hours=1)) -> Growth:
    """How a campaign grows, from the records of its posts."""
    first: dict[str, datetime] = {}
    for record in records:
        complains = record.kind not in {PostKind.OFFICIAL, PostKind.DIRECTION}
        if complains and record.mention is not None:
            at = record.mention.created_at
            first[record.author_key] = min(at, first.get(record.author_key, at))
    latest = sum(now - window < at <= now for at in first.values())
    return Growth(window, latest, sum(now - 2 * window < at <= now - window for at in first.values()))


def _words(case: Case) -> frozenset[str]:
    texts = (post.text for post in case.posts if post.kind in {PostKind.ORIGINAL, PostKind.REPLY})
    return frozenset(word for text in texts for word in skeleton(strip_addresses(text)).split() if len(word) > 2)


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0
