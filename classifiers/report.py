"""What ``sunwai evaluate`` says: its figures as values, and as text for a terminal."""

from classifiers.measures import Bin, Point
from schemas.base import Value

__all__ = ["Bound", "ClassScore", "Coverage", "HeadReport", "Part", "Report", "Wrong", "as_text"]


class Bound(Value):
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


class ClassScore(Value):
    """``average_precision`` is the area under precision and recall, of the class against all others; None where its
    probability is not known, or all rows are of it."""

    precision: float
    recall: float
    f1: float
    rows: int
    average_precision: float | None = None


class HeadReport(Value):
    """One head. ``auc`` and ``average_precision`` are there for yes-or-no heads with both kinds of rows; ``confusion``
    is ``true → predicted → rows``. ``reliability`` and ``calibration_error`` are of the probability of yes, for type of
    that of the type named; ``curve`` is how right the label named is where the head is surest."""

    rows: int
    macro_f1: Bound
    classes: dict[str, ClassScore]
    confusion: dict[str, dict[str, int]]
    auc: Bound | None = None
    average_precision: float | None = None
    calibration_error: float | None = None
    reliability: tuple[Bin, ...] = ()
    curve: tuple[Point, ...] = ()


class Coverage(Value):
    """What the machine decides by itself: the share of rows, how often the complaint is right there, and how often
    complaint and queue both are. ``expected`` is the share on rows held out of training, by which ``dismiss``,
    ``route`` and ``type`` were chosen."""

    share: Bound
    complaint_right: Bound
    both_right: Bound
    expected: float
    dismiss: float
    route: float
    type: float


class Part(Value):
    """Rows of one language, or to one kind of department: how many of their complaint decisions and types are right,
    the share decided without a human, and how many of those complaint decisions are right. None: no row says."""

    rows: int
    complaint_right: float | None
    type_right: float | None
    decided: float
    decided_right: float | None


class Wrong(Value):
    """A row (its number, from 1) whose ``head`` (complaint or type) is not as labelled; ``text`` is masked, ``share``
    the probability of what was said."""

    row: int
    head: str
    label: str
    said: str
    share: float
    text: str
    because: tuple[str, ...]


class Report(Value):
    """``parts`` are ``language`` and ``kind`` → name → figures. ``sensitivity`` is by mark, of which a post may have
    several. ``errors`` are those of the complaint decision, then those of the type of complaints, surest first."""

    model: str
    rows: int
    heads: dict[str, HeadReport]
    sensitivity: dict[str, ClassScore]
    coverage: Coverage
    parts: dict[str, dict[str, Part]]
    errors: tuple[Wrong, ...]


def as_text(report: Report) -> str:
    """The report for a person's eyes."""
    lines = [f"model {report.model}, {report.rows} rows"]
    for name, head in report.heads.items():
        lines.append(f"\n{name}: {head.rows} rows, macro-F1 {_bound(head.macro_f1)}")
        if head.auc is not None:
            lines.append(f"  AUC {_bound(head.auc)}, average precision {head.average_precision:.3f}")
            lines.append(f"  calibration error {head.calibration_error:.3f}")
        lines += [
            f"  {label:24} precision {s.precision:.2f}  recall {s.recall:.2f}  F1 {s.f1:.2f}  rows {s.rows}"
            for label, s in head.classes.items()
        ]
    c = report.coverage
    lines.append(
        f"\ndecided by itself: {_bound(c.share)} of rows, expected {c.expected:.3f}; "
        f"complaint right {_bound(c.complaint_right)}, complaint and queue right {_bound(c.both_right)}"
    )
    return "\n".join(lines)


def _bound(figure: Bound) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"
