"""Recognise personal numbers by form, checksum and the words beside them."""

import re
from typing import NamedTuple

import phonenumbers

from text.checksums import luhn_valid, verhoeff_valid
from text.cues import NEUTRAL
from text.mask_spans import Span, ascii_digits

_SEPARATOR = r"[\s.\-\u00ad\u2010-\u2015\u200b-\u200f\u2060-\u2064\ufeff()]{1,3}"
_RUN = re.compile(rf"\d{{1,64}}(?:{_SEPARATOR}\d{{1,64}}){{0,18}}")
_GROUP = re.compile(r"\d+")
_DATE = re.compile(r"\d{1,2}([-./])\d{1,2}\1(?:19|20)\d\d(?!\d)")
_PAN = re.compile(r"[A-Z]{3}[ABCFGHJLPT][A-Z][ -]?\d{4}[ -]?[A-Z](?![A-Z\d])", re.IGNORECASE)
_TOLL_FREE = re.compile(r"(?:1800|1860)\d{6,7}")
_MOBILE = re.compile(r"(?:0|91|0091|091|910)?[6-9]\d{9}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONEY_AFTER = re.compile(r"\s*(?:/-|rs\b|rupe|rupa|रुपय|रुपए|रु\b|lakh|crore|लाख|करोड़|₹|inr\b)", re.IGNORECASE)
_MONEY_REACH = 12
_LONG_GROUP = 10
"""Digits from which a group is a number of its own, not part of a split one."""
_LONGEST_PERSONAL = 19
_SHORTEST_UNEXPLAINED = 9
"""Digits from which a number that nothing explains is masked: the shortest account numbers in India."""


class _Digits(NamedTuple):
    """Digits joined from groups of the given lengths."""

    joined: str
    lengths: tuple[int, ...]
    end: int

    @property
    def even(self) -> bool:
        """Whether all groups but a shorter last one are equally long, as when one number is split."""
        return len(set(self.lengths[:-1])) <= 1 and self.lengths[-1] <= self.lengths[0]

    @property
    def split_like_one(self) -> bool:
        """Whether these can be one number: no lone digits among longer groups."""
        return min(self.lengths) > 1 or max(self.lengths) <= 2


def personal_at(text: str, code_start: int, start: int, end: int, cue: str) -> Span:
    """Give the personal number whose first digit stands at `start`, else that number as a span without kind.

    `code_start` is where letters joined to it begin; `cue` is the kind that the words beside it announce.
    """
    pan = _pan_at(text, code_start, start, end)
    if pan is not None:
        return pan
    date = _DATE.match(text, start, end)
    if date is not None:
        return Span(start, date.end(), "", "")
    candidates = _candidates(text, start, end)
    plus = start > 0 and text[start - 1] == "+"
    for digits in reversed(candidates):
        if _TOLL_FREE.fullmatch(digits.joined):
            return Span(start, digits.end, "", "")
        kind = _kind_of(digits, cue, plus)
        if kind:
            return Span(start - plus, digits.end, kind, digits.joined, personal=True)
    return _unexplained(text, start, end, candidates[0], cue)


def _pan_at(text: str, code_start: int, start: int, end: int) -> Span | None:
    for begin in (start - 5, start - 6):
        if begin >= code_start or (begin == start - 6 and begin >= 0):
            found = _PAN.match(text, max(begin, 0), end)
            if found is not None and not text[max(begin - 1, 0) : begin].isalnum():
                value = re.sub("[ -]", "", found[0]).upper()
                return Span(found.start(), found.end(), "pan", value, personal=True)
    return None


def _candidates(text: str, start: int, end: int) -> list[_Digits]:
    """Give the number at `start` joined with none, one, two … of the groups that follow, shortest first."""
    run = _RUN.match(text, start, end)
    candidates: list[_Digits] = []
    joined, longest = "", 0
    lengths: tuple[int, ...] = ()
    for group in _GROUP.finditer(text, start, run.end() if run else start + 1):
        length = group.end() - group.start()
        if joined and (longest >= _LONG_GROUP or (length >= _LONG_GROUP and joined.lstrip("0") not in {"91", ""})):
            break
        joined, lengths, longest = joined + ascii_digits(group[0]), (*lengths, length), max(longest, length)
        if candidates and len(joined) > _LONGEST_PERSONAL:
            break
        candidates.append(_Digits(joined, lengths, group.end()))
    return candidates


def _kind_of(digits: _Digits, cue: str, plus: bool) -> str:
    length = len(digits.joined)
    if length < 6 or cue == NEUTRAL:
        return ""
    if cue == "account" and 9 <= length <= 18:
        return "account"
    if cue == "card" and 13 <= length <= _LONGEST_PERSONAL:
        return "card"
    if _is_card(digits):
        return "card"
    if _is_aadhaar(digits, cue):
        return "aadhaar"
    return "phone" if _is_phone(digits, cue, plus) else ""


def _is_card(digits: _Digits) -> bool:
    """Thirteen to nineteen digits of an issuer that exists, whole or split as on the card, with Luhn's check digit."""
    if not 13 <= len(digits.joined) <= _LONGEST_PERSONAL or digits.joined[0] not in "23456":
        return False
    return (digits.even or digits.lengths == (4, 6, 5)) and luhn_valid(digits.joined)


def _is_aadhaar(digits: _Digits, cue: str) -> bool:
    """Twelve digits that a word names, or that are split as on the card, or whose check digit is right."""
    if len(digits.joined) != 12:
        return False
    if cue == "aadhaar":
        return True
    if digits.joined[0] in "01" or not digits.even or _MOBILE.fullmatch(digits.joined):
        return False
    if digits.lengths == (4, 4, 4):
        return not all(_YEAR.fullmatch(digits.joined[at : at + 4]) for at in (0, 4, 8))
    return verhoeff_valid(digits.joined)


def _is_phone(digits: _Digits, cue: str, plus: bool) -> bool:
    """A mobile number by form; a foreign or landline number by the numbering plans that `phonenumbers` holds."""
    if _MOBILE.fullmatch(digits.joined):
        return digits.split_like_one or cue == "phone"
    if plus:
        return 8 <= len(digits.joined) <= 15 and _in_plan("+" + digits.joined)
    if cue == "phone" and len(digits.joined) <= 8 and len(digits.lengths) <= 2:
        return True
    trunk = digits.joined[0] == "0"
    named = cue == "phone" or (trunk and len(digits.lengths) > 1)
    return named and len(digits.joined) == 10 + trunk and _in_plan(digits.joined)


def _in_plan(number: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, "IN"))
    except phonenumbers.NumberParseException:
        return False


def _unexplained(text: str, start: int, end: int, digits: _Digits, cue: str) -> Span:
    """Mask a long number that no word explains as an account number: in doubt, it is personal."""
    money = _MONEY_AFTER.match(text, digits.end, min(end, digits.end + _MONEY_REACH))
    if len(digits.joined) < _SHORTEST_UNEXPLAINED or cue == NEUTRAL or money:
        return Span(start, digits.end, "", "")
    return Span(start, digits.end, "account", digits.joined, personal=True)
