"""What a day and a month come to, counted by hand on a few cases; what was made stands."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from queues import acts, watching
from queues.casework import ReadablePost, case_post
from queues.lifecycle import Actor, Party
from queues.reporting import Grouping, disposal, month_span, morning_sheet
from queues.sheets import NotOverError, find_disposal, find_sheet, make_due, sheet_of
from queues.sla import brought_forward
from queues.sqlite import SqliteCaseStore, SqliteStateStore
from queues.watching import ClaimAct, Verb
from schemas.case import Case
from schemas.entry import Name
from schemas.handling import Feedback
from schemas.labels import Sensitivity, Urgency
from schemas.offices import OutsideOffice
from schemas.report import MAX_NAMED, CountedDisposal, MonthFigure, OfficeRow, Sheet
from tests.queues.directories import small_directory
from tests.queues.factories import make_case, make_mention, make_record, make_triage

OFFICE = small_directory()
DAY = date(2026, 7, 1)
MIDNIGHT = datetime(2026, 6, 30, 18, 30, tzinfo=UTC)  # in India
HOUR = timedelta(hours=1)
MORNING = MIDNIGHT + 30 * HOUR
ASHA = Actor("asha", Party.SUPERVISOR)


def case(id: str, received: datetime, **fields: Any) -> Case:
    wanted = {name: fields.pop(name) for name in ("queue", "urgency", "place", "complainants") if name in fields}
    made = make_case(id, received_at=received, due_at=None, **wanted).model_copy(update=fields)
    return brought_forward(made, OFFICE)


def resolved(made: Case, at: datetime) -> Case:
    begun = acts.start(made, ASHA, at)
    answered = acts.answer(begun, ASHA, at, text="mended", directory=OFFICE)
    return acts.resolve(answered, ASHA, at, outcome="done", fields={}, directory=OFFICE)


def row(sheet: Sheet, department: str = "water-board") -> OfficeRow:
    return next(row for row in sheet.rows if row.department == department)


def test_a_day_is_counted_by_office_from_midnight_to_midnight_of_its_zone() -> None:
    cases = [
        case("1", MIDNIGHT - HOUR),
        resolved(case("2", MIDNIGHT), MIDNIGHT + HOUR),
        case("3", MIDNIGHT + 23.9 * HOUR),
        case("4", MIDNIGHT + 24 * HOUR),
        case("5", MIDNIGHT - 200 * HOUR, queue="grievances"),
        case("6", MIDNIGHT, historic=True),
        case("7", MIDNIGHT, merged_into="other"),
        case("8", MIDNIGHT, docket=None),
    ]
    sheet = morning_sheet(cases, OFFICE, DAY, MORNING, before=None)
    water = row(sheet)
    assert (water.received, water.answered, water.resolved, water.over_day, water.over_week) == (2, 1, 1, 1, 0)
    assert water.over_day_change is None
    district = row(sheet, "district")
    assert (district.received, district.over_day, district.over_week) == (0, 1, 1)
    later = morning_sheet(cases, OFFICE, DAY + timedelta(days=1), MORNING + 24 * HOUR, before=sheet)
    assert (row(later).over_day_change, row(later, "district").over_week_change) == (2, 0)


def test_critical_cases_are_named_with_when_they_were_accepted_and_sealed_ones_by_number_alone() -> None:
    critical = case("1", MIDNIGHT, urgency=Urgency.CRITICAL, place="sadar")
    accepted = acts.accept(critical, ASHA, MIDNIGHT + HOUR)
    sealed = case("2", MIDNIGHT + HOUR, urgency=Urgency.CRITICAL, place="sadar", sensitivity=(Sensitivity.CHILD,))
    sheet = morning_sheet([sealed, accepted], OFFICE, DAY, MORNING, before=None)
    one, other = sheet.critical
    assert (one.id, one.accepted_at, one.place) == (critical.id, MIDNIGHT + HOUR, "sadar")
    assert (other.queue, other.type, other.place, other.accepted_at) == (None, None, None, None)
    assert [named.id for named in sheet.reach] == [critical.id]
    many = [case(str(n), MIDNIGHT + n * HOUR / 10, urgency=Urgency.CRITICAL) for n in range(10, 60)]
    sheet = morning_sheet(many, OFFICE, DAY, MORNING, before=None)
    assert (sheet.critical_count, [named.id for named in sheet.critical]) == (50, [c.id for c in many[:MAX_NAMED]])


def test_what_most_people_say_comes_first() -> None:
    cases = [case(str(n), MIDNIGHT, complainants=n) for n in range(1, 9)]
    sheet = morning_sheet(cases, OFFICE, DAY, MORNING, before=None)
    assert [named.complainants for named in sheet.reach] == [8, 7, 6, 5, 4]


def test_a_case_that_many_have_seen_reaches_further_than_one_that_some_have_said() -> None:
    few, said = case("1", MIDNIGHT), case("2", MIDNIGHT, complainants=300)
    seen = make_mention("3").model_copy(update={"metrics": {"impression_count": 9000, "like_count": 4}})
    post = case_post(ReadablePost(make_record(seen), seen, make_triage()))
    shown = case("3", MIDNIGHT).model_copy(update={"posts": (post,)})
    sheet = morning_sheet([few, said, shown], OFFICE, DAY, MORNING, before=None)
    assert [(named.id, named.complainants, named.views) for named in sheet.reach] == [
        (shown.id, 1, 9000),
        (said.id, 300, 0),
        (few.id, 1, 0),
    ]


def line(lines: dict[Grouping, list[CountedDisposal]], key: str, by: Grouping = Grouping.QUEUE) -> CountedDisposal:
    return next(each for each in lines[by] if each.key == key)


def test_a_month_is_balanced_and_each_column_is_what_it_says() -> None:
    first, last = month_span(date(2026, 7, 15), OFFICE)
    end = last - HOUR
    content = Feedback(satisfied=True, at=end)
    cases = [
        resolved(case("1", first - 600 * HOUR), first + HOUR).model_copy(update={"feedback": content}),
        resolved(case("2", first), first + 48 * HOUR),
        acts.reopen(resolved(case("3", first), end - HOUR), ASHA, end, why="dry again", directory=OFFICE),
        case("4", end, place="sadar"),
        case("5", first - 48 * HOUR),
        resolved(case("6", first - 100 * HOUR), first - HOUR),
        case("7", last),
        acts.transfer(case("8", end - HOUR, queue="grievances"), ASHA, end, to="water", why="water", directory=OFFICE),
        acts.transfer_out(
            acts.start(case("9", end), ASHA, end),
            ASHA,
            end,
            office="highways",
            reference="H1",
            why="theirs",
            directory=OFFICE.model_copy(update={"outside": (outside(),)}),
        ),
    ]
    lines = disposal(cases, OFFICE, (first, last), last + 9 * HOUR)
    water = line(lines, "water")
    assert (water.opening, water.received, water.disposed, water.closing) == (2, 5, 2, 5)
    assert water.opening + water.received == water.disposed + water.closing
    assert (water.under_week, water.under_three_weeks, water.older) == (3, 0, 2)
    assert (water.late, water.reopened, water.transferred, water.outside) == (3, 1, 1, 1)
    assert (water.satisfied, water.unsatisfied) == (1, 0)
    assert {figure: len(ids) for figure, ids in water.cases.items()} == {
        figure: getattr(water, figure) for figure in MonthFigure
    }
    assert water.cases[MonthFigure.DISPOSED] == (cases[0].id, cases[1].id)
    assert water.cases[MonthFigure.OUTSIDE] == (cases[8].id,)
    assert water.days == round((601 + 48) / 2 / 24, 1)
    assert line(lines, "sadar", Grouping.PLACE).received == 1
    assert line(lines, "water_supply", Grouping.TYPE).received == water.received
    assert line(lines, "water-board", Grouping.DEPARTMENT).received == water.received


def outside() -> OutsideOffice:
    return OutsideOffice(code="highways", name=Name(en="Highways"), portal="by letter")


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[SqliteCaseStore, SqliteStateStore]]:
    store, state = SqliteCaseStore(tmp_path / "cases.db"), SqliteStateStore(tmp_path / "cases.db")
    yield store, state
    state.close()
    store.close()


def test_a_sheet_is_made_once_in_the_morning_and_stands(stores: tuple[SqliteCaseStore, SqliteStateStore]) -> None:
    store, state = stores
    store.write_cases([(case("1", MIDNIGHT), None)])
    act = ClaimAct(verb=Verb.FALSE, claim="x:1", by="w", at=MIDNIGHT + HOUR)
    for verb, at in ((Verb.FALSE, HOUR), (Verb.MUTE, HOUR), (Verb.TRUE, -HOUR)):
        watching.append_act(state, act.model_copy(update={"verb": verb, "at": MIDNIGHT + at}))
    with pytest.raises(NotOverError):
        sheet_of(store, state, OFFICE, DAY, MIDNIGHT + 23 * HOUR)
    assert make_due(store, state, OFFICE, MORNING - HOUR, hour=6) == 0
    assert make_due(store, state, OFFICE, MORNING, hour=6) == 2, "the day, and the month that ended"
    store.write_cases([(case("2", MIDNIGHT), None)])
    assert make_due(store, state, OFFICE, MORNING + HOUR, hour=6) == 0
    sheet = sheet_of(store, state, OFFICE, DAY, MORNING + 99 * HOUR)
    assert sheet == find_sheet(state, DAY)
    assert (row(sheet).received, dict(sheet.rumours)) == (1, {"false": 1})
    assert find_disposal(state, date(2026, 6, 3)) is not None
    assert find_disposal(state, DAY) is None
