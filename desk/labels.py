"""What the codes of the vocabulary are called on a page; each text is in the catalogues."""

from desk.accounts import Role
from desk.refusal import mark
from desk.tables import UploadState
from desk.tokens import Scope
from queues.answerable import Obstacle
from queues.lifecycle import Condition
from queues.reporting import Grouping
from queues.watching import Verb
from schemas.alert import AlertKind, Grade
from schemas.case import PostKind, Status
from schemas.clocks import ClockKind
from schemas.field import FieldResult
from schemas.labels import ComplaintType, Sensitivity, Urgency
from schemas.outbox import EntryKind, EntryState
from schemas.report import Figure, MonthFigure
from schemas.upload import RowTrouble, UploadTrouble

__all__ = [
    "ACT_LABELS",
    "ALERT_KIND_LABELS",
    "CLOCK_LABELS",
    "CONDITION_LABELS",
    "ENTRY_LABELS",
    "FIELD_LABELS",
    "FIELD_RESULT_LABELS",
    "FIGURE_LABELS",
    "GRADE_LABELS",
    "GROUPING_LABELS",
    "MONTH_FIGURE_LABELS",
    "NO_COMPLAINT_LABELS",
    "OBSTACLE_LABELS",
    "OUTBOX_LABELS",
    "POST_KIND_LABELS",
    "REFERENCE_LABELS",
    "ROLE_LABELS",
    "ROW_LABELS",
    "SCOPE_LABELS",
    "SENSITIVITY_LABELS",
    "STATUS_LABELS",
    "TYPE_LABELS",
    "UPLOAD_LABELS",
    "UPLOAD_STATE_LABELS",
    "URGENCY_LABELS",
    "VERB_LABELS",
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
    "assigned": mark("Assigned"),
    "accepted": mark("Accepted"),
    "handed_over": mark("Handed over"),
    "started": mark("Started"),
    "waiting": mark("Waiting on citizen"),
    "resumed": mark("Goes on"),
    "answered": mark("Answered"),
    "called_back": mark("Called back"),
    "approved": mark("Approved"),
    "undone": mark("Taken back"),
    "veiled": mark("Picture veiled"),
    "unveiled": mark("Picture shown plainly"),
    "sent": mark("Sent to the citizen"),
    "not_sent": mark("Not sent to the citizen"),
    "resolved": mark("Resolved"),
    "closed": mark("Closed"),
    "confirmed": mark("Confirmed"),
    "dismissed": mark("Not a complaint"),
    "restored": mark("Restored"),
    "transferred": mark("Transferred"),
    "sent_back": mark("Sent back"),
    "arbitrated": mark("Decided by the arbiter"),
    "transferred_out": mark("Sent to an outside office"),
    "joined_by_hand": mark("Merged by hand"),
    "parted": mark("Parted"),
    "split": mark("Taken out"),
    "reopened": mark("Reopened"),
    "appealed": mark("Appealed"),
    "feedback": mark("The citizen says"),
    "noted": mark("Note"),
    "corrected": mark("Corrected"),
    "revealed": mark("Number seen"),
    "asked_privately": mark("Asked in private"),
    "told_privately": mark("Told in private"),
    "read_privately": mark("Private details read"),
    "forwarded": mark("Asked in the field"),
    "withdrawn": mark("Link withdrawn"),
    "reported": mark("Reported"),
    "field_late": mark("Report from the field is late"),
    "held": mark("Legal hold"),
    "hold_lifted": mark("Legal hold lifted"),
    "warned": mark("Warned before the time"),
    "escalated": mark("Time missed: told"),
    "reminded": mark("Reminded"),
    "rang": mark("Rang: nobody has accepted"),
    "followed_up": mark("To be followed up outside"),
    "late_decision": mark("The arbiter is late"),
}

