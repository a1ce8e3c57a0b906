"""A queue in which cases wait and nothing is done is called dormant, and why; one that is worked is not."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from queues import acts
from queues.dormancy import Stillness, times_told
from queues.lifecycle import Actor, Party
from queues.sla import brought_forward
from schemas.case import Case, Status
from schemas.report import Dormancy, DormantQueue
from schemas.service import Times
from tests.queues.directories import small_directory
from tests.queues.factories import NOW, make_case

OFFICE = small_directory(times=Times(dormant=72))
DAY = timedelta(days=1)
SITA = Actor("sita", Party.OFFICER)
OLD, NEW = NOW - 4 * DAY, NOW - 2 * DAY
BOTH = (Dormancy.NOBODY, Dormancy.UNANSWERED)


def case(id: str, received: datetime, **fields: Any) -> Case:
    return brought_forward(make_case(id, received_at=received, due_at=None).model_copy(update=fields), OFFICE)


def answered(made: Case, at: datetime) -> Case:
    return acts.answer(acts.start(made, SITA, at), SITA, at, text="we look into it", directory=OFFICE)


def found(*cases: Case, signed_in: datetime | None = None) -> tuple[DormantQueue, ...]:
    still = Stillness()
    for each in cases:
        still.add(each)
    return still.found(OFFICE, NOW, {} if signed_in is None else {"water": signed_in}, None)


@pytest.mark.parametrize(
    ("cases", "signed_in", "because"),
    [
        ([case("1", OLD)], None, BOTH),
        ([case("1", OLD)], OLD, BOTH),
        ([case("1", OLD)], NEW, (Dormancy.UNANSWERED,)),
        ([case("1", OLD), answered(case("2", OLD), OLD)], OLD, BOTH),
        ([answered(case("1", OLD), OLD)], OLD, (Dormancy.NOBODY,)),
        ([case("1", OLD, status=Status.REVIEW, docket=None)], None, (Dormancy.NOBODY,)),
    ],
)
def test_it_says_why(cases: list[Case], signed_in: datetime | None, because: tuple[Dormancy, ...]) -> None:
    [queue] = found(*cases, signed_in=signed_in)
    assert (queue.queue, queue.because, queue.oldest_at, queue.days) == ("water", because, OLD, 1)


@pytest.mark.parametrize(
    ("cases", "signed_in"),
    [
        ([case("1", NEW)], None),
        ([case("1", OLD, status=Status.CLOSED)], None),
        ([case("1", OLD, historic=True)], None),
        ([case("1", OLD, merged_into="2")], None),
        ([answered(case("1", OLD), OLD)], NEW),
        ([case("1", OLD), answered(case("2", OLD), NEW)], NEW),
        ([case("1", OLD), answered(case("2", OLD), NEW)], None),
    ],
)
def test_what_is_worked_or_has_nothing_to_do_is_not_dormant(cases: list[Case], signed_in: datetime | None) -> None:
    assert found(*cases, signed_in=signed_in) == ()


def test_it_is_told_once_in_each_period() -> None:
    [queue] = found(case("1", OLD))
    told = [times_told(queue.model_copy(update={"days": days}), OFFICE) for days in range(1, 8)]
    assert told == [0, None, None, 1, None, None, 2]
