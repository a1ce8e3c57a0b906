"""Our own written rumours (bench/data/rumours.jsonl), each with rewrites and a near twin, and posts they hide among.

Families: an original in Hindi, romanised Hindi or English; the same words in the other script; rephrased; told
in another language; and a *twin*, a post on the same topic with much the same words that says something else.
``half`` says what a family was used for: ``dev``, 30 that the likeness is fitted and the threshold settled on;
``held_out``, 30, and ``fresh``, 12, first written to measure, later fitted on; ``trial``, 30 written to be fitted on;
``sealed``, 24 first written to measure, later fitted on; ``blind``, 12 that only figures were ever asked of;
``unseen``, 20 written after everything was settled. What is measured on must not be fitted on afterwards.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from classifiers.corpus import shipped_training

__all__ = ["FITTED", "HALVES", "KINDS", "Family", "complaints", "families", "light_rewrite"]

HALVES = ("dev", "held_out", "fresh", "blind", "trial", "sealed", "unseen")
FITTED = ("dev", "held_out", "fresh", "trial", "sealed")
KINDS = ("copy", "script", "rephrased", "translated")

_FILE = Path(__file__).with_name("data") / "rumours.jsonl"
_BEFORE = ("", "", "Forwarded as received: ", "⚠️ ", "Breaking News: ", "@user @user ", "सावधान! ", "Suno sab: ")
_AFTER = ("", "", " 🙏", " please share", " शेयर करें", " @user", " #alert", " https://example.invalid/x")


@dataclass(frozen=True)
class Family:
    family: int
    language: str
    half: str
    original: str
    script: str | None
    rephrased: str
    translated: str
    twin: str

    def variants(self, rng: random.Random) -> Iterator[tuple[str, str]]:
        """Kind and text of every rewrite; three copies."""
        for _ in range(3):
            yield "copy", light_rewrite(self.original, rng)
        for kind in KINDS[1:]:
            text = getattr(self, kind)
            if text is not None:
                yield kind, text


def families(half: str) -> list[Family]:
    rows = map(json.loads, _FILE.read_text(encoding="utf-8").splitlines())
    return [family for family in (Family(**row) for row in rows) if family.half == half]


def light_rewrite(text: str, rng: random.Random) -> str:
    """A copy as people make them: a word less, a letter wrong, a greeting before, a plea after."""
    words = text.split()
    if len(words) > 8:
        words.pop(rng.randrange(len(words)))
    at = rng.randrange(len(words))
    if rng.random() < 0.5 and len(words[at]) > 4:
        words[at] = words[at][:-1]
    return rng.choice(_BEFORE) + " ".join(words) + rng.choice(_AFTER)


def complaints() -> list[str]:
    """Every different text of the shipped training corpus that tells, doubts or denies no rumour: what rumours hide
    among. (Those that do tell what others of them tell, and are rightly linked.)"""
    return list(dict.fromkeys(row.text for row in shipped_training() if row.rumour == "no" and row.stance is None))
