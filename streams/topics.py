"""The topics, and how long and large what they carry may be."""

from dataclasses import dataclass

__all__ = [
    "ALERTS",
    "DEAD_LETTERS",
    "DELETIONS",
    "MAX_EVENT_BYTES",
    "MENTIONS",
    "OBSERVED",
    "TOPICS",
    "TRIAGED",
    "Topic",
    "prefix_of",
]

MAX_EVENT_BYTES = 2 * 1024 * 1024
"""Largest event that topics, producers and consumers allow: eight times the largest mention."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic by its name; ``single`` keeps it in one partition, so that all of it is in order."""

    name: str
    single: bool = False

    def partitions(self, usual: int) -> int:
        return 1 if self.single else usual


def prefix_of(namespace: str) -> str:
    """What stands before the names of an office's topics and groups on a cluster that it shares with others."""
    return f"{namespace}." if namespace else ""


MENTIONS = Topic("mentions")
TRIAGED = Topic("triaged")
OBSERVED = Topic("observed", single=True)
DELETIONS = Topic("deletions", single=True)
ALERTS = Topic("alerts", single=True)
DEAD_LETTERS = Topic("dead-letters", single=True)

TOPICS = (MENTIONS, TRIAGED, OBSERVED, DELETIONS, ALERTS, DEAD_LETTERS)
