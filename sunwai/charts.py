"""Small square charts as SVG, written by hand like ``sunwai.plot``; colours are the page's, so that they follow it into
the dark. Both axes end at 1 and begin at 0, the share right at a half where nothing lies below it."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from classifiers.measures import Bin, Point

__all__ = ["coverage_chart", "reliability_chart"]

_SIDE, _LEFT, _TOP, _BELOW = 240, 52, 12, 46
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_DOT, _DOT_MOST = 3.0, 9.0
_HALF = 0.5


def reliability_chart(bins: Sequence[Bin], what: str) -> str:
    """What was said against what held: on the diagonal they are the same. A dot's area goes with its rows."""
    most = max((each.rows for each in bins), default=1)
    dots = "".join(
        f'<circle class="dot" cx="{_x(each.said):.1f}" cy="{_y(each.held):.1f}" '
        f'r="{_DOT + (_DOT_MOST - _DOT) * (each.rows / most) ** 0.5:.1f}">'
        f"<title>said {each.said:.2f}, held {each.held:.2f}, {each.rows} rows</title></circle>"
        for each in bins
    )
    diagonal = _line([(0.0, 0.0), (1.0, 1.0)], "even")
    return _chart(
        f"{what}: probability said against share that held",
        "probability said",
        "share that held",
        diagonal + _line([(each.said, each.held) for each in bins], "line") + dots,
    )


def coverage_chart(points: Sequence[Point], what: str) -> str:
    """How many of the surest rows are right, against their share of all rows."""
    low = _HALF if all(each.right >= _HALF for each in points) else 0.0
    path = _line([(each.share, each.right) for each in points], "line", low)
    dots = "".join(
        f'<circle class="dot" cx="{_x(each.share):.1f}" cy="{_y(each.right, low):.1f}" r="2.5">'
        f"<title>{each.share:.0%} of rows: {each.right:.3f} right, from confidence {each.least:.2f}</title></circle>"
        for each in points
    )
    return _chart(
        f"{what}: share right of the surest rows", "share of rows, surest first", "share right", path + dots, low
    )


def _chart(title: str, across: str, up: str, inside: str, low: float = 0.0) -> str:
    wide, high = _LEFT + _SIDE + 14, _TOP + _SIDE + _BELOW
    grid = "".join(
        f'<line class="grid" x1="{_x(at):.0f}" x2="{_x(at):.0f}" y1="{_y(0):.0f}" y2="{_y(1):.0f}"/>'
        f'<line class="grid" x1="{_x(0):.0f}" x2="{_x(1):.0f}" y1="{_y(at):.0f}" y2="{_y(at):.0f}"/>'
        f'<text x="{_x(at):.0f}" y="{_y(0) + 16:.0f}" text-anchor="middle">{at:g}</text>'
        f'<text x="{_LEFT - 7}" y="{_y(at) + 4:.0f}" text-anchor="end">{low + (1 - low) * at:.4g}</text>'
        for at in _TICKS
    )
    middle = _TOP + _SIDE / 2
    return (
        f'<svg class="chart" viewBox="0 0 {wide} {high}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{grid}{inside}"
        f'<text x="{_LEFT + _SIDE / 2:.0f}" y="{high - 8}" text-anchor="middle">{escape(across)}</text>'
        f'<text transform="translate(14 {middle:.0f}) rotate(-90)" text-anchor="middle">{escape(up)}</text></svg>'
    )


def _line(points: Iterable[tuple[float, float]], name: str, low: float = 0.0) -> str:
    return f'<polyline class="{name}" points="{" ".join(f"{_x(x):.1f},{_y(y, low):.1f}" for x, y in points)}"/>'


def _x(value: float) -> float:
    return _LEFT + _SIDE * value


def _y(value: float, low: float = 0.0) -> float:
    """Where a value lies on an axis from ``low`` to 1."""
    return _TOP + _SIDE * (1 - value) / (1 - low)
