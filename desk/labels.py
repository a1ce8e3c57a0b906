"""What the codes of the vocabulary are called on a page; each text is in the catalogues."""

from desk.accounts import Role
from desk.refusal import mark
from schemas.case import PostKind, Status
from schemas.labels import ComplaintType, Sensitivity, Urgency

__all__ = [
    "ACT_LABELS",
    "POST_KIND_LABELS",
    "REFERENCE_LABELS",
    "ROLE_LABELS",
    "SENSITIVITY_LABELS",
    "STATUS_LABELS",
    "TYPE_LABELS",
    "URGENCY_LABELS",
]

STATUS_LABELS = {
    Status.REVIEW: mark("To review"),
    Status.NEW: mark("New"),
    Status.ASSIGNED: mark("Assigned"),
    Status.IN_PROGRESS: mark("In progress"),
    Status.WAITING_ON_CITIZEN: mark("Waiting on citizen"),
    Status.RESOLVED: mark("Resolved"),
    Status.CLOSED: mark("Closed"),
    Status.DISMISSED: mark("Not a complaint"),
}

URGENCY_LABELS = {
    Urgency.CRITICAL: mark("Critical"),
    Urgency.NORMAL: mark("Normal"),
    Urgency.SUGGESTION: mark("Suggestion"),
}

TYPE_LABELS = {
    ComplaintType.ROADS: mark("Roads"),
    ComplaintType.WATER_SUPPLY: mark("Water supply"),
    ComplaintType.DRAINAGE_SEWAGE: mark("Drains and sewage"),
    ComplaintType.ELECTRICITY: mark("Electricity"),
    ComplaintType.STREETLIGHTS: mark("Streetlights"),
    ComplaintType.SANITATION: mark("Sanitation"),
    ComplaintType.TRAFFIC: mark("Traffic"),
    ComplaintType.PUBLIC_TRANSPORT: mark("Public transport"),
    ComplaintType.RAILWAYS: mark("Railways"),
    ComplaintType.POLICE_CRIME: mark("Crime and policing"),
    ComplaintType.CYBER_FRAUD: mark("Cyber fraud"),
    ComplaintType.WOMEN_CHILD_SAFETY: mark("Safety of women and children"),
    ComplaintType.CORRUPTION: mark("Corruption"),
    ComplaintType.ENCROACHMENT: mark("Encroachment"),
    ComplaintType.NOISE: mark("Noise"),
    ComplaintType.POLLUTION: mark("Pollution"),
    ComplaintType.HEALTH: mark("Health"),
    ComplaintType.EDUCATION: mark("Education"),
    ComplaintType.WELFARE_PENSION_RATION: mark("Pension, ration, welfare"),
    ComplaintType.REVENUE_LAND: mark("Revenue and land"),
    ComplaintType.GAS_FUEL: mark("Gas and fuel"),
    ComplaintType.ANIMALS: mark("Animals"),
    ComplaintType.PARKS_TREES: mark("Parks and trees"),
    ComplaintType.FIRE_DISASTER: mark("Fire and disaster"),
    ComplaintType.MISINFORMATION_REPORT: mark("Report of misinformation"),
    ComplaintType.STAFF_CONDUCT: mark("Conduct of staff"),
    ComplaintType.OTHER: mark("Other"),
}

SENSITIVITY_LABELS = {
    Sensitivity.SEXUAL_OFFENCE: mark("Sexual offence"),
    Sensitivity.CHILD: mark("Child"),
    Sensitivity.SELF_HARM: mark("Self-harm"),
    Sensitivity.COMMUNAL: mark("Communal"),
    Sensitivity.CUSTODY: mark("Custody"),
    Sensitivity.ELECTION: mark("Election"),
}

POST_KIND_LABELS = {
    PostKind.ORIGINAL: mark("Post"),
    PostKind.REPLY: mark("Reply"),
    PostKind.REPOST: mark("Repost"),
    PostKind.COPY: mark("Same text by another account"),
    PostKind.OFFICIAL: mark("Post of the department"),
    PostKind.DIRECTION: mark("Direction by another office"),
}

ACT_LABELS = {
    "opened": mark("Opened"),
    "merged": mark("Merged"),
    "directed": mark("Sent on by direction"),
    "urgency_raised": mark("Urgency raised"),
    "taken": mark("Taken"),
    "released": mark("Released"),
}

REFERENCE_LABELS = {
    "pnr": mark("PNR"),
    "consumer": mark("Consumer no."),
    "application": mark("Application no."),
    "complaint": mark("Complaint no."),
    "utr": mark("UTR"),
    "fir": mark("FIR"),
    "docket": mark("Docket"),
    "vehicle": mark("Vehicle"),
    "pole": mark("Pole"),
    "ward": mark("Ward"),
    "train": mark("Train"),
    "pin": mark("PIN code"),
}

ROLE_LABELS = {
    Role.OFFICER: mark("Officer"),
    Role.SUPERVISOR: mark("Supervisor"),
    Role.WATCH: mark("Watch desk"),
    Role.ADMINISTRATOR: mark("Administrator"),
    Role.AUDITOR: mark("Auditor"),
}
