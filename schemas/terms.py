"""What the watch looks for among posts that address no office."""

from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.entry import Code, Strict

__all__ = ["TermRule"]

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=50, pattern=r'^[^"\\\n]+$')]


class TermRule(Strict):
    """A post that names one of the ``places`` (or one within; none given: anywhere) and says one of the ``words``.

    Words and names are compared by skeleton here, so that other spellings and the other script count too; X compares
    letters, and is asked for each as it stands.
    """

    places: tuple[Code, ...] = ()
    words: tuple[Phrase, ...] = Field(min_length=1, max_length=100)
