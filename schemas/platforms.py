"""What an office has agreed with the platforms on which it is written to."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.entry import Strict

__all__ = ["XPlan"]


class XPlan(Strict):
    """Reading and answering on X. ``reserve_percent`` of both budgets is kept for posts addressed to a handle.
    ``rule_length`` and ``query_length`` are those of the plan (docs/sources.md). ``links``: whether answers may hold
    links, which cost many times as much. ``answers``: whom an account may answer: who has ``mentioned`` (or quoted) it,
    or ``anybody``, as Enterprise allows. ``answers_per_hour``: of one handle. ``answer_length``: as X counts it."""

    posts_per_day: Annotated[int, Field(ge=10, le=10**9)] = 20_000
    posts_per_month: Annotated[int, Field(ge=10, le=10**9)] = 500_000
    reserve_percent: Annotated[int, Field(ge=0, le=90)] = 20
    rule_length: Annotated[int, Field(ge=64, le=2048)] = 1024
    query_length: Annotated[int, Field(ge=64, le=4096)] = 512
    links: bool = False
    answers: Literal["mentioned", "anybody"] = "mentioned"
    answers_per_hour: Annotated[int, Field(ge=1, le=1000)] = 60
    answer_length: Annotated[int, Field(ge=140, le=25_000)] = 280
