"""Reports through the API, ``/api/v1/reports``, for those who may see the whole office: as they were made."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import JsonValue

from desk.api_answers import COMMON, answers
from desk.asking import CallerDep, DeskDep
from desk.authorise import require_whole_office
from desk.examples import CASE, DOCKET, example
from desk.refusal import not_found
from queues.reporting import Grouping
from queues.sheets import find_disposal, find_sheet, months_since, sheets_since
from schemas.base import Value
from schemas.report import Disposal, OfficeRow, Sheet

__all__ = ["reports_api"]

reports_api = APIRouter(prefix="/api/v1/reports", tags=["reports"], responses=COMMON)

_SHOWN, _SHOWN_MONTHS = timedelta(days=400), timedelta(days=3650)
_Day = Annotated[date, Path(examples=["2026-03-01"])]
_Month = Annotated[str, Path(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", examples=["2026-02"])]
_NAMED: dict[str, JsonValue] = {
    "id": CASE,
    "docket": DOCKET,
    "queue": "nigam-water",
    "status": "in_progress",
    "type": "water_supply",
    "place": "sundarpur-nagar",
    "complainants": 12,
    "received_at": "2026-03-01T05:40:00Z",
    "accepted_at": None,
}


class ReportList(Value):
    """Days of which there is a sheet, months of which there is a report; the latest first."""

    model_config = example(days=["2026-03-01"], months=["2026-02"])

    days: tuple[date, ...]
    months: tuple[str, ...]


class SheetView(Sheet):
    """The sheet of one day; it stands as it was made. ``critical`` and ``reach`` name cases, none of them sealed but by
    docket."""

    model_config = example(
        schema_version=1,
        day="2026-03-01",
        made_at="2026-03-02T00:30:00Z",
        rows=[OfficeRow(department="nigam", received=40, answered=31).model_dump(mode="json")],
        critical_count=0,
        critical=[],
        reach=[_NAMED],
        rumours={"false": 1},
    )


class MonthView(Value):
    """How a month's complaints were disposed of, line by line, grouped ``by``."""

    model_config = example(
        month="2026-02",
        by="queue",
        lines=[Disposal(key="nigam-water", received=40, disposed=31, days=2.5).model_dump()],
    )

    month: str
    by: Grouping
    lines: tuple[Disposal, ...]


@reports_api.get("")
def reports(desk: DeskDep, caller: CallerDep) -> ReportList:
    """Which reports there are, of the last 400 days and ten years."""
    require_whole_office(caller.user)
    today = desk.clock().astimezone(desk.directory.zone).date()
    return ReportList(
        days=tuple(sheets_since(desk.state, today - _SHOWN)[::-1]),
        months=tuple(f"{month:%Y-%m}" for month in months_since(desk.state, today - _SHOWN_MONTHS)[::-1]),
    )


@reports_api.get("/morning/{day}", responses=answers(404))
def morning(desk: DeskDep, caller: CallerDep, day: _Day) -> SheetView:
    """The sheet of a day."""
    require_whole_office(caller.user)
    sheet = find_sheet(desk.state, day)
    if sheet is None:
        raise not_found()
    return SheetView(**dict(sheet))


@reports_api.get("/monthly/{month}", responses=answers(404))
def monthly(
    desk: DeskDep, caller: CallerDep, month: _Month, by: Annotated[Grouping, Query()] = Grouping.DEPARTMENT
) -> MonthView:
    """How a month went."""
    require_whole_office(caller.user)
    found = find_disposal(desk.state, date.fromisoformat(f"{month}-01"))
    if found is None:
        raise not_found()
    return MonthView(month=month, by=by, lines=tuple(found[by]))
