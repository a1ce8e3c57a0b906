"""Clocks say what a calendar on the wall says, and nothing starts them again."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues.casework import add_posts
from queues.sla import brought_forward, next_moment, paused, resumed, set_anew, settled
from queues.worktime import WorkTime
from schemas.case import Case, Status
from schemas.clocks import ClockKind
from schemas.directory import Directory
from schemas.labels import ComplaintType, Urgency
from schemas.service import Ladder, Rank, Rung, ServiceLevel, Target
from tests.queues.directories import small_directory
from tests.queues.factories import NOW, make_case
from tests.queues.sla_examples import CALENDARS, EXAMPLES

DISTRICT = CALENDARS["district"][0]
assert DISTRICT is not None
OFFICE = small_directory(
    calendars=(DISTRICT,),
    calendar="district",
    ladders=(
        Ladder(
            code="steep",
            rungs=(
                Rung(after_hours=0, to=Rank.OFFICER),
                Rung(after_hours=4, to=Rank.IN_CHARGE),
                Rung(after_hours=24, to=Rank.DISTRICT_HEAD),
            ),
        ),
    ),
    ladder="steep",
    service_levels=(
        ServiceLevel(hours=4, urgencies=(Urgency.CRITICAL,), office=True),
        ServiceLevel(
            hours=504,
            warn_hours=48,
            acknowledge=Target(hours=2, office=True),
            answer=Target(hours=14, office=True, warn_hours=4),
            interim=Target(hours=240),
        ),
    ),
)
MONDAY = datetime(2026, 6, 1, 4, 30, tzinfo=UTC)
"""10:00 in India, when the office opens."""
HOUR = timedelta(hours=1)


def worktime(name: str) -> WorkTime:
    calendar, zone = CALENDARS[name]
    return WorkTime(calendar, ZoneInfo(zone))


def opened(directory: Directory = OFFICE, **fields: object) -> Case:
    return brought_forward(make_case(due_at=None, received_at=MONDAY).model_copy(update=fields), directory)


def due(case: Case) -> dict[ClockKind, datetime]:
    return {clock.kind: clock.due_at for clock in case.clocks}


@pytest.mark.parametrize(("name", "start", "hours", "end", "why"), EXAMPLES, ids=[row[-1] for row in EXAMPLES])
def test_working_time_is_what_the_calendar_on_the_wall_says(
    name: str, start: str, hours: str, end: str, why: str
) -> None:
    time = worktime(name)
    begins = datetime.fromisoformat(start).replace(tzinfo=time.zone)
    ends = time.after(begins, timedelta(hours=float(hours)))
    assert ends.astimezone(time.zone).strftime("%Y-%m-%d %H:%M") == end, why
    assert time.between(begins, ends) == timedelta(hours=float(hours))


moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
spans = st.integers(0, 200 * 60).map(lambda minutes: timedelta(minutes=minutes))
calendars = st.sampled_from(sorted(CALENDARS))


@settings(max_examples=150)
@given(calendars, moments, spans, spans)
def test_a_span_in_two_parts_ends_where_the_whole_ends(
    name: str, start: datetime, one: timedelta, two: timedelta
) -> None:
    time = worktime(name)
    assert time.after(time.after(start, one), two) == time.after(start, one + two)


@settings(max_examples=150)
@given(calendars, moments, moments, spans, spans)
def test_later_and_longer_never_end_earlier(
    name: str, start: datetime, other: datetime, one: timedelta, two: timedelta
) -> None:
    time = worktime(name)
    first, second = sorted((start, other))
    assert time.after(first, one) <= time.after(second, one)
    assert time.after(first, min(one, two)) <= time.after(first, max(one, two))
    assert time.between(first, second) <= second - first
    assert time.between(start, time.after(start, one)) == one


def test_a_case_has_the_clocks_of_its_service_level() -> None:
    case = opened()
    assert due(case) == {
        ClockKind.ACKNOWLEDGE: MONDAY + 2 * HOUR,
        ClockKind.ANSWER: MONDAY + 31 * HOUR,  # 14 hours of work end on Tuesday at 17:00
        ClockKind.INTERIM: MONDAY + 240 * HOUR,
        ClockKind.RESOLVE: MONDAY + 504 * HOUR,
    }
    warnings = {clock.kind: clock.warn_at for clock in case.clocks if clock.warn_at}
    assert warnings == {ClockKind.ANSWER: MONDAY + 27 * HOUR, ClockKind.RESOLVE: MONDAY + 456 * HOUR}
    assert next_moment(case, OFFICE) == MONDAY + 2 * HOUR


def test_a_critical_case_counts_round_the_clock_whatever_the_calendar_says() -> None:
    sunday = datetime(2026, 11, 8, 3, 0, tzinfo=UTC)
    case = opened(urgency=Urgency.CRITICAL, received_at=sunday)
    assert due(case) == {ClockKind.RESOLVE: sunday + 4 * HOUR}
    assert next_moment(case, OFFICE) == sunday, "and rings from the first moment"


def test_a_case_in_review_has_a_clock_of_its_own_and_the_citizens_counts_from_receipt() -> None:
    case = opened(status=Status.REVIEW)
    assert due(case) == {ClockKind.REVIEW: MONDAY + 24 * HOUR}
    confirmed = brought_forward(case.model_copy(update={"status": Status.NEW}), OFFICE)
    assert due(confirmed) == due(opened())


def test_a_new_post_or_another_queue_moves_no_clock() -> None:
    case = settled(opened(), OFFICE)
    later = add_posts(case, [], (9, 9), OFFICE, MONDAY + 100 * HOUR)
    moved = settled(later.model_copy(update={"queue": "police-control"}), OFFICE)
    assert moved.clocks == case.clocks
    assert moved.due_at == case.due_at


def test_a_milder_machine_never_gives_more_time_and_a_person_may() -> None:
    critical = opened(urgency=Urgency.CRITICAL, type=ComplaintType.OTHER)
    milder = critical.model_copy(update={"urgency": Urgency.NORMAL})
    assert due(brought_forward(milder, OFFICE))[ClockKind.RESOLVE] == MONDAY + 4 * HOUR
    assert due(set_anew(milder, OFFICE, MONDAY + HOUR)) == due(opened())


def test_clocks_stand_still_while_the_citizen_is_waited_for_and_go_on_with_what_was_left() -> None:
    case = opened()
    waiting = case.model_copy(
        update={"waiting": paused(case, OFFICE, MONDAY + HOUR), "status": Status.WAITING_ON_CITIZEN}
    )
    assert next_moment(waiting, OFFICE) == MONDAY + HOUR + 7 * 24 * HOUR
    again = resumed(waiting, OFFICE, MONDAY + 25 * HOUR)  # one day later
    assert due(again)[ClockKind.ACKNOWLEDGE] == MONDAY + 26 * HOUR
    assert due(again)[ClockKind.ANSWER] == MONDAY + 55 * HOUR
    assert due(again)[ClockKind.RESOLVE] == MONDAY + 528 * HOUR
    assert again.waited_seconds == 24 * 3600


def test_waiting_has_a_limit_over_the_whole_case() -> None:
    case = opened(waited_seconds=6.5 * 24 * 3600)
    standing = paused(case, OFFICE, NOW)
    assert standing is not None
    assert standing.until == NOW + 12 * HOUR
    assert paused(opened(waited_seconds=7.0 * 24 * 3600), OFFICE, NOW) is None


def test_what_was_missed_before_the_wait_stays_missed() -> None:
    late = MONDAY + 3 * HOUR
    case = opened()
    waiting = case.model_copy(update={"waiting": paused(case, OFFICE, late), "status": Status.WAITING_ON_CITIZEN})
    assert due(resumed(waiting, OFFICE, late + 24 * HOUR))[ClockKind.ACKNOWLEDGE] == MONDAY + 2 * HOUR


@settings(max_examples=60)
@given(st.lists(st.integers(0, 80), min_size=2, max_size=8))
def test_however_often_it_waits_a_clock_runs_as_long_as_was_promised(hours: list[int]) -> None:
    """Running time before the deadline is the promise, whatever stops lie between."""
    case, now, ran = opened(), MONDAY, timedelta(0)
    for number, length in enumerate(hours):
        step = timedelta(hours=length)
        if number % 2 == 0:
            now, ran = now + step, ran + step
            continue
        waiting = paused(case, OFFICE, now)
        if waiting is None:
            break
        now = min(now + step, waiting.until)
        case = resumed(case.model_copy(update={"waiting": waiting}), OFFICE, now)
    if ran < 504 * HOUR:
        assert due(case)[ClockKind.RESOLVE] == now + 504 * HOUR - ran


def test_an_older_case_without_clocks_keeps_its_moment() -> None:
    old = make_case()
    assert settled(old, OFFICE) == old
