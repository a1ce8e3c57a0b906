"""A form of the case page as it came: what was typed, and what it was typed upon."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from desk.refusal import Refusal, mark

__all__ = ["Filled", "FilledDep"]

_OWN = frozenset({"csrf", "revision", "seen", "do"})
_NESTED = "fields."


@dataclass(frozen=True, slots=True)
class Filled:
    """``typed`` by field; ``revision`` and ``seen`` of the case as it was shown; ``do`` which button was used."""

    typed: Mapping[str, str]
    revision: int | None
    seen: str
    do: str

    def with_typed(self, typed: Mapping[str, str]) -> "Filled":
        """The same form, of which only this is meant."""
        return Filled(typed, self.revision, self.seen, self.do)

    def given(self, form: type[Any]) -> Any:
        """What was typed as the form of an act. Raises Refusal, naming the field, for what it does not take."""
        plain: dict[str, Any] = {name: value for name, value in self.typed.items() if not name.startswith(_NESTED)}
        nested = {name.removeprefix(_NESTED): value for name, value in self.typed.items() if name.startswith(_NESTED)}
        assert issubclass(form, BaseModel)
        try:
            return form.model_validate(plain | ({"fields": nested} if nested else {}))
        except ValidationError as error:
            field = str(error.errors()[0]["loc"][0])
            raise Refusal(422, "invalid", mark("This was not filled in, or not as it must be."), field=field) from error


async def filled(request: Request) -> Filled:
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    revision = form.get("revision", "")
    return Filled(
        typed={name: value for name, value in form.items() if name not in _OWN},
        revision=int(revision) if revision.isascii() and revision.isdecimal() and len(revision) < 10 else None,
        seen=form.get("seen", ""),
        do=form.get("do", ""),
    )


FilledDep = Annotated[Filled, Depends(filled)]
