"""A small office for tests: three departments, an oversight queue, two places."""

from typing import Any

from schemas.directory import (
    Department,
    DepartmentKind,
    Directory,
    Level,
    Name,
    Place,
    PlaceKind,
    Queue,
    ServiceLevel,
)
from schemas.labels import ComplaintType, Urgency

__all__ = ["small_directory"]


def _name(text: str) -> Name:
    return Name(en=text)


def small_directory(**fields: Any) -> Directory:
    """``fields`` replace or add keys."""
    water = Department(
        code="water-board",
        name=_name("Water Board"),
        kind=DepartmentKind.WATER,
        level=Level.LOCAL,
        handles=("JalSundarpur",),
        queues=(Queue(code="water", name=_name("Water"), types=(ComplaintType.WATER_SUPPLY,)),),
        default_queue="water",
    )
    police = Department(
        code="police",
        name=_name("Police"),
        kind=DepartmentKind.POLICE,
        handles=("SundarpurPolice",),
        queues=(
            Queue(code="police-control", name=_name("Control room"), types=(ComplaintType.POLICE_CRIME,)),
            Queue(
                code="police-traffic",
                name=_name("Traffic"),
                types=(ComplaintType.TRAFFIC,),
                handles=("SundarpurTraffic",),
            ),
        ),
        default_queue="police-control",
    )
    district = Department(
        code="district",
        name=_name("District Magistrate"),
        kind=DepartmentKind.DISTRICT_MAGISTRATE,
        handles=("DMSundarpur",),
        queues=(
            Queue(code="grievances", name=_name("Grievances"), types=(ComplaintType.OTHER,)),
            Queue(code="review", name=_name("Review")),
            Queue(code="oversight", name=_name("Oversight")),
        ),
        default_queue="grievances",
    )
    keys: dict[str, Any] = {
        "version": 1,
        "code": "SPR",
        "name": _name("Sundarpur"),
        "departments": (water, police, district),
        "review_queue": "review",
        "oversight_queue": "oversight",
        "places": (
            Place(code="sundarpur", name=_name("Sundarpur"), kind=PlaceKind.DISTRICT),
            Place(code="sadar", name=_name("Sadar"), kind=PlaceKind.TEHSIL, within="sundarpur"),
        ),
        "service_levels": (ServiceLevel(hours=4, urgencies=(Urgency.CRITICAL,)), ServiceLevel(hours=504)),
    }
    return Directory(**(keys | fields))
