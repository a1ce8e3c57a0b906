"""Between Faust's events and plain values: raw bytes in, raw bytes out, so that nothing undecodable stops a stream."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from streams.log import Event, LogDownError, Position

__all__ = ["Received", "publish", "received", "refs"]


@dataclass(frozen=True, slots=True)
class Received:
    """One event as an agent takes it. ``value`` is None once erased; ``at`` is when it was written to the topic."""

    position: Position
    key: bytes
    value: bytes | None
    headers: dict[str, bytes]
    at: datetime


def received(event: Any) -> Received:
    """A Faust event of a raw topic."""
    message = event.message
    pairs = message.headers.items() if isinstance(message.headers, dict) else message.headers or ()
    return Received(
        position=Position(message.topic, message.partition, message.offset),
        key=message.key or b"",
        value=message.value,
        headers={str(name): bytes(value) for name, value in pairs},
        at=datetime.fromtimestamp(message.timestamp or 0.0, UTC),
    )


def refs(mention_key: str, author_key: str) -> bytes:
    """The ``refs`` header: what erasure looks an event up by."""
    return f"post:{mention_key} author:{author_key}".encode()


async def publish(app: Any, events: Sequence[Event]) -> None:
    """Sends events and waits until every one is written. Raises LogDownError."""
    producer = await app.maybe_start_producer()
    try:
        sent = [
            await producer.send(event.topic, event.key, event.value, None, None, dict(event.headers))
            for event in events
        ]
        await asyncio.gather(*sent)
    except OSError as error:
        raise LogDownError(str(error)) from error
