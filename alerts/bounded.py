"""A map that holds so many keys and forgets those it was told first; it can be saved page by page."""

from typing import Any, Generic, TypeVar

__all__ = ["PAGE", "Bounded"]

PAGE = 512
"""Keys saved together."""

V = TypeVar("V")


class Bounded(Generic[V]):
    """A dict of at most ``most`` keys (a multiple of PAGE); setting a further one drops the oldest.

    ``dirty`` are the numbers of the pages changed since it was last emptied.
    """

    def __init__(self, most: int):
        self.most = most
        self.dirty: set[int] = set()
        self._values: dict[str, tuple[int, V]] = {}
        self._order: list[str | None] = [None] * most
        self._next = 0

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: str) -> V | None:
        found = self._values.get(key)
        return None if found is None else found[1]

    def __setitem__(self, key: str, value: V) -> None:
        known = self._values.get(key)
        if known is not None and known[1] == value:
            return
        slot = self._take() if known is None else known[0]
        self._order[slot] = key
        self._values[key] = (slot, value)
        self.dirty.add(slot // PAGE)

    def page(self, number: int) -> dict[str, Any]:
        """A page as JSON: where the next key goes, and the page's keys with their values."""
        keys = self._order[number * PAGE : (number + 1) * PAGE]
        return {"next": self._next, "entries": [[key, self._values[key][1]] if key else None for key in keys]}

    def restore(self, number: int, page: dict[str, Any]) -> None:
        for slot, entry in enumerate(page["entries"], number * PAGE):
            if entry is not None:
                self._order[slot] = entry[0]
                self._values[entry[0]] = (slot, entry[1])
        self._next = max(self._next, page["next"])

    def _take(self) -> int:
        slot = self._next % self.most
        self._next += 1
        oldest = self._order[slot]
        if oldest is not None:
            del self._values[oldest]
        return slot
