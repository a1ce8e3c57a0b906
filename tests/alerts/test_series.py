"""Is a series rising: what a burst teaches, and what it does not."""

import numpy as np
import pytest

from alerts.rate import ExpectedRate
from alerts.series import SeriesDetector

DAY, BURST = 288, 24


def counts_of(days: int, bursts: range) -> np.ndarray:
    """Poisson counts of two in five minutes, with two hours of four times as many on the days of ``bursts``."""
    rates = np.full(days * DAY, 2.0)
    for day in bursts:
        rates[day * DAY + 100 : day * DAY + 100 + BURST] *= 4
    return np.random.default_rng(3).poisson(rates)


def scores_of(counts: np.ndarray) -> tuple[SeriesDetector, np.ndarray]:
    detector = SeriesDetector()
    return detector, np.array([detector.add(300.0 * number, float(count)).score for number, count in enumerate(counts)])


def test_a_burst_every_second_day_hides_no_later_one() -> None:
    bursts = range(8, 24, 2)
    detector, scores = scores_of(counts_of(24, bursts))
    found = [scores[day * DAY + 100 : day * DAY + 100 + BURST].max() for day in bursts]
    assert min(found) >= 0.5
    assert found[-1] >= found[0] - 0.05
    assert detector.rate.level == pytest.approx(2.0, rel=0.05), "what is usual stays what it was"


def test_what_lasts_becomes_usual() -> None:
    counts = np.concatenate([counts_of(8, range(0)), 4 * counts_of(20, range(0))])
    _, scores = scores_of(counts)
    assert scores[8 * DAY : 9 * DAY].max() >= 0.5
    assert scores[-3 * DAY :].max() < 0.5


def test_a_series_hours_and_days_are_known_after_three_weeks_and_one_on_average() -> None:
    numbers = np.arange(21 * DAY)
    hours = 1 + 0.8 * np.sin(2 * np.pi * (numbers % DAY / DAY - 0.375))
    sundays = np.where(numbers // DAY % 7 == 6, 0.4, 1.1)
    rate = ExpectedRate(14.0 * DAY, settling=DAY)
    for number, count in enumerate(np.random.default_rng(5).poisson(4 * hours * sundays)):
        rate.learn(300.0 * number, float(count))
    assert rate.level is not None
    expected = np.array([rate.expect(300.0 * number) for number in range(7 * DAY)])
    assert expected.mean() == pytest.approx(rate.level, rel=0.03)
    assert expected.mean() == pytest.approx(4.0, rel=0.05)
    assert np.abs(expected / (4 * hours * sundays)[: 7 * DAY] - 1).mean() < 0.1