CONDITION_LABELS = {
    Condition.ACCEPTED: mark("First accept this critical case by name, or say to whom it was handed over."),
    Condition.ANSWERED: mark("First answer the citizen."),
    Condition.REASON: mark("Say why, in at most 2000 characters."),
    Condition.NOT_SENT: mark("It has gone out already, or is going out."),
    Condition.OUTCOME: mark("Choose an outcome and give all that it asks for."),
    Condition.WAIT_LEFT: mark("The citizen has been waited for as long as is allowed."),
    Condition.OTHER_QUEUE: mark("It cannot go there. Staff conduct and corruption stay with oversight."),
    Condition.SENT_HERE: mark("No other queue has sent this case here."),
    Condition.UNDISPUTED: mark("The arbiter decides where this case goes."),
    Condition.DISPUTED: mark("It can only go to one of the two queues that dispute it."),
    Condition.OUTSIDER: mark("Only a supervisor of another queue can say that this is no complaint."),
    Condition.BOTH_ROOTS: mark("These two cases cannot be merged: both must be open and stand by themselves."),
    Condition.IN_TIME: mark("The time for that has passed. A new case is opened instead."),
    Condition.JOINED_POST: mark("This post cannot be taken out of the case."),
    Condition.OTHER_HAND: mark("Somebody other than the writer must approve it."),
    Condition.AWAITED: mark("It is no longer awaited, or too many were asked about this case already."),
    Condition.AHEAD: mark("Give a day that lies ahead."),
    Condition.UNDOABLE: mark("This can no longer be taken back."),
}
"""What is told to somebody who would act before the condition holds."""

UPLOAD_STATE_LABELS = {
    UploadState.READING: mark("Being read"),
    UploadState.WAITING: mark("Waits for your word"),
    UploadState.TAKEN: mark("Taken in"),
    UploadState.DROPPED: mark("Discarded"),
    UploadState.EXPIRED: mark("Lay here too long"),
}

UPLOAD_LABELS = {
    UploadTrouble.NO_TABLE: mark("This is no table: bring a file as CSV (UTF-8) or XLSX."),
    UploadTrouble.NO_HEADER: mark("The first row must name the columns, each once, id and text among them."),
    UploadTrouble.TOO_LARGE: mark("This table is too large: at most 5 MB, and 32 MB unpacked."),
    UploadTrouble.TOO_MANY: mark("This table has too many rows: bring at most 5,000 at once."),
    UploadTrouble.EMPTY: mark("There is nothing in this file."),
}

ROW_LABELS = {
    RowTrouble.MISSING: mark("It is missing."),
    RowTrouble.DATE: mark("This is no date: 2026-07-01 10:30 would be one."),
    RowTrouble.TIME: mark("This date lies before 2006, or ahead."),
    RowTrouble.SIGNS: mark("It holds signs that cannot stand there."),
    RowTrouble.LONG: mark("It is too long."),
    RowTrouble.TWICE: mark("The same id stands in the table twice."),
    RowTrouble.ROUNDED: mark("The spreadsheet has rounded this number: format the column as text and enter it again."),
    RowTrouble.CELLS: mark("The row has more cells than there are columns, or a quotation mark is open."),
    RowTrouble.ENCODING: mark("These letters are not in UTF-8: save the table as “CSV UTF-8”."),
    RowTrouble.PLATFORM: mark("No posts are brought from there."),
    RowTrouble.OTHER: mark("This cannot be read."),
}

OBSTACLE_LABELS = {
    Obstacle.NO_HANDLE: mark(
        "X lets us answer only a post that mentions or quotes one of our accounts; this one does not."
    ),
    Obstacle.NO_WAY: mark("No answer goes from this desk to where this was written."),
    Obstacle.ERASED: mark("The post was deleted: there is nothing left to answer below."),
}
"""Said before an officer types what the platform would refuse."""

OUTBOX_LABELS = {
    EntryState.HELD: mark("Waits for approval"),
    EntryState.PENDING: mark("Goes out soon"),
    EntryState.SENDING: mark("Is going out"),
    EntryState.UNKNOWN: mark("Not known whether it went out"),
    EntryState.FAILED: mark("Could not be sent"),
}

ENTRY_LABELS = {
    EntryKind.NOTICE: mark("Notice"),
    EntryKind.RING: mark("Ring"),
    EntryKind.ACKNOWLEDGEMENT: mark("Acknowledgement"),
    EntryKind.INTERIM: mark("Reply"),
    EntryKind.FINAL: mark("How it ended"),
    EntryKind.PRIVATE: mark("Private message"),
    EntryKind.ALSO: mark("To a merged case"),
}

