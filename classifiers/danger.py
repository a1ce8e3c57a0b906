"""Signs of danger in a post, for its urgency: what endangers, and whether it is at hand, over, or only spoken of."""

from collections.abc import Iterator

from classifiers.cues import feature_hash
from classifiers.danger_words import DANGERS, SETTINGS
from classifiers.phrases import Phrasebook
from classifiers.reading import Reading

__all__ = ["danger_features"]

_DANGERS = Phrasebook(DANGERS)
_SETTINGS = Phrasebook(SETTINGS)

_NEAR = 5
"""Tokens between a danger and what says when it is, within which they are taken to belong together."""


def danger_features(reading: Reading) -> list[int]:
    """The hashes of a post's dangers, of their settings, and of the two together, each once."""
    return [feature_hash(name) for name in dict.fromkeys(_signs(reading))]


def _signs(reading: Reading) -> Iterator[str]:
    dangers = _DANGERS.find(reading.tokens)
    settings = _SETTINGS.find(reading.tokens)
    kinds = dict.fromkeys(kind for _, kind in dangers)
    said = dict.fromkeys(setting for _, setting in settings)
    yield f"dangers {min(len(kinds), 3)}"
    for kind in kinds:
        yield f"danger {kind}"
    for setting in said:
        yield f"setting {setting}"
        yield f"setting {setting} with {'danger' if kinds else 'none'}"
        for kind in kinds:
            yield f"danger {kind} {setting}"
    for place, kind in dangers:
        for where, setting in settings:
            if abs(where - place) <= _NEAR:
                yield f"near {setting}"
                yield f"near {kind} {setting}"
