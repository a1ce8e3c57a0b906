"""Text in, Triage out: ``load()`` gives a Classifier, ``classify()`` takes posts and gives as many triages."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from classifiers.cues import is_bare
from classifiers.features import extract
from classifiers.language import UNDETERMINED, language_of
from classifiers.linear import Evidence, LinearModel
from classifiers.model_files import DEFAULT_MODEL, load_model
from classifiers.place import Gazetteer
from classifiers.reading import Reading, read
from classifiers.sensitivity import SENSITIVITY_HEAD, sensitivity_of
from schemas.directory import DepartmentKind, Directory, Thresholds
from schemas.labels import ComplaintType, Stance, Urgency
from schemas.triage import Reference, Triage

__all__ = ["Classifier", "Post", "load"]

_AT_ONCE = 512
"""Posts whose features are held in memory together."""

_WORDS_SHOWN = 5
_CERTAIN_NOT = 0.5


@dataclass(frozen=True, slots=True)
class Post:
    """What is classified: a text, the handles it addresses (without @), the kinds of department among them."""

    text: str
    handles: tuple[str, ...] = ()
    kinds: tuple[DepartmentKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Classifier:
    """Classifies posts for one office. Immutable, and safe to share between threads."""

    model: LinearModel
    thresholds: Thresholds = field(default_factory=Thresholds)
    gazetteer: Gazetteer = field(default_factory=lambda: Gazetteer(None))
    offices: frozenset[str] = frozenset()

    def classify(self, posts: Sequence[Post]) -> list[Triage]:
        """Classify posts, one triage each, in their order. Never raises for any text."""
        triages: list[Triage] = []
        for start in range(0, len(posts), _AT_ONCE):
            readings = [read(post.text, post.kinds, self.offices) for post in posts[start : start + _AT_ONCE]]
            weighed = self.model.evidence(extract(readings))
            triages += [self._triage(reading, evidence) for reading, evidence in zip(readings, weighed, strict=True)]
        return triages

    def _triage(self, reading: Reading, evidence: Evidence) -> Triage:
        model, logits = self.model, evidence.logits
        language = language_of(reading, model, logits)
        bare = is_bare(reading)
        complaint = float(model.head("complaint", logits)[0])
        if language == UNDETERMINED and bare:
            complaint = min(complaint, _CERTAIN_NOT)
        types = model.head("type", logits)
        type_index = int(np.argmax(types))
        stances = model.head("stance", logits)
        stance = model.heads["stance"].labels[int(np.argmax(stances))]
        is_complaint = complaint > _CERTAIN_NOT
        return Triage(
            language=language,
            complaint=complaint,
            is_complaint=is_complaint,
            type=ComplaintType(model.heads["type"].labels[type_index]),
            type_confidence=float(types[type_index]),
            urgency=self._urgency(evidence),
            rumour=float(model.head("rumour", logits)[0]),
            stance=None if stance == "none" else Stance(stance),
            sensitivity=sensitivity_of(reading, model, model.head(SENSITIVITY_HEAD, logits).tolist()),
            places=self.gazetteer.find(reading),
            references=tuple(Reference(kind=found.kind, value=found.value) for found in reading.masked.references),
            text=reading.masked.text,
            masked=bool(reading.masked.personal),
            needs_human=bare or not self._sure(complaint, float(types[type_index])),
            because=self._because(reading, evidence, is_complaint, type_index),
            model=model.name,
        )

    def _sure(self, complaint: float, type_share: float) -> bool:
        """Whether the machine may decide by itself, by the directory's thresholds."""
        if complaint <= self.thresholds.dismiss:
            return True
        return complaint >= self.thresholds.route and type_share >= self.thresholds.type

    def _urgency(self, evidence: Evidence) -> Urgency:
        shares = self.model.head("urgency", evidence.logits)
        return Urgency(self.model.heads["urgency"].labels[int(np.argmax(shares))])

    def _because(self, reading: Reading, evidence: Evidence, is_complaint: bool, type_index: int) -> tuple[str, ...]:
        """The words that pulled the decision its way, strongest first; of a complaint also those of its type."""
        column = self.model.columns["complaint"].start
        pull = evidence.of_tokens(column, len(reading.tokens))
        if is_complaint:
            pull = pull + evidence.of_tokens(self.model.columns["type"].start + type_index, len(reading.tokens))
        else:
            pull = -pull
        order = np.argsort(-pull, kind="stable")
        words: dict[str, None] = {}
        for place in order.tolist():
            if pull[place] <= 0 or len(words) == _WORDS_SHOWN:
                break
            if reading.tokens[place].is_word:
                words[reading.tokens[place].form] = None
        return tuple(words)


def load(model_dir: Path | None = None, directory: Directory | None = None) -> Classifier:
    """Load a classifier: the shipped model unless another folder is named, for no office unless one is given.

    Raises ModelError when the folder holds no usable model.
    """
    model = load_model(model_dir or DEFAULT_MODEL)
    if directory is None:
        return Classifier(model)
    return Classifier(model, directory.thresholds, Gazetteer(directory), frozenset(directory.by_handle))
