"""Names of cases: an id that follows from the post that opened it, and a docket number that a citizen can quote."""

from hashlib import blake2b

__all__ = ["case_id", "docket_number"]

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no i, l, o, u, so nothing is misread aloud."""
_CHARACTERS = 16
_QUOTED = 12


def case_id(mention_key: str) -> str:
    """16 characters, 80 bits of BLAKE2b of the post's key: the same post always opens the same case."""
    number = int.from_bytes(blake2b(mention_key.encode(), digest_size=_CHARACTERS * 5 // 8).digest(), "big")
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(_CHARACTERS * 5 - 5, -5, -5))


def docket_number(office: str, case: str) -> str:
    """``SPR-7K3M-9QX2-HT4D``: the first 60 bits of the case id; among a million cases of one office two share one
    with a probability of 4 in ten million."""
    quoted = case[:_QUOTED].upper()
    return f"{office}-{quoted[:4]}-{quoted[4:8]}-{quoted[8:]}"
