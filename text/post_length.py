"""How long a text is as X counts it, and whether it holds links.

Documented under "Counting characters" and by the third configuration of twitter-text: each code point of the ranges
below weighs one, every other two; an emoji weighs two however many code points it is made of; a link weighs 23, as X
puts its own in its place. Counted in Unicode's composed form (NFC).

What is a link without ``https://`` before it twitter-text decides by the list of all top-level domains. Here the usual
ones do: a rarer one counts its letters, and X itself has the last word.
"""

import re
import unicodedata

__all__ = ["LONGEST_POST", "links", "post_length"]

LONGEST_POST = 280
"""What fits into a post of most accounts."""

_LINK_WEIGHT = 23
_LIGHT = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))

_COMMON = "com|org|net|edu|gov|mil|int|info|biz|app|dev|online|site|xyz|live|news|bank|co|tv|nic"
_HOST = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = rf"(?:{_HOST}\.){{2,}}[a-z]{{2}}|(?:{_HOST}\.)+(?:{_COMMON})|{_HOST}\.[a-z]{{2}}(?=/)"
_PATH = r"(?:/[^\s]*[^\s.,;:!?)]|/)?"
_LINK = re.compile(
    rf"https?://[^\s]*[^\s.,;:!?)]|(?<![\w@.#$-])(?:{_NAME})(?![\w.-]*@)(?![a-z0-9-]|\.[a-z]){_PATH}",
    re.IGNORECASE | re.ASCII,
)

_PICTURE = "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299©®‼⁉™ℹ]"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"  # flags
    "|[0-9#*]\ufe0f?\u20e3"  # keycaps
    f"|{_PICTURE}(?:\ufe0f|[\U0001f3fb-\U0001f3ff])?(?:\u200d{_PICTURE}(?:\ufe0f|[\U0001f3fb-\U0001f3ff])?)*"
    "[\U000e0020-\U000e007f]*"
)


def links(text: str) -> list[str]:
    """What X would make a link of."""
    return [found.group() for found in _LINK.finditer(text)]


def post_length(text: str) -> int:
    """The length by which X bounds a post: LONGEST_POST, with some accounts more."""
    composed = unicodedata.normalize("NFC", text)
    weight = _LINK_WEIGHT * len(links(composed))
    rest = _LINK.sub("", composed)
    for found in _EMOJI.finditer(rest):
        weight += 2 if len(found.group()) > 1 else _weight(found.group())
    return weight + sum(map(_weight, _EMOJI.sub("", rest)))


def _weight(letter: str) -> int:
    return 1 if any(first <= ord(letter) <= last for first, last in _LIGHT) else 2
