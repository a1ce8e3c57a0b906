"""Those who come while others are being written share the next write, and nobody is told before it is done."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event

import pytest

from streams.log import LogDownError
from streams.sources.group_commit import GroupCommit

PATIENCE = 10


@dataclass
class Disk:
    """Writes numbers once it is let; ``broken`` ones cannot be written, and spoil what is written with them."""

    broken: frozenset[int] = frozenset()
    down: bool = False
    rounds: list[list[int]] = field(default_factory=list)
    let: Event = field(default_factory=Event)
    begun: Event = field(default_factory=Event)

    def write(self, numbers: Sequence[int]) -> Sequence[int | Exception]:
        self.begun.set()
        assert self.let.wait(PATIENCE)
        if self.down:
            raise LogDownError("no room")
        if self.broken & {*numbers}:
            raise RuntimeError(f"nobody foresaw {numbers}")
        self.rounds.append([*numbers])
        return [KeyError(number) if number < 0 else number * 10 for number in numbers]


def _asked(commit: GroupCommit[int, int], numbers: Sequence[int]) -> list[asyncio.Task[int]]:
    return [asyncio.create_task(commit(number)) for number in numbers]


async def _second_round(disk: Disk, numbers: Sequence[int]) -> list[asyncio.Task[int]]:
    """Those that came while 0 was being written."""
    commit = GroupCommit(disk.write)
    first = _asked(commit, [0])
    assert await asyncio.to_thread(disk.begun.wait, PATIENCE)
    later = _asked(commit, numbers)
    await asyncio.sleep(0)  # each runs until it waits
    return [*first, *later]


async def test_what_comes_meanwhile_is_written_together_and_told_afterwards() -> None:
    disk = Disk()
    asked = await _second_round(disk, [1, 2, 3])
    assert not any(each.done() for each in asked)
    disk.let.set()
    assert await asyncio.gather(*asked) == [0, 10, 20, 30]
    assert disk.rounds == [[0], [1, 2, 3]]


async def test_the_next_one_after_a_pause_is_written_too() -> None:
    disk = Disk()
    disk.let.set()
    commit = GroupCommit(disk.write)
    assert [await commit(number) for number in (1, 2)] == [10, 20]


async def test_a_long_queue_is_written_in_pieces() -> None:
    disk = Disk()
    asked = await _second_round(disk, range(1, 251))
    disk.let.set()
    assert sum(await asyncio.gather(*asked)) == 10 * sum(range(251))
    assert [len(each) for each in disk.rounds] == [1, 100, 100, 50]


async def test_a_disk_that_is_down_is_said_to_all_and_tried_once() -> None:
    disk = Disk(down=True)
    asked = await _second_round(disk, [1, 2])
    disk.let.set()
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in told] == [LogDownError] * 3


async def test_one_that_breaks_breaks_no_other() -> None:
    disk = Disk(broken=frozenset({2}))
    asked = await _second_round(disk, [1, 2, 3, -4])
    disk.let.set()
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert [told[place] for place in (0, 1, 3)] == [0, 10, 30]
    assert isinstance(told[2], RuntimeError)
    assert isinstance(told[4], KeyError)


async def test_what_nobody_waits_for_any_more_is_written_all_the_same() -> None:
    disk = Disk()
    first, left, last = await _second_round(disk, [1, 2])
    left.cancel()
    disk.let.set()
    assert (await first, await last) == (0, 20)
    with pytest.raises(asyncio.CancelledError):
        await left
    assert disk.rounds == [[0], [1, 2]]
