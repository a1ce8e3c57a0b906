"""Find e-mail addresses, UPI ids, links and placeholders: what stands as one piece before numbers are read."""

import re

from text.mask_spans import Span

_ADDRESS = re.compile(r"(?<![\w.+%@-])[\w.+%-]++@[\w-]++(?:\.[\w-]++)*+")
_DOMAIN = re.compile(r".*\.[^\W\d]{2,}\.?$", re.DOTALL)
_LINK = re.compile(r"(?:https?://|www\.|wa\.me/|t\.me/)\S++", re.IGNORECASE)
_NUMBER_IN_LINK = re.compile(r"(?<!\d)(?<!status/)(?:0|91)?[6-9]\d{9}(?!\d)")
_PLACEHOLDER = re.compile(r"\[(?:phone|aadhaar|card|pan|email|account|upi)\]")
_UPI_CUE = re.compile(r"upi|gpay|google pay|phonepe|paytm|bhim|vpa|यूपीआई|फोनपे|फ़ोनपे|पेटीएम", re.IGNORECASE)
_CUE_REACH = 40

# Handles of payment service providers, from NPCI's list of UPI apps (third-party and bank apps).
_UPI_HANDLES = frozenset(
    [
        "abcdicici",
        "abfspay",
        "airtel",
        "airtelpaymentsbank",
        "allbank",
        "apl",
        "axb",
        "axisb",
        "axisbank",
        "axisgo",
        "axl",
        "barodampay",
        "bandhan",
        "bhim",
        "boi",
        "cboi",
        "centralbank",
        "citi",
        "cmsidfc",
        "cnrb",
        "csbpay",
        "dbs",
        "dcb",
        "dlb",
        "fam",
        "fbl",
        "federal",
        "freecharge",
        "hdfcbank",
        "hdfcbankjd",
        "hsbc",
        "ibl",
        "icici",
        "idbi",
        "idfcbank",
        "idfcfirst",
        "ikwik",
        "imobile",
        "indbank",
        "indianbank",
        "indie",
        "indus",
        "iob",
        "jio",
        "jkb",
        "jsb",
        "jupiteraxis",
        "kbl",
        "kotak",
        "kvb",
        "mahb",
        "myicici",
        "naviaxis",
        "obc",
        "okaxis",
        "okbizaxis",
        "okhdfcbank",
        "okicici",
        "oksbi",
        "payzapp",
        "paytm",
        "pingpay",
        "pnb",
        "pockets",
        "postbank",
        "psb",
        "ptaxis",
        "pthdfc",
        "ptsbi",
        "ptyes",
        "rajgovhdfcbank",
        "rapl",
        "rbl",
        "rmhdfcbank",
        "sbi",
        "sc",
        "sib",
        "slice",
        "superyes",
        "tapicici",
        "timecosmos",
        "ubi",
        "uboi",
        "uco",
        "unionbank",
        "united",
        "upi",
        "utbi",
        "vijb",
        "waaxis",
        "wahdfcbank",
        "waicici",
        "wasbi",
        "yapl",
        "ybl",
        "yescred",
        "yesbank",
        "yespay",
        "yespop",
    ]
)


def find_addresses(text: str) -> list[Span]:
    """Give e-mail addresses, UPI ids and phone numbers inside links as personal spans, links and placeholders as plain ones.

    In order of place, none overlapping another.
    """
    spans: list[Span] = []
    if "@" in text:
        spans += filter(None, (_address(text, found) for found in _ADDRESS.finditer(text)))
    if "/" in text or "www." in text.lower():
        taken = {span.start for span in spans}
        for link in _LINK.finditer(text):
            spans += _link(link, taken)
    if "[" in text:
        spans += (Span(found.start(), found.end(), "", "") for found in _PLACEHOLDER.finditer(text))
    return _disjoint(spans)


def _address(text: str, found: re.Match[str]) -> Span | None:
    local, _, domain = found[0].partition("@")
    end = found.end() - (len(domain) - len(domain.rstrip(".-")))
    if not any(letter.isalnum() for letter in local):
        return None
    if _DOMAIN.match(domain):
        return Span(found.start(), end, "email", found[0][: end - found.start()], personal=True)
    before = text[max(0, found.start() - _CUE_REACH) : found.start()].rpartition("]")[2].rpartition("@")[2]
    if domain.lower().rstrip(".-") in _UPI_HANDLES or any(map(str.isdecimal, local)) or _UPI_CUE.search(before):
        return Span(found.start(), end, "upi", found[0][: end - found.start()], personal=True)
    return None


def _link(link: re.Match[str], taken: set[int]) -> list[Span]:
    numbers = [
        Span(link.start() + found.start(), link.start() + found.end(), "phone", found[0], personal=True)
        for found in _NUMBER_IN_LINK.finditer(link[0])
    ]
    return numbers or [Span(link.start(), link.end(), "", "")]


def _disjoint(spans: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept
