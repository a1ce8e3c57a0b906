"""Tells alerts to people outside: every open notice is looked at again until it is said, or acknowledged.

A notice is a record beside its alert: what was said through which channel, and when to try again. It is written after
each sending, so that a kill may repeat one message (with the same id) but loses none.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from alerts.notify import STALE, Policy, body, title
from queues import watching
from queues.state import StateRecord, StateStore
from schemas.alert import SpikeAlert
from streams.channels import Channel, ChannelDownError, Message

__all__ = ["Notifier"]

_AT_ONCE = 100
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(hours=1)


_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Notifier:
    """``channels`` are told first, ``escalation`` when nobody has acknowledged in time."""

    state: StateStore
    clock: Callable[[], datetime]
    policy: Policy
    channels: Sequence[Channel]
    escalation: Sequence[Channel] = ()

    def tick(self) -> int:
        """Says what is due; returns how many messages went out. Raises StoreDownError."""
        sent = 0
        for notice in self.state.scan(watching.NOTICE_KIND, state=watching.OPEN, limit=_AT_ONCE):
            sent += self._look_at(notice)
        return sent

    def _look_at(self, notice: StateRecord) -> int:
        now, value = self.clock(), dict(notice.value)
        found = self.state.get(watching.ALERT_KIND, notice.id)
        alert = None if found is None else SpikeAlert(**found.value)
        if alert is None or now - alert.at > STALE:
            self._close(notice, value)
            return 0
        if value["again_at"] is not None and now < datetime.fromisoformat(value["again_at"]):
            return 0
        acknowledged = watching.is_acknowledged(self.state, alert.claim)
        waiting = [pair for pair in self._due(alert, now, acknowledged) if pair[0] not in value["said"]]
        failed = 0
        for name, channel in waiting:
            if self._say(channel, alert, name):
                value["said"] = [*value["said"], name]
                notice = self.state.replace(notice, value)
            else:
                failed += 1
        if failed:
            pause = min(_FIRST_PAUSE * 2 ** min(value["tries"], 20), _LONGEST_PAUSE)
            self.state.replace(notice, value | {"tries": value["tries"] + 1, "again_at": (now + pause).isoformat()})
        elif now >= self._last_due(alert, acknowledged):
            self._close(notice, value)
        return len(waiting) - failed

    def _last_due(self, alert: SpikeAlert, acknowledged: bool) -> datetime:
        """From when on there is nothing more to say."""
        waits = self.escalation and not acknowledged
        return self.policy.escalates(alert) if waits else self.policy.due(alert)

    def _due(self, alert: SpikeAlert, now: datetime, acknowledged: bool) -> Iterator[tuple[str, Channel]]:
        """What should have been said by now: the name of each message, and through what."""
        if now >= self.policy.due(alert):
            yield from ((f"first:{number}", channel) for number, channel in enumerate(self.channels))
        if now >= self.policy.escalates(alert) and not acknowledged:
            yield from ((f"escalation:{number}", channel) for number, channel in enumerate(self.escalation))

    def _say(self, channel: Channel, alert: SpikeAlert, name: str) -> bool:
        try:
            channel.send(Message(f"{alert.id}:{name}", title(alert), body(alert), alert.model_dump_json().encode()))
        except ChannelDownError as error:
            _log.warning("alert_not_sent", alert=alert.id, channel=str(error))
            return False
        return True

    def _close(self, notice: StateRecord, value: dict[str, Any]) -> None:
        self.state.replace(notice, value, state=watching.CLOSED)
