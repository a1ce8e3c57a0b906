"""Departments, their queues, and the places that bound them."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from schemas.entry import Code, Name, Strict
from schemas.labels import ComplaintType

__all__ = [
    "Arbiter",
    "AssignBy",
    "Assignment",
    "Department",
    "DepartmentKind",
    "Level",
    "OutcomeKind",
    "OutsideOffice",
    "Place",
    "PlaceKind",
    "Queue",
]


class DepartmentKind(StrEnum):
    """What sort of office it is: text masking and classification take a hint from it."""

    POLICE = "police"
    MUNICIPALITY = "municipality"
    ELECTRICITY = "electricity"
    WATER = "water"
    RAILWAYS = "railways"
    DISTRICT_MAGISTRATE = "district_magistrate"
    OTHER = "other"


class Level(StrEnum):
    """How far an office reaches; of two that own a type, the more local one leads."""

    LOCAL = "local"
    DISTRICT = "district"
    STATE = "state"
    NATIONAL = "national"


class PlaceKind(StrEnum):
    DISTRICT = "district"
    TEHSIL = "tehsil"
    TOWN = "town"
    WARD = "ward"
    LOCALITY = "locality"
    VILLAGE = "village"
    LANDMARK = "landmark"
    STATION = "station"


class Place(Strict):
    """A place of the gazetteer. ``within`` is the code of the place around it; ``aliases`` any spelling
    in any script; ``pins`` postal codes that lie in it."""

    code: Code
    name: Name
    kind: PlaceKind
    within: Code | None = None
    aliases: tuple[str, ...] = ()
    pins: tuple[Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{5}$")], ...] = ()


class AssignBy(StrEnum):
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"


class Assignment(Strict):
    """Cases that nobody has are given to the queue's officers on duty: in turn, or to who has the fewest open. Nobody
    gets more than ``capacity`` open cases so. ``fit`` leaves only officers who cover the case's place, or speak its
    language; officers of whom no place, or no language, is known take any."""

    by: AssignBy = AssignBy.LEAST_LOADED
    capacity: Annotated[int, Field(ge=1, le=500)] = 30
    fit: tuple[Literal["place", "language"], ...] = ()


class Queue(Strict):
    """A queue of work. ``types`` it owns; ``places`` it is bounded by (empty: all of the district);
    ``handles`` that lead straight to it. ``calendar`` and ``ladder`` None: the office's. ``assignment`` None: cases are
    taken, or assigned by hand."""

    code: Code
    name: Name
    types: tuple[ComplaintType, ...] = ()
    places: tuple[Code, ...] = ()
    handles: tuple[str, ...] = ()
    calendar: Code | None = None
    ladder: Code | None = None
    assignment: Assignment | None = None


class OutcomeKind(Strict):
    """One way in which a case can end at an office, and what must be said of it: for an FIR its number, station and
    sections."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    name: Name
    fields: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")], ...] = ()


PLAIN_OUTCOMES = (
    OutcomeKind(code="done", name=Name(en="Done", hi="कार्य पूरा")),
    OutcomeKind(code="answered", name=Name(en="Answered", hi="उत्तर दिया गया")),
    OutcomeKind(code="not_possible", name=Name(en="Not possible", hi="संभव नहीं")),
)
"""For a department that names none."""


class OutsideOffice(Strict):
    """An office that does not use this desk: the highway authority, another district, a bank. ``portal`` is where a
    case is handed in; it is looked at again after ``follow_up_hours``."""

    code: Code
    name: Name
    portal: str
    follow_up_hours: Annotated[float, Field(gt=0, le=24 * 366)] = 24.0 * 7


class Arbiter(Strict):
    """The queue that decides which of two departments a case belongs to; the first entry that names both counts,
    and one that names none fits any."""

    queue: Code
    between: tuple[Code, ...] = ()


class Department(Strict):
    """A department with its handles and queues. ``default_queue`` takes what none of its queues owns."""

    code: Code
    name: Name
    kind: DepartmentKind
    level: Level = Level.DISTRICT
    handles: tuple[str, ...] = ()
    queues: tuple[Queue, ...] = Field(min_length=1)
    default_queue: Code
    outcomes: tuple[OutcomeKind, ...] = PLAIN_OUTCOMES
