"""Which office must act: by handle, type and place; always exactly one, always with a reason."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queues.directory_file import load_directory
from queues.routing import OVERSIGHT_TYPES, Route, likely_place, route
from schemas.directory import Directory
from schemas.labels import ComplaintType
from schemas.triage import PlaceCandidate
from tests.conftest import PROJECT
from tests.queues.directories import small_directory
from tests.queues.factories import make_triage

EXAMPLE = load_directory(PROJECT / "departments.yaml")


def sent(
    *handles: str,
    type: ComplaintType = ComplaintType.WATER_SUPPLY,
    place: str | None = None,
    sure: float = 0.9,
    place_sure: float = 0.9,
    directory: Directory = EXAMPLE,
) -> Route:
    triage = make_triage(type=type, type_confidence=sure)
    places = (PlaceCandidate(code=place, confidence=place_sure, matched=place),) if place else ()
    return route(handles, triage.model_copy(update={"places": places}), directory)


# -- always one


HANDLES = st.lists(st.sampled_from([*EXAMPLE.by_handle, "nobody", "somebody_else"]), max_size=5)
PLACES = st.none() | st.sampled_from([*EXAMPLE.place_by_code, "no-such-place"])
SURE = st.floats(0, 1)


@given(handles=HANDLES, type=st.sampled_from(ComplaintType), place=PLACES, sure=SURE, place_sure=SURE)
def test_every_complaint_gets_exactly_one_queue_that_exists_and_a_reason(
    handles: Sequence[str], type: ComplaintType, place: str | None, sure: float, place_sure: float
) -> None:
    for directory in (EXAMPLE, small_directory()):
        found = sent(*handles, type=type, place=place, sure=sure, place_sure=place_sure, directory=directory)
        assert found.queue in directory.queues
        assert found.reason
        assert set(found.watching) <= set(directory.queues)
        assert found.queue not in found.watching
        assert len(set(found.watching)) == len(found.watching)
        again = sent(*handles, type=type, place=place, sure=sure, place_sure=place_sure, directory=directory)
        assert again == found


@given(handles=HANDLES, type=st.sampled_from(sorted(OVERSIGHT_TYPES)), place=PLACES)
def test_a_complaint_about_the_office_goes_to_oversight_and_to_nobody_else(
    handles: Sequence[str], type: ComplaintType, place: str | None
) -> None:
    found = sent(*handles, type=type, place=place)
    assert (found.queue, found.watching) == (EXAMPLE.oversight_queue, ())


@given(handles=HANDLES, type=st.sampled_from(ComplaintType), place=PLACES)
def test_who_is_addressed_twice_is_addressed_once(
    handles: Sequence[str], type: ComplaintType, place: str | None
) -> None:
    assert sent(*handles, *handles, type=type, place=place) == sent(*handles, type=type, place=place)


# -- by handle


def test_the_addressed_department_acts_by_its_queue_for_the_type() -> None:
    assert sent("jalnigamspr").queue == "jal-supply"
    assert sent("sundarpurpolice", type=ComplaintType.TRAFFIC).queue == "police-traffic"


def test_a_handle_may_lead_straight_to_a_queue() -> None:
    found = sent("sundarpurtraffic", type=ComplaintType.POLICE_CRIME)
    assert found.queue == "police-traffic"
    assert "straight" in found.reason


def test_what_none_of_its_queues_owns_goes_to_the_default() -> None:
    found = sent("ratnarailway", type=ComplaintType.EDUCATION)
    assert found.queue == "rail-passengers"
    assert "default" in found.reason


def test_an_unsure_type_stays_with_the_addressed_department() -> None:
    assert (
        EXAMPLE.department_of_queue[sent("purvibijli", type=ComplaintType.ROADS, sure=0.1).queue].code == "purvi-bijli"
    )


def test_an_unsure_complaint_about_staff_stays_with_the_office() -> None:
    assert sent("purvibijli", type=ComplaintType.STAFF_CONDUCT, sure=0.1).queue == "bijli-supply"


# -- several offices


def test_the_owner_of_the_type_leads_and_the_others_watch() -> None:
    found = sent("dmsundarpur", "sundarpurpolice", type=ComplaintType.POLICE_CRIME)
    assert found.queue == "police-control"
    assert found.watching == ("dm-grievances",)


def test_of_two_owners_the_nearer_to_the_place_leads() -> None:
    for handles in (("dmsundarpur", "sundarpurnagarnigam"), ("sundarpurnagarnigam", "dmsundarpur")):
        found = sent(*handles, type=ComplaintType.ROADS, place="lal-bagh")
        assert found.queue == "nigam-roads"
        assert found.watching == ("dm-roads",)


def test_of_two_owners_without_a_place_the_more_local_leads() -> None:
    directory = small_directory()
    water, police, district = directory.departments
    also = district.model_copy(
        update={"queues": (*district.queues, water.queues[0].model_copy(update={"code": "dm-water", "handles": ()}))}
    )
    both = directory.model_copy(update={"departments": (also, police, water)})
    found = sent("dmsundarpur", "jalsundarpur", directory=Directory.model_validate(both.model_dump()))
    assert (found.queue, found.watching) == ("water", ("dm-water",))


def test_of_two_equals_the_first_addressed_leads() -> None:
    found = sent("sundarpurpolice", "dmsundarpur", type=ComplaintType.RAILWAYS)
    assert found.queue == "police-control"
    assert sent("dmsundarpur", "sundarpurpolice", type=ComplaintType.RAILWAYS).queue == "dm-grievances"


# -- by place


@pytest.mark.parametrize(
    ("place", "queue"),
    [
        ("lal-bagh", "police-kotwali"),
        ("rampura-kalan", "police-rampura"),
        ("nimgaon", "police-control"),
        (None, "police-control"),
    ],
)
def test_the_station_of_the_place_acts(place: str | None, queue: str) -> None:
    assert sent("sundarpurpolice", type=ComplaintType.POLICE_CRIME, place=place).queue == queue


def test_a_place_that_is_only_a_guess_decides_nothing() -> None:
    found = sent("sundarpurpolice", type=ComplaintType.POLICE_CRIME, place="lal-bagh", place_sure=0.4)
    assert (found.queue, found.place) == ("police-control", None)


def test_the_likeliest_place_counts() -> None:
    triage = make_triage().model_copy(
        update={"places": tuple(PlaceCandidate(code=c, confidence=p, matched=c) for c, p in (("a", 0.8), ("b", 0.7)))}
    )
    assert likely_place(triage) == "a"


# -- no known office


@pytest.mark.parametrize(
    ("type", "place", "queue"),
    [
        (ComplaintType.WATER_SUPPLY, "lal-bagh", "nigam-water"),
        (ComplaintType.WATER_SUPPLY, "nimgaon", "jal-supply"),
        (ComplaintType.ELECTRICITY, None, "bijli-supply"),
        (ComplaintType.ELECTRICITY, "gandhi-chowk", "bijli-urban"),
        (ComplaintType.RAILWAYS, "sundarpur-junction", "rail-station"),
    ],
)
def test_without_a_known_handle_type_and_place_decide(type: ComplaintType, place: str | None, queue: str) -> None:
    for handles in ((), ("some_minister",)):
        found = sent(*handles, type=type, place=place)
        assert (found.queue, found.watching) == (queue, ())


def test_without_handle_and_type_a_person_looks() -> None:
    assert sent("some_minister", sure=0.2).queue == EXAMPLE.review_queue


def test_a_type_that_nobody_owns_goes_to_a_person() -> None:
    found = sent(type=ComplaintType.HEALTH, directory=small_directory())
    assert (found.queue, "no queue owns health" in found.reason) == ("review", True)


@pytest.mark.parametrize("type", [type for type in ComplaintType if type not in OVERSIGHT_TYPES])
def test_in_the_example_every_type_finds_an_office_without_a_handle_in_town(type: ComplaintType) -> None:
    found = sent(type=type, place="lal-bagh")
    assert found.queue not in (EXAMPLE.review_queue, EXAMPLE.oversight_queue)
    assert type in EXAMPLE.queues[found.queue].types
