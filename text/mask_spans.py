"""A stretch of a text that masking has judged."""

import unicodedata
from typing import NamedTuple


class Span(NamedTuple):
    """Characters `start` to `end` of a text; `kind` is empty for what is neither reference nor personal."""

    start: int
    end: int
    kind: str
    value: str
    personal: bool = False


def ascii_digits(text: str) -> str:
    """Turn the decimal digits of every script into ASCII; all other characters stay."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)


def compact(text: str) -> str:
    """Keep a number's letters, digits, "/" and "-", in capitals and ASCII digits."""
    return "".join(letter for letter in ascii_digits(text).upper() if letter.isalnum() or letter in "/-")
