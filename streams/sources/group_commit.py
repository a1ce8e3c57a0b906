"""Group commit: requests that come while others are being written share the next write."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from anyio.to_thread import run_sync

from queues.state import StoreDownError
from streams.log import LogDownError

__all__ = ["GroupCommit"]

_MOST = 100
"""Requests in one write: what those before cost is paid by many, and nobody waits long for those beside."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass
class GroupCommit(Generic[T, R]):
    """For one event loop. ``write`` makes all that it is given durable, in a thread, and says what became of each; an
    exception among that is raised for the one, what ``write`` raises for all."""

    write: Callable[[Sequence[T]], Sequence[R | Exception]]
    _waiting: "deque[tuple[T, asyncio.Future[R]]]" = field(default_factory=deque)
    _rounds: asyncio.Task[None] | None = None

    async def __call__(self, item: T) -> R:
        """What became of ``item``, once it is durable. It is written also when nobody waits for it any more."""
        done: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._rounds is None:
            self._rounds = asyncio.create_task(self._run())
        return await done

    async def _run(self) -> None:
        try:
            while self._waiting:
                taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST))]
                outcomes = await self._written([item for item, _ in taken])
                for (_, done), outcome in zip(taken, outcomes, strict=True):
                    _tell(done, outcome)
        finally:
            self._rounds = None

    async def _written(self, items: Sequence[T]) -> Sequence[R | Exception]:
        try:
            return await run_sync(self._round, items)
        except Exception as error:  # noqa: BLE001 - there is no thread to be had: raised for who waits
            return [error] * len(items)

    def _round(self, items: Sequence[T]) -> Sequence[R | Exception]:
        """One that nobody foresaw breaks no other: each is then written alone."""
        try:
            return self.write(items)
        except (LogDownError, StoreDownError) as error:
            return [error] * len(items)
        except Exception as error:  # noqa: BLE001 - raised for who waits
            return [error] if len(items) == 1 else [each for item in items for each in self._round([item])]


def _tell(done: "asyncio.Future[R]", outcome: R | Exception) -> None:
    if done.done():
        return  # whoever asked has left
    if isinstance(outcome, Exception):
        done.set_exception(outcome)
    else:
        done.set_result(outcome)
