"""An alert of the watch: a claim that spreads, a surge of complaints, or a stream that fell silent."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from schemas.base import Probability, Utc, Value
from schemas.labels import ComplaintType

__all__ = ["BLIND", "BLIND_WITH_TERMS", "UNVERIFIED", "AlertKind", "Grade", "SpikeAlert"]

UNVERIFIED = "unverified, spiking"
"""What an alert says of a claim. Whether it is false is for people to say."""


BLIND = "posts that address no department's handle"
BLIND_WITH_TERMS = "posts that address no department's handle and that no term rule finds"
"""What the watch cannot see, without and with term rules in the directory."""


class AlertKind(StrEnum):
    RUMOUR = "rumour"
    SITUATION = "situation"
    SILENCE = "silence"


class Grade(StrEnum):
    """How soon somebody should look; ``low`` keeps quiet hours."""

    HIGH = "high"
    LOW = "low"


class SpikeAlert(Value):
    """What is told once for each doubling of the accounts that spread a claim, with the evidence.

    ``id`` is ``claim:doubling``. ``surprise`` is -log10 of the probability of such growth by chance, ``expected`` the
    accounts that three hours usually bring; ``rumour`` the mean probability that the posts assert an unverified claim.
    ``growth`` are five-minute intervals (their start) with the accounts that came in each; for each of them ``usual``
    are the accounts since the first that would still have been no news. Posts are ids
    (``platform:id``), first ones and those reposted most; ``text`` quotes
    the post that completed the rise (``text_of``), masked, None once erased.
    ``intake`` names the ways on which its posts came, ``blind`` says what cannot be seen on any; ``tips`` are the posts
    that were brought to the desk, ``by_terms`` those that address no office and were found by a term rule.
    """

    schema_version: Literal[1] = 1
    id: str
    kind: AlertKind
    grade: Grade
    claim: str
    doubling: int = Field(ge=0)
    at: Utc
    wording: str = UNVERIFIED
    text: str | None = None
    text_of: str | None = None
    accounts: int = Field(ge=0)
    countering: int = Field(default=0, ge=0)
    questioning: int = Field(default=0, ge=0)
    posts: int = Field(default=0, ge=0)
    surprise: float = 0.0
    expected: float = 0.0
    score: Probability = 0.0
    rumour: Probability = 0.0
    complaint: Probability = 0.0
    type: ComplaintType | None = None
    place: str | None = None
    first_posts: tuple[str, ...] = ()
    fastest_posts: tuple[str, ...] = ()
    languages: dict[str, int] = Field(default_factory=dict)
    places: dict[str, int] = Field(default_factory=dict)
    handles: dict[str, int] = Field(default_factory=dict)
    growth: tuple[tuple[Utc, int], ...] = ()
    usual: tuple[float, ...] = ()
    overlapping: tuple[str, ...] = ()
    intake: str = "mentions"
    tips: int = Field(default=0, ge=0)
    by_terms: int = Field(default=0, ge=0)
    blind: str = BLIND
