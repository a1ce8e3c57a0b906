"""What references look like, each kind by its form."""

import re

from text.cues import UNITS
from text.mask_context import Announced, tokens_of
from text.mask_spans import Span, ascii_digits, compact

_LIST_JOINER = re.compile(
    r"\s*(?:[,/&+-]|and|aur|or|ya|evam|se|to|ani|व|और|तथा|या|एवं|से|आणि)\s*(?:no\.?|नं\.?)?\s*", re.IGNORECASE
)
_LONGEST_JOINER = 12

_END = r"(?![A-Za-z\d@])"
_CODE = r"[A-Za-z\d]{1,24}(?:[-/_][A-Za-z\d]{1,24}){0,5}"
_GROUPED = r"\d{3,4}(?:[ -]\d{3,4}){2,4}"

_FORMS = {
    kind: re.compile(form + _END)
    for kind, form in {
        "pnr": r"(?:\d{10}|\d{3}[ -]\d{7}|\d{3}[ -]\d{3}[ -]\d{4})",
        "consumer": f"(?:{_GROUPED}|{_CODE})",
        "application": _CODE,
        "complaint": f"(?:{_GROUPED}|{_CODE})",
        "utr": f"(?:{_GROUPED}|{_CODE})",
        "fir": r"\d{1,6}(?:\s?[/-]\s?\d{2,4}){0,2}",
        "docket": _CODE,
        "vehicle": r"(?:[A-Za-z]{2}[ -]?\d{1,2}[ -]?[A-Za-z]{0,3}[ -]?\d{1,4}|\d{4})",
        "pole": r"[A-Za-z]{0,4}[-/]?\d{1,5}(?:[-/][A-Za-z\d]{1,5}){0,3}[A-Za-z]?",
        "ward": r"\d{1,3}(?:-?[A-Za-z])?",
        "train": r"\d{5}",
        "pin": r"[1-9]\d{2} ?\d{3}",
    }.items()
}
_FEWEST_DIGITS = {"consumer": 5, "application": 2, "complaint": 2, "utr": 6, "docket": 2}
_MOBILE = re.compile(r"[6-9]\d{9}")
_EXPECT_MOBILE_FORM = {"pnr", "consumer"}
"""Kinds whose numbers often look like a mobile number, so that their cue needs no "no." beside it."""
_MISTAKEN_FOR_AMOUNTS = {"ward", "pole", "fir", "docket", "complaint", "application"}

# State and union territory codes of the Central Motor Vehicles Rules, 1989, with those since renamed.
_STATES = "AN|AP|AR|AS|BR|CG|CH|DD|DL|DN|GA|GJ|HP|HR|JH|JK|KA|KL|LA|LD|MH|ML|MN|MP|MZ|NL|OD|OR|PB|PY|RJ|SK|TG|TN|TR|TS|UA|UK|UP|WB"
# In capitals the parts may stand apart; in small letters only joined or dashed ("up 14 se 2000" is no vehicle).
_VEHICLE = re.compile(
    rf"(?<![A-Za-z\d])(?:(?:{_STATES})[ -]?\d{{1,2}}[A-Z]?[ -]?[A-Z]{{1,3}}[ -]?\d{{1,4}}"
    rf"|(?i:{_STATES})(?:-?\d{{1,2}}-?(?i:[A-Z]){{1,3}}-?\d{{4}})"
    rf"|\d{{2}}[ -]?(?i:BH)[ -]?\d{{4}}[ -]?(?i:[A-Z]){{1,2}}){_END}"
)
_STATE_LETTERS = 3


def vehicle_at(text: str, earliest: int, start: int, end: int) -> Span | None:
    """Give the registration mark whose first digit stands at `start`: its form alone tells it."""
    for begin in {max(earliest, start - letters) for letters in range(_STATE_LETTERS + 1)}:
        found = _VEHICLE.match(text, begin, end)
        if found is not None:
            return Span(begin, found.end(), "vehicle", compact(found[0]).replace("-", ""))
    return None


def reference_at(announced: Announced, text: str, begins: tuple[int, int], end: int) -> Span | None:
    """Give the reference that starts at one of `begins`, if it has the form of what it is announced to be."""
    kinds = ("vehicle", "train") if announced.kind == "vehicle" else (announced.kind,)
    for kind in kinds:
        form = _FORMS.get(kind)
        for begin in dict.fromkeys(begins):
            found = form.match(text, begin, end) if form is not None else None
            if found is not None and _plausible(
                announced, kind, found[0], text[found.end() : min(end, found.end() + 16)]
            ):
                return Span(begin, found.end(), kind, _value(kind, found[0]))
    return None


def continues_list(kind: str, between: str) -> bool:
    """Whether what stands between a number of this kind and the next makes the next one of its list."""
    if not kind or len(between) > _LONGEST_JOINER:
        return False
    return _LIST_JOINER.fullmatch(between) is not None or (kind == "ward" and between.isspace())


def _value(kind: str, written: str) -> str:
    return compact(written).replace("-", "") if kind in {"vehicle", "pnr"} else compact(written)


def _plausible(announced: Announced, kind: str, written: str, after: str) -> bool:
    digits = "".join(filter(str.isdecimal, ascii_digits(written)))
    if len(digits) < _FEWEST_DIGITS.get(kind, 1):
        return False
    expected = kind in _EXPECT_MOBILE_FORM or announced.numbered
    if _MOBILE.fullmatch(digits) and (announced.listed or not expected):
        return False
    if not announced.numbered and ((kind == "fir" and "/" not in written) or (kind == "vehicle" and len(written) == 4)):
        return False
    following = tokens_of(after)[:1]
    return not (kind in _MISTAKEN_FOR_AMOUNTS and following and following[0] in UNITS)
