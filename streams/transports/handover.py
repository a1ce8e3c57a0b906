"""Handing an event to its stream without a watcher for each: most events find room at once."""

import inspect
from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any

from mode.services import WaitResults

__all__ = ["PromptHandover"]


class PromptHandover:
    """Mixed into a Faust consumer, before it in the order of bases.

    For each event Faust starts four tasks (the handing over, and three that watch for the end of it) and cancels
    three: a fifth of what a hop costs. Here the handing over is begun where it stands; the watchers are called only
    when it has to wait, which is when a stream's buffer is full.
    """

    async def wait_first(self, *coros: Any, timeout: Any = None) -> WaitResults:
        """As mode's Service.wait_first, whose first coroutine wins when it ends without waiting."""
        first, *others = coros
        if not inspect.iscoroutine(first):
            return await self._watched(*coros, timeout=timeout)
        try:
            awaited = first.send(None)
        except StopIteration as end:
            _close(others)
            return WaitResults([first], [end.value], False)
        except BaseException:
            _close(others)
            raise
        return await self._watched(_going_on(first, awaited), *others, timeout=timeout)

    async def _watched(self, *coros: Any, timeout: Any) -> WaitResults:
        found: WaitResults = await super().wait_first(*coros, timeout=timeout)  # type: ignore[misc]
        return found


def _close(others: list[Any]) -> None:
    for other in others:
        if inspect.iscoroutine(other):
            other.close()


async def _going_on(begun: Coroutine[Any, Any, Any], awaited: Any) -> Any:
    return await _rest(begun, awaited)


@coroutine
def _rest(begun: Coroutine[Any, Any, Any], awaited: Any) -> Generator[Any, Any, Any]:
    """What is left of a coroutine that was begun outside a task and waits for ``awaited``."""
    try:
        while True:
            try:
                sent = yield awaited
            except GeneratorExit:
                begun.close()
                raise
            except BaseException as error:  # noqa: BLE001 - a cancellation, too, is for the coroutine to answer
                awaited = begun.throw(error)
            else:
                awaited = begun.send(sent)
    except StopIteration as end:
        return end.value
