"""Faust on Kafka: its own driver over aiokafka, with three things changed.

- What is committed is what was acknowledged in the order of delivery, up to the first event that was not.
- Nothing is fetched while much is in hand: a buffer counted in events alone is no bound.
- An event is handed over without watchers where its stream has room (streams/transports/handover.py).

Call ``register()``; then a ``kafka://`` broker means this one.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from faust.transport.drivers import TRANSPORTS, aiokafka
from faust.types import TP, ConsumerMessage

from streams.transports.acks import IN_FLIGHT_BYTES, AcksInOrder
from streams.transports.handover import PromptHandover

__all__ = ["KafkaConsumer", "Transport", "register"]

FULL_PAUSE = 0.02


def register() -> None:
    """Makes Faust use this driver for ``kafka://`` brokers."""
    TRANSPORTS.aliases["kafka"] = f"{__name__}:Transport"


class KafkaConsumer(PromptHandover, AcksInOrder, aiokafka.Consumer):
    """Reads for the group ``app.conf.id``. Offsets of a partition that it has lost are not committed."""

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        await super().on_partitions_revoked(revoked)
        for tp in revoked:
            self.forget(tp)

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Mapping[TP, Any]:
        if self._in_flight >= IN_FLIGHT_BYTES:
            await asyncio.sleep(FULL_PAUSE)
            return {}
        found: Mapping[TP, Any] = await super()._getmany(active_partitions, timeout)
        return found

    def _to_message(self, tp: TP, record: Any) -> ConsumerMessage:
        message = super()._to_message(tp, record)
        self.deliver(tp, record.offset, len(record.value or b""))
        return message


class Transport(aiokafka.Transport):
    """Made by Faust for an app whose broker is a ``kafka://`` URL."""

    Consumer = KafkaConsumer
