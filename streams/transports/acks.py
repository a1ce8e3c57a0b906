"""How far a partition is worked off: Faust's reckoning replaced by one that goes by what was delivered."""

from collections import defaultdict, deque
from collections.abc import MutableMapping
from typing import Any

from faust.types import TP, Message
from faust.types.tuples import ack_lock

__all__ = ["IN_FLIGHT_BYTES", "AcksInOrder"]

IN_FLIGHT_BYTES = 64 * 1024 * 1024
"""Nothing is fetched while this much is delivered and not acknowledged: a buffer counted in events alone would
hold a gigabyte of large ones. An agent that takes batches must therefore say ``within``."""


class AcksInOrder:
    """Mixed into a Faust consumer, before it in the order of bases; every delivered event is told by ``deliver``.

    Faust's own can pass over an event at the head that is not acknowledged, and needs to be told of offsets that are
    missing.
    """

    _acked: MutableMapping[TP, list[int]]
    _acked_index: MutableMapping[TP, set[int]]

    def on_init(self) -> None:
        self._delivered: defaultdict[TP, deque[tuple[int, int]]] = defaultdict(deque)
        self._passed: dict[TP, int] = {}
        self._in_flight = 0

    def deliver(self, tp: TP, offset: int, size: int) -> None:
        """Notes an event of ``size`` bytes. An offset that is no further than the last begins anew: it was sought."""
        with ack_lock:
            delivered = self._delivered[tp]
            if delivered and offset <= delivered[-1][0]:
                self._forget(tp)
                delivered = self._delivered[tp]
            delivered.append((offset, size))
            self._in_flight += size

    def forget(self, tp: TP) -> None:
        """Drops what was delivered of a partition: it is read from elsewhere, or by another worker."""
        with ack_lock:
            self._forget(tp)

    def _forget(self, tp: TP) -> None:
        self._in_flight -= sum(size for _, size in self._delivered.pop(tp, ()))
        self._passed.pop(tp, None)
        self._acked[tp].clear()
        self._acked_index[tp].clear()

    def ack(self, message: Message) -> bool:
        """Notes an event as done, and how far all before it are done too."""
        if not super().ack(message):  # type: ignore[misc]
            return False
        tp = message.tp
        with ack_lock:
            delivered, done = self._delivered[tp], self._acked_index[tp]
            while delivered and delivered[0][0] in done:
                offset, size = delivered.popleft()
                done.discard(offset)
                self._passed[tp] = offset + 1
                self._in_flight -= size
        return True

    def _new_offset(self, tp: TP) -> int | None:
        with ack_lock:
            self._acked[tp].clear()
        return self._passed.get(tp)

    async def _add_gap(self, *args: Any) -> None:
        """Nothing to note: see ``ack``."""
