"""What people decided about claims, as labelled posts that the rumour head can be trained on.

The words are read from the store when they are asked for: nothing is kept twice, and what was deleted teaches nothing.
"""

from collections.abc import Iterator
from typing import Literal

from queues import watching
from queues.state import StateStore
from queues.store import CaseStore
from queues.watching import VERDICTS, Verb
from schemas.base import Value
from schemas.case import MentionRecord
from schemas.labels import Stance

__all__ = ["JudgedPost", "judged_posts"]

_AGAINST = frozenset({Stance.COUNTERING, Stance.QUESTIONING})


class JudgedPost(Value):
    """A row as ``sunwai train --data`` reads it. ``rumour``: whether the text passes on an unverified claim, which one
    that turned out true was, too."""

    id: str
    text: str
    language: str
    rumour: Literal["yes", "no"]


def judged_posts(state: StateStore, store: CaseStore) -> Iterator[JudgedPost]:
    """The posts that the alerts of each judged claim show, but for those that deny or doubt it or were split off.

    "No action" says that it was no rumour. Of several decisions the last one counts. May raise StoreDownError.
    """
    for claim in watching.claims_done_with(state):
        acts = watching.acts_on(state, claim)
        decided = [act.verb for act in acts if act.verb in VERDICTS or act.verb is Verb.NO_ACTION]
        if not decided:
            continue
        label: Literal["yes", "no"] = "no" if decided[-1] is Verb.NO_ACTION else "yes"
        others = {act.post for act in acts if act.verb is Verb.SPLIT}
        shown = [key for key in watching.posts_of(watching.alerts_on(state, claim)) if key not in others]
        for record in store.mentions(shown).values():
            yield from _row(record, label)


def _row(record: MentionRecord, label: Literal["yes", "no"]) -> Iterator[JudgedPost]:
    triage = record.triage
    if triage is not None and triage.stance not in _AGAINST:
        yield JudgedPost(id=record.key, text=triage.text, language=triage.language, rumour=label)
