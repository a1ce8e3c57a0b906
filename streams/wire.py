"""Between Faust's events and plain values: raw bytes in, raw bytes out, so that nothing undecodable stops a stream."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from aiokafka.errors import KafkaError
from faust.exceptions import FaustError

from streams.events import Received
from streams.log import Event, LogDownError, Position

__all__ = ["publish", "received"]


def received(event: Any, prefix: str = "") -> Received:
    """A Faust event of a raw topic; its position bears the topic's plain name, without ``prefix``."""
    message = event.message
    pairs = message.headers.items() if isinstance(message.headers, dict) else message.headers or ()
    return Received(
        position=Position(message.topic.removeprefix(prefix), message.partition, message.offset),
        key=message.key or b"",
        value=message.value,
        headers={str(name): bytes(value) for name, value in pairs},
        at=datetime.fromtimestamp(message.timestamp or 0.0, UTC),
    )


async def publish(app: Any, events: Sequence[Event], prefix: str = "") -> None:
    """Sends events, to topics whose names begin with ``prefix``, and waits until every one is written.

    Raises LogDownError.
    """
    producer = await app.maybe_start_producer()
    try:
        sent = [
            await producer.send(prefix + event.topic, event.key, event.value, None, None, dict(event.headers))
            for event in events
        ]
        await asyncio.gather(*sent)
    except (OSError, KafkaError, FaustError) as error:
        raise LogDownError(f"{type(error).__name__}: {error}") from error
