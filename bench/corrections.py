"""What an office's first corrections are worth: ``python -m bench.corrections ROWS.jsonl [--corrections 300]``.

Labelled posts of one stream are parted at random, ``--rounds`` times: so many are the corrections, the rest is what is
measured. Nothing is kept.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

from classifiers.api import Classifier, Post, load
from classifiers.corpus import Row, read_rows, shipped_training
from classifiers.train import train

NATIVE = {"hi", "mr"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--corrections", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    rows = [row for row in read_rows([asked.rows]) if row.complaint is not None]
    figures: dict[tuple[str, str], list[list[float]]] = {}
    for seed in range(asked.rounds):
        order = np.random.default_rng(seed).permutation(len(rows))
        given = [rows[place] for place in order[: asked.corrections]]
        left = [rows[place] for place in order[asked.corrections :]]
        with TemporaryDirectory() as folder:
            train(shipped_training(), Path(folder), further=given)
            for name, classifier in (("as shipped", load()), ("corrected", load(Path(folder)))):
                for part, its in _parts(left).items():
                    figures.setdefault((part, name), []).append(_measured(classifier, its))
    for (part, name), found in figures.items():
        auc, f1, error, alone, right = np.mean(found, axis=0)
        print(
            f"{part}, {name}: AUC {auc:.3f}, macro-F1 {f1:.3f}, calibration error {error:.3f}, "
            f"decided alone {alone:.0%}, complaint right there {right:.3f}",
            flush=True,
        )


def _parts(rows: list[Row]) -> dict[str, list[Row]]:
    return {
        "Hindi and Marathi": [row for row in rows if row.language in NATIVE],
        "others": [row for row in rows if row.language not in NATIVE],
    }


def _measured(classifier: Classifier, rows: list[Row]) -> list[float]:
    triages = classifier.classify([Post(row.text) for row in rows])
    truth = np.array([row.complaint == "yes" for row in rows])
    scores = np.array([triage.complaint for triage in triages])
    alone = np.array([not triage.needs_human for triage in triages])
    called = np.array([triage.is_complaint for triage in triages])
    right = called == truth
    bins = np.minimum((scores * 10).astype(int), 9)
    gaps = [abs(truth[bins == b].mean() - scores[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist())]
    f1 = f1_score(truth, called, average="macro")
    return [roc_auc_score(truth, scores), f1, sum(gaps), alone.mean(), right[alone].mean() if alone.any() else 0.0]


if __name__ == "__main__":
    main()
