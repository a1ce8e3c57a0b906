"""Asks pages of desks at set moments, whether or not what was asked before is answered: a process of its own,
``python -m bench.open_loop PLAN RESULTS``, so that its own work is not taken for the desks'.

An answer's time counts from the moment at which it was planned, not from when it could be asked: a desk that stands
still for a second delays all that was planned in it ("coordinated omission" is the mistake of not counting that).
"""

import asyncio
import resource
import sys
import time
from pathlib import Path

import httpx

from schemas.base import Value

__all__ = ["Answer", "Ask", "Plan", "Results"]


class Ask(Value):
    """One request: ``at`` seconds after the start, by which user, of which desk."""

    at: float
    page: str
    path: str
    user: str
    desk: int


class Plan(Value):
    desks: tuple[str, ...]
    """Addresses, each with a slash at its end."""
    sessions: dict[str, str]
    """The cookie header of each user."""
    asks: tuple[Ask, ...]


class Answer(Value):
    """Milliseconds from the planned moment to the last byte; ``late`` of them passed before it was asked."""

    page: str
    status: int
    ms: float
    late: float
    bytes: int


class Results(Value):
    """``share``: of one processor, that this process used while it asked."""

    answers: tuple[Answer, ...]
    share: float


async def _ask(client: httpx.AsyncClient, ask: Ask, plan: Plan, due: float) -> Answer:
    asked = time.perf_counter()
    address = plan.desks[ask.desk].rstrip("/") + ask.path
    answer = await client.get(address, headers={"cookie": plan.sessions[ask.user]})
    took = time.perf_counter() - due
    late = (asked - due) * 1000
    return Answer(
        page=ask.page, status=answer.status_code, ms=took * 1000, late=late, bytes=answer.num_bytes_downloaded
    )


async def _run(plan: Plan) -> Results:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=60)
    async with httpx.AsyncClient(timeout=60, limits=limits) as client:
        started, spent = time.perf_counter(), _processor_seconds()
        tasks = []
        for ask in plan.asks:
            due = started + ask.at
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(_ask(client, ask, plan, due)))
        answers = await asyncio.gather(*tasks)
        share = (_processor_seconds() - spent) / (time.perf_counter() - started)
    return Results(answers=tuple(answers), share=share)


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    plan, results = map(Path, sys.argv[1:])
    results.write_text(asyncio.run(_run(Plan.model_validate_json(plan.read_bytes()))).model_dump_json())


if __name__ == "__main__":
    main()
