"""Notices as records, from which they are said to people (streams/relaying.py): one for each rank, or officer, and
queue of a page, under a name that follows from the notices in it. The same page handed on again makes no second record.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

from queues.state import AlreadyExistsError, StateStore
from schemas.outbox import EntryKind
from streams.clock import Notice
from streams.metrics import NOTICES

__all__ = [
    "KIND",
    "READY",
    "RINGING",
    "SAID",
    "TOLD",
    "Handout",
    "NoticeKind",
    "StateNotifier",
    "hand_out",
    "tell_nobody",
]

KIND = "notification"
RINGING = "ringing"
TOLD = "told"
READY = "ready"
"""In words already: said as it stands, to each channel once, and not again after a kill in the middle of saying it."""

SAID = "said"
"""Said through every channel that it is for: kept for a day, so that it is known when it is handed on again."""


class NoticeKind(StrEnum):
    """What a channel can be for. Digests and sheets go only to channels that name whom they are for."""

    NOTICE = "notice"
    RING = "ring"
    DIGEST = "digest"
    SHEET = "sheet"


@dataclass(frozen=True, slots=True)
class Handout:
    """Words for somebody (a rank, or an account's name) about ``queues``: title and body in each language, by its code.
    ``id`` is the same whenever it is handed out."""

    id: str
    kind: NoticeKind
    to: str
    queues: tuple[str, ...]
    words: Mapping[str, tuple[str, str]]


def hand_out(state: StateStore, handouts: Sequence[Handout], now: datetime) -> int:
    """Keeps those that were not handed out before; returns how many. May raise StoreDownError."""
    kept = 0
    for each in handouts:
        value = {
            "kind": each.kind,
            "queues": each.queues,
            "to": each.to,
            "at": now.isoformat(),
            "words": {language: [*words] for language, words in each.words.items()},
        }
        with suppress(AlreadyExistsError):
            state.create(KIND, f"{each.kind}:{each.id}", value, state=READY)
            NOTICES.labels(each.kind).inc()
            kept += 1
    return kept


@dataclass(frozen=True)
class StateNotifier:
    """Keeps notices in the state store, without words of a post. May raise StoreDownError."""

    state: StateStore
    clock: Callable[[], datetime]

    def __call__(self, notices: Sequence[Notice]) -> None:
        grouped: dict[tuple[str, str, EntryKind], list[Notice]] = {}
        for notice in notices:
            grouped.setdefault((notice.case.queue, notice.entry.to, notice.entry.kind), []).append(notice)
        for (queue, to, kind), group in grouped.items():
            value = {
                "queue": queue,
                "to": to,
                "at": self.clock().isoformat(),
                "notices": [_said(notice) for notice in group],
            }
            with suppress(AlreadyExistsError):  # handed on before, by a worker that was killed
                self.state.create(KIND, _name(group), value, state=RINGING if kind is EntryKind.RING else TOLD)
            NOTICES.labels(kind).inc(len(group))


def tell_nobody(notices: Sequence[Notice]) -> None:
    """Where no channel is set up. Nothing is kept to be said: each would cost several writes, to be said to nobody."""
    for notice in notices:
        NOTICES.labels(notice.entry.kind).inc()


def _said(notice: Notice) -> dict[str, object]:
    case = notice.case
    return {"id": notice.id, "docket": case.docket, "about": notice.entry.about, "sealed": case.is_sealed}


def _name(group: Sequence[Notice]) -> str:
    return blake2b("\n".join(sorted(notice.id for notice in group)).encode(), digest_size=16).hexdigest()
