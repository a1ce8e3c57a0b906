"""The rules that span several entries of a directory, and what can be asked of one."""

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.directory import Directory
from schemas.labels import ComplaintType


def queue(code: str, **fields: Any) -> dict[str, Any]:
    return {"code": code, "name": {"en": code}, **fields}


def department(code: str, *queues: dict[str, Any], **fields: Any) -> dict[str, Any]:
    named = {"code": code, "name": {"en": code}, "kind": "other", "default_queue": queues[0]["code"]}
    return {**named, "queues": [*queues], **fields}


def place(code: str, within: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"code": code, "name": {"en": code}, "kind": "ward", "within": within, **fields}


def office(**fields: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "code": "SPR",
        "name": {"en": "Sundarpur"},
        "departments": [
            department("water", queue("supply", types=["water_supply"], handles=["@JalHelp"]), handles=["Jal"]),
            department("desk", queue("review"), queue("oversight")),
        ],
        "review_queue": "review",
        "oversight_queue": "oversight",
        "places": [place("town"), place("ward", "town"), place("lane", "ward")],
        "service_levels": [{"hours": 504}],
        **fields,
    }


def made(**fields: Any) -> Directory:
    return Directory.model_validate(office(**fields))


def test_what_is_left_out_has_a_sensible_value() -> None:
    directory = made()
    assert directory.timezone == "Asia/Kolkata"
    assert (directory.thresholds.precision, directory.thresholds.dismiss, directory.thresholds.route) == (
        0.88,
        None,
        None,
    )
    assert directory.retention.topics == 7


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "no such review queue": ({"review_queue": "nowhere"}, "review_queue: no queue has the code nowhere"),
    "no such oversight queue": ({"oversight_queue": "nowhere"}, "oversight_queue: no queue has the code nowhere"),
    "a department twice": (
        {"departments": [department("desk", queue("review"), queue("oversight")), department("desk", queue("other"))]},
        "departments.code: desk is there twice",
    ),
    "a queue in two departments": (
        {"departments": [department("a", queue("review"), queue("oversight")), department("b", queue("review"))]},
        "queues.code: review is there twice",
    ),
    "a handle of two": (
        {
            "departments": [
                department("a", queue("review"), handles=["Jal"]),
                department("b", queue("oversight", handles=["@JAL"])),
            ]
        },
        "handles: jal is there twice",
    ),
    "the default of another": (
        {"departments": [department("desk", queue("review"), queue("oversight"), default_queue="supply")]},
        "departments.desk.default_queue: supply is none of its queues",
    ),
    "an unknown bound": (
        {"departments": [department("desk", queue("review"), queue("oversight", places=["moon"]))]},
        "queues.oversight.places: no place has the code moon",
    ),
    "a place within nothing": ({"places": [place("lane", "ward")]}, "places.lane.within: no place has the code ward"),
    "a place within itself": (
        {"places": [place("a", "b"), place("b", "c"), place("c", "a")]},
        "places.a.within: a place lies within itself",
    ),
    "a place twice": ({"places": [place("a"), place("a")]}, "places.code: a is there twice"),
    "a case without a clock": (
        {"service_levels": [{"hours": 4, "urgencies": ["critical"]}, {"hours": 9, "types": ["roads"]}]},
        "service_levels: one entry must fit any case",
    ),
    "a zone that is not": ({"timezone": "Asia/Sundarpur"}, "no such time zone: Asia/Sundarpur"),
    "a zone that is a path": ({"timezone": "../../etc/passwd"}, "no such time zone"),
    "an unknown key": ({"colour": "red"}, "Extra inputs are not permitted"),
    "no departments": ({"departments": []}, "at least 1 item"),
    "another version": ({"version": 2}, "Input should be 1"),
    "a code in small letters": ({"code": "spr"}, "should match pattern"),
    "a probability over one": ({"thresholds": {"dismiss": 0.2, "route": 1.5}}, "less than or equal to 1"),
    "one bound without the other": ({"thresholds": {"route": 0.7}}, "fixed together or not at all"),
    "no time at all": ({"service_levels": [{"hours": 0}]}, "greater than 0"),
    "topics for a year": ({"retention": {"topics": 365}}, "less than or equal to 90"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_an_inconsistent_directory_does_not_exist(name: str) -> None:
    fields, said = MISTAKES[name]
    with pytest.raises(ValidationError) as raised:
        made(**fields)
    assert said in str(raised.value)


def test_all_mistakes_are_said_at_once() -> None:
    with pytest.raises(ValidationError) as raised:
        made(review_queue="x", oversight_queue="y", places=[place("a", "b")])
    for part in ("review_queue:", "oversight_queue:", "places.a.within:"):
        assert part in str(raised.value)


def test_a_handle_leads_to_department_and_queue_in_any_spelling() -> None:
    directory = made()
    department, straight = directory.by_handle["jalhelp"]
    assert (department.code, straight.code if straight else None) == ("water", "supply")
    assert directory.by_handle["jal"] == (department, None)


def test_queues_know_their_department() -> None:
    directory = made()
    assert directory.department_of_queue["oversight"].code == "desk"
    assert directory.queues["supply"].types == (ComplaintType.WATER_SUPPLY,)


@pytest.mark.parametrize(
    ("code", "around"), [("lane", ("lane", "ward", "town")), ("town", ("town",)), ("moon", ()), (None, ())]
)
def test_around_goes_from_the_place_outward(code: str | None, around: tuple[str, ...]) -> None:
    assert made().around(code) == around
