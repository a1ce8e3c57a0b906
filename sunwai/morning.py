"""What people are told each morning, once the sheet of the day before is made: officers of their own cases, in-charges
of their departments, the district head of the whole office, and who stands above a queue in which nothing is done.

All of it is kept under ids that follow from the day, and only then the sheet is marked as told: a worker that is killed
in between begins again, and nothing is handed out twice. It goes out by ``streams/relaying.py``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.accounts import Role, User, list_users
from desk.digest import Digest, digest_of, digest_text, digest_title
from desk.languages import load_languages
from desk.leave import on_duty
from desk.refusal import mark
from desk.reports import date_said, department_text, dormant_lines, sheet_text
from desk.speaking import Speaker
from queues.dormancy import times_told
from queues.sheets import mark_told, untold_sheet
from queues.state import StateStore
from queues.store import CaseStore
from schemas.directory import Directory
from schemas.offices import Department
from schemas.report import DormantQueue, Sheet
from schemas.service import Rank
from streams.notices import Handout, NoticeKind, hand_out

__all__ = ["Morning"]

Say = Callable[[Speaker], tuple[str, str]]
"""Title and body in one language."""


@dataclass(frozen=True)
class Morning:
    """One look, which does nothing before the office's clock shows ``hour``. Cost: one look-up when there is nothing to
    tell; else four small queries for each officer, once a day."""

    store: CaseStore
    state: StateStore
    directory: Directory
    clock: Callable[[], datetime]
    hour: int

    def __call__(self) -> int:
        """Returns how many messages it has handed out. May raise StoreDownError."""
        now = self.clock()
        if now.astimezone(self.directory.zone).hour < self.hour:
            return 0
        record = untold_sheet(self.state, self.directory, now)
        if record is None:
            return 0
        sheet = Sheet.model_validate(record.value)
        say = [Speaker(language, self.directory, now) for language in load_languages().values()]
        told = [*self._sheets(sheet, say), *self._dormant(sheet, say), *self._digests(sheet, say, now)]
        handed = hand_out(self.state, told, now)
        mark_told(self.state, record)
        return handed

    def _sheets(self, sheet: Sheet, say: Sequence[Speaker]) -> Iterator[Handout]:
        day = date_said(sheet.day)

        def whole(one: Speaker) -> tuple[str, str]:
            return f"Sunwai: {one.text(mark('Morning sheet'))}, {day}", sheet_text(one, sheet)

        every = tuple(self.directory.queues)
        yield Handout(f"{sheet.day}", NoticeKind.SHEET, Rank.DISTRICT_HEAD, every, _in_each(say, whole))
        for department in self.directory.departments:
            queues = tuple(queue.code for queue in department.queues)

            def own(one: Speaker, department: Department = department) -> tuple[str, str]:
                title = f"Sunwai: {one.text(mark('Morning sheet'))}, {one.name(department.name)}, {day}"
                return title, department_text(one, sheet, department)

            id = f"{sheet.day}:{department.code}"
            yield Handout(id, NoticeKind.SHEET, Rank.IN_CHARGE, queues, _in_each(say, own))

    def _dormant(self, sheet: Sheet, say: Sequence[Speaker]) -> Iterator[Handout]:
        for queue in sheet.dormant:
            times = times_told(queue, self.directory)
            if times is None:
                continue

            def still(one: Speaker, queue: DormantQueue = queue) -> tuple[str, str]:
                title = f"Sunwai: {one.text(mark('Queues in which nothing is done'))}: {one.queue(queue.queue)}"
                return title, "\n".join(dormant_lines(one, [queue]))

            to = _above(self.directory, queue.queue, times)
            id = f"{sheet.day}:{queue.queue}"
            yield Handout(id, NoticeKind.NOTICE, to, (queue.queue,), _in_each(say, still))

    def _digests(self, sheet: Sheet, say: Sequence[Speaker], now: datetime) -> Iterator[Handout]:
        workers = [user for user in list_users(self.state) if user.role in {Role.OFFICER, Role.SUPERVISOR}]
        for user in on_duty(workers, self.state, now):
            digest = digest_of(self.store, self.directory, user.name, now)
            if digest is None:
                continue

            def own(one: Speaker, digest: Digest = digest) -> tuple[str, str]:
                return digest_title(one, digest), digest_text(one, digest)

            queues = self._queues_of(user)
            yield Handout(f"{sheet.day}:{user.name}", NoticeKind.DIGEST, user.name, queues, _in_each(say, own))

    def _queues_of(self, user: User) -> tuple[str, ...]:
        return tuple(self.directory.queues) if user.queues is None else user.queues


def _above(directory: Directory, queue: str, times: int) -> Rank:
    """Who stands above the officers of a queue: the next of its ladder, and another step up each time it is told."""
    ranks = [rung.to for rung in directory.ladder_of(queue).rungs]
    above = [rank for rank in dict.fromkeys(ranks) if rank is not Rank.OFFICER] or ranks[-1:]
    return above[min(times, len(above) - 1)]


def _in_each(say: Sequence[Speaker], words: Say) -> Mapping[str, tuple[str, str]]:
    return {one.language.code: words(one) for one in say}
