"""What an alert says: from the state of the watch to a SpikeAlert."""

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from alerts.dossier import Dossier
from alerts.situations import Surge
from alerts.spikes import Growth, Rise
from alerts.spread import INTERVAL_SECONDS, Spread
from schemas.alert import AlertKind, Grade, SpikeAlert
from schemas.events import Observation

__all__ = ["chart_of", "of_rise", "of_silence", "of_surge", "usual_of"]

_HIGH_RUMOUR = 0.3
_HIGH_DOUBLING = 2
_CERTAIN = 12.0
"""Surprise (powers of ten) from which a rise counts in full."""
_SHOWN = 5
_TEXT = 600
_CHART = 144
"""Intervals of growth that are shown: the last twelve hours in which somebody came."""


def of_rise(
    rise: Rise, record: tuple[Growth, Dossier], post: Observation, overlapping: tuple[str, ...], now: float
) -> SpikeAlert:
    """``post`` completed the rise: it is the one that is quoted."""
    growth, dossier = record
    rumour = dossier.mean_rumour
    rising = min(1.0, max(rise.surprise, rise.climb) / _CERTAIN)
    high = rumour >= _HIGH_RUMOUR or rise.doubling >= _HIGH_DOUBLING
    return SpikeAlert(
        id=f"{rise.claim}:{rise.doubling}",
        kind=AlertKind.RUMOUR,
        grade=Grade.HIGH if high else Grade.LOW,
        claim=rise.claim,
        doubling=rise.doubling,
        at=datetime.fromtimestamp(now, UTC),
        text=post.text[:_TEXT],
        text_of=post.key,
        accounts=rise.accounts,
        countering=dossier.countering.accounts if dossier.countering else 0,
        questioning=dossier.questioning.accounts if dossier.questioning else 0,
        posts=dossier.posts,
        surprise=round(rise.surprise, 2),
        expected=round(rise.expected, 3),
        score=round(rising * rumour, 4),
        rumour=round(rumour, 4),
        complaint=round(dossier.mean_complaint, 4),
        first_posts=tuple(dossier.first),
        fastest_posts=tuple(dossier.counts("reposted"))[:_SHOWN],
        languages=dossier.counts("language"),
        places=dossier.counts("place"),
        handles=dossier.counts("handle"),
        growth=chart_of(growth.spreading),
        overlapping=overlapping,
        intake=", ".join(_ways(dossier)),
        tips=dossier.tips,
        by_terms=dossier.by_terms,
    )


def _ways(dossier: Dossier) -> Iterator[str]:
    """On which ways a claim's posts came."""
    if dossier.posts > dossier.tips + dossier.by_terms:
        yield "mentions"
    if dossier.tips:
        yield "tips"
    if dossier.by_terms:
        yield "terms"


def of_surge(surge: Surge, post: Observation) -> SpikeAlert:
    name = f"situation:{surge.name}:{surge.since}"
    return SpikeAlert(
        id=f"{name}:{surge.doubling}",
        kind=AlertKind.SITUATION,
        grade=Grade.LOW if surge.doubling == 0 else Grade.HIGH,
        claim=name,
        doubling=surge.doubling,
        at=post.at,
        wording="complaints, surging",
        accounts=surge.accounts,
        surprise=round(surge.surprise, 2),
        expected=round(surge.expected, 3),
        score=min(1.0, round(surge.surprise / _CERTAIN, 4)),
        complaint=post.complaint,
        type=post.type,
        place=post.place,
        handles=dict.fromkeys(post.handles, 1),
    )


def of_silence(since: int, now: int) -> SpikeAlert:
    name = f"silence:{since}"
    return SpikeAlert(
        id=f"{name}:0",
        kind=AlertKind.SILENCE,
        grade=Grade.HIGH,
        claim=name,
        doubling=0,
        at=_start(now),
        wording="no posts since " + _start(since).isoformat(),
        accounts=0,
    )


def chart_of(spread: Spread) -> tuple[tuple[datetime, int], ...]:
    """Accounts by the start of the five minutes in which they came; the latest 144 in which somebody came."""
    counts = spread.counts()
    return tuple((_start(number), counts[number]) for number in _shown(spread))


def usual_of(rise: Rise, spread: Spread, season: Callable[[int], float]) -> tuple[float, ...]:
    """For each interval of the chart the accounts, since its first one, above which more came than is usual: the mean
    and two standard deviations of the negative binomial that the rise is held against."""
    shown = _shown(spread)
    so_far, counted, most = 0.0, shown[0], []
    for number in shown:
        so_far += rise.usual * sum(season(each) for each in range(counted, number + 1))
        counted = number + 1
        most.append(round(so_far + 2 * math.sqrt(so_far + so_far**2 / rise.size), 1))
    return tuple(most)


def _shown(spread: Spread) -> list[int]:
    return sorted(spread.counts())[-_CHART:]


def _start(interval: int) -> datetime:
    return datetime.fromtimestamp(interval * INTERVAL_SECONDS, UTC)
