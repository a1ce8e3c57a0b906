"""A triage: what the classifier says of one post."""

from typing import Literal

from schemas.base import Probability, Value
from schemas.labels import ComplaintType, Sensitivity, Stance, Urgency
from schemas.mention import Mention

__all__ = ["PlaceCandidate", "Reference", "Triage", "TriagedMention"]


class PlaceCandidate(Value):
    """A place of the directory that the text may name; ``code`` is the directory's, ``matched`` the words."""

    code: str
    confidence: Probability
    matched: str


class Reference(Value):
    """A number that an office works with (PNR, consumer number, …); it stays readable in the text."""

    kind: str
    value: str


class Triage(Value):
    """One post classified.

    ``type`` is the best type whatever ``complaint`` says, ``type_confidence`` its probability given that
    the post is a complaint. ``text`` is the post with personal numbers masked: what may be indexed,
    shown and learnt from; ``masked`` says that there were some. ``because`` are the words that carried the
    decision, strongest first.
    """

    schema_version: Literal[1] = 1
    language: str
    complaint: Probability
    is_complaint: bool
    type: ComplaintType
    type_confidence: Probability
    urgency: Urgency
    rumour: Probability
    stance: Stance | None = None
    sensitivity: tuple[Sensitivity, ...] = ()
    places: tuple[PlaceCandidate, ...] = ()
    references: tuple[Reference, ...] = ()
    text: str
    masked: bool = False
    needs_human: bool
    because: tuple[str, ...] = ()
    model: str


class TriagedMention(Value):
    """What triage hands to filing. ``mention.text`` is masked; ``sealed`` is the original, encrypted,
    and only there when masking changed something (see queues/seal.py)."""

    schema_version: Literal[1] = 1
    mention: Mention
    triage: Triage
    sealed: str | None = None
