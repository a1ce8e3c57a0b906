"""Observations for the tests of the watch."""

from datetime import UTC, datetime, timedelta

from schemas.events import Observation
from schemas.labels import ComplaintType, Stance

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
RUMOUR = "Sundarpur ki paani ki tanki mein kisi ne zahar mila diya hai, paani mat peena"
DENIAL = "Sundarpur ki paani ki tanki mein zahar ki baat afwah hai, paani mat peena wali khabar jhooth"


def telling(
    number: int,
    *,
    minutes: float = 0.0,
    text: str = RUMOUR,
    account: str | None = None,
    rumour: float = 0.6,
    complaint: float = 0.1,
    stance: Stance | None = Stance.SPREADING,
    place: str | None = None,
) -> Observation:
    return Observation(
        key=f"x:{number}",
        author_hash=account or f"account-{number}",
        at=START + timedelta(minutes=minutes),
        text=text,
        language="hi-Latn",
        type=ComplaintType.WATER_SUPPLY,
        complaint=complaint,
        rumour=rumour,
        stance=stance,
        place=place,
    )
