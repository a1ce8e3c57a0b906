"""Reports that stand as they were made: a day's sheet, a month's disposal, each a record of the StateStore."""

from collections import Counter
from contextlib import suppress
from datetime import date, datetime, timedelta

from pydantic import TypeAdapter

from queues import watching
from queues.audit import all_cases
from queues.presence import last_signed_in
from queues.reporting import Grouping, day_span, disposal, month_span, morning_sheet
from queues.state import AlreadyExistsError, StaleError, StateRecord, StateStore
from queues.store import CaseStore
from queues.watching import Verb
from schemas.directory import Directory
from schemas.report import CountedDisposal, Disposal, MonthFigure, Sheet

__all__ = [
    "NotOverError",
    "behind_disposal",
    "disposal_of",
    "find_disposal",
    "find_sheet",
    "last_sheet",
    "make_due",
    "mark_told",
    "months_since",
    "sheet_of",
    "sheets_since",
    "untold_sheet",
]

SHEET = "sheet"
MONTH = "month"
MONTH_CASES = "month-cases"
_TOLD = "told"
_VERDICTS = frozenset({Verb.TRUE, Verb.FALSE, Verb.MISLEADING, Verb.NOT_CHECKABLE})
_DAY = timedelta(days=1)
_LINES = TypeAdapter(dict[Grouping, list[Disposal]])


class NotOverError(ValueError):
    """A day or month that is not over: what is made of it would not stand."""


def sheet_of(store: CaseStore, state: StateStore, directory: Directory, day: date, now: datetime) -> Sheet:
    """The sheet of a day, made now if it was never made. Raises NotOverError, StoreDownError."""
    found = find_sheet(state, day)
    if found is not None:
        return found
    first, last = day_span(day, directory)
    if now < last:
        raise NotOverError(f"{day.isoformat()} is not over")
    before = find_sheet(state, day - _DAY)
    signed_in = last_signed_in(state, directory.queues)
    counted = morning_sheet(all_cases(store), directory, day, now, before=before, signed_in=signed_in)
    made = counted.model_copy(update={"rumours": _rumours(state, first, last)})
    with suppress(AlreadyExistsError):
        state.create(SHEET, day.isoformat(), made.model_dump(mode="json"))
    return find_sheet(state, day) or made


def find_sheet(state: StateStore, day: date) -> Sheet | None:
    record = state.get(SHEET, day.isoformat())
    return None if record is None else Sheet.model_validate(record.value)


def last_sheet(state: StateStore, directory: Directory, now: datetime) -> Sheet | None:
    """The newest that can be there: yesterday's, before its hour that of the day before."""
    today = now.astimezone(directory.zone).date()
    return find_sheet(state, today - _DAY) or find_sheet(state, today - 2 * _DAY)


def untold_sheet(state: StateStore, directory: Directory, now: datetime) -> StateRecord | None:
    """Yesterday's sheet as it is kept, if it was made and people were not told of it yet (``mark_told``)."""
    yesterday = now.astimezone(directory.zone).date() - _DAY
    record = state.get(SHEET, yesterday.isoformat())
    return None if record is None or record.state == _TOLD else record


def mark_told(state: StateStore, record: StateRecord) -> None:
    with suppress(StaleError):  # another worker has said so
        state.replace(record, record.value, state=_TOLD)


def sheets_since(state: StateStore, day: date) -> list[date]:
    """The days after ``day`` of which there is a sheet, at most 500."""
    return [date.fromisoformat(record.id) for record in state.scan(SHEET, after=day.isoformat(), limit=500)]


def months_since(state: StateStore, day: date) -> list[date]:
    """The months after that of ``day`` of which there is a report, each by its first day, at most 500."""
    return [date.fromisoformat(f"{record.id}-01") for record in state.scan(MONTH, after=_month_id(day), limit=500)]


def disposal_of(
    store: CaseStore, state: StateStore, directory: Directory, month: date, now: datetime
) -> dict[Grouping, list[Disposal]]:
    """How complaints were disposed of in the month of that day, made now if it was never made. Raises as ``sheet_of``
    does."""
    found = find_disposal(state, month)
    if found is not None:
        return found
    span = month_span(month, directory)
    if now < span[1]:
        raise NotOverError(f"{_month_id(month)} is not over")
    counted = disposal(all_cases(store), directory, span, now)
    made: dict[Grouping, list[Disposal]] = {}
    for by, lines in counted.items():
        made[by] = [Disposal.model_validate(line.model_dump(exclude={"cases"})) for line in lines]
        for line in lines:
            _keep_behind(state, month, by, line)
    with suppress(AlreadyExistsError):
        state.create(MONTH, _month_id(month), {"lines": _LINES.dump_python(made, mode="json")})
    return find_disposal(state, month) or made


def find_disposal(state: StateStore, month: date) -> dict[Grouping, list[Disposal]] | None:
    record = state.get(MONTH, _month_id(month))
    return None if record is None else _LINES.validate_python(record.value["lines"])


def behind_disposal(state: StateStore, month: date, by: Grouping, key: str, figure: MonthFigure) -> tuple[str, ...]:
    """The oldest MAX_BEHIND cases, by id, that a figure of a month's line counted; none of a month whose report was
    made before they were kept."""
    record = state.get(MONTH_CASES, _line_id(month, by, key))
    return () if record is None else tuple(record.value.get(figure, ()))


def _keep_behind(state: StateStore, month: date, by: Grouping, line: CountedDisposal) -> None:
    """A record of each line: all of a month's in one would be megabytes. Done again after a kill, it stands as it was
    counted last, as the report does."""
    value = {figure.value: [*ids] for figure, ids in line.cases.items() if ids}
    id = _line_id(month, by, line.key)
    try:
        state.create(MONTH_CASES, id, value)
    except AlreadyExistsError:
        known = state.get(MONTH_CASES, id)
        if known is not None:
            state.replace(known, value)


def _line_id(month: date, by: Grouping, key: str) -> str:
    return f"{_month_id(month)}:{by}:{key}"


def make_due(store: CaseStore, state: StateStore, directory: Directory, now: datetime, *, hour: int) -> int:
    """Makes yesterday's sheet, and last month's disposal, once the office's clock shows ``hour``. Returns how many it
    has made. Cost: one or two look-ups when there is nothing to make."""
    today = now.astimezone(directory.zone)
    if today.hour < hour:
        return 0
    made = 0
    yesterday = today.date() - _DAY
    if find_sheet(state, yesterday) is None:
        sheet_of(store, state, directory, yesterday, now)
        made += 1
    last = today.date().replace(day=1) - _DAY
    if state.get(MONTH, _month_id(last)) is None:
        disposal_of(store, state, directory, last, now)
        made += 1
    return made


def _month_id(month: date) -> str:
    return f"{month:%Y-%m}"


def _rumours(state: StateStore, first: datetime, last: datetime) -> Counter[str]:
    """Judgements of claims by verdict."""
    found: Counter[str] = Counter()
    number = 0
    while acts := watching.acts_after(state, number):
        found.update(act.verb for act in acts if act.verb in _VERDICTS and first <= act.at < last)
        number = acts[-1].number
    return found
