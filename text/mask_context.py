"""Read the words beside a number: what do they announce it to be?"""

import re
from typing import NamedTuple

from text.cues import FILLERS, NEUTRAL, NUMBER_WORDS, ORDINALS, TRAIN_NAMES, UTILITY_WORDS, VAGUE, Cue, cue_of
from text.normalise import MARK

# Abbreviations keep their dots: a/c, f.i.r, एफ.आई.आर.
_TOKEN = re.compile(
    f"(?:[a-z][./])+[a-z]+(?![^\\W\\d])|(?:[^\\W\\d_a-z]{MARK}{{0,2}}[^\\W\\d_a-z]?{MARK}?\\.)+[^\\W\\d_a-z]{MARK}{{0,2}}[^\\W\\d_a-z]?{MARK}?"
    f"|[^\\W\\d_]+(?:{MARK}[^\\W\\d_]*)*|\\d+|[₹#]"
)
_NUMBER = re.compile(r"\d(?:[\d ./-]{0,30}\d)?")
_SENTENCE_END = re.compile(r"[.!?।|\n]\s")
_MOST_WORDS = 6
_MOST_TRAIN_WORDS = 4
_REACH = 48


class Announced(NamedTuple):
    """What a number is said to be.

    `numbered` when a word such as "no." says that a number follows; `listed` when it follows another of its kind.
    """

    kind: str
    numbered: bool
    listed: bool = False


def tokens_of(text: str) -> list[str]:
    """Give the lower-cased words of a stretch, its digit runs, and the signs that say what a number is."""
    return _TOKEN.findall(text.lower())


def announced_before(text: str, railways: bool) -> Announced | None:
    """Read the words before a number from right to left, past fillers, up to the first that announces one.

    A vague one ("ref no.") gives way to a clear one further left ("application ref no."). In a post to the railways
    a "gaadi" is a train, with or without "no.".
    """
    words = tokens_of(text)[-_MOST_WORDS:]
    numbered = text.rstrip(" :-").endswith("#")
    introduced = numbered or ":" in text[-3:]
    vague: Announced | None = None
    while words:
        word = words.pop()
        cue = _sign_or_cue(word)
        if cue == VAGUE and introduced:
            vague = Announced(cue.kind, numbered)
        elif cue is not None and (introduced or not cue.weak or (railways and cue.kind == "vehicle")):
            return Announced(_kind(cue, words), numbered)
        elif word in NUMBER_WORDS:
            numbered = introduced = True
        elif word not in FILLERS and word != "#":
            break
    return vague


def announced_after(text: str, start: int, end: int) -> Announced | None:
    """Read the words after the number at `start`; a cue that itself stands before a number is that one's."""
    number = _NUMBER.match(text, start, end)
    begin = number.end() if number is not None else start
    following = _SENTENCE_END.split(text[begin : min(end, begin + _REACH)], maxsplit=1)[0]
    words = tokens_of(following)
    numbered = False
    for place, word in enumerate(words):
        if not TRAIN_NAMES.isdisjoint(words[place : _MOST_TRAIN_WORDS + 1]):
            return Announced("train", numbered=True)
        cue = _sign_or_cue(word)
        if cue is not None and (numbered or not cue.weak):
            return None if _leads_on(words[place + 1 :]) else Announced(cue.kind, numbered)
        if word in NUMBER_WORDS or word in ORDINALS:
            numbered = True
        elif word not in FILLERS:
            return None
    return None


def _sign_or_cue(word: str) -> Cue | None:
    return Cue(NEUTRAL) if word == "₹" else cue_of(word)


def _kind(cue: Cue, words: list[str]) -> str:
    """A card may be an Aadhaar or PAN card, an account a consumer's: the word before says so."""
    if cue.kind in {"card", "account"} and words:
        if words[-1] in UTILITY_WORDS:
            return "consumer"
        before = cue_of(words[-1])
        if before is not None and before.kind in {"aadhaar", "pan", "consumer"}:
            return before.kind
    return cue.kind


def _leads_on(words: list[str]) -> bool:
    """Whether a number follows with nothing but fillers before it."""
    for word in words:
        if word[0].isdecimal():
            return True
        if word not in NUMBER_WORDS and word not in FILLERS and word != "#":
            return False
    return False
