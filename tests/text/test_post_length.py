"""The length of a post as X counts it."""

import pytest

from text.post_length import post_length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("paani nahi", 10),
        ("पानी नहीं", 9),
        ("e\u0301", 1),
        ("水", 2),
        ("😀", 2),
        ("👨‍👩‍👧", 2),
        ("👍🏽", 2),
        ("🇮🇳", 2),
        ("see https://example.org/a/very/long/address?with=parameters now", 4 + 23 + 4),
        ("example.org", 23),
        ("a.b@c", 5),
        ("“so” – it’s…", 13),
    ],
)
def test_letters_emoji_and_addresses_have_their_weights(text: str, length: int) -> None:
    assert post_length(text) == length
