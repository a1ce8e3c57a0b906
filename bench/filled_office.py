"""An office with as many cases as one likes, written straight into its store: for measuring the desk.

Texts are of our own corpus, two halves of different posts each, so that words are as common and as rare as people use
them. Each case has its post, its record, its complainants and a history of its age; three in ten are open, and what
came last is mostly that. The same number and seed give the same office, but for the moment at which it is filled.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from classifiers.corpus import Row, shipped_training
from queues.audit import sealed
from queues.bounds import MANY
from queues.joining import join_keys
from queues.naming import case_id, docket_number
from queues.routing import route
from queues.sla import brought_forward, met, settled
from queues.store import CaseStore
from schemas.case import Case, CasePost, Complainant, Disposition, HistoryEntry, MentionRecord, PostKind, Status
from schemas.clocks import ClockKind
from schemas.directory import Directory
from schemas.mention import Author, Mention
from schemas.triage import Triage

__all__ = ["BATCH", "OFFICERS", "OfficeMaker", "fill", "is_filled", "officers_of"]

BATCH = MANY
"""Cases a transaction: ids are hashes, so each batch writes over pages of the whole index of ids, and fewer batches
write them less often."""
_AUTHORS = 300_000
_DAYS = 365
_OPEN_DAYS = 45
OFFICERS = 200
_PATTERNS = 300
_OPEN = (
    *[Status.REVIEW],
    *[Status.NEW] * 12,
    *[Status.ASSIGNED] * 5,
    *[Status.IN_PROGRESS] * 5,
    *[Status.WAITING_ON_CITIZEN] * 2,
)
_ENDED = (Status.RESOLVED, *[Status.CLOSED] * 8, Status.DISMISSED)


def officers_of(directory: Directory) -> dict[str, list[str]]:
    """Who works in each queue: ``officer0`` and so on, each in one queue."""
    queues = [*directory.queues]
    return {code: [f"officer{n}" for n in range(place, OFFICERS, len(queues))] for place, code in enumerate(queues)}


class OfficeMaker:
    """Makes the case of each number, with its records: one of some hundred patterns for each state in which a case can
    be, moved to its time, with words, people and an officer of its own."""

    def __init__(self, directory: Directory, now: datetime, count: int):
        self._directory = directory
        self._now = now
        self._count = count
        self._rows = [row for row in shipped_training() if row.complaint == "yes" and row.type is not None]
        self._officers = officers_of(directory)
        self._places = [*directory.place_by_code]
        self._patterns = {status: [self._pattern(status, n) for n in range(_PATTERNS)] for status in Status}

    def make(self, number: int) -> tuple[Case, MentionRecord]:
        """Case ``number`` of so many, the oldest first."""
        random = Random(number)
        received = self._received(number, random)
        row, pattern = random.choice(self._patterns[self._status(received, random)])
        mention = _mention(number, _mixed(row, random.choice(self._rows)), received, random)
        triage = _triage(row, mention.text)
        id = case_id(mention.key)
        officer = None if pattern.assignee is None else random.choice(self._officers[pattern.queue])
        own = {
            "id": id,
            "docket": docket_number(self._directory.code, id),
            "assignee": officer,
            "place": random.choice(self._places) if random.random() < 0.7 else None,
            "posts": (_post(mention),),
            "complainants": 1 + int(random.paretovariate(1.5)) % 400,
        }
        case = pattern.model_copy(update=own | _moved(pattern, received))
        return case, _record(mention, triage, case)

    def join_keys(self, record: MentionRecord) -> tuple[str, ...]:
        """What the post of a case leaves for others to join it by."""
        assert record.mention is not None and record.triage is not None
        where = route(record.mention.handles, record.triage, self._directory)
        return join_keys(record.mention, record.triage, where.queue, where.place).claim

    def _pattern(self, status: Status, number: int) -> tuple[Row, Case]:
        """A case as the rules of the office make it, received a year ago."""
        random = Random(f"{status} {number}")
        row = random.choice(self._rows)
        received = self._now - timedelta(days=_DAYS)
        mention = _mention(number, row.text, received, random)
        queue = self._directory.review_queue if status is Status.REVIEW else self._queue(row, random)
        watching = random.choice([*self._directory.queues]) if random.random() < 0.03 else queue
        triage = _triage(row, row.text)
        case = Case(
            id=case_id(mention.key),
            status=status,
            queue=queue,
            watching=() if watching == queue else (watching,),
            type=triage.type,
            language=triage.language,
            urgency=triage.urgency,
            sensitivity=row.sensitivity or (),
            posts=(_post(mention),),
            reason=f"owns {triage.type}",
            because=triage.because,
            received_at=received,
            changed_at=received,
            due_at=None,
        )
        return row, self._handled(case, random)

    def _queue(self, row: Row, random: Random) -> str:
        """One of those that own the type: made-up posts name no place by which one could choose."""
        owning = [code for code, queue in self._directory.queues.items() if row.type in queue.types]
        return random.choice(owning or [self._directory.oversight_queue])

    def _handled(self, case: Case, random: Random) -> Case:
        """With its clocks, and with what has happened to it by the time it is where it is."""
        said = [("model:linear-1", "opened", case.reason)]
        fresh = case.status in {Status.NEW, Status.REVIEW}
        if not fresh:
            said += [("filing", "acknowledged", ""), ("officer1", "taken", ""), ("officer1", "answered", "noted")]
        if not case.is_open:
            said += [("officer1", "resolved", "done"), ("clock", "closed", "no objection")]
        entries = tuple(
            HistoryEntry(at=case.received_at + timedelta(hours=hours), by=by, act=act, detail=detail)
            for hours, (by, act, detail) in enumerate(said)
        )
        clocked = brought_forward(case, self._directory)
        kinds = frozenset({ClockKind.ACKNOWLEDGE, ClockKind.ANSWER}) if case.is_open else frozenset(ClockKind)
        clocks = clocked.clocks
        if not fresh:
            clocks = met(clocked, kinds, case.received_at + timedelta(hours=random.expovariate(1 / 30)))
        changed = {"clocks": clocks, "history": entries, "assignee": None if fresh else "officer1"}
        return sealed(settled(clocked.model_copy(update=changed), self._directory))

    def _received(self, number: int, random: Random) -> datetime:
        """Evenly over a year, out of order by some hours as posts of several sources are."""
        age = _DAYS * (1 - (number + 0.5) / self._count)
        return self._now - timedelta(days=age, hours=random.random() * min(6, age))

    def _status(self, received: datetime, random: Random) -> Status:
        """Nine in ten are open on the day they come, and a quarter for good."""
        age = (self._now - received) / timedelta(days=1)
        return random.choice(_OPEN if random.random() < 0.25 + 0.65 * max(0.0, 1 - age / _OPEN_DAYS) else _ENDED)


def fill(store: CaseStore, maker: OfficeMaker, numbers: Sequence[int]) -> None:
    """Writes the cases of these numbers, in batches, with their join keys, records and complainants."""
    left = iter(numbers)
    while made := [maker.make(number) for number in islice(left, BATCH)]:
        records = [record for _, record in made]
        store.claim_keys({key: case.id for case, record in made for key in maker.join_keys(record)})
        store.create_mentions(records)
        store.create_complainants([*_complainants(records)])
        assert all(store.write_cases([(case, None) for case, _ in made]))


def is_filled(store: CaseStore, number: int) -> bool:
    """Whether case ``number`` is there, and so its whole batch: cases are what is written last, all at once."""
    id = case_id(f"x:{_post_id(number)}")
    return id in store.cases([id])


def _complainants(records: Sequence[MentionRecord]) -> Iterator[Complainant]:
    for record in records:
        assert record.case_id is not None
        yield Complainant(case_id=record.case_id, author_key=record.author_key)


def _moved(pattern: Case, received: datetime) -> dict[str, object]:
    """The moments of a case whose first post came at ``received``. The hashes of its history stay the pattern's: what
    is measured is reading, and nobody audits made-up cases."""
    by = received - pattern.received_at
    clocks = tuple(
        clock.model_copy(
            update={"due_at": clock.due_at + by, "met_at": None if clock.met_at is None else clock.met_at + by}
        )
        for clock in pattern.clocks
    )
    return {
        "received_at": received,
        "changed_at": received,
        "due_at": None if pattern.due_at is None else pattern.due_at + by,
        "clocks": clocks,
        "history": tuple(entry.model_copy(update={"at": entry.at + by}) for entry in pattern.history),
    }


def _mention(number: int, text: str, received: datetime, random: Random) -> Mention:
    author = int(random.random() * _AUTHORS)
    id = _post_id(number)
    return Mention(
        id=id,
        text=text,
        author=Author(id=str(author), handle=f"handle_{author}", name=f"Name {author}"),
        conversation_id=id,
        created_at=received,
        received_at=received,
        url=f"https://x.example/i/{id}",
    )


def _post_id(number: int) -> str:
    return str(1_900_000_000_000_000_000 + number * 83_886_080)


def _record(mention: Mention, triage: Triage, case: Case) -> MentionRecord:
    return MentionRecord(
        key=mention.key,
        author_key=mention.author_key,
        disposition=Disposition.CASE,
        case_id=case.id,
        queue=case.queue,
        watching=case.watching,
        decided_by="model:linear-1",
        reason=case.reason,
        mention=mention,
        triage=triage,
        recorded_at=mention.received_at,
    )


def _mixed(one: Row, other: Row) -> str:
    first, second = one.text.split(), other.text.split()
    return " ".join(first[: -(-len(first) // 2)] + second[len(second) // 2 :])


def _triage(row: Row, text: str) -> Triage:
    assert row.type is not None and row.urgency is not None and row.language is not None
    return Triage(
        language=row.language,
        complaint=0.9,
        is_complaint=True,
        type=row.type,
        type_confidence=0.9,
        urgency=row.urgency,
        rumour=0.01,
        text=text,
        needs_human=False,
        because=("paani", "nahi"),
        model="linear-1",
    )


def _post(mention: Mention) -> CasePost:
    return CasePost(
        key=mention.key,
        kind=PostKind.ORIGINAL,
        author=mention.author,
        text=mention.text,
        created_at=mention.created_at,
        url=mention.url,
    )
