"""The consumer groups: which step reads which topics."""

from collections.abc import Mapping

from streams import topics

__all__ = ["FILING", "GROUPS", "STEPS", "TRIAGE", "WATCH"]

STEPS = ("triage", "filing", "watch")
"""The steps of the pipeline, each a process of its own under ``sunwai worker``."""

TRIAGE = "sunwai-triage"
FILING = "sunwai-filing"
WATCH = "sunwai-watch"
GROUPS: Mapping[str, tuple[topics.Topic, ...]] = {
    TRIAGE: (topics.MENTIONS,),
    FILING: (topics.TRIAGED, topics.DELETIONS, topics.DEAD_LETTERS),
    WATCH: (topics.OBSERVED, topics.DELETIONS),
}
"""Which topics each consumer group reads."""
