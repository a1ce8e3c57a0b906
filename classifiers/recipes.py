"""The heads of the model: what each is asked, which labels a row gives it, and how it is fitted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from classifiers.corpus import Row
from classifiers.language import LANGUAGE_HEADS, UNDETERMINED, main_script
from classifiers.linear import Link
from classifiers.reading import Reading
from classifiers.sensitivity import SENSITIVITY_HEAD
from schemas.labels import ComplaintType, Sensitivity, Stance, Urgency

__all__ = ["NO_STANCE", "Recipe", "recipes"]

NO_STANCE = "none"

Answer = frozenset[str] | None
"""The labels that hold of a row; None where the row says nothing to the head."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a head is made.

    ``blocks`` are the feature blocks it learns from and how much each may say; ``strengths`` are the inverses of the
    regularisation (scikit-learn's C) of the machines whose mean it is: a weak one leans on what many posts share, a
    strong one knows rare words. ``own``, where given, takes their place once an office brings enough rows of its own.
    ``balanced`` gives a rare label the weight of a frequent one. Rows of batches that resemble a stream count
    ``stream`` times. Chosen by leaving batches of the training rows out in turn where these differed, else with the
    development figures in view (docs/classification.md).
    """

    name: str
    labels: tuple[str, ...]
    link: Link
    answer: Callable[[Row, Reading], Answer]
    blocks: Mapping[str, float]
    strengths: tuple[float, ...]
    own: tuple[float, ...] = ()
    balanced: bool = False
    stream: float = 1.0


_ALL = MappingProxyType({"words": 1.0, "keys": 1.4, "letters": 1.0, "sounds": 1.0, "cues": 1.0, "topics": 0.5})
_TOPIC = MappingProxyType(
    {"words": 0.7, "keys": 1.2, "letters": 1.0, "sounds": 1.3, "cues": 0.25, "kinds": 0.7, "topics": 0.7}
)
_ASKED = MappingProxyType({"words": 1.3, "keys": 1.6, "letters": 0.85, "sounds": 0.85, "cues": 1.0, "topics": 0.5})
_DANGER = MappingProxyType({**_ALL, "kinds": 0.5, "danger": 0.7})
_SPELLING = MappingProxyType({"words": 1.0, "letters": 1.0})


def _complaint(row: Row, _: Reading) -> Answer:
    return None if row.complaint is None else _if(row.complaint == "yes", "yes")


def _rumour(row: Row, _: Reading) -> Answer:
    return None if row.rumour is None else _if(row.rumour == "yes", "yes")


def _type(row: Row, _: Reading) -> Answer:
    return frozenset({row.type.value}) if row.complaint == "yes" and row.type else None


def _urgency(row: Row, _: Reading) -> Answer:
    return frozenset({row.urgency.value}) if row.complaint == "yes" and row.urgency else None


def _stance(row: Row, _: Reading) -> Answer:
    return None if row.rumour is None else frozenset({row.stance.value if row.stance else NO_STANCE})


def _sensitivity(row: Row, _: Reading) -> Answer:
    return None if row.sensitivity is None else frozenset(mark.value for mark in row.sensitivity)


def _if(holds: bool, label: str) -> Answer:
    return frozenset({label} if holds else ())


def _language(script: str) -> Callable[[Row, Reading], Answer]:
    def answer(row: Row, reading: Reading) -> Answer:
        if row.language in (None, UNDETERMINED) or main_script(reading)[0] != script:
            return None
        return frozenset({row.language})

    return answer


def recipes(rows: list[Row], readings: list[Reading]) -> tuple[Recipe, ...]:
    """The heads for a corpus; only the languages come from its rows."""
    return (
        Recipe("complaint", ("yes",), Link.LOGISTIC, _complaint, _ASKED, (0.2, 0.02), own=(0.02,), stream=3.0),
        Recipe("rumour", ("yes",), Link.LOGISTIC, _rumour, _ALL, (0.2,)),
        Recipe("type", tuple(map(str, ComplaintType)), Link.SOFTMAX, _type, _TOPIC, (0.5,)),
        Recipe("urgency", tuple(map(str, Urgency)), Link.SOFTMAX, _urgency, _DANGER, (0.2,)),
        Recipe("stance", (NO_STANCE, *map(str, Stance)), Link.SOFTMAX, _stance, _ALL, (0.5,)),
        Recipe(SENSITIVITY_HEAD, tuple(map(str, Sensitivity)), Link.LOGISTIC, _sensitivity, _ALL, (0.5,)),
        *(
            Recipe(name, _languages(rows, readings, script), Link.SOFTMAX, _language(script), _SPELLING, (1.0,))
            for script, name in LANGUAGE_HEADS.items()
        ),
    )


def _languages(rows: list[Row], readings: list[Reading], script: str) -> tuple[str, ...]:
    answer = _language(script)
    found = {label for row, reading in zip(rows, readings, strict=True) for label in answer(row, reading) or ()}
    return tuple(sorted(found)) or (UNDETERMINED,)
