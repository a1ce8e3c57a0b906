"""What a citizen tells an office and nobody else, asked for by an officer through a link that expires."""

from typing import Literal

from pydantic import Field

from schemas.base import Utc, Value

__all__ = ["LONGEST_DETAIL", "PrivateDetails", "PrivateRequest"]

LONGEST_DETAIL = 2000
"""Characters of each part."""


class PrivateRequest(Value):
    """One link: what ``purpose`` the officer ``by`` gave for asking. It takes one answer until ``expires_at``."""

    schema_version: Literal[1] = 1
    id: str
    case: str
    by: str
    at: Utc
    expires_at: Utc
    purpose: str = Field(max_length=LONGEST_DETAIL)
    withdrawn_at: Utc | None = None
    told_at: Utc | None = None


class PrivateDetails(Value):
    """What was told, as it is sealed. ``place`` is a pin on a map or words."""

    phone: str = Field(default="", max_length=LONGEST_DETAIL)
    place: str = Field(default="", max_length=LONGEST_DETAIL)
    words: str = Field(default="", max_length=LONGEST_DETAIL)
