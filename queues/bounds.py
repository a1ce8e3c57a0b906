"""How much a call to a store may bring."""

__all__ = ["MANY", "at_most"]

MANY = 10_000
"""Items a call at most, for every method that takes many."""


def at_most(number: int, what: str) -> None:
    """Raises ValueError when a call brings more than it may."""
    if number > MANY:
        raise ValueError(f"{what}: {number} at once, at most {MANY} are allowed")
