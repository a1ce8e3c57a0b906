"""Term rules: which posts that address no office the watch is to see, and which are none of ours.

Each rule is tried on a post's words by skeleton (text/skeleton.py), so that it also holds in the other script. The
cost of a post is one search of its skeleton for each word of each rule.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.directory import Directory
from schemas.mention import Mention
from text.skeleton import skeleton

__all__ = ["Terms"]


@dataclass(frozen=True, slots=True)
class _Keys:
    """The skeletons of a rule, each between spaces; no places: anywhere."""

    places: frozenset[str]
    words: frozenset[str]


class Terms:
    """The term rules of a directory, as what a publisher does with each post of a source that looks for them."""

    def __init__(self, directory: Directory):
        self._by_handle = directory.by_handle
        self._rules = tuple(
            _Keys(_keys(directory.names_of(rule.places)), _keys(rule.words)) for rule in directory.watch_terms
        )

    def __call__(self, post: Mention) -> Mention | None:
        """The post as it is when it addresses an office or is one's own, marked when only a rule finds it; else None:
        nobody asked for it."""
        if post.author.handle in self._by_handle or any(handle in self._by_handle for handle in post.handles):
            return post
        return post.model_copy(update={"by_terms": True}) if self.finds(post.text) else None

    def finds(self, text: str) -> bool:
        """Whether any rule finds a text."""
        said = _key(text)
        return any(_holds(said, rule.words) and (not rule.places or _holds(said, rule.places)) for rule in self._rules)


def _holds(said: str, keys: Iterable[str]) -> bool:
    return any(key in said for key in keys)


def _keys(names: Iterable[str]) -> frozenset[str]:
    return frozenset(key for name in names if (key := _key(name)).strip())


def _key(text: str) -> str:
    return f" {skeleton(text)} "
