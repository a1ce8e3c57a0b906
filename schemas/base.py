"""What every value of the vocabulary shares."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

__all__ = ["Probability", "Utc", "Value"]


def _to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Utc = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A moment with a zone, kept in UTC."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]


class Value(BaseModel):
    """A frozen value. Unknown keys are ignored, so that a reader accepts what a newer writer adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")
