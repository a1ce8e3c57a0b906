"""What requests bring, each once and on the disk before it is answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import compress
from typing import Any

from anyio.to_thread import run_sync

from queues.state import StoreDownError
from streams.log import Event, LogDownError
from streams.sources.group_commit import GroupCommit
from streams.sources.http import RefusedError
from streams.sources.meter import Meter
from streams.sources.nonces import Nonce, Nonces
from streams.sources.publish import Publisher

__all__ = ["Deliveries", "Delivery", "Read"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request that was read: ``origin`` is the way it came, ``posts`` how many of the events it counts as,
    ``outcome`` what it is answered once it is taken. All publishers of an office write to the same log."""

    origin: str
    nonce: Nonce
    publisher: Publisher
    body: bytes = field(repr=False)
    events: Sequence[Event] = field(repr=False)
    posts: int
    outcome: Mapping[str, Any] = field(repr=False)


Read = Callable[[], Delivery]
"""May raise RefusedError, LogDownError."""


@dataclass
class Deliveries:
    """Takes what requests bring; those that come at once share a thread and two transactions, one for nonces and one
    for posts."""

    nonces: Nonces
    meter: Meter
    _commit: GroupCommit[Read, Delivery | None] = field(init=False)

    def __post_init__(self) -> None:
        self._commit = GroupCommit(self._write)

    async def take(self, read: Read, *, apart: bool) -> Delivery | None:
        """What was taken, once it is durable; None when it came before. ``apart``: reading may take long, so others
        must not wait for it. Raises RefusedError; what could not be stored may come again."""
        try:
            if apart:
                read = partial(_as_read, await run_sync(read))
            return await self._commit(read)
        except (LogDownError, StoreDownError) as error:
            raise RefusedError(503, "try_later", "nothing can be stored now: send the same again later") from error

    def _write(self, reads: Sequence[Read]) -> Sequence[Delivery | Exception | None]:
        outcomes = [_outcome(read) for read in reads]
        found = [each for each in outcomes if isinstance(each, Delivery)]
        fresh = self._append(found) if found else []
        for each in compress(found, fresh):
            each.publisher.keep(each.origin, [each.body])
            self.meter.took(each.origin, each.posts)
        new = iter(fresh)
        return [each if not isinstance(each, Delivery) or next(new) else None for each in outcomes]

    def _append(self, deliveries: Sequence[Delivery]) -> Sequence[bool]:
        """Which of them had not come before: those are in the log then. When it raises, none counts as come."""
        publisher = deliveries[0].publisher
        with self.nonces.once([each.nonce for each in deliveries], publisher.clock().timestamp()) as fresh:
            publisher.append([event for each in compress(deliveries, fresh) for event in each.events])
        return fresh


def _as_read(delivery: Delivery) -> Delivery:
    return delivery


def _outcome(read: Read) -> Delivery | Exception:
    try:
        return read()
    except (RefusedError, LogDownError) as error:
        return error
