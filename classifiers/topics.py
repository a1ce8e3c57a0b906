"""What a post is about by its words: which types of complaint its words and the names of its handles speak of."""

from collections import Counter
from collections.abc import Iterator

from classifiers.cues import feature_hash
from classifiers.phrases import Phrasebook
from classifiers.reading import Reading
from classifiers.topic_words import TOPIC_WORDS

__all__ = ["handle_features", "topic_features"]

_BOOK = Phrasebook(TOPIC_WORDS)


def topic_features(reading: Reading) -> list[int]:
    """The hashes of a post's topics: each as often as it is met, the first, the last, the strongest, and pairs."""
    return [feature_hash(name) for name in _topics(reading)]


def handle_features(reading: Reading) -> list[int]:
    """The hashes of what the handles say: the kinds of department, and topics in their names (@CityTraffic)."""
    topics = dict.fromkeys(topic for _, topic in _BOOK.find(reading.names))
    return [feature_hash(f"kind {kind}") for kind in reading.kinds] + [feature_hash(f"name {name}") for name in topics]


def _topics(reading: Reading) -> Iterator[str]:
    found = [topic for _, topic in _BOOK.find(reading.tokens)]
    if not found:
        yield "no topic"
        return
    yield from (f"topic {topic}" for topic in found)
    yield f"first {found[0]}"
    yield f"last {found[-1]}"
    ranked = Counter(found).most_common(2)
    yield f"top {ranked[0][0]}"
    if len(ranked) > 1:
        pair = sorted(topic for topic, _ in ranked)
        yield f"pair {pair[0]} {pair[1]}"
        if ranked[0][1] > ranked[1][1]:
            yield f"clear {ranked[0][0]}"
