"""Check digits of the numbers that carry one: Verhoeff (Aadhaar) and Luhn (payment cards)."""

# The dihedral group D5, its permutation, both as in J. Verhoeff, "Error Detecting Decimal Codes" (1969).
_PRODUCT = tuple(
    tuple((a + b) % 5 + 5 * (b >= 5) if a < 5 else ((a - b) % 5 + 5 * (b < 5)) for b in range(10)) for a in range(10)
)
_PERMUTATION = [tuple(range(10)), (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)]
while len(_PERMUTATION) < 8:
    _PERMUTATION.append(tuple(_PERMUTATION[1][digit] for digit in _PERMUTATION[-1]))


def verhoeff_valid(digits: str) -> bool:
    """Say whether a string of ASCII digits, its check digit last, passes Verhoeff's check."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _PRODUCT[check][_PERMUTATION[place % 8][int(digit)]]
    return check == 0


def luhn_valid(digits: str) -> bool:
    """Say whether a string of ASCII digits, its check digit last, passes Luhn's check (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        total += value if place % 2 == 0 else (2 * value if value < 5 else 2 * value - 9)
    return total % 10 == 0
