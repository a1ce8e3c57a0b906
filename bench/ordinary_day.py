"""An ordinary day: 100,000 posts to a state's departments, with real surges of complaints and no rumour in it.

Complaints and other posts are drawn from our own corpus, each with small changes; a fifth are reposts, as of any
popular post. Three surges (water, electricity, waterlogging) bring hundreds of complaints from one place each within
hours; a festival greeting and a cricket score are copied by thousands.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench.rumours import light_rewrite
from classifiers.corpus import shipped_training
from schemas.directory import Directory
from schemas.mention import Author, Mention

__all__ = ["POSTS", "ordinary_day"]

POSTS = 100_000
START = datetime(2026, 3, 2, tzinfo=UTC)
_REPOSTS = 0.2
_ACCOUNTS = 40_000
_SURGES = (
    ("No water supply in {place} since last night, whole area is without water, please send tanker", 7, 900),
    ("{place} में पांच घंटे से बिजली नहीं है, ट्रांसफार्मर जल गया, कोई सुनने वाला नहीं", 19, 700),
    ("{place} me sadak par kamar tak paani bhara hai, naali jaam hai, gaadi phas gayi", 15, 800),
)
_SURGES_AFRESH = (
    ("{place} ward me teen din se kachra nahi utha, badbu se jeena mushkil, nigam soya hai", 10, 900),
    ("Gas cylinder booked ten days ago in {place}, agency does not pick the phone, whole street waiting", 12, 700),
    ("{place} के पास पुल पर तीन घंटे से जाम है, एम्बुलेंस फंसी है, ट्रैफिक पुलिस कहां है", 18, 800),
)
_CHATTER_AFRESH = (
    ("Proud of our police for the cycle rally today, thousands took part, jai hind", 8, 1500),
    ("बोर्ड परीक्षा के सभी विद्यार्थियों को शुभकामनाएं, मन लगाकर पढ़ें और आगे बढ़ें", 7, 1200),
)
"""A second day, written after the rules of the watch were settled on the first."""
_CHATTER = (
    ("Happy Holi to all citizens of our beautiful city, celebrate with love and natural colours", 9, 1500),
    ("What a win by our team in the last over, what a match, proud moment", 22, 1200),
)


def ordinary_day(directory: Directory, seed: int = 3, posts: int = POSTS, *, afresh: bool = False) -> Iterator[Mention]:
    """Mentions in the order of their time; ``afresh``: with the surges of the second day."""
    surges, chatter = (_SURGES_AFRESH, _CHATTER_AFRESH) if afresh else (_SURGES, _CHATTER)
    rng = random.Random(seed)
    planned = sorted((_second(rng), *_ordinary(rng)) for _ in range(posts - sum(n for _, _, n in surges + chatter)))
    places = rng.sample(directory.places, k=len(surges))
    for (text, hour, count), place in zip(surges, places, strict=True):
        planned += [_burst(rng, text.format(place=place.name.en), hour) for _ in range(count)]
    for text, hour, count in chatter:
        planned += [_burst(rng, text, hour) for _ in range(count)]
    recent: list[str] = []
    for number, (second, text, reposts) in enumerate(sorted(planned)):
        repost_of = rng.choice(recent) if reposts and recent else None
        recent = [*recent[-200:], str(number)] if repost_of is None else recent
        yield _mention(number, second, text, rng.randrange(_ACCOUNTS), repost_of)


_CORPUS = [row.text for row in shipped_training() if row.rumour != "yes"]


def _second(rng: random.Random) -> float:
    """Few at night, most in the morning and the evening."""
    hour = rng.choices(range(24), [1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 9, 8, 8, 7, 7, 7, 8, 9, 10, 10, 9, 7, 4, 2])[0]
    return hour * 3600 + rng.random() * 3600


def _ordinary(rng: random.Random) -> tuple[str, bool]:
    """Two posts of the corpus, half of each: so that a day is not 30 times the same few thousand."""
    first, second = rng.choice(_CORPUS).split(), rng.choice(_CORPUS).split()
    text = " ".join(first[: -(-len(first) // 2)] + second[len(second) // 2 :])
    return light_rewrite(text, rng), rng.random() < _REPOSTS


def _burst(rng: random.Random, text: str, hour: int) -> tuple[float, str, bool]:
    return hour * 3600 + rng.betavariate(1.5, 4) * 2 * 3600, light_rewrite(text, rng), False


def _mention(number: int, second: float, text: str, account: int, repost_of: str | None) -> Mention:
    at = START + timedelta(seconds=second)
    return Mention(
        id=str(number),
        text=text,
        author=Author(id=f"account{account}"),
        conversation_id=str(number),
        repost_of=repost_of,
        created_at=at,
        received_at=at,
    )
