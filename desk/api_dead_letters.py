"""Dead letters through the API, ``/api/v1/dead-letters``, for administrators: where from and why, never their words."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Query
from pydantic import Field, JsonValue

from desk.api_answers import COMMON, PageAsked, answers, cut
from desk.asking import CallerDep, DeskDep, WriterDep
from desk.authorise import require_administrator
from desk.dead_letters import DeadLetter, letters_of
from desk.examples import example
from schemas.base import Value

__all__ = ["dead_letters_api"]

dead_letters_api = APIRouter(prefix="/api/v1/dead-letters", tags=["administration"], responses=COMMON)

_MOST = 100
_LETTER: dict[str, JsonValue] = {
    "id": "mentions/0/41",
    "time": "2026-03-02T05:40:00+00:00",
    "source": "demo-portal",
    "origin": "mentions/0/41",
    "reason": "created_at: is missing",
    "length": 212,
}
_log = structlog.get_logger("desk")


class Letter(Value):
    """``origin`` is a topic, partition and offset; ``length`` in bytes."""

    model_config = example(**_LETTER)

    id: str
    time: str
    source: str
    origin: str
    reason: str
    length: int


class LetterPage(Value):
    """``count``: how many there are in all."""

    model_config = example(count=1, letters=[_LETTER], cursor=None)

    count: int
    letters: tuple[Letter, ...]
    cursor: str | None = Field(description="Asks for the next page; null on the last.")


class Picked(Value):
    ids: tuple[Annotated[str, Field(max_length=200)], ...] = Field(
        min_length=1, max_length=_MOST, examples=[["mentions/0/41"]]
    )


class Replayed(Value):
    """``gone``: no longer in the log, or filed since."""

    model_config = example(replayed=1, gone=0)

    replayed: int
    gone: int


@dead_letters_api.get("", responses=answers(404))
def dead_letters(desk: DeskDep, caller: CallerDep, asked: Annotated[PageAsked, Query()]) -> LetterPage:
    """Those that are open: not filed since. 404 at a desk without an event log."""
    require_administrator(caller.user)
    found = letters_of(desk.dead_letters)
    letters, more = cut(found.open(asked.cursor or "", asked.limit + 1), asked.limit)
    shown = tuple(map(_shown, letters))
    return LetterPage(count=found.count(), letters=shown, cursor=shown[-1].id if more else None)


@dead_letters_api.post("/replay", responses=answers(404))
def replay(desk: DeskDep, caller: WriterDep, given: Picked) -> Replayed:
    """Has them read again. One that is replayed twice is filed once."""
    require_administrator(caller.user)
    replayed, gone = letters_of(desk.dead_letters).replay(given.ids)
    _log.info("dead_letters_replayed", replayed=replayed, gone=gone)
    return Replayed(replayed=replayed, gone=gone)


def _shown(letter: DeadLetter) -> Letter:
    return Letter(**{name: getattr(letter, name) for name in Letter.model_fields})