NO_COMPLAINT_LABELS = {
    "praise": mark("Praise or thanks."),
    "opinion": mark("News, opinion or a joke."),
    "advertising": mark("Advertising."),
    "question": mark("A question with no problem behind it."),
    "abuse": mark("Abuse with nothing to act on."),
    "other": mark("No complaint for another reason."),
}
"""Why a post is none: what is recorded is the English sentence, which desk/reasons.py says again."""

FIELD_LABELS = {
    "number": mark("Number"),
    "station": mark("Station"),
    "sections": mark("Sections"),
    "sent_to": mark("Sent to"),
    "officer": mark("Officer in charge"),
    "due": mark("To be done by"),
}
"""What outcomes of the example office ask for."""

FIELD_RESULT_LABELS = {
    FieldResult.DONE: mark("Done"),
    FieldResult.CANNOT: mark("It cannot be done"),
    FieldResult.NOT_MINE: mark("Not mine to do"),
}

CLOCK_LABELS = {
    ClockKind.REVIEW: mark("Judge it"),
    ClockKind.ACKNOWLEDGE: mark("Acknowledge"),
    ClockKind.ANSWER: mark("First answer"),
    ClockKind.INTERIM: mark("Interim reply"),
    ClockKind.RESOLVE: mark("Resolve"),
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

SCOPE_LABELS = {
    Scope.READ: mark("read"),
    Scope.WRITE: mark("write"),
}

ALERT_KIND_LABELS = {
    AlertKind.RUMOUR: mark("Claim"),
    AlertKind.SITUATION: mark("Surge of complaints"),
    AlertKind.SILENCE: mark("Silence"),
}

GRADE_LABELS = {
    Grade.HIGH: mark("Pressing"),
    Grade.LOW: mark("Not pressing"),
}

VERB_LABELS = {
    Verb.ACKNOWLEDGE: mark("Seen"),
    Verb.VERIFYING: mark("Being verified"),
    Verb.TRUE: mark("True"),
    Verb.FALSE: mark("False"),
    Verb.MISLEADING: mark("Misleading"),
    Verb.NOT_CHECKABLE: mark("Cannot be checked"),
    Verb.NO_ACTION: mark("No action"),
    Verb.MERGE: mark("Claims merged"),
    Verb.SPLIT: mark("Post split off"),
    Verb.REBUT: mark("Rebutted"),
    Verb.HOLD: mark("Evidence held"),
    Verb.LIFT_HOLD: mark("Legal hold lifted"),
    Verb.MUTE: mark("Muted"),
}

FIGURE_LABELS = {
    Figure.RECEIVED: mark("Received"),
    Figure.ANSWERED: mark("Answered"),
    Figure.RESOLVED: mark("Resolved"),
    Figure.OVER_DAY: mark("Open over 24 hours"),
    Figure.OVER_WEEK: mark("Open over 7 days"),
    Figure.CRITICAL: mark("Critical cases"),
}

MONTH_FIGURE_LABELS = {
    MonthFigure.OPENING: mark("Open before"),
    MonthFigure.RECEIVED: mark("Received"),
    MonthFigure.DISPOSED: mark("Disposed of"),
    MonthFigure.CLOSING: mark("Open after"),
    MonthFigure.UNDER_WEEK: mark("Up to 7 days"),
    MonthFigure.UNDER_THREE_WEEKS: mark("Up to 21 days"),
    MonthFigure.OLDER: mark("Older"),
    MonthFigure.LATE: mark("After the time promised"),
    MonthFigure.OUTSIDE: mark("With outside offices"),
    MonthFigure.TRANSFERRED: mark("Transferred"),
    MonthFigure.REOPENED: mark("Taken up again"),
    MonthFigure.SATISFIED: mark("Content"),
    MonthFigure.UNSATISFIED: mark("Not content"),
}

GROUPING_LABELS = {
    Grouping.DEPARTMENT: mark("Office"),
    Grouping.QUEUE: mark("Queue"),
    Grouping.TYPE: mark("Type"),
    Grouping.PLACE: mark("Place"),
}
