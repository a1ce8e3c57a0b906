"""What travels on the topics besides mentions and triages."""

from enum import StrEnum
from typing import Literal

from pydantic import model_validator

from schemas.base import Probability, Utc, Value
from schemas.case import Status
from schemas.labels import ComplaintType, Stance, Urgency
from schemas.mention import Identifier, post_key

__all__ = ["CaseEvent", "Deletion", "DeletionTarget", "Observation"]


class DeletionTarget(StrEnum):
    POST = "post"
    AUTHOR = "author"


class Deletion(Value):
    """A post or an author was removed by its platform or its owner."""

    schema_version: Literal[1] = 1
    target: DeletionTarget
    platform: str = "x"
    id: Identifier
    at: Utc

    @property
    def tombstone_id(self) -> str:
        """``post:{platform}:{id}`` or ``author:{platform}:{id}``."""
        return f"{self.target}:{post_key(self.platform, self.id)}"

    @model_validator(mode="after")
    def _platform_is_named(self) -> "Deletion":
        if not self.platform:
            raise ValueError("platform must not be empty")
        return self


class CaseEvent(Value):
    """Something that happened to a case, as subscribers are told: no person and nobody's words are in it. ``id`` is the
    same whenever it is told; ``act`` is the history's word for it; the rest is how the case stands by now. Of a sealed
    case neither where it lies nor what it is about is told: ``queue``, ``type`` and ``place`` are None."""

    schema_version: Literal[1] = 1
    id: str
    at: Utc
    act: str
    case: str
    docket: str | None
    status: Status
    queue: str | None
    type: ComplaintType | None
    urgency: Urgency
    place: str | None
    merged_into: str | None


class Observation(Value):
    """What the watch sees of a post: no name; the author only as a keyed hash.

    ``repost_of`` and ``quote_of`` are keys like ``key``; ``handles`` are those of departments that it addresses;
    ``by_terms``: it addresses none and was found by a term rule.
    """

    schema_version: Literal[1] = 1
    key: str
    author_hash: str
    at: Utc
    text: str
    language: str
    type: ComplaintType
    complaint: Probability
    rumour: Probability
    stance: Stance | None = None
    place: str | None = None
    repost_of: str | None = None
    quote_of: str | None = None
    handles: tuple[str, ...] = ()
    by_terms: bool = False
