"""Whether a post wishes, thanks or praises: such posts are copied by thousands and claim nothing."""

from functools import cache

from alerts.concepts import concepts_of, key_of
from alerts.wording import keys_said

__all__ = ["is_greeting"]

_WISHES = """
    happy wish wishes wishing greetings congratulations congrats proud salute thankyou shukriya dhanyavad dhanyawad
    aabhar shubhkamna shubhkamnayen shubhechha badhai mubarak abhinandan suprabhat vande namaste namaskar pranam
    शुभकामनाएं शुभकामनाओं शुभेच्छा बधाई मुबारक अभिनंदन धन्यवाद आभार
    win wins won victory jeet match jashn celebrate celebrating celebration festival
"""
_HARM = """
    poison death corpse kidnap explosion bomb gun terrorist riot attack fire flood accident demolish rape ban cancel
    curfew close arrest organ leak fraud
"""
"""A wish beside one of these may be the trimming of a claim ("jai hind, forward to all: …")."""


def is_greeting(text: str) -> bool:
    keys = keys_said(text)
    others = keys - _wishes()
    return others != keys and not any(name in _harm() for key in others for name in concepts_of(key))


@cache
def _wishes() -> frozenset[str]:
    return frozenset(map(key_of, _WISHES.split()))


@cache
def _harm() -> frozenset[str]:
    return frozenset(_HARM.split())
