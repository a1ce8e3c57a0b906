"""A mention: one public post that addresses a department, as it came."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.base import Utc, Value

__all__ = ["EARLIEST", "MAX_MENTION_BYTES", "TIP", "Author", "Media", "Mention", "post_key"]

MAX_MENTION_BYTES = 256 * 1024
"""Intake refuses what is longer (as JSON bytes): no platform of today has posts near it."""

EARLIEST = datetime(2006, 1, 1, tzinfo=UTC)
"""No platform that Sunwai reads is older."""

TIP = "tip"
"""The platform of a forward that somebody brought to the watch desk: only the watch sees it, it is never a case."""

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]
Handle = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z0-9_.\-]+$")]


def post_key(platform: str, post_id: str) -> str:
    """The id under which a post is known in stores and logs: ``{platform}:{id}``."""
    return f"{platform}:{post_id}"


class Author(Value):
    """Who wrote a post. ``handle`` is lower case and without its @."""

    id: Identifier
    handle: Handle | None = None
    name: str | None = Field(default=None, max_length=256)


class Media(Value):
    """A picture, video or link card that a post carries; only its address is kept."""

    kind: Annotated[str, StringConstraints(max_length=32)]
    url: Annotated[str, StringConstraints(max_length=2048)]


class Mention(Value):
    """One post. All moments are UTC; handles are lower case and without their @.

    ``conversation_id`` defaults to the post replied to, else to the post itself; ``created_at`` defaults
    to ``received_at`` and ``created_at_assumed`` says so. ``version_of`` is the post that was edited to this one, as it
    was first; None for a first version.
    """

    schema_version: Literal[1] = 1
    id: Identifier
    platform: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")] = "x"
    text: str
    author: Author
    handles: tuple[Handle, ...] = ()
    conversation_id: Identifier
    in_reply_to: Identifier | None = None
    repost_of: Identifier | None = None
    quote_of: Identifier | None = None
    version_of: Identifier | None = None
    created_at: Utc
    created_at_assumed: bool = False
    received_at: Utc
    url: Annotated[str, StringConstraints(max_length=2048)] | None = None
    media: tuple[Media, ...] = ()
    place: Annotated[str, StringConstraints(max_length=256)] | None = None
    metrics: dict[str, int] = Field(default_factory=dict)
    historic: bool = False
    by_terms: bool = False
    """Found by a term rule and addresses no office: only the watch sees it, it is never a case."""

    @model_validator(mode="after")
    def _within_time(self) -> Self:
        latest = self.received_at + timedelta(days=1)
        if not EARLIEST <= self.created_at <= latest:
            raise ValueError(f"created_at {self.created_at.isoformat()} is not between 2006 and tomorrow")
        return self

    @property
    def key(self) -> str:
        """``{platform}:{id}``."""
        return post_key(self.platform, self.id)

    @property
    def first_key(self) -> str | None:
        """The key of the post that was edited to this one."""
        return None if self.version_of is None else post_key(self.platform, self.version_of)

    @property
    def views(self) -> int:
        """How often the post was seen when it came, as far as its source says so: ``impression_count`` of X, else
        ``views``; 0 where it does not."""
        return max(0, self.metrics.get("impression_count", self.metrics.get("views", 0)))

    @property
    def author_key(self) -> str:
        """``{platform}:{author id}``."""
        return post_key(self.platform, self.author.id)
