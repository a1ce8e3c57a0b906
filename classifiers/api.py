"""Text in, Triage out: ``load()`` gives a Classifier, ``classify()`` takes posts and gives as many triages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from classifiers.because import carrying_words
from classifiers.cues import is_bare
from classifiers.cutoffs import Cutoffs, choose
from classifiers.encoder_files import EncoderFolder, EncoderUse, open_encoder
from classifiers.judging import Judge, Weighed, shares_of
from classifiers.language import UNDETERMINED, language_of
from classifiers.linear import Head
from classifiers.model_files import DEFAULT_MODEL, load_held_out, load_model
from classifiers.place import Gazetteer
from classifiers.reading import Reading, read
from classifiers.sensitivity import SENSITIVITY_HEAD, sensitivity_of
from schemas.directory import DepartmentKind, Directory, Thresholds
from schemas.labels import ComplaintType, Sensitivity, Stance, Urgency
from schemas.triage import Reference, Triage

__all__ = ["Classifier", "Judged", "Post", "load"]

_AT_ONCE = 100
"""Posts whose features are held in memory together."""


@dataclass(frozen=True, slots=True)
class Post:
    """What is classified: a text, the handles it addresses (without @), the kinds of department among them."""

    text: str
    handles: tuple[str, ...] = ()
    kinds: tuple[DepartmentKind, ...] = ()


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a model says of a post: the probabilities of each head's labels, its language, whether there is little to
    go by, how likely it is a complaint, and the place of its likeliest type."""

    reading: Reading
    shares: Mapping[str, list[float]]
    language: str
    bare: bool
    complaint: float
    kind: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A triage, and what the model that it is from says of the post: its heads, and the calibrated probabilities of
    their labels."""

    triage: Triage
    heads: Mapping[str, Head]
    said: Mapping[str, Sequence[float]]

    def shares(self, head: str) -> dict[str, float]:
        """The probability of each label of a head."""
        return dict(zip(self.heads[head].labels, self.said[head], strict=True))


@dataclass(frozen=True, slots=True)
class Classifier:
    """Classifies posts for one office. Immutable, and safe to share between threads.

    ``second`` judges anew what this one would leave to a human; ``version`` names all models that take part.
    """

    model: Judge
    cutoffs: Cutoffs
    version: str
    gazetteer: Gazetteer = field(default_factory=lambda: Gazetteer(None))
    offices: frozenset[str] = frozenset()
    second: "Classifier | None" = None

    def classify(self, posts: Sequence[Post]) -> list[Triage]:
        """Classify posts, one triage each, in their order. Never raises for any text."""
        return [judged.triage for judged in self.judge(posts)]

    def judge(self, posts: Sequence[Post]) -> Iterator[Judged]:
        """As ``classify``, with what each triage follows from."""
        for start in range(0, len(posts), _AT_ONCE):
            readings = [read(post.text, post.kinds, self.offices) for post in posts[start : start + _AT_ONCE]]
            yield from self._judged(readings)

    def _judged(self, readings: Sequence[Reading]) -> list[Judged]:
        judged = self._judged_once(readings)
        if self.second is None:
            return judged
        unsure = [place for place, one in enumerate(judged) if one.triage.needs_human and not is_bare(readings[place])]
        again = self.second._judged([readings[place] for place in unsure]) if unsure else []
        for place, other in zip(unsure, again, strict=True):
            judged[place] = replace(other, triage=_with_marks_of(judged[place].triage, other.triage))
        return judged

    def _judged_once(self, readings: Sequence[Reading]) -> list[Judged]:
        evidence = self.model.weigh(readings)
        heard = self._heard(readings, evidence)
        kinds = [one.kind if one.complaint > self.cutoffs.complaint else None for one in heard]
        words = carrying_words(readings, self.model, evidence, kinds)
        return [
            Judged(self._triage(one, because), self.model.heads, one.shares)
            for one, because in zip(heard, words, strict=True)
        ]

    def _heard(self, readings: Sequence[Reading], evidence: Weighed) -> list[_Heard]:
        heads = self.model.heads
        columns = [shares_of(self.model, name, evidence).tolist() for name in heads]
        heard = []
        for reading, said in zip(readings, zip(*columns, strict=True), strict=True):
            shares = dict(zip(heads, said, strict=True))
            language = language_of(reading, heads, shares)
            bare = is_bare(reading)
            [complaint] = shares["complaint"]
            if language == UNDETERMINED and bare:
                complaint = min(complaint, self.cutoffs.complaint)
            heard.append(_Heard(reading, shares, language, bare, complaint, _highest(shares["type"])))
        return heard

    def _triage(self, heard: _Heard, because: tuple[str, ...]) -> Triage:
        heads, shares, masked = self.model.heads, heard.shares, heard.reading.masked
        stance = heads["stance"].labels[_highest(shares["stance"])]
        sure = self.cutoffs.is_sure(heard.complaint, shares["type"][heard.kind])
        return Triage(
            language=heard.language,
            complaint=heard.complaint,
            is_complaint=heard.complaint > self.cutoffs.complaint,
            type=ComplaintType(heads["type"].labels[heard.kind]),
            type_confidence=shares["type"][heard.kind],
            urgency=self._urgency(shares["urgency"]),
            rumour=shares["rumour"][0],
            stance=None if stance == "none" else Stance(stance),
            sensitivity=sensitivity_of(heard.reading, heads[SENSITIVITY_HEAD].labels, shares[SENSITIVITY_HEAD]),
            places=self.gazetteer.find(heard.reading),
            references=tuple(Reference(kind=found.kind, value=found.value) for found in masked.references),
            text=masked.text,
            masked=bool(masked.personal),
            needs_human=heard.bare or not sure,
            because=because,
            model=self.version,
        )

    def _urgency(self, shares: Sequence[float]) -> Urgency:
        labels = self.model.heads["urgency"].labels
        if shares[labels.index(Urgency.CRITICAL)] >= self.cutoffs.critical:
            return Urgency.CRITICAL
        return Urgency(labels[_highest(shares)])


def _highest(shares: Sequence[float]) -> int:
    return max(range(len(shares)), key=shares.__getitem__)


def load(
    model_dir: Path | None = None, directory: Directory | None = None, encoder: EncoderUse | None = None
) -> Classifier:
    """Load a classifier: the shipped model unless another folder is named, for no office unless one is given; with an
    encoder behind it, or in its place.

    Raises ModelError when a folder holds no usable model.
    """
    wanted = directory.thresholds if directory else Thresholds()
    gazetteer = Gazetteer(directory)
    offices = frozenset(directory.by_handle) if directory else frozenset[str]()
    opened = open_encoder(encoder.folder, threads=encoder.threads) if encoder else None
    if opened is not None and encoder is not None and encoder.stage == "only":
        tuned = opened.encoder
        return Classifier(tuned, choose(opened.held_out, tuned.heads, wanted), tuned.name, gazetteer, offices)
    folder = model_dir or DEFAULT_MODEL
    model, held_out = load_model(folder), load_held_out(folder)
    first = Classifier(model, choose(held_out, model.heads, wanted), model.name, gazetteer, offices)
    return first if opened is None else _behind(first, opened, wanted)


def _behind(first: Classifier, opened: EncoderFolder, wanted: Thresholds) -> Classifier:
    """Let an encoder judge what ``first`` is unsure of. Its cut-offs are chosen on rows of which a linear model, when
    they were left out, was unsure: among those the precision wanted is harder to keep."""
    version = f"{first.version}+{opened.encoder.name}"
    unsure = ~first.cutoffs.are_sure(opened.first.complaint, opened.first.type)
    cutoffs = choose(opened.held_out.only(unsure), opened.encoder.heads, wanted)
    second = replace(first, model=opened.encoder, cutoffs=cutoffs, version=version)
    return replace(first, version=version, second=second)


def _with_marks_of(before: Triage, after: Triage) -> Triage:
    """Marks of sensitivity are tuned to miss little: either stage's suspicion counts."""
    both = {*before.sensitivity, *after.sensitivity}
    return after.model_copy(update={"sensitivity": tuple(mark for mark in Sensitivity if mark in both)})
