"""What is given with an act on a case: one form an act, the same for pages and API. Words are bounded by the acts."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from desk.examples import DOCKET
from schemas.labels import ComplaintType, Urgency

__all__ = [
    "Answer",
    "Assign",
    "Correct",
    "Feedback",
    "Forward",
    "HandOver",
    "Hold",
    "Merge",
    "Move",
    "Named",
    "Nothing",
    "Picture",
    "Resolve",
    "Split",
    "TransferOut",
    "Why",
    "Words",
]

_Words = Annotated[str, Field(max_length=4000)]
_Short = Annotated[str, Field(min_length=1, max_length=200)]


def _empty_is_none(value: Any) -> Any:
    """An input of a page that was left empty."""
    return None if value == "" else value


class _Form(BaseModel):
    """An unknown field is a mistake: nothing that somebody gave is passed over in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Nothing(_Form):
    """The act says all by itself."""


class Words(_Form):
    text: _Words = Field(description="Plain text.", examples=["The pump runs again since noon."])


class Answer(Words):
    by_hand: bool = Field(
        default=False, description="You have said it on the platform yourself: nothing goes out, history keeps it."
    )


class Why(_Form):
    why: _Words = Field(description="The reason; colleagues read it in the history.", examples=["The pipe is theirs."])


class Assign(_Form):
    to: _Short = Field(description="Name of an account that works in the case's queue.", examples=["asha"])


class HandOver(_Form):
    to: _Words = Field(
        description="Who answers for it from now on: 112, the control room, a station.", examples=["112"]
    )


class Move(Why):
    to: _Short = Field(description="Code of the queue.", examples=["nigam-water"])


class TransferOut(Why):
    office: _Short = Field(description="Code of the office outside.", examples=["nhai"])
    reference: _Words = Field(description="The number under which that office has it.", examples=["NH/77"])
    follow_up_on: Annotated[date | None, BeforeValidator(_empty_is_none)] = Field(
        default=None, description="When to look at it again; without: as the directory says."
    )


class Named(_Form):
    entry: _Short = Field(description="Id of what is to be said, among the case's replies.", examples=["answer:1"])


class Forward(_Form):
    to: _Words = Field(description="Who is asked, as the office calls them.")
    text: _Words = Field(description="What is to be done; they read it.")
    hours: int = Field(ge=1, le=168, description="Until when a report is asked for.")
    posts: tuple[_Short, ...] = Field(default=(), max_length=20, description="Keys of the posts that they are shown.")
    place: bool = Field(default=False, description="Whether they are shown the place.")


class Resolve(_Form):
    outcome: _Short = Field(description="Code of one of the office's outcomes.", examples=["done"])
    fields: Mapping[str, _Words] = Field(default_factory=dict, description="What that outcome asks for.")


class Correct(_Form):
    """What is left out stays as it is."""

    type: Annotated[ComplaintType | None, BeforeValidator(_empty_is_none)] = None
    urgency: Annotated[Urgency | None, BeforeValidator(_empty_is_none)] = None
    language: Annotated[
        Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")] | None,
        BeforeValidator(_empty_is_none),
    ] = None
    place: Annotated[str | None, Field(max_length=64), BeforeValidator(_empty_is_none)] = None


class Feedback(_Form):
    satisfied: bool = Field(description="What the citizen says to how it ended.")


class Hold(Why):
    order: _Words = Field(description="Number of the order.", examples=["HC/12/2026"])
    review_on: date = Field(description="When the hold is looked at again.", examples=["2026-06-01"])


class Merge(_Form):
    into: _Short = Field(description="Id or docket number of the case that goes on.", examples=[DOCKET])


class Picture(_Form):
    post: _Short = Field(description="Key of the post.", examples=["x:1800000000000000001"])
    number: int = Field(ge=0, le=100, description="Which of its pictures, from 0.", examples=[0])


class Split(_Form):
    post: _Short = Field(
        description="Key of the post that becomes a case of its own.", examples=["x:1800000000000000001"]
    )
