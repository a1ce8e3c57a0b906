"""What travels on the topics besides mentions and triages."""

from enum import StrEnum
from typing import Literal

from pydantic import model_validator

from schemas.base import Probability, Utc, Value
from schemas.labels import ComplaintType, Stance
from schemas.mention import Identifier, post_key

__all__ = ["Deletion", "DeletionTarget", "Observation"]


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


class Observation(Value):
    """What the watch sees of a post: no handle, no name; the author only as a keyed hash."""

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
