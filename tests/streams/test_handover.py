"""Handing over without watchers does what handing over with them does, whether it waits or not."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from mode import Service
from mode.utils.locks import Event

from streams.transports.handover import PromptHandover


class Consumer(PromptHandover, Service):
    """What a Faust consumer is here: a service that waits for the first of several things."""


class Plain(Service):
    """Without the mixin, for comparison."""


async def full_then_room(said: list[str]) -> str:
    said.append("begun")
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await asyncio.sleep(0.001)
    said.append("ended")
    return "put"


async def room_at_once(said: list[str]) -> str:
    said.append("put")
    return "put"


async def broken(said: list[str]) -> str:
    said.append("begun")
    raise ValueError("no such topic")


async def broken_later(said: list[str]) -> str:
    said.append("begun")
    await asyncio.sleep(0.001)
    raise ValueError("no such topic")


@pytest.mark.parametrize("kind", [Consumer, Plain])
@pytest.mark.parametrize("handover", [room_at_once, full_then_room])
async def test_what_ends_wins(kind: type[Service], handover: Callable[[list[str]], Coroutine[Any, Any, str]]) -> None:
    said: list[str] = []
    found = await kind().wait_first(handover(said), Event())
    assert (found.results, found.stopped) == (["put"], False)
    assert said[-1] in {"put", "ended"}


@pytest.mark.parametrize("kind", [Consumer, Plain])
@pytest.mark.parametrize("handover", [broken, broken_later])
async def test_what_fails_is_heard(
    kind: type[Service], handover: Callable[[list[str]], Coroutine[Any, Any, str]]
) -> None:
    with pytest.raises(ValueError, match="no such topic"):
        await kind().wait_first(handover([]), Event())


@pytest.mark.parametrize("kind", [Consumer, Plain])
async def test_a_full_stream_is_left_when_the_flow_is_suspended(kind: type[Service]) -> None:
    never, suspended = Event(), Event()
    cancelled = Event()

    async def full() -> None:
        try:
            await never.wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    waiting = asyncio.ensure_future(kind().wait_first(full(), suspended))
    await asyncio.sleep(0)
    suspended.set()
    found = await asyncio.wait_for(waiting, 10)
    assert found.done == [suspended]
    await asyncio.wait_for(cancelled.wait(), 10)


@pytest.mark.parametrize("kind", [Consumer, Plain])
async def test_a_full_stream_is_left_when_the_consumer_stops(kind: type[Service]) -> None:
    consumer = kind()
    waiting = asyncio.ensure_future(consumer.wait_first(Event().wait(), Event()))
    await asyncio.sleep(0)
    consumer.set_shutdown()
    consumer._stopped.set()
    assert (await asyncio.wait_for(waiting, 10)).stopped
