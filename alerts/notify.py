"""When an alert is to be told to people outside, and in which words. Pure: who sends is streams/notifying.py."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from schemas.alert import AlertKind, Grade, SpikeAlert

__all__ = ["STALE", "Policy", "QuietHours", "body", "title"]

STALE = timedelta(days=1)
"""What was to be told longer ago is not told any more: a file of last year's posts wakes nobody."""

_SHOWN = 240
_HOURS = re.compile(r"(\d{1,2})-(\d{1,2})")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one full hour to another, over midnight where the first is the later one."""

    first: int
    last: int
    zone: tzinfo

    @classmethod
    def read(cls, text: str, zone: tzinfo) -> "QuietHours | None":
        """``22-7``; empty is none. Raises ValueError."""
        if not text.strip():
            return None
        found = _HOURS.fullmatch(text.strip())
        if found is None or not all(int(hour) < 24 for hour in found.groups()):
            raise ValueError(f"quiet hours {text!r}: two hours from 0 to 23 are needed, such as 22-7")
        return cls(int(found[1]), int(found[2]), zone)

    def end_after(self, moment: datetime) -> datetime:
        """The moment itself outside quiet hours, else their end."""
        local = moment.astimezone(self.zone)
        hour = local.hour
        quiet = self.first <= hour < self.last if self.first <= self.last else hour >= self.first or hour < self.last
        if not quiet:
            return moment
        day = local.date() + timedelta(days=int(hour >= self.last))
        return datetime.combine(day, time(self.last), self.zone)


@dataclass(frozen=True, slots=True)
class Policy:
    """``escalate_after``: how long an alert may stay unacknowledged before others are told."""

    quiet: QuietHours | None = None
    escalate_after: timedelta = timedelta(minutes=30)

    def due(self, alert: SpikeAlert) -> datetime:
        """When an alert is told: at once, those of low grade not in quiet hours."""
        return alert.at if alert.grade is Grade.HIGH or self.quiet is None else self.quiet.end_after(alert.at)

    def escalates(self, alert: SpikeAlert) -> datetime:
        return self.due(alert) + self.escalate_after


def title(alert: SpikeAlert) -> str:
    """One line; of a claim never more than that it is unverified and spreads."""
    if alert.kind is AlertKind.RUMOUR:
        return f"Sunwai watch: {alert.wording} ({alert.accounts} accounts)"
    if alert.kind is AlertKind.SITUATION:
        return f"Sunwai watch: {alert.wording}: {alert.type} at {alert.place} ({alert.accounts} accounts)"
    return f"Sunwai watch: {alert.wording}"


def body(alert: SpikeAlert) -> str:
    """The evidence in short, without handles or names."""
    lines = [f"Alert {alert.id}, {alert.at:%Y-%m-%d %H:%M} UTC, grade {alert.grade}"]
    if alert.text:
        lines.append(f"A post: {alert.text[:_SHOWN]}")
    if alert.kind is not AlertKind.SILENCE:
        lines.append(f"{alert.accounts} accounts, usually {alert.expected:.1f} in three hours")
    if alert.countering or alert.questioning:
        lines.append(f"Denied by {alert.countering}, questioned by {alert.questioning} accounts")
    if alert.overlapping:
        lines.append("Complaints surge too: " + ", ".join(alert.overlapping))
    if alert.kind is AlertKind.RUMOUR:
        lines.append(f"Not seen here: {alert.blind}")
    return "\n".join(lines)
