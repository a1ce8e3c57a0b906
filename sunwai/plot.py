"""A chart as SVG, written by hand: values against their time, alerts marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

__all__ = ["Line", "Plot"]

_WIDTH, _HEIGHT, _MARGIN = 1000, 260, 44
_POINTS = 2000


@dataclass
class Line:
    """At most 2,000 points are kept: of every stretch its highest, so that memory stays constant."""

    points: list[tuple[float, float]]
    every: int = 1
    seen: int = 0

    def add(self, at: float, value: float) -> None:
        if self.seen % self.every == 0:
            self.points.append((at, value))
        elif value > self.points[-1][1]:
            self.points[-1] = (self.points[-1][0], value)
        self.seen += 1
        if len(self.points) >= 2 * _POINTS:
            pairs = zip(self.points[::2], self.points[1::2], strict=True)
            self.points = [max(pair, key=lambda point: point[1]) for pair in pairs]
            self.every *= 2


class Plot:
    """Add values and marks as they come; ``svg`` at the end."""

    def __init__(self, title: str):
        self.title = title
        self._line = Line([])
        self._marks = Line([])

    def add(self, at: float, value: float, *, mark: bool = False) -> None:
        """``at`` in seconds since 1970."""
        self._line.add(at, value)
        if mark:
            self._marks.add(at, value)

    def svg(self) -> str:
        points = self._line.points or [(0.0, 0.0)]
        first, last = points[0][0], points[-1][0]
        top = max(value for _, value in points) or 1.0
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in self._scaled(points, first, last, top))
        dots = "".join(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#b3261e"/>'
            for x, y in self._scaled(self._marks.points, first, last, top)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
            f'font-size="13"><title>{escape(self.title)}</title><rect width="100%" height="100%" fill="#fff"/>'
            f'<polyline points="{path}" fill="none" stroke="#1f4e79" stroke-width="1.2"/>{dots}'
            f'<text x="{_MARGIN}" y="18">{escape(self.title)}</text>'
            f'<text x="4" y="{_MARGIN}">{top:g}</text>'
            f'<text x="{_MARGIN}" y="{_HEIGHT - 8}">{_day(first)}</text>'
            f'<text x="{_WIDTH - _MARGIN}" y="{_HEIGHT - 8}" text-anchor="end">{_day(last)}</text></svg>\n'
        )

    def _scaled(
        self, points: Sequence[tuple[float, float]], first: float, last: float, top: float
    ) -> list[tuple[float, float]]:
        wide, high, span = _WIDTH - 2 * _MARGIN, _HEIGHT - 2 * _MARGIN, (last - first) or 1.0
        return [
            (_MARGIN + wide * (at - first) / span, _HEIGHT - _MARGIN - high * min(value / top, 1.0))
            for at, value in points
        ]


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")
