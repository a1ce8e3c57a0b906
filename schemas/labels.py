"""The labels that a post or a case can carry. Their meaning is written in docs/labels.md."""

from enum import StrEnum

__all__ = ["ComplaintType", "Sensitivity", "Stance", "Urgency"]


class ComplaintType(StrEnum):
    """What a complaint is about: the best one of these."""

    ROADS = "roads"
    WATER_SUPPLY = "water_supply"
    DRAINAGE_SEWAGE = "drainage_sewage"
    ELECTRICITY = "electricity"
    STREETLIGHTS = "streetlights"
    SANITATION = "sanitation"
    TRAFFIC = "traffic"
    PUBLIC_TRANSPORT = "public_transport"
    RAILWAYS = "railways"
    POLICE_CRIME = "police_crime"
    CYBER_FRAUD = "cyber_fraud"
    WOMEN_CHILD_SAFETY = "women_child_safety"
    CORRUPTION = "corruption"
    ENCROACHMENT = "encroachment"
    NOISE = "noise"
    POLLUTION = "pollution"
    HEALTH = "health"
    EDUCATION = "education"
    WELFARE_PENSION_RATION = "welfare_pension_ration"
    REVENUE_LAND = "revenue_land"
    GAS_FUEL = "gas_fuel"
    ANIMALS = "animals"
    PARKS_TREES = "parks_trees"
    FIRE_DISASTER = "fire_disaster"
    MISINFORMATION_REPORT = "misinformation_report"
    STAFF_CONDUCT = "staff_conduct"
    OTHER = "other"


class Urgency(StrEnum):
    """How soon somebody must act; critical is life, safety, a crime in progress, a person stranded."""

    CRITICAL = "critical"
    NORMAL = "normal"
    SUGGESTION = "suggestion"


class Stance(StrEnum):
    """How a post stands to an unverified claim of public concern."""

    SPREADING = "spreading"
    QUESTIONING = "questioning"
    COUNTERING = "countering"


class Sensitivity(StrEnum):
    """What makes a post need care. It marks the post, never its author."""

    SEXUAL_OFFENCE = "sexual_offence"
    CHILD = "child"
    SELF_HARM = "self_harm"
    COMMUNAL = "communal"
    CUSTODY = "custody"
    ELECTION = "election"
