"""What ``sunwai evaluate`` says: figures that agree with scikit-learn's, and a page that a browser shows as it is."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import sync_playwright
from sklearn.metrics import average_precision_score, f1_score

from classifiers.api import Classifier, Post, load
from classifiers.corpus import Row, shipped_test
from classifiers.evaluate import evaluate
from classifiers.measures import calibration_error, coverage_curve, reliability
from classifiers.report import Report

HOSTILE = "</td><script>document.title='taken'</script> paani nahi aa raha 5 din se, call 9000000321 <img src=x>"
ROWS = [
    *random.Random(1).sample(shipped_test(), 120),
    Row(text=HOSTILE, complaint="no", language="hi-Latn"),
]


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return load()


@pytest.fixture(scope="module")
def report(classifier: Classifier) -> Report:
    return evaluate(ROWS, classifier)


def test_the_figures_of_classes_are_those_of_scikit_learn(classifier: Classifier, report: Report) -> None:
    judged = list(classifier.judge([Post(row.text) for row in ROWS]))
    known = [(str(row.type), one) for row, one in zip(ROWS, judged, strict=True) if row.type is not None]
    truth, said = [label for label, _ in known], [str(one.triage.type) for _, one in known]
    head = report.heads["type"]
    assert head.macro_f1.value == pytest.approx(f1_score(truth, said, labels=sorted({*truth}), average="macro"))
    for label, score in head.classes.items():
        shares = [one.shares("type")[label] for _, one in known]
        assert score.average_precision == pytest.approx(
            average_precision_score([each == label for each in truth], shares)
        )
    assert sum(sum(row.values()) for row in head.confusion.values()) == head.rows == len(known)


def test_probabilities_that_hold_have_no_calibration_error() -> None:
    source = np.random.default_rng(0)
    scores = source.random(20_000)
    held = source.random(20_000) < scores
    assert calibration_error(reliability(held, scores)) < 0.02
    assert calibration_error(reliability(~held, scores)) > 0.4
    assert sum(each.rows for each in reliability(held, scores)) == 20_000


def test_rows_of_like_confidence_are_decided_together() -> None:
    points = coverage_curve(np.array([0.9, 0.9, 0.6, 0.6]), np.array([True, True, True, False]))
    assert [(each.share, each.right, each.least) for each in points] == [(0.5, 1.0, 0.9), (1.0, 0.75, 0.6)]
    assert coverage_curve(np.zeros(0), np.zeros(0, dtype=bool)) == ()


def test_parts_and_errors_are_of_the_rows(report: Report) -> None:
    assert sum(part.rows for part in report.parts["language"].values()) == len(ROWS)
    wrong = [error for error in report.errors if error.head == "complaint"]
    right = sum(part.rows * (part.complaint_right or 0) for part in report.parts["language"].values())
    assert round(right) == len(ROWS) - len(wrong)
    [hostile] = [error for error in wrong if error.row == len(ROWS)]
    assert (hostile.label, hostile.said) == ("no", "yes")
    assert "9000000321" not in report.model_dump_json()
    assert report.sensitivity


@pytest.mark.browser
def test_the_page_stands_alone_and_runs_nothing(tmp_path: Path, chromium: str) -> None:
    data, page = tmp_path / "rows.jsonl", tmp_path / "report.html"
    data.write_text("\n".join(row.model_dump_json() for row in ROWS), encoding="utf-8")
    words = ["evaluate", "--data", str(data), "--report", str(page), "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "sunwai", *words], env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": 360, "height": 800})
        asked: list[str] = []
        faults: list[str] = []
        shown.on("request", lambda request: asked.append(request.url))
        shown.on("console", lambda message: faults.append(message.text))
        shown.goto(page.as_uri())
        assert asked == [page.as_uri()]
        assert faults == []
        assert shown.title() == f"Evaluation of {said['model']}"
        assert shown.locator("script, img").count() == 0
        assert shown.locator(".errors tbody tr").count() == len(said["errors"])
        assert HOSTILE.split("call", maxsplit=1)[0].strip() in shown.locator(".errors").first.inner_text()
        drawn = [len(said["heads"][name]["reliability"]) for name in ("complaint", "rumour", "type")]
        charts = shown.locator("figure:first-child .chart")
        assert [charts.nth(place).locator(".dot").count() for place in range(3)] == drawn
        assert shown.evaluate("document.documentElement.scrollWidth") == 360
        browser.close()
