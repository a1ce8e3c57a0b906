"""What every entry of a directory is made of."""

from typing import Annotated

from pydantic import ConfigDict, StringConstraints

from schemas.base import Value

__all__ = ["Code", "Name", "Strict"]

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}$")]


class Strict(Value):
    """An entry of the directory: an unknown key is a mistake, not a newer version."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Name(Strict):
    """A name in the languages of the place; ``en`` is required, others by BCP 47 code."""

    en: str
    hi: str | None = None
    mr: str | None = None

    @property
    def all(self) -> tuple[str, ...]:
        """In every language in which there is one."""
        return tuple(filter(None, (self.en, self.hi, self.mr)))
